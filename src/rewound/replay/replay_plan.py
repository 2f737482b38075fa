"""Which part of which logs takes a dump to a moment. Reads the logs, and asks no server.

It begins where the dump's coordinates are, and ends before the first transaction, in the log's
order, that the target leaves out. The files between are proven to be one log without gaps
(`binlog.chain`). Whatever cannot be certain is refused here, before any server is started.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rewound.binlog.chain import require_chain
from rewound.binlog.commit_points import CommitPoint
from rewound.binlog.survey import LogSurvey
from rewound.catalog.logs.coverage import LogFacts
from rewound.errors import DumpTooNew, ReplayError
from rewound.replay.coordinates import Coordinates
from rewound.replay.log_files import LogFiles, LogPlace
from rewound.replay.start import find_start
from rewound.replay.target import AtPosition, AtTime, AtTransaction, Target, show_time

_MOST_STRAGGLERS = 3
"""How many are named."""


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
    def path(self) -> Path:
        """The file."""
        return self.survey.log


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

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this part of this log from every other, for the key of a baseline."""
        begin, end = self.parts[0], self.parts[-1]
        return (
            f"{begin.survey.name}:{begin.start}",
            f"{end.survey.name}:{end.end}",
            str(begin.survey.format.server_id),
            str(self.transactions),
            str(self.first or ""),
            str(self.last or ""),
        )


def plan_replay(
    coordinates: Coordinates, logs: Sequence[LogFacts], target: Target, *, findings: Sequence[str]
) -> ReplayPlan:
    """Plan the way from a dump's coordinates to the target.

    `logs` are a world's, as `catalog.logs.coverage.arrange` orders them; `findings` what that
    found, to be named where the logs do not suffice.

    Raises:
        DumpTooNew: the dump has changes from after the target.
        ReplayError: the logs do not lead from the dump to the target.
        BinlogError: a log is damaged, or a position is inside of a transaction.
    """
    return _Planner(coordinates, LogFiles(logs, findings), target).plan()


class _Planner:
    """Plans one replay."""

    def __init__(self, coordinates: Coordinates, files: LogFiles, target: Target) -> None:
        self.coordinates = coordinates
        self.files = files
        self.target = target

    @cached_property
    def target_place(self) -> LogPlace | None:
        """Where the target is, if it is a position."""
        if not isinstance(self.target, AtPosition):
            return None
        return self.files.find_position(self.target.log_name, self.target.position, "the target")

    def plan(self) -> ReplayPlan:
        """Return the plan."""
        start, start_by = find_start(self.coordinates, self.files)
        self._require_old_enough(start)
        count, end_index = 0, start.index
        first = last = left_out = None
        for index, point in self.files.iter_points(start):
            end_index = index
            if self._leaves_out(index, point):
                left_out = self._log_point(index, point)
                break
            count += 1
            last = self._log_point(index, point)
            first = first or last
            if self._ends_with(point):
                break
        else:
            end_index = self._find_end_in_logs()
        parts = tuple(self._iter_parts(start, end_index, left_out, last))
        require_chain([part.survey for part in parts])
        notes = [*self._note_end(left_out, last), *self._note_stragglers(end_index, left_out)]
        if self.coordinates.of_the_replicated:
            notes.append(
                "the dump's position is in the logs of the server that the dumped one replicates"
                " (--dump-replica); that these are its logs cannot be seen in them"
            )
        as_of_us = None if last is None else last.committed_us
        if isinstance(self.target, AtTime) and left_out is not None:
            as_of_us = self.target.time_us
        return ReplayPlan(
            str(self.target), parts, start_by, count, first, last, left_out, as_of_us, tuple(notes)
        )

    def _require_old_enough(self, start: LogPlace) -> None:
        """Refuse a dump that has changes from after the target."""
        target, reason = self.target, None
        if isinstance(target, AtTime):
            last = self.files.find_last_before(start)
            if last is not None and target.leaves_out(last.committed_us):
                at = show_time(last.committed_us)
                reason = f"the dump has changes up to {at}, later than {target}"
        elif isinstance(target, AtTransaction):
            if target.gtid in self.files.find_gtids_before(start):
                reason = f"the dump has transaction {target.gtid} already"
        elif self.target_place is not None and self.target_place < start:
            reason = f"{target} is before the dump's own position"
        if reason is not None:
            raise DumpTooNew(reason, hint="take an older dump")

    def _leaves_out(self, index: int, point: CommitPoint) -> bool:
        target = self.target
        if isinstance(target, AtTime):
            return target.leaves_out(point.committed_us)
        if isinstance(target, AtTransaction):
            return point.gtid == target.gtid and not target.is_included
        end = self.target_place
        return end is not None and LogPlace(index, point.start) >= end

    def _ends_with(self, point: CommitPoint) -> bool:
        target = self.target
        is_included = isinstance(target, AtTransaction) and target.is_included
        return is_included and point.gtid == target.gtid  # type: ignore[union-attr]

    def _find_end_in_logs(self) -> int:
        """Return the last file that is needed; refuse logs that end before the target."""
        target, last_index = self.target, len(self.files) - 1
        if self.target_place is not None:
            return self.target_place.index
        if isinstance(target, AtTransaction):
            raise ReplayError(
                f"transaction {target.gtid} is in none of the logs {self.files.show_range()}",
                hint="copy the logs that follow, or give the transaction of this world",
            )
        last, ending = self.files[last_index], self.files.survey(last_index).ending
        if ending.next_name is not None:
            reach = show_time(last.last.committed_us) if last.last else f"the end of {last.name}"
            raise ReplayError(
                f"{ending.next_name} is missing after {last.name}; the logs reach {reach}",
                hint=f"copy {ending.next_name} and what follows it from the server, or ask for an"
                " earlier moment",
            )
        return last_index

    def _note_end(self, left_out: LogPoint | None, last: LogPoint | None) -> Iterator[str]:
        if left_out is None and isinstance(self.target, AtTime):
            end = "the dump's own moment" if last is None else show_time(last.committed_us)
            yield (
                f"the logs end before {self.target}, with {end}: what was committed later, if"
                " anything, is not in them"
            )

    def _note_stragglers(self, end_index: int, left_out: LogPoint | None) -> Iterator[str]:
        """Yield the transactions behind the end that were committed before it."""
        if left_out is None or not isinstance(self.target, AtTime):
            return
        found = [
            self._log_point(index, point)
            for index, point in self.files.iter_points(LogPlace(end_index, left_out.end))
            if not self.target.leaves_out(point.committed_us)
        ]
        if found:
            named = "; ".join(map(str, found[:_MOST_STRAGGLERS]))
            more = f" and {len(found) - _MOST_STRAGGLERS:,} more" * (len(found) > _MOST_STRAGGLERS)
            yield f"left out, as they follow the first later one in the log: {named}{more}"

    def _iter_parts(
        self, start: LogPlace, end_index: int, left_out: LogPoint | None, last: LogPoint | None
    ) -> Iterator[LogPart]:
        for index in range(start.index, end_index + 1):
            survey = self.files.survey(index)
            begin = start.position if index == start.index else survey.first_position
            end = survey.ending.position
            if index == end_index and left_out is not None:
                end = left_out.start
            elif index == end_index and isinstance(self.target, AtTransaction) and last:
                end = last.end
            yield LogPart(survey, begin, max(begin, end))

    def _log_point(self, index: int, point: CommitPoint) -> LogPoint:
        return LogPoint(
            self.files[index].name,
            point.start,
            point.end,
            None if point.gtid is None else str(point.gtid),
            point.committed_us,
            point.has_exact_time,
        )
