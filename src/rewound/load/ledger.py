"""The ledger: what a load executed, changed, left out and counted, and whether it balances.

The values are plain and are kept as JSON beside the world. `find_imbalances` is pure:
a world is ready only where it finds nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rewound.dump import rules
from rewound.dump.rules import Rule

DAMAGING_WARNINGS: Mapping[int, Rule] = {
    1048: rules.NULL_REPLACED,
    1263: rules.NULL_REPLACED,
    1264: rules.NUMBER_CLIPPED,
    1265: rules.VALUE_CUT,
    1292: rules.VALUE_INVALID,
    1366: rules.VALUE_INVALID,
    1406: rules.VALUE_CUT,
    1411: rules.VALUE_INVALID,
}
"""Warnings after which the table holds something other than the dump said.

Source: MySQL 9.7 server error reference; tried with each under sql_mode ''.
"""


@dataclass(frozen=True, slots=True)
class DumpFacts:
    """The dump as it was read."""

    path: Path
    sha256: str
    """Of the file on disk, in hexadecimal."""
    file_bytes: int
    text_bytes: int
    """After decompression."""
    producer: str | None
    """What the dump's first comment says made it."""
    source_server: str | None
    """Version of the server that was dumped, as the dump says."""
    completed_at: datetime | None
    """Time of the closing line, in the zone of the dump's host, read as UTC."""
    is_whole: bool | None
    """Whether the closing line was there; None for producers that write none."""
    positions: tuple[str, ...]
    """Binary log position and GTID set, as the dump states them."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule was used."""

    rule: str
    effect: str
    count: int
    first_line: int
    """The line of the dump of the first use."""
    first_detail: str
    """What the first use met."""


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
    stated: int
    """Rows of the INSERT and REPLACE statements, counted in the dump's text."""
    duplicates: int
    """By how many rows IGNORE, REPLACE and ON DUPLICATE KEY UPDATE made that fewer."""
    inserted: int
    """Sum of the server's own counts of what these statements added."""
    counted: int | None
    """COUNT(*) after the load; None where the table is missing."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that a load did."""

    dump: DumpFacts
    server_version: str
    """Of the server that was loaded."""
    started_at: datetime
    ended_at: datetime
    statements: int
    """Statements found in the dump."""
    executed: Mapping[str, int]
    """Kind of statement to how many were sent, rewritten ones among them."""
    rules: tuple[RuleCount, ...]
    warnings: tuple[WarningCount, ...]
    unseen_warnings: int
    """Warnings that the server counted but no longer had when asked."""
    schemas: tuple[str, ...]
    """The databases that were restored."""
    tables: tuple[TableCount, ...]
    unfinished_allowed: bool
    """The user accepted a dump whose end cannot be proved."""
    allowed: tuple[str, ...] = ()
    """The rules that the user allowed to apply although the world differs by them."""

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table.counted or 0 for table in self.tables)


def find_imbalances(ledger: Ledger) -> list[str]:
    """Return every reason why this load does not prove its dump; none means ready."""
    return [
        *_completeness(ledger),
        *_missing_rows(ledger.tables),
        *_damage(ledger),
    ]


def summarise_rules(rules: Sequence[RuleCount]) -> str:
    """Return the uses of rules, of one load or of several, on one line, most used first."""
    counts = Counter[str]()
    for use in rules:
        counts[use.rule] += use.count
    return ", ".join(f"{rule} {count:,}" for rule, count in counts.most_common())


def _completeness(ledger: Ledger) -> list[str]:
    if not ledger.schemas:
        return ["nothing of this dump was restored: it holds no database of its own"]
    if ledger.dump.is_whole is False:
        return ["the closing line (-- Dump completed) is missing: the dump is cut off"]
    if ledger.dump.is_whole is None and not ledger.unfinished_allowed:
        return ["the dump has neither opening nor closing line: its completeness cannot be proved"]
    return []


def _missing_rows(tables: Sequence[TableCount]) -> list[str]:
    problems = []
    for table in tables:
        name = f"{table.schema}.{table.table}"
        if table.counted is None:
            problems.append(f"table {name} was created by the dump and is not there")
            continue
        if table.stated != table.inserted + table.duplicates:
            problems.append(
                f"the dump states {table.stated:,} rows of table {name} where the server took"
                f" {table.inserted + table.duplicates:,}"
            )
        if table.counted != table.inserted:
            problems.append(
                f"table {name} holds {table.counted:,} rows where {table.inserted:,} were inserted"
            )
    return problems


def _damage(ledger: Ledger) -> list[str]:
    problems = []
    for warning in ledger.warnings:
        rule = DAMAGING_WARNINGS.get(warning.number)
        if rule is not None and rule.name not in ledger.allowed:
            problems.append(
                f"rule {rule.name}: {warning.first_text} (MySQL warning {warning.number},"
                f" {warning.count:,} times, first at line {warning.first_line});"
                f" --allow {rule.name} accepts that {rule.does}"
            )
    if ledger.unseen_warnings:
        problems.append(f"{ledger.unseen_warnings:,} warnings of the server could not be looked at")
    return problems
