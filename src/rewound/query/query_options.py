"""How statements run, in every world alike. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """How statements are run, in every world alike."""

    timeout_s: float | None = None
    """How long each statement may take; it is ended on the server as well."""
    row_limit: int | None = None
    """How many rows of each SELECT are requested; further rows are noted."""
    enough_rows: int | None = None
    """More rows than these are not needed, because they are not shown."""
    is_read_only: bool = False
    """Every statement runs in a read-only transaction, whoever asks."""
    has_one_answer: bool = False
    """A statement with several result sets fails; there is only room for one."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """User variables of the session, by their names without the @."""

    @property
    def server_limit(self) -> int | None:
        """How many rows each server is asked for: one more than wanted tells of more."""
        limits = [each for each in (self.row_limit, self.enough_rows) if each is not None]
        return min(limits) + 1 if limits else None
