"""Counting while a dump is loaded, for the ledger."""

import re
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rewound.dump.rules import table as rules
from rewound.dump.rules.table import Rule
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.values.empty_enums import RowPlace, find_empty_enums
from rewound.load.ledger import RuleCount, TableCount, WarningCount
from rewound.load.objects import StatedObjects, TableKey, mentioned_keys, table_keys
from rewound.load.references import References
from rewound.load.rule_counts import RuleCounts
from rewound.mysql.client import Execution, ServerWarning

DAMAGING_WARNINGS: Mapping[int, Rule] = {
    1048: rules.NULL_REPLACED,
    1261: rules.VALUE_CUT,
    1262: rules.VALUE_CUT,
    1263: rules.NULL_REPLACED,
    1264: rules.NUMBER_CLIPPED,
    1265: rules.VALUE_CUT,
    1292: rules.VALUE_INVALID,
    1366: rules.VALUE_INVALID,
    1406: rules.VALUE_CUT,
    1411: rules.VALUE_INVALID,
}
"""Warnings and notes after which the table holds something other than the dump states.

Source: MySQL 9.7 server error reference; tried with each under sql_mode ''. Of the notes, rows
cause 1265 and, in strict mode, 1292: digits, the time of a DATE or trailing blanks were cut off.
"""

VALUE_CUT_SHORT = 1265
_CUT_SHORT = re.compile(r"Data truncated for column '(.*)' at row (\d+)", re.DOTALL)
_OF_COLUMN = re.compile(r".*for column '(.*)' at row \d+", re.DOTALL)
_IN_EXPRESSION = "Truncated incorrect "
"""How warning 1292 begins if an expression reads a text, not a column."""
_NOT_UNIQUE = 6124
"""A foreign key refers to an index that is not unique, or to a part of one."""
_UNCONVERTED = 1300
_KEPT = "Invalid "
"""How warning 1300 begins if bytes are not valid text. A column of bytes stores them unchanged; a
column of text gives warning 1366 as well. `Cannot convert string …` stores question marks.
"""
_OF_WHAT_IS_NOT_THERE = frozenset({1008, 1051, 1305, 1360})
"""Notes of DROP … IF EXISTS, which expects that the object may not exist."""


LOOSE_WARNINGS = frozenset({139, 1071, 1112, 1478})
"""Warnings about tables that InnoDB accepts only with innodb_strict_mode off.

Source: tried on 9.7.4: rows, keys, compression and other options that do not fit.
"""


@dataclass(slots=True)
class _RowCounts:
    """The running counts of one table; see `TableCount`."""

    rows_in_dump: int = 0
    duplicates: int = 0
    loaded: int = 0


@dataclass(slots=True)
class LoadCounters:
    """The running counts of one load. Thread-safe: several threads load."""

    _lock: threading.RLock = field(default_factory=threading.RLock)
    executed: Counter[str] = field(default_factory=Counter)
    unseen_warnings: int = 0
    sets_sequence: bool = False
    """The dump has set auto_increment_increment or auto_increment_offset."""
    positions: list[str] = field(default_factory=list)
    lost_foreign_keys: list[str] = field(default_factory=list)
    left_out: set[TableKey] = field(default_factory=set)
    """The kinds and names that the user did not ask for."""
    _rows: dict[TableKey, _RowCounts] = field(default_factory=dict)
    _tables: dict[TableKey, None] = field(default_factory=dict)
    _keys: dict[str, set[TableKey]] = field(default_factory=dict)
    """Every table by its schema, so that DROP DATABASE checks no others."""
    references: References = field(default_factory=References)
    _fired: set[TableKey] = field(default_factory=set)
    _moved: set[TableKey] = field(default_factory=set)
    objects: StatedObjects = field(default_factory=StatedObjects)
    _auto_increments: dict[TableKey, int] = field(default_factory=dict)
    _rules: RuleCounts = field(default_factory=RuleCounts)
    _warnings: dict[int, WarningCount] = field(default_factory=dict)

    def add_verdict(self, verdict: Verdict) -> None:
        """Count the rules that a verdict used."""
        for use in verdict.uses:
            self.add_use(use, verdict.line)
            if use.rule is rules.NOT_SELECTED:
                self.left_out.update(table_keys(verdict))

    def add_use(self, use: RuleUse, line: int) -> None:
        """Count one use of a rule at a line of the dump."""
        with self._lock:
            self._rules.add(use, line)
            if use.rule is rules.REPLICATION_POSITION:
                self.positions.append(use.detail)

    def lose_object(self, verdict: Verdict, reason: str) -> None:
        """Count a stored object that the server refused."""
        with self._lock:
            detail = f"{self.objects.lose(verdict, reason)}: {reason}"
            self.add_use(RuleUse(rules.OBJECT_LOST, detail), verdict.line)

    def lose_foreign_key(self, text: str, line: int) -> None:
        """Count a foreign key that the server refuses; `text` names it and the reason."""
        with self._lock:
            self.lost_foreign_keys.append(text)
            self.add_use(RuleUse(rules.FOREIGN_KEY_LOST, text), line)

    def add_execution(self, verdict: Verdict, execution: Execution) -> None:
        """Count a statement that was sent, and what the server did for it."""
        with self._lock:
            self.add_statement(verdict)
            if verdict.kind in (Kind.INSERT, Kind.REPLACE, Kind.LOAD_DATA):
                rows = self._rows[table_keys(verdict)[0]]
                net = _net_rows(verdict.statement, execution)
                duplicates = (1 if execution.records is None else execution.records) - net
                rows.loaded += net
                rows.duplicates += duplicates
                if duplicates:
                    self._note_duplicates(verdict, duplicates)
            elif verdict.kind is Kind.DELETE and execution.affected_rows:
                self._note_cascade(verdict)

    def _note_duplicates(self, verdict: Verdict, duplicates: int) -> None:
        name, rows = verdict.statement.name, verdict.statement.rows
        detail = f"{name}: {duplicates:,} of {rows:,} rows of one statement"
        self.add_use(RuleUse(rules.DUPLICATE_ROWS, detail), verdict.line)
        if verdict.kind is Kind.REPLACE:
            self._note_cascade(verdict)

    def _note_cascade(self, verdict: Verdict) -> None:
        """Record that deleting rows of this table may have deleted rows of others."""
        below = self.references.below(table_keys(verdict))
        if below:
            self._note_moved(below, verdict)

    def _note_moved(self, keys: Iterable[TableKey], verdict: Verdict) -> None:
        self._moved.update(keys)
        self.add_use(RuleUse(rules.ROWS_MOVED, str(verdict.statement.name)), verdict.line)

    def note_fired(self, verdict: Verdict) -> None:
        """Record that a trigger may fire for the rows of a statement."""
        with self._lock:
            self._fired.update(table_keys(verdict))
        self.add_use(RuleUse(rules.TRIGGER_FIRES, str(verdict.statement.name)), verdict.line)

    def add_statement(self, verdict: Verdict) -> None:
        """Count what the text of an executed statement states."""
        if not verdict.sql:
            return
        with self._lock:
            self._follow(verdict)

    def _follow(self, verdict: Verdict) -> None:
        self.executed[verdict.kind.value] += 1
        self.objects.follow(verdict)
        self.references.follow(verdict)
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.INSERT | Kind.REPLACE | Kind.LOAD_DATA:
                self._keys.setdefault(keys[0][0], set()).add(keys[0])
                self._rows.setdefault(keys[0], _RowCounts()).rows_in_dump += verdict.statement.rows
            case Kind.CREATE_TABLE:
                self._keys.setdefault(keys[0][0], set()).add(keys[0])
                self._tables[keys[0]] = None
                self._note_auto_increment(keys[0], verdict)
            case Kind.ALTER_TABLE:
                self._note_auto_increment(keys[0], verdict)
                if verdict.mentions.moves_rows:
                    self._note_moved([keys[0], *mentioned_keys(verdict)], verdict)
                if (new := verdict.mentions.renamed_to) is not None:
                    self._rename(keys[0], (new.schema or verdict.schema or keys[0][0], new.name))
            case Kind.TRUNCATE:
                self._rows.pop(keys[0], None)
                self._auto_increments.pop(keys[0], None)
            case Kind.DELETE:
                self._rows.pop(keys[0], None)
            case Kind.DROP_TABLE:
                self._forget(keys)
            case Kind.DROP_DATABASE if verdict.statement.name is not None:
                schema = verdict.statement.name.name
                self._forget(self._keys.pop(schema, ()))

    def has_tables(self, keys: Iterable[TableKey]) -> bool:
        """Tell whether the statements so far have created these tables."""
        return all(key in self._tables for key in keys)

    def _note_auto_increment(self, key: TableKey, verdict: Verdict) -> None:
        if verdict.auto_increment is not None:
            self._auto_increments[key] = verdict.auto_increment

    def _rename(self, old: TableKey, new: TableKey) -> None:
        if old in self._tables:
            self._tables[new] = self._tables.pop(old)
        if old in self._rows:
            self._rows[new] = self._rows.pop(old)
        if old in self._auto_increments:
            self._auto_increments[new] = self._auto_increments.pop(old)
        if old in self._moved:
            self._moved.add(new)
        self.references.rename(old, new)

    def _forget(self, keys: Iterable[TableKey]) -> None:
        for key in keys:
            self._rows.pop(key, None)
            self._tables.pop(key, None)
            self._auto_increments.pop(key, None)

    def add_warnings(
        self, verdict: Verdict, warnings: Sequence[ServerWarning], *, expected: int
    ) -> None:
        """Count a statement's warnings; `expected` is the server's own count of them."""
        with self._lock:
            self.unseen_warnings += max(0, expected - len(warnings))
            harmless = _find_empty_enums(verdict, warnings)
            for warning in warnings:
                if concerns_computed(warning, verdict.computed):
                    continue
                if warning.level != "Note" or warning.number not in _OF_WHAT_IS_NOT_THERE:
                    self._add_warning(warning, verdict.line, is_empty_enum=warning in harmless)

    def _add_warning(self, warning: ServerWarning, line: int, *, is_empty_enum: bool) -> None:
        rule = rules.EMPTY_ENUM if is_empty_enum else _find_rule(warning)
        if rule is not None:
            self.add_use(RuleUse(rule, f"{warning.text} (MySQL warning {warning.number})"), line)
        one = WarningCount(warning.number, 1, line, warning.text)
        known = self._warnings.get(warning.number, replace(one, count=0))
        first = one if line < known.first_line else known
        self._warnings[warning.number] = replace(first, count=known.count + 1)

    def has_used(self, rule: Rule) -> bool:
        """Tell whether a rule was used so far."""
        return self._rules.has(rule)

    def rules(self) -> tuple[RuleCount, ...]:
        """Return the rules in the order of their first use in the dump."""
        return self._rules.in_order()

    def warnings(self) -> tuple[WarningCount, ...]:
        """Return the warnings in the order of their first appearance in the dump."""
        return tuple(sorted(self._warnings.values(), key=lambda warning: warning.first_line))

    def tables(
        self, counted: Mapping[TableKey, int], auto_increments: Mapping[TableKey, int]
    ) -> tuple[TableCount, ...]:
        """Return every table of the dump or of the server, with what both say about it."""
        tables = []
        keys = {*self._tables, *self._rows, *counted}
        others = self.objects.routines_and_views
        reached = self.references.written_by_triggers(self._fired, keys, others) | self._moved
        for key in sorted(keys):
            rows = self._rows.get(key, _RowCounts())
            by_others = counted.get(key, 0) - rows.loaded if key in reached else 0
            tables.append(
                TableCount(
                    *key,
                    rows.rows_in_dump,
                    rows.duplicates,
                    rows.loaded,
                    counted.get(key),
                    self._auto_increments.get(key),
                    auto_increments.get(key),
                    by_others,
                )
            )
        return tuple(tables)


def _find_rule(warning: ServerWarning) -> Rule | None:
    """Return the rule that a warning falls under, if any."""
    if warning.number in LOOSE_WARNINGS:
        return rules.LOOSE_INNODB
    if warning.number == _NOT_UNIQUE:
        return rules.KEY_NOT_UNIQUE
    if warning.number == _UNCONVERTED:
        return None if warning.text.startswith(_KEPT) else rules.CHARACTERS_LOST
    return DAMAGING_WARNINGS.get(warning.number)


def concerns_computed(warning: ServerWarning, computed: Collection[str]) -> bool:
    """Tell whether a warning is about a value that the server computes for a generated column.

    The server rounds and cuts such values as the dumped server did, and the dump either states no
    value there or states one that is compared. `computed` are the generated columns of the
    statement's table.
    """
    if not computed:
        return False
    if match := _OF_COLUMN.fullmatch(warning.text):
        return match[1].lower() in computed
    return warning.text.startswith(_IN_EXPRESSION)


def _net_rows(statement: Statement, execution: Execution) -> int:
    """Return how many rows an INSERT or REPLACE added to its table.

    The server counts a replaced or updated row as two. For several rows it reports their number,
    for a single row it does not. It does not count a row that IGNORE left out.
    """
    affected = execution.affected_rows
    if statement.kind in (Kind.INSERT, Kind.LOAD_DATA) and not statement.updates_rows:
        return affected
    if execution.duplicates is not None:
        return affected - 2 * execution.duplicates
    if statement.kind is Kind.REPLACE:
        return 2 - affected
    return int(affected == 1)


def _find_empty_enums(verdict: Verdict, warnings: Sequence[ServerWarning]) -> set[ServerWarning]:
    """Return the warnings about an empty text for an ENUM."""
    if verdict.enums is None:
        return set()
    places = {
        warning: RowPlace(match[1].lower(), int(match[2]))
        for warning in warnings
        if warning.number == VALUE_CUT_SHORT and (match := _CUT_SHORT.fullmatch(warning.text))
    }
    if not places:
        return set()
    empty = find_empty_enums(verdict.statement, verdict.enums, places.values())
    return {warning for warning, place in places.items() if place in empty}
