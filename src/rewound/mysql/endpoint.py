"""Address and credentials of a server: all that load and query need."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

WAKE_TIMEOUT_S = 300.0
"""How long a login may take if the server may have to be started first."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens, and the account to log in with."""

    socket: Path
    """The unix socket."""
    host: str
    """The address of the TCP port."""
    port: int
    """The TCP port."""
    user: str
    """The account's name."""
    password: str = field(repr=False)
    """The account's password, in clear; never log it."""
    may_sleep: bool = False
    """Its server may have to be started first, after those of others: logging in takes longer."""

    def url(self, schema: str | None = None) -> str:
        """Return the `mysql://` URL that most clients and libraries take."""
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        path = "" if schema is None else f"/{quote(schema, safe='')}"
        return f"mysql://{user}:{password}@{self.host}:{self.port}{path}"
