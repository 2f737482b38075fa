"""Patterns (`*`, `?`) of tables and columns, and those that match nothing. Pure."""

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rewound.errors import UsageError
from rewound.similar_names import suggest

EVERY_TABLE = ("*",)


def fits_table(patterns: Sequence[str], schema: str, table: str) -> bool:
    """Return whether one of the patterns matches this table: `player`, `game.player_*`."""
    return any(
        fnmatch.fnmatchcase(f"{schema}.{table}" if "." in pattern else table, pattern)
        for pattern in patterns
    )


def fits_column(patterns: Sequence[str], name: str) -> bool:
    """Return whether a name matches one of the patterns; column names are case-insensitive."""
    return any(fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns)


@dataclass(slots=True)
class UnmetPatterns:
    """The patterns that have matched nothing in the worlds looked at so far."""

    tables: Sequence[str]
    """Which tables are compared; columns are looked for in these alone."""
    columns: set[str]
    _unmet_tables: set[str] = field(init=False)
    _known_tables: dict[str, None] = field(default_factory=dict)
    _known_columns: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._unmet_tables = set(self.tables) - set(EVERY_TABLE)

    @property
    def is_empty(self) -> bool:
        """Whether each of them has matched something."""
        return not (self._unmet_tables or self.columns)

    def look_at(self, schema: str, tables: Mapping[str, Iterable[str]]) -> None:
        """Look at the tables of a schema, each with its columns."""
        for table, columns in tables.items():
            self._known_tables[table] = None
            self._unmet_tables = {
                pattern
                for pattern in self._unmet_tables
                if not fits_table([pattern], schema, table)
            }
            if not fits_table(self.tables, schema, table):
                continue
            for column in columns:
                self._known_columns[column] = None
                self.columns = {
                    pattern for pattern in self.columns if not fits_column([pattern], column)
                }

    def require_met(self) -> None:
        """Check that each has matched something.

        Raises:
            UsageError: one has not.
        """
        for kind, unmet, known in (
            ("table", self._unmet_tables, self._known_tables),
            ("column", self.columns, self._known_columns),
        ):
            if unmet:
                first = sorted(unmet)[0]
                wanted = first.rpartition(".")[2].strip("*?") or first
                of_tables = ""
                if kind == "column" and tuple(self.tables) != EVERY_TABLE:
                    of_tables = f" of {', '.join(self.tables)}"
                raise UsageError(
                    f"no {kind}{of_tables} matches {', '.join(sorted(unmet))}",
                    hint=suggest(wanted, list(known), listed_as=f"{kind}s"),
                )
