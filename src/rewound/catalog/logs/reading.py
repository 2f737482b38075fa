"""Reading binary logs for the catalog: their first bytes, and what they cover."""

from rewound.binlog.commit_points import CommitPoint
from rewound.binlog.gtids import GtidSet
from rewound.binlog.log_bytes import open_log_bytes
from rewound.binlog.log_file import log_name
from rewound.binlog.survey import survey_to_damage
from rewound.binlog.times import from_us
from rewound.catalog.logs.binary_log import BinaryLog, LogKind
from rewound.catalog.logs.coverage import LogFacts
from rewound.catalog.logs.recognition import START_BYTES, recognise_log
from rewound.dump.file.location import Location
from rewound.errors import BinlogError


def find_log_kind(location: Location) -> LogKind | None:
    """Return what a file has to do with binary logs; None if nothing, or if it cannot be read."""
    try:
        content = open_log_bytes(location)
        try:
            start = content.fetch(0, START_BYTES, START_BYTES)
        finally:
            content.close()
    except BinlogError:
        return None
    return recognise_log(location.name, start)


def read_log(log: BinaryLog) -> LogFacts:
    """Find out what one file covers: up to the damage, if it has some.

    Plain files of MySQL 8.0.2 and newer are jumped through, all others are read whole.
    """
    try:
        survey, damage = survey_to_damage(log.location)
    except BinlogError as error:
        problem = _describe_damage(log, error, None)
        return LogFacts(
            log.location, log.size_bytes, None, None, GtidSet(), None, problem, error.hint
        )
    covered = (survey.first, survey.last, survey.gtids)
    if damage is None:
        return LogFacts(log.location, log.size_bytes, *covered, survey)
    problem = _describe_damage(log, damage, survey.last)
    return LogFacts(log.location, log.size_bytes, *covered, None, problem, damage.hint, survey)


def _describe_damage(log: BinaryLog, error: BinlogError, last: CommitPoint | None) -> str:
    place = log_name(log.location)
    if error.position is not None:
        place += f":{error.position}"
    problem = f"{place}: {error.reason}"
    if last is not None and "the last whole one" not in problem:
        problem += f"; the last whole transaction is {_show_point(last)}"
    return problem


def _show_point(point: CommitPoint) -> str:
    at = from_us(point.committed_us)
    name = f"the one at {point.start}" if point.gtid is None else f"{point.gtid}"
    return f"{name}, of {at:%Y-%m-%d %H:%M:%S} UTC"
