"""What a replay has applied so far."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rewound.binlog.events.table_map import TableMap, TableName
from rewound.binlog.rows.row_counts import ChangedRows
from rewound.dump.rules.verdict import RuleUse
from rewound.load.log_receipt import HandlerCounts, LogRule
from rewound.replay.not_proved import INEXACT, Unstated, find_unstated

_MOST_DEFINITIONS = 1000
"""How many of them a receipt lists."""


@dataclass(slots=True)
class Applied:
    """The running counts of one replay."""

    transactions: int = 0
    rows: HandlerCounts = field(default_factory=HandlerCounts)
    """As counted in the events that were sent."""
    definitions: list[str] = field(default_factory=list)
    """The first of the statements without rows, each with its place."""
    definition_count: int = 0
    unstated: dict[Unstated, set[TableName]] = field(default_factory=dict)
    """What the logs do not state of the tables whose rows they change."""
    _rules: dict[str, LogRule] = field(default_factory=dict)

    def add_rows(self, counts: Iterable[ChangedRows]) -> None:
        """Count rows that were sent."""
        inserted, updated, deleted = self.rows.inserted, self.rows.updated, self.rows.deleted
        for rows in counts:
            inserted += rows.inserted
            updated += rows.updated
            deleted += rows.deleted
        self.rows = HandlerCounts(inserted, updated, deleted)

    def add_definition(self, text: str) -> None:
        """Count a statement without rows that was executed."""
        self.definition_count += 1
        if len(self.definitions) < _MOST_DEFINITIONS:
            self.definitions.append(text)

    def add_table(self, table_map: TableMap) -> None:
        """Record what the log does not state of a table."""
        for kind in find_unstated(table_map):
            self.unstated.setdefault(kind, set()).add(table_map.name)

    @property
    def inexact(self) -> set[TableName]:
        """Tables whose rows a dump may not have exactly."""
        return set().union(*(self.unstated.get(kind, ()) for kind in INEXACT))

    def add_use(self, use: RuleUse, place: str) -> None:
        """Count one use of a rule."""
        name = use.rule.name
        known = self._rules.get(name)
        if known is None:
            self._rules[name] = LogRule(name, use.rule.effect.value, 1, place, use.detail)
        else:
            self._rules[name] = replace(known, count=known.count + 1)

    @property
    def rules(self) -> tuple[LogRule, ...]:
        """The rules that were used, in the order of their first use."""
        return tuple(self._rules.values())
