"""What one file of a log covers, found by jumping: its GTIDs, its times, its end."""

from dataclasses import dataclass

from rewound.binlog.commit_points import CommitPoint, iter_commit_points
from rewound.binlog.events.format_description import LogFormat
from rewound.binlog.gtids import Gtid, GtidSet
from rewound.binlog.log_ending import LogEnding
from rewound.binlog.log_file import LogFile, log_name
from rewound.binlog.transactions import TransactionReader
from rewound.dump.file.location import Location
from rewound.errors import BinlogError


@dataclass(frozen=True, slots=True)
class LogSurvey:
    """What one file covers. Checksums are those of the first events of transactions only."""

    log: Location
    """The file."""
    format: LogFormat
    """What its FORMAT event states."""
    first_position: int
    """Where what follows its FORMAT event begins, in bytes."""
    previous_gtids: GtidSet | None
    """All transactions before this file, of a MySQL log that states them."""
    gtid_list: tuple[Gtid, ...] | None
    """The last transactions before this file, of a MariaDB log."""
    gtids: GtidSet
    """The transactions of this file that have GTIDs."""
    transactions: int
    """How many transactions it holds."""
    first: CommitPoint | None
    """The first of them."""
    last: CommitPoint | None
    """The last of them."""
    ending: LogEnding
    """How it ends."""

    @property
    def name(self) -> str:
        """What its server calls it."""
        return log_name(self.log)


def survey_log(path: Location) -> LogSurvey:
    """Find out what one file covers.

    Raises:
        BinlogError: it cannot be read, is not a binary log, or ends inside a transaction.
    """
    survey, damage = survey_to_damage(path)
    if damage is not None:
        raise damage
    return survey


def survey_to_damage(path: Location) -> tuple[LogSurvey, BinlogError | None]:
    """Find out what one file covers up to its first damage, and what that is if it has some.

    The survey of a damaged file ends, not closed, with its last whole transaction.

    Raises:
        BinlogError: it cannot be read, or is damaged before its first transaction.
    """
    with LogFile(path) as log:
        head = TransactionReader(log)
        head_end = head.read_file_events(log.first_position)
        gtids = GtidSet()
        first = last = None
        count = 0
        damage = None
        tail = TransactionReader(log)
        end = head_end
        try:
            for point in iter_commit_points(log):
                if point.gtid is not None:
                    gtids.add(point.gtid)
                first = first or point
                last = point
                count += 1
                end = point.end
            if last is not None:
                end = tail.read_file_events(end)
        except BinlogError as error:
            damage = error
        ending = LogEnding(end, None, is_stopped=False)
        if damage is None:
            ending = tail.ending or head.ending or ending
        survey = LogSurvey(
            path,
            log.format,
            log.first_position,
            head.previous_gtids,
            head.gtid_list,
            gtids,
            count,
            first,
            last,
            ending,
        )
        return survey, damage
