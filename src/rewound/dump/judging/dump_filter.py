"""Which part of a dump to restore: `--only-schema`, `--only-table`, `--skip-table`.

Pure. Patterns are like those for file names (`log_*`), for a table's name or `schema.table`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from rewound.dump.text.statement import Kind
from rewound.similar_names import find_similar

_BY_FIRST_NAME = frozenset(
    {Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.DROP_TABLE, Kind.TRUNCATE, Kind.CREATE_INDEX}
    | {
        Kind.INSERT,
        Kind.REPLACE,
        Kind.LOAD_DATA,
        Kind.DELETE,
        Kind.LOCK,
        Kind.CREATE_VIEW,
        Kind.DROP_VIEW,
    }
    | {Kind.MARIADB_OBJECT}
)
_STORED_OBJECTS = frozenset(
    {Kind.CREATE_PROCEDURE, Kind.CREATE_FUNCTION, Kind.CREATE_EVENT}
    | {Kind.DROP_PROCEDURE, Kind.DROP_FUNCTION, Kind.DROP_EVENT}
    | {Kind.CREATE_LIBRARY, Kind.DROP_LIBRARY}
)

ObjectName = tuple[str, str]
"""(schema, name)."""


@dataclass(frozen=True, slots=True)
class DumpFilter:
    """A part of a dump; without any patterns, all of it."""

    only_schemas: tuple[str, ...] = ()
    only_tables: tuple[str, ...] = ()
    skip_tables: tuple[str, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether nothing is excluded."""
        return not (self.only_schemas or self.only_tables or self.skip_tables)

    def __str__(self) -> str:
        """Return the options that select it."""
        asked = [
            *(f"--only-schema {pattern}" for pattern in self.only_schemas),
            *(f"--only-table {pattern}" for pattern in self.only_tables),
            *(f"--skip-table {pattern}" for pattern in self.skip_tables),
        ]
        return " ".join(asked)

    def has_schema(self, schema: str) -> bool:
        """Tell whether anything of a schema is included."""
        return not self.only_schemas or _matches(schema, self.only_schemas)

    def has_table(self, schema: str, table: str) -> bool:
        """Tell whether a table or view is included."""
        names = (table, f"{schema}.{table}")
        return (
            self.has_schema(schema)
            and (not self.only_tables or any(_matches(name, self.only_tables) for name in names))
            and not any(_matches(name, self.skip_tables) for name in names)
        )

    def has(self, kind: Kind, names: list[ObjectName]) -> bool:
        """Tell whether a statement concerns something included; `names` are the names in it.

        A trigger belongs to its table. Routines and events are excluded if only some tables are
        selected.
        """
        if self.is_all or not names:
            return True
        if kind is Kind.CREATE_TRIGGER:
            return self.has_table(*names[-1])
        if kind in _BY_FIRST_NAME:
            return any(self.has_table(*name) for name in names)
        if kind in _STORED_OBJECTS and self.only_tables:
            return False
        return self.has_schema(names[0][0])

    def find_unmet(self, schemas: Iterable[str], tables: Iterable[ObjectName]) -> list[str]:
        """Return the options that match none of these schemas and tables."""
        known = list(tables)
        unmet = [
            f"--only-schema {pattern}"
            for pattern in self.only_schemas
            if not any(fnmatchcase(schema, pattern) for schema in schemas)
        ]
        unmet += [
            f"--only-table {pattern}"
            for pattern in self.only_tables
            if not any(
                fnmatchcase(table, pattern) or fnmatchcase(f"{schema}.{table}", pattern)
                for schema, table in known
            )
        ]
        return unmet

    def describe_unmet(
        self,
        schemas: Iterable[str],
        tables: Iterable[ObjectName],
        left_out: Iterable[ObjectName],
    ) -> list[str]:
        """Return the same, with similar names as suggestions for options that were mistyped."""
        names = {name for pair in left_out for name in pair}
        described = []
        for asked in self.find_unmet(schemas, tables):
            similar = find_similar(asked.rpartition(" ")[2].rpartition(".")[2], names)
            meant = f" (did you mean {' or '.join(similar)}?)" if similar else ""
            described.append(asked + meant)
        return described

    def find_idle(self, left_out: Iterable[ObjectName]) -> list[str]:
        """Return the options that exclude nothing, given everything that all of them excluded."""
        known = list(left_out)
        return [
            f"--skip-table {pattern}"
            for pattern in self.skip_tables
            if not any(_matches(name, [pattern]) for s, t in known for name in (t, f"{s}.{t}"))
        ]


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
