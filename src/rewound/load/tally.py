"""Counting while a dump is loaded: what the ledger will state."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rewound.dump.statement import Kind, Statement
from rewound.dump.verdict import Verdict
from rewound.load.ledger import RuleCount, TableCount, WarningCount
from rewound.mysql.client import Execution, ServerWarning

TableKey = tuple[str, str]
"""(schema, table)."""


@dataclass(slots=True)
class _Rows:
    """The running counts of one table; see `TableCount`."""

    stated: int = 0
    duplicates: int = 0
    inserted: int = 0


@dataclass(slots=True)
class Tally:
    """The running counts of one load."""

    executed: Counter[str] = field(default_factory=Counter)
    unseen_warnings: int = 0
    positions: list[str] = field(default_factory=list)
    _rows: dict[TableKey, _Rows] = field(default_factory=dict)
    _tables: dict[TableKey, None] = field(default_factory=dict)
    _rules: dict[str, RuleCount] = field(default_factory=dict)
    _warnings: dict[int, WarningCount] = field(default_factory=dict)

    def add_verdict(self, verdict: Verdict) -> None:
        """Count the rules that a verdict used."""
        for use in verdict.uses:
            name = use.rule.name
            known = self._rules.get(name)
            self._rules[name] = RuleCount(
                rule=name,
                effect=use.rule.effect.value,
                count=1 if known is None else known.count + 1,
                first_line=verdict.line if known is None else known.first_line,
                first_detail=use.detail if known is None else known.first_detail,
            )
            if name == "replication-position":
                self.positions.append(use.detail)

    def add_execution(self, verdict: Verdict, execution: Execution) -> None:
        """Count what the server did for a statement that was sent."""
        self.executed[verdict.kind.value] += 1
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.INSERT | Kind.REPLACE:
                rows = self._rows.setdefault(keys[0], _Rows())
                net = _net_rows(verdict.statement, execution)
                rows.stated += verdict.statement.rows
                rows.inserted += net
                rows.duplicates += (1 if execution.records is None else execution.records) - net
            case Kind.CREATE_TABLE:
                self._tables[keys[0]] = None
            case Kind.TRUNCATE | Kind.DELETE:
                self._rows.pop(keys[0], None)
            case Kind.DROP_TABLE:
                self._forget(keys)
            case Kind.DROP_DATABASE if verdict.statement.name is not None:
                schema = verdict.statement.name.name
                self._forget([key for key in {*self._tables, *self._rows} if key[0] == schema])

    def _forget(self, keys: Iterable[TableKey]) -> None:
        for key in keys:
            self._rows.pop(key, None)
            self._tables.pop(key, None)

    def add_warnings(
        self, verdict: Verdict, warnings: Sequence[ServerWarning], *, expected: int
    ) -> None:
        """Count a statement's warnings; `expected` is the server's own count of them."""
        self.unseen_warnings += max(0, expected - len(warnings))
        for warning in warnings:
            known = self._warnings.get(warning.number)
            self._warnings[warning.number] = WarningCount(
                number=warning.number,
                count=1 if known is None else known.count + 1,
                first_line=verdict.line if known is None else known.first_line,
                first_text=warning.text if known is None else known.first_text,
            )

    def rules(self) -> tuple[RuleCount, ...]:
        """Return the rules in the order of their first use."""
        return tuple(self._rules.values())

    def warnings(self) -> tuple[WarningCount, ...]:
        """Return the warnings in the order of their first appearance."""
        return tuple(self._warnings.values())

    def tables(self, counted: dict[TableKey, int]) -> tuple[TableCount, ...]:
        """Return every table of the dump or of the server, with both counts."""
        tables = []
        for key in sorted({*self._tables, *self._rows, *counted}):
            rows = self._rows.get(key, _Rows())
            tables.append(
                TableCount(*key, rows.stated, rows.duplicates, rows.inserted, counted.get(key))
            )
        return tuple(tables)


def table_key(verdict: Verdict) -> TableKey | None:
    """Return the table that a statement is about, the first where it names several."""
    return next(iter(table_keys(verdict)), None)


def table_keys(verdict: Verdict) -> list[TableKey]:
    """Return the tables that a statement names, with the schemas that they are in."""
    keys = []
    for name in verdict.statement.names:
        schema = name.schema or verdict.schema
        if schema is not None:
            keys.append((schema, name.name))
    return keys


def _net_rows(statement: Statement, execution: Execution) -> int:
    """Return by how many rows an INSERT or REPLACE made its table longer.

    The server counts a replaced or updated row as two; for several rows it tells their
    number, for a single row it does not. A row that IGNORE left out it counts as none.
    """
    affected = execution.affected_rows
    if statement.kind is Kind.INSERT and not statement.updates_rows:
        return affected
    if execution.duplicates is not None:
        return affected - 2 * execution.duplicates
    if statement.kind is Kind.REPLACE:
        return 2 - affected
    return int(affected == 1)
