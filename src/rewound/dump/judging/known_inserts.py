"""What the tables that a dump has made say of the values in an INSERT.

Pure.
"""

from dataclasses import dataclass, field

from rewound.dump.definitions.known_tables import KnownTable, KnownTables, TableKey
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse, StatedValues
from rewound.dump.settings.session import Session
from rewound.dump.text.insert_head import read_insert_head
from rewound.dump.text.statement import Statement
from rewound.dump.values.generated_values import replace_generated


@dataclass(frozen=True, slots=True)
class KnownInsert:
    """An INSERT into a table that the dump has made."""

    table: KnownTable
    columns: tuple[str, ...]
    """Those that a row states, in their order, in lower case."""
    auto_increment: int | None
    """The position of the AUTO_INCREMENT among them."""
    generated: tuple[int, ...]
    """The positions of generated columns."""


@dataclass(slots=True)
class KnownInserts:
    """Reads the heads of INSERTs. Guards the last one: many rows begin alike."""

    tables: KnownTables
    _place: object = field(default=None, init=False)
    _insert: KnownInsert | None = field(default=None, init=False)

    def find(
        self, statement: Statement, key: TableKey, session: Session, version: int
    ) -> KnownInsert | None:
        """Return what an INSERT's head says; None where nothing certain is known of it.

        `version` is the server's.
        """
        head = statement.text[: statement.rows_start]
        place = (head, key, self.tables.version, session.mode)
        if place != self._place:
            self._place = place
            self._insert = self._read(head, key, session, version)
        return self._insert

    def replace_generated(
        self, statement: Statement, schema: str, session: Session, version: int
    ) -> tuple[bytes, StatedValues | None, list[RuleUse]]:
        """Return what becomes of an INSERT by what its rows state for generated columns."""
        unchanged: tuple[bytes, None, list[RuleUse]] = (statement.text, None, [])
        insert = self.find(statement, (schema, statement.names[0].name), session, version)
        if insert is None or not insert.generated:
            return unchanged
        replaced = replace_generated(statement, insert.columns, insert.generated, session.mode)
        if replaced is None:
            return unchanged
        sql, stated = replaced
        detail = f"{statement.name}: {', '.join(stated.generated)}"
        return sql, stated, [RuleUse(rules.GENERATED_VALUE, detail)]

    def _read(
        self, head: bytes, key: TableKey, session: Session, version: int
    ) -> KnownInsert | None:
        table = self.tables.find(key)
        read = read_insert_head(head, session.mode, version)
        listed = None if table is None or read is None else table.listed(read.columns)
        if table is None or listed is None:
            return None
        numbered = [index for index, each in enumerate(listed) if each.has_auto_increment]
        return KnownInsert(
            table,
            tuple(column.name for column in listed),
            numbered[0] if numbered else None,
            tuple(index for index, each in enumerate(listed) if each.is_generated),
        )
