"""The logs of one world and the moment that is wanted: plans for each of its dumps."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rewound.binlog.commit_points import CommitPoint
from rewound.binlog.content_hash import hash_content
from rewound.catalog.logs.coverage import LogFacts, arrange
from rewound.dump.file.location import DumpFiles, Holds, Location
from rewound.dump.file.reader import DumpReader
from rewound.errors import BinlogError, ReplayError
from rewound.load.log_receipt import LogReceipt
from rewound.replay.coordinates import HEAD_BYTES, Coordinates, read_coordinates
from rewound.replay.found_start import FoundStart
from rewound.replay.log_files import LogFiles, LogPlace
from rewound.replay.planning import plan_replay
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.target import AtPosition, AtTime, AtTransaction, Target


class WorldLogs:
    """What leads from the dumps of one world to a moment. Thread-safe."""

    def __init__(self, logs: Sequence[LogFacts], target: Target) -> None:
        """Take all files that are a world's, in any order."""
        self._chain, self._findings = arrange(logs)
        self._target = target
        self._plan = lru_cache(maxsize=None)(self._make_plan)
        self._coordinates = lru_cache(maxsize=None)(find_coordinates)
        self._found: dict[DumpFiles, FoundStart] = {}

    @property
    def files(self) -> LogFiles:
        """The files, in their order."""
        return LogFiles(self._chain, self._findings)

    def must_search(self, dump: DumpFiles) -> bool:
        """Tell whether a dump has to be loaded to find out where it stands in the logs.

        Raises:
            DumpError: it cannot be read.
        """
        return dump not in self._found and not self._coordinates(dump)

    def remember(self, dump: DumpFiles, found: FoundStart) -> None:
        """Take the place that a dump's content was found at."""
        self._found[dump] = found

    def recall(self, dump: DumpFiles, receipt: LogReceipt) -> bool:
        """Take the place where a search has found this dump before, if it was in these logs."""
        if receipt.by_content is None:
            return False
        paths = {log.name: log.location for log in self._chain}
        for file in receipt.files:
            path = paths.get(file.name)
            if path is None or hash_content(path, file.to_position) != file.content_sha256:
                return False
        first = receipt.files[0]
        self.remember(dump, FoundStart(first.name, first.from_position, receipt.by_content))
        return True

    def find_target_time(self) -> int | None:
        """Return when the target is, in µs since 1970; None if it is not in the logs."""
        target = self._target
        if isinstance(target, AtTime):
            return target.time_us
        try:
            return next(
                (
                    point.committed_us
                    for index, point in self.files.iter_points(LogPlace(0, 0))
                    if _is_at(target, self._chain[index].name, point)
                ),
                None,
            )
        except (ReplayError, BinlogError):
            return None

    def plan(self, dump: DumpFiles) -> ReplayPlan:
        """Return what is replayed on a dump that states where it stands, or whose place is known.

        Raises:
            DumpTooNew: the dump has changes from after the moment.
            ReplayError: the logs do not lead from it to the moment.
            BinlogError, DumpError: a file is damaged.
        """
        return self._plan(dump, self._found.get(dump))

    def _make_plan(self, dump: DumpFiles, found: FoundStart | None) -> ReplayPlan:
        return plan_replay(
            self._coordinates(dump),
            self._chain,
            self._target,
            findings=self._findings,
            found=found,
        )


def _is_at(target: AtTransaction | AtPosition, log_name: str, point: CommitPoint) -> bool:
    if isinstance(target, AtTransaction):
        return point.gtid == target.gtid
    return log_name == target.log_name and point.end >= target.position


def find_coordinates(dump: DumpFiles) -> Coordinates:
    """Return where a dump says that it stands in the logs.

    Of several files, all with statements have to say the same: otherwise they are of several
    moments, as far as is known.

    Raises:
        DumpError: one cannot be read.
    """
    stated = [
        _read_coordinates(part.location, dump.identities)
        for part in dump.parts
        if part.holds is Holds.STATEMENTS
    ]
    first = stated[0]
    return first if all(each == first for each in stated) else Coordinates()


def _read_coordinates(location: Location, identities: tuple[Path, ...]) -> Coordinates:
    head = b""
    with DumpReader(location, identities=identities) as reader:
        for chunk in reader.iter_chunks():
            head += chunk
            if len(head) >= HEAD_BYTES:
                break
    return read_coordinates(head)
