"""Where a dump stands in the logs: by its position, its GTIDs, or both, which have to agree.

A dump that states neither is placed by its content (`by_content`), once it is loaded.
"""

from enum import Enum

from rewound.binlog.commit_points import iter_commit_points
from rewound.binlog.gtids import GtidSet
from rewound.binlog.log_file import LogFile
from rewound.errors import ReplayError
from rewound.replay.coordinates import Coordinates
from rewound.replay.found_start import FoundStart
from rewound.replay.log_files import LogFiles, LogPlace

_OF_THE_DUMPED = "give the logs of the server that was dumped, from the time of the dump on"


class StartBy(Enum):
    """How the place in the logs was found where a dump stands; the value is shown."""

    POSITION = "the dump's position"
    GTIDS = "the dump's GTIDs"
    BOTH = "the dump's position and its GTIDs, which agree"
    CONTENT = "the dump's content"


def find_start(
    coordinates: Coordinates, files: LogFiles, found: FoundStart | None = None
) -> tuple[LogPlace, StartBy]:
    """Return the place up to which a dump has the log's changes, and how it was found.

    `found` is what its content says, of a dump without coordinates.

    Raises:
        ReplayError: the dump states none, or these files do not have it.
        BinlogError: a file is damaged, or the position is inside of a transaction.
    """
    if found is not None:
        place = files.find_position(found.log_name, found.position, "the dump")
        return place, StartBy.CONTENT
    gtids = coordinates.gtids
    if gtids is not None and (refusal := _find_other_server(gtids, files)) is not None:
        raise refusal
    if coordinates.log_name is not None and coordinates.position is not None:
        place = files.find_position(coordinates.log_name, coordinates.position, "the dump")
        if gtids is None or files.survey(place.index).previous_gtids is None:
            return place, StartBy.POSITION
        seen = files.find_gtids_before(place)
        if seen != gtids:
            raise ReplayError(
                f"the dump's position ({coordinates.log_name}:{coordinates.position}) and its GTIDs"
                f" disagree: before this position, the logs have {seen or 'none'}, the dump"
                f" {gtids or 'none'}",
                hint="give the logs of the server that was dumped, as they were then",
            )
        return place, StartBy.BOTH
    if gtids is None:
        raise ReplayError(
            "the dump does not say where it stands in the binary logs",
            hint="take the world to a time first (rewound seek TIME), which finds the place by the"
            " dump's content",
        )
    place = _find_gtids(gtids, files)
    _require_gtids_around(place, files)
    return place, StartBy.GTIDS


def _find_gtids(wanted: GtidSet, files: LogFiles) -> LogPlace:
    """Return the place before which the log has just these transactions.

    Raises:
        ReplayError: there is none, or it may be in a file that cannot be read.
    """
    for index in reversed(range(len(files))):
        if not files.is_readable(index):
            continue  # nothing of it may be needed
        before = files.survey(index).previous_gtids
        if before is None or before.minus(wanted):
            continue
        seen = before.copy()
        with LogFile(files[index].location) as log:
            position = log.first_position
            for point in iter_commit_points(log):
                if point.gtid is None or point.gtid not in wanted:
                    break
                seen.add(point.gtid)
                position = point.end
        if missing := wanted.minus(seen):
            if index + 1 < len(files):
                files.survey(index + 1)  # they may be in a file that cannot be read
            raise _refuse_gtids(wanted, missing, files)
        return LogPlace(index, position)
    files.survey(0)
    raise _refuse_gtids(wanted, None, files)


def _require_gtids_around(place: LogPlace, files: LogFiles) -> None:
    """Refuse a place beside transactions without GTIDs: the dump may have some of them."""
    around = [files.find_last_before(place), next((p for _, p in files.iter_points(place)), None)]
    if any(point is not None and point.gtid is None for point in around):
        raise ReplayError(
            "the dump says by GTIDs alone where it stands, but there the logs have transactions"
            f" without GTIDs (at {files[place.index].name}:{place.position})",
            hint="up --no-binlogs restores the dump's own moment; from now on, dump with"
            " --source-data=2 (before MySQL 8.0.26 --master-data=2), or set gtid_mode=ON on the"
            " server",
        )


def _find_other_server(wanted: GtidSet, files: LogFiles) -> ReplayError | None:
    """Return the refusal of logs that have no transaction of any server that the dump has some of.

    What was before the first file counts as well: a replica that became the source has its own
    GTIDs in the logs, and its source's before them.
    """
    own = files.all_gtids
    if not own or not wanted or not own.server_uuids.isdisjoint(wanted.server_uuids):
        return None
    return ReplayError(
        f"the logs are of server {', '.join(sorted(own.server_uuids))}, the dump of"
        f" {', '.join(sorted(wanted.server_uuids))}",
        hint=_OF_THE_DUMPED,
    )


def _refuse_gtids(wanted: GtidSet, missing: GtidSet | None, files: LogFiles) -> ReplayError:
    if missing:
        return ReplayError(
            f"the dump has transactions that the logs {files.show_range()} do not have, or not in"
            f" this order: {missing}; the logs end before the dump, or it is of no single moment"
            " (dumped without --single-transaction)",
            hint=_OF_THE_DUMPED,
        )
    return ReplayError(
        f"the logs begin with {files[0].name}, which is after the dump: it has {wanted}",
        hint=_OF_THE_DUMPED,
    )
