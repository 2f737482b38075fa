"""The receipt of a replay: which part of which binary logs a world has beyond its dump. Pure.

It is a part of the ledger, and kept as JSON with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LogFileFacts:
    """One file of the logs."""

    path: str
    name: str
    """What its server calls it."""
    sha256: str
    """Of the file on disk, compressed or not, in hexadecimal."""
    content_sha256: str
    """Of its content, decompressed, up to where the replay ends."""
    from_position: int
    """Where the part that was replayed begins, in bytes."""
    to_position: int
    """Where it ends."""


@dataclass(frozen=True, slots=True)
class LoggedPoint:
    """One transaction of the logs."""

    log_name: str
    position: int
    """Where it begins, in bytes."""
    gtid: str | None
    committed_at: datetime
    """On the server of the logs."""
    has_exact_time: bool
    """Whether the time is the commit's; if not, the second in which its last statement began."""

    @property
    def key(self) -> tuple[str, int, str | None]:
        """What tells it from others of the log."""
        return self.log_name, self.position, self.gtid

    @property
    def name(self) -> str:
        """Its GTID, or FILE:POS of a log without GTIDs."""
        return self.gtid or f"{self.log_name}:{self.position}"

    def __str__(self) -> str:
        gtid = f" ({self.gtid})" if self.gtid else ""
        time = f"{self.committed_at.isoformat(' ').removesuffix('+00:00')} UTC"
        return f"{self.log_name}:{self.position}{gtid}, {time}"


@dataclass(frozen=True, slots=True)
class LoggedRows:
    """What the replay did to the rows of one table."""

    schema: str
    table: str
    before: int
    """COUNT(*) before it; 0 of a table that the logs create."""
    inserted: int
    updated: int
    deleted: int
    """As counted in the events of the logs."""
    by_definitions: int
    """Rows that TRUNCATE, DROP PARTITION and their kin added or, below zero, removed."""
    by_cascades: int
    """The same of foreign keys whose changes the logs do not have."""
    counted: int
    """COUNT(*) after it."""
    by_statements: int = 0
    """The same of changes that the logs have as statements (--allow statement-replayed)."""
    has_statements: bool = False
    """Whether such statements may have changed the table: its balance is the server's count."""

    @property
    def key(self) -> tuple[str, str]:
        """Schema and table."""
        return self.schema, self.table


@dataclass(frozen=True, slots=True)
class HandlerCounts:
    """How many rows were written, changed and removed, in all tables."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def __add__(self, more: "HandlerCounts") -> "HandlerCounts":
        return HandlerCounts(
            self.inserted + more.inserted,
            self.updated + more.updated,
            self.deleted + more.deleted,
        )

    def __sub__(self, less: "HandlerCounts") -> "HandlerCounts":
        return HandlerCounts(
            self.inserted - less.inserted,
            self.updated - less.updated,
            self.deleted - less.deleted,
        )


@dataclass(frozen=True, slots=True)
class ImageCounts:
    """How many rows were compared with what the logs say of them from before a change."""

    stated: int = 0
    """Updates and deletes of rows that a server finds by a key."""
    same: int = 0
    """Those of rows that the replay itself had written, so."""
    asked: int = 0
    """Those that the server has compared with its rows."""
    only_keys: int = 0
    """Those of which the log has nothing but the key (binlog_row_image=MINIMAL)."""
    repeated: int = 0
    """Those of rows that a log without whole images had changed just before."""

    @property
    def compared(self) -> int:
        """How many were compared."""
        return self.same + self.asked

    def __add__(self, more: "ImageCounts") -> "ImageCounts":
        return ImageCounts(
            self.stated + more.stated,
            self.same + more.same,
            self.asked + more.asked,
            self.only_keys + more.only_keys,
            self.repeated + more.repeated,
        )


@dataclass(frozen=True, slots=True)
class LogRule:
    """How often a rule was used for a statement of the logs."""

    rule: str
    effect: str
    count: int
    first_at: str
    """File and position of the first use."""
    first_detail: str


@dataclass(frozen=True, slots=True)
class ContentEvidence:
    """How the rows of a dump show where it stands in the logs."""

    rows: int
    """Rows that the logs change and that are not everywhere as in the dump; there they all are."""
    tables: int
    """The tables that they are of."""
    definitions: int
    """Tables that the logs create, drop, rename or alter, and that are not everywhere so either."""
    not_earlier: int
    """How many of all these show that it is not earlier: they were never so before."""
    not_later: int
    """How many of all these show that it is not later."""

    def __str__(self) -> str:
        rows = f"{self.rows:,} row{'s' * (self.rows != 1)}"
        tables = f"{self.tables:,} table{'s' * (self.tables != 1)}"
        is_one = self.rows == 1 and not self.definitions
        if self.definitions:
            tables += f" and {self.definitions:,} definition{'s' * (self.definitions != 1)}"
        return (
            f"content: {rows} of {tables} fit{'s' * is_one} exactly one place; of these,"
            f" {self.not_earlier:,} show{'s' * (self.not_earlier == 1)} that it is not earlier, and"
            f" {self.not_later:,} that it is not later"
        )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A later moment that was taken back, transaction by transaction."""

    last: LoggedPoint
    """The last transaction of the later moment: the first that was taken back."""
    transactions: int
    """How many were."""
    rows: HandlerCounts
    """Their rows as the logs have them: inserted ones were deleted, and so on."""

    def __str__(self) -> str:
        count = f"{self.transactions:,} transaction{'s' * (self.transactions != 1)}"
        return f"{count}, the first of them {self.last}"


@dataclass(frozen=True, slots=True)
class LogReceipt:
    """What was replayed, and how it was counted."""

    target: str
    """The moment that was asked for."""
    as_of: datetime | None
    """The moment that the world holds; None if that is the dump's own."""
    start_by: str
    """How the place in the logs was found where the dump stands."""
    files: tuple[LogFileFacts, ...]
    """In the order of the log; each was proven to follow the one before."""
    transactions: int
    first: LoggedPoint | None
    last: LoggedPoint | None
    """The last transaction that the world has; None if it has none beyond its dump."""
    first_left_out: LoggedPoint | None
    """None if the logs end before."""
    tables: tuple[LoggedRows, ...]
    """The tables whose rows the logs change."""
    read: HandlerCounts
    """Rows in the events that were applied."""
    server: HandlerCounts
    """The same as the server counted them (Handler_write, Handler_update, Handler_delete)."""
    definitions: tuple[str, ...]
    """Statements without rows that were executed, each with its place."""
    rules: tuple[LogRule, ...]
    notes: tuple[str, ...]
    """What should be known of the part of the logs that was chosen."""
    findings: tuple[str, ...]
    """What should be known of what was replayed."""
    not_proved: tuple[str, ...]
    """What could have gone wrong in the source or the logs without being seen here."""
    by_content: ContentEvidence | None = None
    """What shows where the dump stands, if it does not say so itself."""
    images: ImageCounts | None = None
    """How rows were compared before they were changed; None: they were not."""
    taken_back: tuple[TakenBack, ...] = ()
    """What was replayed first and taken back, by row events turned around; the counts above are
    without it."""


def find_log_imbalances(receipt: LogReceipt) -> list[str]:
    """Return every reason why a replay does not prove its moment."""
    problems = []
    if not is_same(receipt.read, receipt.server):
        problems.append(
            f"the logs have {_show(receipt.read)}, but the server counted {_show(receipt.server)}"
        )
    for rows in receipt.tables:
        change = rows.inserted - rows.deleted + rows.by_definitions
        change += rows.by_cascades + rows.by_statements
        if rows.counted != rows.before + change:
            problems.append(
                f"table {rows.schema}.{rows.table} had {rows.before:,} rows, the logs insert"
                f" {rows.inserted:,} and delete {rows.deleted:,}, but it contains"
                f" {rows.counted:,}"
            )
    return problems


def is_same(read: HandlerCounts, server: HandlerCounts) -> bool:
    """Tell whether a server counted what it was sent.

    It counts an update that moves a row to another partition as an insert and a delete (9.7.4).
    """
    moved = read.updated - server.updated
    return (
        moved >= 0
        and server.inserted == read.inserted + moved
        and server.deleted == read.deleted + moved
    )


def _show(counts: HandlerCounts) -> str:
    return (
        f"{counts.inserted:,} rows inserted, {counts.updated:,} updated and {counts.deleted:,}"
        " deleted"
    )


def merge_receipts(earlier: LogReceipt | None, later: LogReceipt) -> LogReceipt:
    """Return the receipt of two replays, of which the second began where the first ended."""
    if earlier is None:
        return later
    files = {file.name: file for file in earlier.files}
    for file in later.files:
        known = files.get(file.name, file)
        files[file.name] = replace(file, from_position=known.from_position)
    return replace(
        later,
        start_by=earlier.start_by,
        by_content=earlier.by_content,
        files=tuple(files.values()),
        transactions=earlier.transactions + later.transactions,
        first=earlier.first or later.first,
        last=later.last or earlier.last,
        tables=_merge_rows(earlier.tables, later.tables),
        read=earlier.read + later.read,
        server=earlier.server + later.server,
        definitions=(*earlier.definitions, *later.definitions),
        rules=_merge_rules(earlier.rules, later.rules),
        findings=tuple(dict.fromkeys([*earlier.findings, *later.findings])),
        not_proved=tuple(dict.fromkeys([*earlier.not_proved, *later.not_proved])),
        images=later.images
        if earlier.images is None
        else earlier.images + (later.images or ImageCounts()),
        taken_back=(*earlier.taken_back, *later.taken_back),
    )


def _merge_rows(
    earlier: Sequence[LoggedRows], later: Sequence[LoggedRows]
) -> tuple[LoggedRows, ...]:
    merged = {(rows.schema, rows.table): rows for rows in earlier}
    for rows in later:
        key = (rows.schema, rows.table)
        known = merged.get(key)
        if known is None or known.counted != rows.before:
            merged[key] = rows
            continue
        merged[key] = replace(
            rows,
            before=known.before,
            inserted=known.inserted + rows.inserted,
            updated=known.updated + rows.updated,
            deleted=known.deleted + rows.deleted,
            by_definitions=known.by_definitions + rows.by_definitions,
            by_cascades=known.by_cascades + rows.by_cascades,
            by_statements=known.by_statements + rows.by_statements,
            has_statements=known.has_statements or rows.has_statements,
        )
    return tuple(merged[key] for key in sorted(merged))


def _merge_rules(earlier: Sequence[LogRule], later: Sequence[LogRule]) -> tuple[LogRule, ...]:
    merged = {use.rule: use for use in earlier}
    for use in later:
        known = merged.get(use.rule)
        merged[use.rule] = use if known is None else replace(known, count=known.count + use.count)
    return tuple(merged.values())
