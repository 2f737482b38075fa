"""One transaction back or forward from a place in the logs."""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.binlog.commit_points import CommitPoint
from rewound.catalog.logs.coverage import LogFacts, arrange
from rewound.errors import ReplayError
from rewound.replay.coordinates import Coordinates
from rewound.replay.log_files import LogFiles, LogPlace
from rewound.replay.start import find_start
from rewound.replay.target import AtPosition, show_time


class NoStep(ReplayError):
    """No transaction follows in the logs, or none is before."""


@dataclass(frozen=True, slots=True)
class LogStep:
    """The transaction that is taken back, or that comes next."""

    target: AtPosition
    """Where the world is afterwards."""
    text: str
    """The transaction's place, GTID and time."""


def find_step(logs: Sequence[LogFacts], at: Coordinates, *, forward: bool) -> LogStep:
    """Return the step from where a world is.

    Raises:
        NoStep: there is no such transaction in the logs.
        ReplayError: it is not known where in the logs this is.
        BinlogError: a log is damaged, or this is no place between transactions.
    """
    chain, findings = arrange(logs)
    files = LogFiles(chain, findings)
    place, _ = find_start(at, files)
    if forward:
        for index, point in files.iter_points(place):
            return _make(files, index, point, point.end)
        raise NoStep(f"no transaction follows in the logs {files.show_range()}")
    for index in reversed(range(place.index + 1)):
        end = place if index == place.index else LogPlace(index, 1 << 62)
        last: CommitPoint | None = None
        for point in files.iter_points_before(end):
            last = point
        if last is not None:
            return _make(files, index, last, last.start)
    raise NoStep(f"no transaction is before it in the logs {files.show_range()}")


def _make(files: LogFiles, index: int, point: CommitPoint, position: int) -> LogStep:
    name = files[index].name
    gtid = f", {point.gtid}" if point.gtid else ""
    return LogStep(
        AtPosition(name, position),
        f"{name}:{point.start}{gtid}, {show_time(point.committed_us)}",
    )
