"""The part of the logs that takes a dump to a moment, and what it has in common with others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rewound.binlog.content_hash import hash_content
from rewound.binlog.survey import LogSurvey
from rewound.dump.file.location import Location
from rewound.load.log_receipt import ContentEvidence, LogFileFacts, LogReceipt
from rewound.replay.log_rules import XA_UNDECIDED
from rewound.replay.target import show_time


@dataclass(frozen=True, slots=True)
class LogPoint:
    """A transaction, and the file that holds it."""

    log_name: str
    """What its server calls the file."""
    start: int
    """Where it begins, in bytes."""
    end: int
    """Where what follows it begins."""
    gtid: str | None
    committed_us: int
    """When it was committed on the server of the log, in µs since 1970."""
    has_exact_time: bool
    """Whether that is the commit's; if not, the second in which its last statement began."""

    @property
    def key(self) -> tuple[str, int, str | None]:
        """What tells it from others of the log."""
        return self.log_name, self.start, self.gtid

    def __str__(self) -> str:
        gtid = f", {self.gtid}" if self.gtid else ""
        return f"{self.log_name}:{self.start}{gtid}, {show_time(self.committed_us)}"


@dataclass(frozen=True, slots=True)
class LogPart:
    """What is replayed of one file."""

    survey: LogSurvey
    start: int
    """Where the first transaction begins, in bytes."""
    end: int
    """Where what is left out begins; the file's end if nothing is."""

    @property
    def path(self) -> Location:
        """The file."""
        return self.survey.log

    @property
    def size_bytes(self) -> int:
        """How much log it is."""
        return self.end - self.start


def measure(parts: Sequence[LogPart]) -> int:
    """Return how many bytes of log some parts are."""
    return sum(part.size_bytes for part in parts)


def begin_alike(files: Sequence[LogFileFacts], parts: Sequence[LogPart]) -> bool:
    """Tell whether what was replayed of some files and some parts are of the same beginning.

    The shorter of both ends in the last of its files that the other has as well, anywhere there.
    """
    *whole, (file, part) = zip(files, parts, strict=False)
    return all(
        (each.name, each.from_position, each.to_position)
        == (other.survey.name, other.start, other.end)
        for each, other in whole
    ) and (file.name, file.from_position) == (part.survey.name, part.start)


def is_undecided(receipt: LogReceipt) -> bool:
    """Tell whether an XA transaction was left out that may be committed later."""
    return any(use.rule == XA_UNDECIDED.name for use in receipt.rules)


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What is replayed on a dump."""

    target: str
    """The moment that was asked for."""
    parts: tuple[LogPart, ...]
    """In the order of the log; at least one."""
    start_by: str
    """How the start was found."""
    transactions: int
    """How many are replayed."""
    first: LogPoint | None
    """The first that is replayed."""
    last: LogPoint | None
    """The last one."""
    first_left_out: LogPoint | None
    """The first that is not; None if the logs end before."""
    as_of_us: int | None
    """The moment that it leads to, in µs since 1970: the time that was asked for if the logs go
    beyond it, else that of the last transaction; None if there is none."""
    notes: tuple[str, ...]
    """What the user should know of this choice."""
    not_proved: tuple[str, ...]
    """What these logs cannot show, whatever is in them."""
    by_content: ContentEvidence | None = None
    """What shows where the dump stands, if it does not say so itself."""
    stands_after_us: int | None = None
    """When the last transaction before the dump was committed, or else its file was begun, in µs
    since 1970."""
    stands_before_us: int | None = None
    """When the first one after it was; None if the logs have none."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this part of this log from every other, for the key of a baseline.

        Raises:
            BinlogError: a file cannot be read.
        """
        begin, end = self.parts[0], self.parts[-1]
        return (
            f"{begin.survey.name}:{begin.start}",
            f"{end.survey.name}:{end.end}",
            str(begin.survey.format.server_id),
            str(self.transactions),
            str(self.first or ""),
            str(self.last or ""),
            *(hash_content(part.path, part.end) for part in self.parts),
        )

    def find_nearest(
        self, receipts: Mapping[tuple[str, ...], LogReceipt]
    ) -> tuple[str, ...] | None:
        """Return the identity, out of many with their receipts, of the last that is on the way."""
        on_the_way = {
            identity: receipt.transactions
            for identity, receipt in receipts.items()
            if self._passes(receipt)
        }
        return max(on_the_way, key=lambda each: on_the_way[each], default=None)

    def after(self, receipt: LogReceipt | None) -> "ReplayPlan":
        """Return what is left of it for a world that has a part of it, by its receipt."""
        if receipt is None or not self._passes(receipt):
            return self
        index, end = len(receipt.files) - 1, receipt.files[-1].to_position
        parts = (replace(self.parts[index], start=end), *self.parts[index + 1 :])
        return replace(self, parts=parts, transactions=self.transactions - receipt.transactions)

    def _passes(self, receipt: LogReceipt) -> bool:
        """Tell whether what a receipt is about is the beginning of this plan.

        Not so if it left out an XA transaction that may be committed later.
        """
        files = receipt.files
        if not files or len(files) > len(self.parts) or receipt.transactions > self.transactions:
            return False
        first = None if receipt.first is None else receipt.first.key
        return (
            not is_undecided(receipt)
            and begin_alike(files, self.parts)
            and files[-1].to_position <= self.parts[len(files) - 1].end
            and (first is None or self.first is None or first == self.first.key)
            and all(
                each.content_sha256 == hash_content(its.path, each.to_position)
                for each, its in zip(files, self.parts, strict=False)
            )
        )
