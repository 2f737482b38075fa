"""What the definitions of a dump's tables imply for the values in an INSERT.

Pure.
"""

from dataclasses import dataclass, field, replace

from rewound.dump.definitions.known_tables import KnownTable, KnownTables, TableKey
from rewound.dump.judging.row_tests import make_row_test
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import EnumColumns, RuleUse, Verdict
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.insert_head import read_insert_head
from rewound.dump.text.statement import Statement
from rewound.dump.values.generated_values import replace_generated


@dataclass(frozen=True, slots=True)
class KnownInsert:
    """An INSERT into a table that the dump has created."""

    table: KnownTable
    columns: tuple[str, ...]
    """The columns that a row states, in their order, in lower case."""
    auto_increment: int | None
    """The index of the AUTO_INCREMENT column among them."""
    generated: tuple[int, ...]
    """The indexes of generated columns."""
    enums: EnumColumns | None
    """The positions of ENUM columns among them."""
    computed: frozenset[str]
    """The columns whose values the server computes: generated ones, and those that no row states;
    in lower case.
    """


@dataclass(slots=True)
class KnownInserts:
    """Reads the heads of INSERTs. Guards the last one: many rows begin alike."""

    tables: KnownTables
    _place: object = field(default=None, init=False)
    _insert: KnownInsert | None = field(default=None, init=False)

    def find(
        self, statement: Statement, key: TableKey, session: DumpSession, version: int
    ) -> KnownInsert | None:
        """Return what an INSERT's head implies; None if nothing is certain.

        `version` is that of the server.
        """
        head = statement.text[: statement.rows_start]
        place = (head, key, self.tables.version, session.mode, session.keeps_zero)
        if place != self._place:
            self._place = place
            self._insert = self._read(head, key, session, version)
        return self._insert

    def with_values(
        self, verdict: Verdict, schema: str, session: DumpSession, version: int
    ) -> Verdict:
        """Return the verdict on an INSERT with what is known about the values in its rows."""
        statement = verdict.statement
        insert = self.find(statement, (schema, statement.names[0].name), session, version)
        if insert is None or not (insert.computed or insert.enums):
            return verdict
        verdict = replace(verdict, enums=insert.enums, computed=insert.computed)
        if not insert.generated or verdict.sql[-1] is not statement.text:
            return verdict
        replaced = replace_generated(statement, insert.columns, insert.generated, session.mode)
        if replaced is None:
            return verdict
        sql, stated = replaced
        use = RuleUse(rules.GENERATED_VALUE, f"{statement.name}: {', '.join(stated.generated)}")
        return replace(
            verdict, sql=(*verdict.sql[:-1], sql), uses=(*verdict.uses, use), stated=stated
        )

    def _read(
        self, head: bytes, key: TableKey, session: DumpSession, version: int
    ) -> KnownInsert | None:
        table = self.tables.find(key)
        read = read_insert_head(head, session.mode, version)
        listed = None if table is None or read is None else table.listed(read.columns)
        if table is None or read is None or listed is None:
            return None
        auto_increment_indexes = [
            index for index, each in enumerate(listed) if each.has_auto_increment
        ]
        names = tuple(column.name for column in listed)
        enums = tuple(index for index, each in enumerate(listed) if each.is_enum)
        are_plain = make_row_test(table, read.columns, keeps_zero=session.keeps_zero)
        return KnownInsert(
            table,
            names,
            auto_increment_indexes[0] if auto_increment_indexes else None,
            tuple(index for index, each in enumerate(listed) if each.is_generated),
            EnumColumns(names, enums, session.mode, are_plain) if enums else None,
            frozenset(
                each.name for each in table.columns if each.is_generated or each.name not in names
            ),
        )
