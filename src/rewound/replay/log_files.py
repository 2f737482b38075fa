"""The files of one world's log: places in them, and the transactions from a place on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rewound.binlog.chain import next_log_name
from rewound.binlog.commit_points import CommitPoint, iter_commit_points, require_start
from rewound.binlog.gtids import GtidSet
from rewound.binlog.log_file import LogFile
from rewound.binlog.survey import LogSurvey
from rewound.catalog.logs.coverage import LogFacts
from rewound.errors import BinlogError, ReplayError


@dataclass(frozen=True, slots=True, order=True)
class LogPlace:
    """A position in one of the files."""

    index: int
    """Which file, counted from 0."""
    position: int
    """In bytes."""


class LogFiles:
    """The files in the order of the log, each once."""

    def __init__(self, logs: Sequence[LogFacts], findings: Sequence[str] = ()) -> None:
        """Take files as `catalog.logs.coverage.arrange` orders them, and what that found."""
        self._logs = logs
        self.findings = findings

    def __len__(self) -> int:
        return len(self._logs)

    def __getitem__(self, index: int) -> LogFacts:
        return self._logs[index]

    @property
    def all_gtids(self) -> GtidSet:
        """All transactions with GTIDs that they have, or state to have been before the first."""
        gtids = self.gtids_before.copy()
        gtids.update(self.own_gtids)
        return gtids

    @property
    def gtids_before(self) -> GtidSet:
        """The transactions with GTIDs that they state to have been before the first."""
        first = self.first_readable
        before = self.survey(first).previous_gtids if self.is_readable(first) else None
        return before or GtidSet()

    @property
    def own_gtids(self) -> GtidSet:
        """The transactions with GTIDs that they have."""
        gtids = GtidSet()
        for log in self._logs:
            gtids.update(log.gtids)
        return gtids

    @property
    def first_readable(self) -> int:
        """The first file of which something can be read; 0 if there is none."""
        return next((index for index in range(len(self)) if self.is_readable(index)), 0)

    def is_readable(self, index: int) -> bool:
        """Tell whether something of a file can be read, if only up to its first damage."""
        log = self._logs[index]
        return (log.survey or log.until_damage) is not None

    def survey(self, index: int) -> LogSurvey:
        """Return what a file covers, up to its first damage.

        Raises:
            ReplayError: it is damaged before its first transaction.
        """
        log = self._logs[index]
        survey = log.survey or log.until_damage
        if survey is None:
            raise _refuse_damaged(log)
        return survey

    def require_whole(self, index: int) -> None:
        """Refuse a file that is damaged.

        Raises:
            ReplayError: it is.
        """
        if self._logs[index].survey is None:
            raise _refuse_damaged(self._logs[index])

    def find_position(self, name: str, position: int, whose: str) -> LogPlace:
        """Return the place that a name and a position stand for; `whose` they are is for messages.

        Raises:
            ReplayError: the world has no log of that name.
            BinlogError: no transaction begins there.
        """
        index = next((at for at, log in enumerate(self._logs) if log.name == name), None)
        if index is None:
            raise ReplayError(
                f"{name}, where {whose} stands ({name}:{position}), is not among the logs"
                f" {self.show_range()}",
                hint=f"copy {name} and what follows it from the server, or from its backup",
            )
        with LogFile(self._logs[index].location) as log:
            return LogPlace(index, require_start(log, position))

    def iter_points(self, start: LogPlace) -> Iterator[tuple[int, CommitPoint]]:
        """Yield the transactions from a place on, each with the number of its file.

        Raises:
            ReplayError: a file is damaged, after its last whole transaction was given.
        """
        for index in range(start.index, len(self._logs)):
            try:
                with LogFile(self._logs[index].location) as log:
                    for point in iter_commit_points(log):
                        if index > start.index or point.start >= start.position:
                            yield index, point
            except BinlogError:
                self.require_whole(index)
                raise
            self.require_whole(index)

    def iter_points_before(self, place: LogPlace) -> Iterator[CommitPoint]:
        """Yield the transactions of a place's file that come before it."""
        with LogFile(self._logs[place.index].location) as log:
            for point in iter_commit_points(log):
                if point.start >= place.position:
                    return
                yield point

    def find_last_before(self, place: LogPlace) -> CommitPoint | None:
        """Return the last transaction before a place."""
        before = (self._logs[index].last for index in reversed(range(place.index)))
        last = next((point for point in before if point is not None), None)
        for point in self.iter_points_before(place):
            last = point
        return last

    def find_opening(self, place: LogPlace) -> LogSurvey | None:
        """Return the file that nothing is known before, if no transaction leads from it to a place.

        None if what came just before the place is here.
        """
        if next(self.iter_points_before(place), None) is not None:
            return None
        index = place.index
        while index and self._follows(index):
            index -= 1
            if self._logs[index].last is not None:
                return None
        return self.survey(index)

    def _follows(self, index: int) -> bool:
        """Tell whether a file follows the one before it, and that one is whole."""
        before = self._logs[index - 1]
        expected = next_log_name(before.name)
        if before.survey is not None and before.survey.ending.next_name is not None:
            expected = before.survey.ending.next_name
        return before.survey is not None and self._logs[index].name == expected

    def find_gtids_before(self, place: LogPlace) -> GtidSet:
        """Return all transactions before a place that the files have or state."""
        previous = self.survey(place.index).previous_gtids
        gtids = GtidSet() if previous is None else previous.copy()
        for log in self._logs[: place.index]:
            gtids.update(log.gtids)
        for point in self.iter_points_before(place):
            if point.gtid is not None:
                gtids.add(point.gtid)
        return gtids

    def show_range(self) -> str:
        """Return the names of the first and the last file, and the first thing that was found."""
        first, last = self._logs[0].name, self._logs[-1].name
        found = f" ({self.findings[0]})" if self.findings else ""
        return (first if first == last else f"{first} to {last}") + found


def _refuse_damaged(log: LogFacts) -> ReplayError:
    earlier = "" if log.last is None else "; or ask for an earlier moment"
    return ReplayError(str(log.problem), hint=f"{log.hint}{earlier}" if log.hint else None)
