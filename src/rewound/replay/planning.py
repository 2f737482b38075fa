"""Planning which part of which logs takes a dump to a moment. Reads the logs, and asks no server.

It begins where the dump's coordinates are, and ends before the first transaction, in the log's
order, that the target leaves out. The files between are proven to be one log without gaps
(`binlog.chain`). Whatever cannot be certain is refused here, before anything is replayed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from rewound.binlog.chain import advise_earlier, find_misnamed, require_chain
from rewound.binlog.commit_points import CommitPoint
from rewound.binlog.gtids import GtidSet
from rewound.binlog.times import SECOND_US
from rewound.catalog.logs.coverage import LogFacts
from rewound.errors import BinlogError, DumpTooNew, ReplayError
from rewound.replay.coordinates import Coordinates
from rewound.replay.found_start import FoundStart
from rewound.replay.log_files import LogFiles, LogPlace
from rewound.replay.plan_notes import (
    find_unproved,
    note_clocks,
    note_end,
    note_gaps,
    note_stragglers,
)
from rewound.replay.replay_plan import LogPart, LogPoint, ReplayPlan
from rewound.replay.start import StartBy, find_start
from rewound.replay.target import (
    AtPosition,
    AtTime,
    AtTransaction,
    Target,
    show_time,
)


def plan_replay(
    coordinates: Coordinates,
    logs: Sequence[LogFacts],
    target: Target,
    *,
    findings: Sequence[str],
    found: FoundStart | None = None,
) -> ReplayPlan:
    """Plan the way from a dump's coordinates to the target.

    `logs` are a world's, as `catalog.logs.coverage.arrange` orders them; `findings` what that
    found, to be named where the logs do not suffice. `found` is where the dump's content says that
    it stands, if it has no coordinates.

    Raises:
        DumpTooNew: the dump has changes from after the target.
        ReplayError: the logs do not lead from the dump to the target.
        BinlogError: a log is damaged, or a position is inside of a transaction.
    """
    return _Planner(coordinates, LogFiles(logs, findings), target, found).plan()


@dataclass(slots=True)
class _Reach:
    """How far the logs are replayed."""

    end_index: int
    """The last file that is needed."""
    count: int = 0
    first: LogPoint | None = None
    last: LogPoint | None = None
    first_left_out: LogPoint | None = None
    gtids: GtidSet = field(default_factory=GtidSet)
    is_done: bool = False
    """Whether `last` is what the target names."""

    def add(self, index: int, point: LogPoint) -> None:
        """Add the next transaction."""
        self.end_index = index
        self.count += 1
        self.last = point
        self.first = self.first or point


class _Planner:
    """Plans one replay."""

    def __init__(
        self,
        coordinates: Coordinates,
        files: LogFiles,
        target: Target,
        found: FoundStart | None,
    ) -> None:
        self.coordinates = coordinates
        self.found = found
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
        start, start_by = self._find_start()
        before = self.files.find_last_before(start)
        self._require_old_enough(start, before)
        reach = self._find_reach(start)
        if reach.count == 0:
            self._require_known_before(start)
        parts = tuple(self._iter_parts(start, reach))
        require_chain([part.survey for part in parts])
        last, left_out = reach.last, reach.first_left_out
        following = reach.first or left_out
        as_of_us = None if last is None else last.committed_us
        if isinstance(self.target, AtTime) and left_out is not None:
            as_of_us = self.target.time_us
        evidence = None if self.found is None else self.found.evidence
        unproved = find_unproved(
            self.coordinates,
            [part.survey for part in parts],
            compares_gtids=start_by is not StartBy.POSITION,
            evidence=evidence,
        )
        return ReplayPlan(
            str(self.target),
            parts,
            start_by.value if evidence is None else str(evidence),
            reach.count,
            reach.first,
            last,
            left_out,
            as_of_us,
            tuple(self._iter_notes(start, reach, parts)),
            tuple(unproved),
            by_content=evidence,
            stands_after_us=self._find_earliest(start) if before is None else before.committed_us,
            stands_before_us=None if following is None else following.committed_us,
        )

    def _find_start(self) -> tuple[LogPlace, StartBy]:
        """Return where the replay begins; no file from there on may have the name of another."""
        try:
            start, start_by = find_start(self.coordinates, self.files, self.found)
        except (ReplayError, BinlogError) as error:
            if (misnamed := self._find_misnamed(0)) is not None:
                raise misnamed from error
            raise
        if (misnamed := self._find_misnamed(start.index)) is not None:
            raise misnamed
        return start, start_by

    def _find_misnamed(self, first: int) -> BinlogError | None:
        surveys = (self.files[index].survey for index in range(first, len(self.files)))
        errors = (find_misnamed(survey) for survey in surveys if survey is not None)
        return next((error for error in errors if error is not None), None)

    def _find_reach(self, start: LogPlace) -> "_Reach":
        """Return how far the logs are replayed: up to the target, or to their end."""
        reach = _Reach(start.index)
        try:
            for index, point in self.files.iter_points(start):
                if reach.is_done or self._leaves_out(index, point):
                    if not reach.is_done or index == reach.end_index:
                        reach.end_index = index
                        reach.first_left_out = self._log_point(index, point)
                    return reach
                reach.add(index, self._log_point(index, point))
                if point.gtid is not None:
                    reach.gtids.add(point.gtid)
                reach.is_done = self._ends_with(index, point)
        except ReplayError:
            if not reach.is_done:  # else the damage is after the target
                raise
        if not reach.is_done:
            reach.end_index = self._find_end_in_logs()
        return reach

    def _iter_notes(
        self, start: LogPlace, reach: "_Reach", parts: Sequence[LogPart]
    ) -> Iterator[str]:
        yield from self.files.findings
        yield from note_clocks([part.survey for part in parts])
        left_out = reach.first_left_out
        if left_out is None:
            yield from note_end(self.target, reach.last.committed_us if reach.last else None)
        elif isinstance(self.target, AtTime):
            yield from note_stragglers(self._find_stragglers(self.target, reach, left_out))
        if self.files.survey(start.index).previous_gtids is not None:
            yield from note_gaps(self.files.find_gtids_before(start), reach.gtids)

    def _find_stragglers(self, target: AtTime, reach: "_Reach", left_out: LogPoint) -> list[str]:
        """Return the transactions after the end that were committed before it."""
        found = []
        try:
            for index, point in self.files.iter_points(LogPlace(reach.end_index, left_out.end)):
                if not target.leaves_out(point.committed_us):
                    found.append(str(self._log_point(index, point)))
        except (ReplayError, BinlogError):
            pass  # nothing after the target is needed
        return found

    def _require_old_enough(self, start: LogPlace, last: CommitPoint | None) -> None:
        """Refuse a dump that has changes from after the target; `last` is the last that is here."""
        target, reason = self.target, None
        if isinstance(target, AtTime):
            if last is not None and target.leaves_out(last.committed_us):
                at = show_time(last.committed_us)
                reason = f"the dump has changes up to {at}, later than {target}"
        elif isinstance(target, AtTransaction):
            if target.gtid in self.files.find_gtids_before(start):
                reason = f"the dump has transaction {target.gtid} already"
                if target.gtid in self.files.gtids_before:
                    reason += f", which is from before the logs {self.files.show_range()}"
        elif self.target_place is not None and self.target_place < start:
            reason = f"{target} is before the dump's own position"
        if reason is not None:
            raise DumpTooNew(
                reason, hint="add a dump from before it and the logs since, or ask for a later one"
            )

    def _require_known_before(self, start: LogPlace) -> None:
        """Refuse a dump whose last changes are in no log, if they may be from after the target.

        All that is known of them is that they were made before the server began the first file
        that is here, whose time is in seconds.
        """
        if not isinstance(self.target, AtTime):
            return
        opening = self.files.find_opening(start)
        if opening is None:
            return
        began_us = opening.format.written_s * SECOND_US
        if self.target.leaves_out(began_us + SECOND_US - 1):
            raise DumpTooNew(
                f"the dump has all changes from before {opening.name}, which its server began at"
                f" {show_time(began_us)}; the log before this file is missing, so nothing shows"
                f" that none of these changes is later than {self.target}",
                hint="give the logs from before the dump as well, add a dump from before it and the"
                " logs since, or ask for a later moment",
            )

    def _find_earliest(self, start: LogPlace) -> int:
        """Return when the server began the file that a place is in."""
        return self.files.survey(start.index).format.written_s * SECOND_US

    def _leaves_out(self, index: int, point: CommitPoint) -> bool:
        target = self.target
        if isinstance(target, AtTime):
            return target.leaves_out(point.committed_us)
        if isinstance(target, AtTransaction):
            return point.gtid == target.gtid and not target.is_included
        end = self.target_place
        return end is not None and LogPlace(index, point.start) >= end

    def _ends_with(self, index: int, point: CommitPoint) -> bool:
        """Tell whether the target is the end of a transaction."""
        if isinstance(self.target, AtTransaction):
            return self.target.is_included and point.gtid == self.target.gtid
        return LogPlace(index, point.end) == self.target_place

    def _find_end_in_logs(self) -> int:
        """Return the last file that is needed; refuse logs that end before the target."""
        target, last_index = self.target, len(self.files) - 1
        if self.target_place is not None:
            return self.target_place.index
        if isinstance(target, AtTransaction):
            raise ReplayError(
                f"transaction {target.gtid} is in none of the logs {self.files.show_range()}",
                hint="copy the logs that follow; if it is a transaction of another world, name that"
                " world with --worlds",
            )
        last, ending = self.files[last_index], self.files.survey(last_index).ending
        if ending.next_name is not None:
            reach = show_time(last.last.committed_us) if last.last else f"the end of {last.name}"
            raise ReplayError(
                f"{ending.next_name} is missing after {last.name}; the logs reach {reach}",
                hint=f"copy {ending.next_name} and what follows it from the server; or"
                f" {advise_earlier(self.files.survey(last_index))}",
            )
        return last_index

    def _iter_parts(self, start: LogPlace, reach: "_Reach") -> Iterator[LogPart]:
        for index in range(start.index, reach.end_index + 1):
            survey = self.files.survey(index)
            begin = start.position if index == start.index else survey.first_position
            end = survey.ending.position
            if index == reach.end_index and reach.first_left_out is not None:
                end = reach.first_left_out.start
            elif index == reach.end_index and reach.is_done and reach.last is not None:
                end = reach.last.end
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
