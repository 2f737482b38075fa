"""Reading binary logs for the catalog: their first bytes, and what they cover."""

from datetime import UTC, datetime
from pathlib import Path

from rewound.binlog.commit_points import CommitPoint, iter_commit_points
from rewound.binlog.gtids import GtidSet
from rewound.binlog.log_bytes import open_log_bytes
from rewound.binlog.log_file import LogFile, log_name
from rewound.binlog.survey import survey_log
from rewound.catalog.logs.binary_log import BinaryLog, LogKind
from rewound.catalog.logs.coverage import LogFacts
from rewound.catalog.logs.recognition import START_BYTES, recognise_log
from rewound.errors import BinlogError


def find_log_kind(path: Path) -> LogKind | None:
    """Return what a file has to do with binary logs; None if nothing, or if it cannot be read."""
    try:
        content = open_log_bytes(path)
        try:
            start = content.fetch(0, START_BYTES, START_BYTES)
        finally:
            content.close()
    except BinlogError:
        return None
    return recognise_log(path.name, start)


def read_log(log: BinaryLog) -> LogFacts:
    """Find out what one file covers: up to the damage, if it has some.

    Plain files of MySQL 8.0.2 and newer are jumped through, all others are read whole.
    """
    try:
        survey = survey_log(log.path)
    except BinlogError as error:
        return _read_damaged(log, error)
    return LogFacts(log.path, log.size_bytes, survey.first, survey.last, survey.gtids, survey)


def _read_damaged(log: BinaryLog, error: BinlogError) -> LogFacts:
    first: CommitPoint | None = None
    last: CommitPoint | None = None
    gtids = GtidSet()
    try:
        with LogFile(log.path) as file:
            for point in iter_commit_points(file):
                first, last = first or point, point
                if point.gtid is not None:
                    gtids.add(point.gtid)
    except BinlogError:
        pass  # the one that is reported
    place = log_name(log.path)
    if error.position is not None:
        place += f" at {error.position:,}"
    problem = f"{place}: {error.reason}"
    if last is not None and "the last whole one" not in problem:
        problem += f"; the last whole transaction is {_show_point(last)}"
    return LogFacts(log.path, log.size_bytes, first, last, gtids, None, problem)


def _show_point(point: CommitPoint) -> str:
    at = datetime.fromtimestamp(point.committed_us / 1_000_000, UTC)
    name = f"the one at {point.start:,}" if point.gtid is None else f"{point.gtid}"
    return f"{name}, of {at:%Y-%m-%d %H:%M:%S} UTC"
