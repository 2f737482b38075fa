"""What an engine does: make servers, see them, end them. All above asks only this."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rewound.command import ProcessMark
from rewound.mysql.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """One server that is wanted."""

    name: str
    """What messages call it: fleet and world."""
    folder: Path
    """Its own folder, which exists and is empty; everything of it stays inside."""
    port: int
    """TCP port on the loopback address."""
    buffer_pool_bytes: int
    root_password: str = field(repr=False)
    """The password of root@localhost from before the first connection on."""


@dataclass(frozen=True, slots=True)
class Server:
    """One running server."""

    mark: ProcessMark
    socket: Path
    host: str
    port: int

    def endpoint(self, user: str, password: str) -> Endpoint:
        """Return its address with the login of one account."""
        return Endpoint(self.socket, self.host, self.port, user, password)


class ServerWatch(Protocol):
    """Seeing and ending servers, which needs no MySQL to be installed."""

    def is_running(self, server: Server) -> bool:
        """Tell whether this very server still runs."""

    def end_all(self, folder: Path) -> int:
        """End every server that lives below a folder, known or not; return how many.

        Their data is not saved: this is for worlds that are thrown away.
        """


class Engine(ServerWatch, Protocol):
    """A way of making MySQL servers."""

    def prepare(self) -> None:
        """Do once what all servers need, such as initialising their template."""

    def start(self, spec: ServerSpec) -> Server:
        """Start a server and return when it answers.

        Raises:
            ServerNotReady: it ended or did not answer in time; nothing of it runs on.
            HostError: no space, no memory, a port taken.
        """
