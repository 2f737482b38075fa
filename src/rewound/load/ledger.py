"""The ledger: what a load executed, changed, left out and counted, and whether it balances.

The values are plain and are kept as JSON beside the world. `find_imbalances` is pure:
a world is ready only where it finds nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

DAMAGING_WARNINGS: Mapping[int, str] = {
    1263: "a NULL was changed to a default",
    1264: "a number was clipped to its column's range",
    1265: "a value was cut off or changed",
    1292: "a value was not valid for its type and was changed",
    1366: "a value was not valid for its column and was changed",
    1406: "a text was too long for its column and was cut off",
    1411: "a value was not valid for its type and was changed",
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
    inserted: int
    """Sum of the server's own counts of the INSERT and REPLACE statements."""
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

    @property
    def rows(self) -> int:
        """Rows in all tables."""
        return sum(table.counted or 0 for table in self.tables)


def find_imbalances(ledger: Ledger) -> list[str]:
    """Return every reason why this load does not prove its dump; none means ready."""
    return [
        *_completeness(ledger),
        *_missing_rows(ledger.tables),
        *_damage(ledger.warnings, ledger.unseen_warnings),
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
        elif table.counted != table.inserted:
            problems.append(
                f"table {name} holds {table.counted:,} rows where {table.inserted:,} were inserted"
            )
    return problems


def _damage(warnings: Sequence[WarningCount], unseen: int) -> list[str]:
    problems = [
        f"{DAMAGING_WARNINGS[w.number]} ({w.count:,} times, first at line {w.first_line}: "
        f"{w.first_text}, MySQL warning {w.number})"
        for w in warnings
        if w.number in DAMAGING_WARNINGS
    ]
    if unseen:
        problems.append(f"{unseen:,} warnings of the server could not be looked at")
    return problems
