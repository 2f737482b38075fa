"""Which rows may be moved into other statements than those of the dump.

Pure. A statement's rows may be split, and those of several joined, if the server treats each row
alike in any of them. That is certain only for literals, in a table that the dump has created, if no
trigger can fire and the server chooses no numbers: it reserves numbers for all rows of a statement
at once, and LAST_INSERT_ID() then returns the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.dump.definitions.known_tables import KnownTable, KnownTables
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.insert_head import read_insert_head
from rewound.dump.text.splitter import RowTest
from rewound.dump.values.plain_rows import PlainRows


@dataclass(slots=True)
class RowTestFinder:
    """Finds the test for the rows of an INSERT. Guards the last one, which knows patterns."""

    tables: KnownTables
    _place: object = None
    _test: RowTest | None = None

    def find(
        self, head: bytes, session: DumpSession, schema: str | None, version: int
    ) -> RowTest | None:
        """Return the test for an INSERT with this head; None if none of its rows can pass.

        `schema` applies to names without one; `version` is that of the server.
        """
        place = (head, schema, self.tables.version, session.sql_mode)
        if place != self._place:
            self._place = place
            self._test = self._make(head, session, schema, version)
        return self._test

    def _make(
        self, head: bytes, session: DumpSession, schema: str | None, version: int
    ) -> RowTest | None:
        read = read_insert_head(head, session.mode, version)
        schema = schema if read is None else read.table.schema or schema
        if read is None or schema is None:
            return None
        table = self.tables.find((schema, read.table.name))
        if table is None:
            return None
        return make_row_test(table, read.columns, keeps_zero=session.keeps_zero)


def make_row_test(
    table: KnownTable, names: Sequence[str] | None, *, keeps_zero: bool
) -> RowTest | None:
    """Return the test for rows that state these columns of a table; None if no rows can pass."""
    listed = table.listed(names)
    if listed is None or table.has_triggers:
        return None
    auto_increment_indexes = [
        index for index, column in enumerate(listed) if column.has_auto_increment
    ]
    if not auto_increment_indexes and any(column.has_auto_increment for column in table.columns):
        return None
    rows = PlainRows(
        len(listed),
        auto_increment_index=auto_increment_indexes[0] if auto_increment_indexes else None,
        keeps_zero=keeps_zero,
    )
    return rows.are_plain
