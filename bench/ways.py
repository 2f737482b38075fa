"""What every way from dumps to worlds has in common: the place, and four steps.

`prepare` is not timed, `act` is, `count_rows` proves that nothing is missing, `clear` leaves
no server behind.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bench.rewound_command import RewoundCommand
from bench.workload import Dump
from rewound.engine.install.installation import Installation

Rows = list[dict[str, int]]
"""The number of rows of each table, for each world."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the ways are gone."""

    folder: Path
    """A folder for everything."""
    installation: Installation
    """The MySQL of all of them."""
    template: Path
    """An empty data directory."""
    rewound: RewoundCommand
    """The command that is measured."""


class Way(Protocol):
    """One way from dumps to worlds."""

    def prepare(self) -> None:
        """Make a fresh state."""

    def act(self) -> None:
        """Bring all worlds up."""

    def count_rows(self) -> Rows:
        """Return what the worlds hold."""

    def clear(self) -> None:
        """End the servers, and delete their data."""


def count_sql(dump: Dump) -> str:
    """Return the statement that counts the rows of all tables."""
    return " UNION ALL ".join(
        f"SELECT '{table}' AS name, COUNT(*) AS row_count FROM game.{table}" for table in dump.rows
    )
