"""The ledger: what a load executed, changed, left out and counted, and whether it balances.

The values are plain and are kept as JSON beside the world. `find_imbalances` is pure:
a world is ready only if it finds nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from rewound.dump.rules.table import (
    CUT_OFF,
    FOREIGN_KEY_LOST,
    OBJECT_LOST,
    RULES,
    SYSTEM_SCHEMA,
    Effect,
    Rule,
)
from rewound.figures import show_count
from rewound.load.dump_facts import DumpFacts, describe_line
from rewound.load.log_receipt import LogReceipt, find_log_imbalances


@dataclass(frozen=True, slots=True)
class ListedUse:
    """One use of a rule."""

    line: int
    """The line of the dump."""
    detail: str
    """What it was about; a long one is cut."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was used."""

    rule: str
    effect: str
    count: int
    first_line: int
    """The line of the dump of the first use."""
    first_detail: str
    """What the first use was about."""
    uses: tuple[ListedUse, ...] = ()
    """The uses in the order of their lines, 1,000 of them at most; none of a rule by which a
    statement is only executed in a faster way.
    """


@dataclass(frozen=True, slots=True)
class WarningCount:
    """How often the server gave a warning."""

    number: int
    """MySQL's number."""
    count: int
    first_line: int
    """The line of the dump of the statement that gave the first one."""
    first_text: str
    """MySQL's own message."""


@dataclass(frozen=True, slots=True)
class TableCount:
    """The rows of one table."""

    schema: str
    table: str
    rows_in_dump: int
    """Rows of the INSERT and REPLACE statements, counted in the dump's text."""
    duplicates: int
    """How many fewer rows IGNORE, REPLACE and ON DUPLICATE KEY UPDATE made of them."""
    loaded: int
    """Sum of the server's own counts of the rows that these statements added."""
    counted: int | None
    """COUNT(*) after the load; None if the table is missing."""
    auto_increment_in_dump: int | None = None
    """AUTO_INCREMENT as the dump states it."""
    auto_increment: int | None = None
    """AUTO_INCREMENT after the load: the number that the next row would get."""
    by_others: int = 0
    """Rows that triggers, foreign keys and exchanged partitions added or, below zero, removed: the
    excess of `counted` over `loaded`. 0 for every table that none of them can reach.
    """
    by_logs: int = 0
    """Rows that binary logs added or, below zero, removed."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A view, trigger, procedure, function or event that the dump creates."""

    kind: str
    """view, trigger, procedure, function or event."""
    schema: str
    name: str
    is_there: bool
    """It was found in the server after the load."""
    is_broken: bool = False
    """For a view: something that it selects from is missing, so that queries on it fail."""
    lost: str = ""
    """Why the server refused it; empty for all others."""


@dataclass(frozen=True, slots=True)
class ForeignKeys:
    """The foreign keys of the restored tables."""

    count: int = 0
    is_checked: bool = False
    """Whether every row was looked up; otherwise unchecked, as in the dump."""
    broken: tuple[str, ...] = ()
    """Each key that is violated, and by how many rows."""
    lost: tuple[str, ...] = ()
    """Each key that the server refused, and why."""


@dataclass(frozen=True, slots=True)
class DeepProof:
    """Proof that a second load of the dump, statement by statement, gave the same world."""

    agreed_at: datetime
    tables: int
    """How many were compared."""
    rows: int
    definitions: int
    """Databases, tables, views, triggers, procedures, functions and events."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that a load did."""

    dump: DumpFacts
    server_version: str
    """Version of the server that was loaded."""
    started_at: datetime
    ended_at: datetime
    statements: int
    """Statements found in the dump."""
    executed: Mapping[str, int]
    """Kind of statement to how many were sent, rewritten ones among them."""
    rules: tuple[RuleCount, ...]
    warnings: tuple[WarningCount, ...]
    unseen_warnings: int
    """Warnings that the server counted but no longer listed when asked."""
    schemas: tuple[str, ...]
    """The databases that were restored."""
    tables: tuple[TableCount, ...]
    objects: tuple[StoredObject, ...]
    foreign_keys: ForeignKeys
    unfinished_allowed: bool
    """The user accepted a dump whose end cannot be proven."""
    dump_filter: str | None = None
    """The options that selected a part of the dump; None if all of it was loaded."""
    unmet: tuple[str, ...] = ()
    """Those of them that match nothing in the dump."""
    idle: tuple[str, ...] = ()
    """Those that exclude something which the dump does not contain."""
    server_settings: Mapping[str, str] = field(default_factory=dict)
    """Global variables that differ from MySQL's defaults on the world's server."""
    allowed: tuple[str, ...] = ()
    """The rules that the user accepted although they change the world."""
    deep: DeepProof | None = None
    """The result of comparing the world with a second load; None if not requested."""
    receipt: LogReceipt | None = None
    """What binary logs did after the dump; None if none were replayed."""

    @property
    def moment(self) -> datetime | None:
        """The moment that binary logs led to; None if it is the dump's own."""
        return None if self.receipt is None else self.receipt.as_of

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table.counted or 0 for table in self.tables)


def find_imbalances(ledger: Ledger) -> list[str]:
    """Return every reason why this load does not prove its dump; an empty list means ready."""
    return [each for findings in _find_by_kind(ledger).values() for each in findings]


def describe_imbalances(ledger: Ledger) -> str:
    """Return the same in one text that says of which kind the findings are."""
    return "; ".join(
        f"{kind}: {'; '.join(findings)}" if kind else "; ".join(findings)
        for kind, findings in _find_by_kind(ledger).items()
        if findings
    )


def _find_by_kind(ledger: Ledger) -> dict[str, list[str]]:
    """Return the findings by their kind; those that are clear without one have an empty kind."""
    return {
        "": [
            *_completeness(ledger),
            *(f"nothing in this dump matches {option}" for option in ledger.unmet),
        ],
        "the ledger does not balance": [
            *find_missing_rows(ledger.tables),
            *_missing_objects(ledger.objects),
            *_lower_counters(ledger.tables),
            *_unseen(ledger),
            *(() if ledger.receipt is None else find_log_imbalances(ledger.receipt)),
        ],
        "rows break foreign keys": _broken_keys(ledger.foreign_keys),
        "the world would differ from the dump": find_damage(
            ledger.rules, ledger.allowed, partial(_list_lost, ledger), ledger.dump.describe_line
        ),
    }


def find_damage(
    rules: Sequence[RuleCount],
    allowed: Collection[str],
    list_lost: Callable[[Rule], Sequence[str]] = lambda _rule: (),
    describe_place: Callable[[int], str] = lambda line: describe_line((), line),
) -> list[str]:
    """Return the findings of damage rules that are not allowed; each fails the world.

    `list_lost` returns the names of everything that a rule lost, if known; `describe_place` where a
    line of the dump is.
    """
    problems = []
    for use in rules:
        rule = _DAMAGES.get(use.rule)
        if rule is not None and rule.name not in allowed:
            detail = "; ".join(list_lost(rule)) or use.first_detail
            problems.append(
                f"rule {rule.name}: {detail} ({show_count(use.count, 'time')}, first at"
                f" {describe_place(use.first_line)}); --allow {rule.name} accepts that {rule.does}"
            )
    return problems


def summarise_rules(rules: Sequence[RuleCount]) -> str:
    """Return the uses of rules, of one load or of several, on one line, most used first."""
    counts = Counter[str]()
    for use in rules:
        counts[use.rule] += use.count
    return ", ".join(f"{rule} {count:,}" for rule, count in counts.most_common())


def _completeness(ledger: Ledger) -> list[str]:
    text = f"{ledger.dump.text_bytes:,} bytes of text"
    if not ledger.schemas and not ledger.unmet:
        return [f"nothing was restored: {describe_emptiness(ledger.rules, ledger.dump.text_bytes)}"]
    if ledger.dump.unproven and not (ledger.dump.is_whole is None and ledger.unfinished_allowed):
        return [ledger.dump.unproven]
    if ledger.dump.is_whole is False:
        return [
            f"the closing line (-- Dump completed) is missing after {text}: the dump is cut off"
        ]
    if ledger.dump.is_whole is None and not ledger.unfinished_allowed:
        return [
            f"the dump's {text} do not end with a closing line, so its completeness cannot be"
            " proven"
        ]
    return []


EMPTY_HINT = "dump the databases themselves: mysqldump --databases NAME…, or --all-databases"


def describe_emptiness(rules: Sequence[RuleCount], text_bytes: int) -> str:
    """State that a dump contains no database to restore, and what it contains instead, if known."""
    if any(use.rule == SYSTEM_SCHEMA.name for use in rules):
        return (
            f"the dump's {text_bytes:,} bytes of text contain only schemas that belong to the"
            " server, such as mysql and sys"
        )
    return f"the dump's {text_bytes:,} bytes of text contain no database"


def find_missing_rows(tables: Sequence[TableCount]) -> list[str]:
    """Return a sentence for each table that is missing, or has other rows than were loaded."""
    problems = []
    for table in tables:
        name = f"{table.schema}.{table.table}"
        if table.counted is None:
            problems.append(f"table {name} was created by the dump but does not exist")
            continue
        if table.rows_in_dump != table.loaded + table.duplicates:
            rows = show_count(table.rows_in_dump, "row")
            problems.append(
                f"the dump contains {rows} of table {name}, but the server accepted"
                f" {table.loaded + table.duplicates:,}"
            )
        if table.counted != table.loaded + table.by_others + table.by_logs:
            problems.append(
                f"the server accepted {show_count(table.loaded, 'row')} of table {name}, which"
                f" contains {table.counted:,}"
            )
    return problems


def _unseen(ledger: Ledger) -> list[str]:
    count = ledger.unseen_warnings
    return [f"{show_count(count, 'warning')} of the server could not be read"] if count else []


def _list_lost(ledger: Ledger, rule: Rule) -> list[str]:
    """Return everything that a rule lost, if the ledger lists it."""
    if rule is OBJECT_LOST:
        return [
            f"{each.kind} {each.schema}.{each.name}: {each.lost}"
            for each in ledger.objects
            if each.lost
        ]
    return list(ledger.foreign_keys.lost) if rule is FOREIGN_KEY_LOST else []


def find_hint(ledger: Ledger) -> str | None:
    """Return the options that a load needs to be accepted as it is, all of them at once."""
    options = [
        f"--allow {use.rule}"
        for use in ledger.rules
        if use.rule in _DAMAGES and use.rule not in ledger.allowed
    ]
    if ledger.schemas and ledger.dump.is_whole is None and not ledger.unfinished_allowed:
        options.append("--allow-unfinished")
    if options:
        return f"to restore it anyway: {' '.join(options)}"
    if not ledger.schemas and not ledger.unmet:
        return EMPTY_HINT
    if ledger.dump.is_whole is False:
        return CUT_OFF.remedy
    if ledger.foreign_keys.broken:
        return "the dumped server had these rows as well, or the dump was taken while they changed"
    return None


def _broken_keys(keys: ForeignKeys) -> list[str]:
    return [f"foreign key {text}" for text in keys.broken]


def _missing_objects(objects: Sequence[StoredObject]) -> list[str]:
    return [
        f"{each.kind} {each.schema}.{each.name} was created by the dump but does not exist"
        for each in objects
        if not each.is_there and not each.lost
    ]


def _lower_counters(tables: Sequence[TableCount]) -> list[str]:
    return [
        f"AUTO_INCREMENT of table {table.schema}.{table.table} is {table.auto_increment:,}, but"
        f" {table.auto_increment_in_dump:,} in the dump"
        for table in tables
        if table.auto_increment_in_dump is not None
        and table.auto_increment is not None
        and table.auto_increment < table.auto_increment_in_dump
    ]


_DAMAGES = {rule.name: rule for rule in RULES if rule.effect is Effect.DAMAGE}
