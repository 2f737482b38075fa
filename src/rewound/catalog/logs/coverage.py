"""What the binary logs of a world cover, and whether a file is missing or doubled. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath

from rewound.binlog.chain import (
    describe_missing,
    find_misnamed,
    is_after,
    next_log_name,
    require_chain,
)
from rewound.binlog.commit_points import CommitPoint
from rewound.binlog.gtids import Gtid, GtidSet
from rewound.binlog.log_file import log_name
from rewound.binlog.survey import LogSurvey
from rewound.binlog.times import from_us
from rewound.dump.file.location import Location
from rewound.errors import BinlogError

_NUMBERED = re.compile(r"(.*)\.(\d+)")


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What was read of one file."""

    location: Location
    """The file."""
    size_bytes: int
    """Its size on disk."""
    first: CommitPoint | None
    """The first transaction that is whole."""
    last: CommitPoint | None
    """The last transaction that is whole."""
    gtids: GtidSet
    """The transactions that are whole and have GTIDs."""
    survey: LogSurvey | None
    """None of a file that could not be read to its end."""
    problem: str | None = None
    """Why not, with the name of the file."""
    hint: str | None = None
    """What to do about it."""
    until_damage: LogSurvey | None = None
    """Of such a file, what it covers up to there; None if it is damaged before that."""

    @property
    def name(self) -> str:
        """What its server calls it."""
        return log_name(self.location)


@dataclass(frozen=True, slots=True)
class LogCoverage:
    """What all files of one world cover."""

    files: int
    """How many files there are, duplicates included."""
    size_bytes: int
    """Their size on disk."""
    first_at: datetime | None
    """When the first transaction was committed, in UTC."""
    last_at: datetime | None
    """When the last one was."""
    gtids: GtidSet
    """All transactions that have GTIDs."""
    is_closed: bool | None
    """Whether the last file was closed by its server; None if it could not be read to its end."""
    findings: tuple[str, ...]
    """What is missing, doubled or damaged, in the order of the log."""

    @property
    def span_text(self) -> str:
        """From when to when it has transactions, to the second."""
        if self.first_at is None or self.last_at is None:
            return "no transaction"
        return f"{self.first_at:%Y-%m-%d %H:%M:%S} to {self.last_at:%Y-%m-%d %H:%M:%S} UTC"

    @property
    def gtid_text(self) -> str:
        """The GTIDs as `show_gtids` shows them."""
        return show_gtids(self.gtids)


def show_gtids(gtids: GtidSet) -> str:
    """Return GTIDs as the server writes them; of MariaDB, which has no sets, first and last."""
    if any(gtid.server_uuid for gtid in _first_gtids(gtids)):
        return str(gtids)
    last = {source: number for source, _, number in gtids.iter_intervals()}
    return ", ".join(
        f"{first}"
        if last[first.source] == first.number
        else f"{first} to {Gtid(first.source, last[first.source])}"
        for first in _first_gtids(gtids)
    )


def cover(logs: Iterable[LogFacts]) -> LogCoverage:
    """Return what the files of one world cover; there is one at least."""
    every = list(logs)
    chain, findings = arrange(every)
    surveys = [log.survey for log in chain if log.survey is not None]
    misnamed = [_show(error) for each in surveys if (error := find_misnamed(each)) is not None]
    findings += misnamed
    for before, after in pairwise(chain):
        if before.problem is not None:
            findings.append(before.problem)
        if not misnamed and (finding := _find_break(before, after)) is not None:
            findings.append(finding)
    end = chain[-1]
    if end.problem is not None:
        findings.append(end.problem)
    gtids = GtidSet()
    for log in chain:
        gtids.update(log.gtids)
    return LogCoverage(
        files=len(every),
        size_bytes=sum(log.size_bytes for log in every),
        first_at=_at(min((log.first.committed_us for log in chain if log.first), default=None)),
        last_at=_at(max((log.last.committed_us for log in chain if log.last), default=None)),
        gtids=gtids,
        is_closed=None if end.survey is None else end.survey.ending.is_closed,
        findings=tuple(findings),
    )


def arrange(logs: Sequence[LogFacts]) -> tuple[list[LogFacts], list[str]]:
    """Return the files in the order of the log, each once, and which are there twice."""
    return _drop_copies(_sort(logs))


def _sort(logs: Sequence[LogFacts]) -> list[LogFacts]:
    """Return the files by number; of several names, the one that was used first comes first."""
    first_used: dict[str, int] = {}
    for log in logs:
        base, _ = _split(log.name)
        used = log.first.committed_us if log.first else _NEVER
        first_used[base] = min(first_used.get(base, _NEVER), used)

    def key(log: LogFacts) -> tuple[int, str, int, int, int, str]:
        base, number = _split(log.name)
        used = log.first.committed_us if log.first else _NEVER
        return first_used[base], base, number, used, -_end_of(log), str(log.location)

    return sorted(logs, key=key)


_NEVER = 1 << 62


def _split(name: str) -> tuple[str, int]:
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2])) if match else (name, 0)


def _end_of(log: LogFacts) -> int:
    return log.last.end if log.last is not None else 0


def _drop_copies(logs: Sequence[LogFacts]) -> tuple[list[LogFacts], list[str]]:
    """Return the files without the copies of one, of which the longest stays, and the findings."""
    chain: list[LogFacts] = []
    copies: list[tuple[LogFacts, LogFacts]] = []
    for log in logs:
        kept = chain[-1] if chain and chain[-1].name == log.name else None
        if kept is not None and (log.first is None or log.first == kept.first):
            copies.append((kept, log))
        else:
            chain.append(log)
    if not copies:
        return chain, []
    kept, copy = copies[0]
    lengths = "" if _end_of(kept) == _end_of(copy) else "; the first one contains more"
    if len(copies) == 1:
        return chain, [f"{kept.name} occurs twice: {kept.location} and {copy.location}{lengths}"]
    return chain, [
        f"{len(copies):,} files occur twice, such as {kept.location} and {copy.location}{lengths}"
    ]


def _find_break(before: LogFacts, after: LogFacts) -> str | None:
    """Return why one file does not follow another; None if it does, as far as can be told."""
    if before.name == after.name:
        return (
            f"{before.name} occurs twice, with different content: {before.location} and"
            f" {after.location}; numbers start again after the logs of a server were reset"
        )
    if before.survey is None or after.survey is None:
        expected = next_log_name(before.name)
        is_renamed = _split(before.name)[0] != _split(after.name)[0]
        if expected is None or is_renamed or not is_after(after.name, expected):
            return None
        return describe_missing(expected, before.name, after.name)
    try:
        require_chain([before.survey, after.survey])
    except BinlogError as error:
        if " missing between " in error.reason:
            return error.reason
        return _show(error)
    return None


def _show(error: BinlogError) -> str:
    is_verb = error.reason.startswith(("does ", "is "))
    return f"{log_name(PurePosixPath(str(error.log)))}{' ' if is_verb else ': '}{error.reason}"


def _first_gtids(gtids: GtidSet) -> list[Gtid]:
    """Return the first transaction of each source."""
    first: dict[str, Gtid] = {}
    for source, number, _ in gtids.iter_intervals():
        first.setdefault(source, Gtid(source, number))
    return list(first.values())


def _at(time_us: int | None) -> datetime | None:
    return None if time_us is None else from_us(time_us)
