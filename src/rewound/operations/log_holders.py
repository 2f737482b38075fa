"""Which worlds' logs have the transaction or the position that is asked for."""

from collections.abc import Collection, Mapping, Sequence

from rewound.binlog.commit_points import iter_commit_points
from rewound.binlog.gtids import Gtid
from rewound.binlog.log_file import LogFile, log_name
from rewound.catalog.logs.binary_log import BinaryLog
from rewound.catalog.logs.coverage import LogFacts, show_gtids
from rewound.errors import BinlogError, ReplayError, WorldsNotNamed
from rewound.replay.log_files import LogFiles
from rewound.replay.target import AtPosition
from rewound.worlds.folding import fold_worlds, name_worlds

_MOST_WORLDS = 3
_LONGEST_GTIDS = 120


def require_holders(logs: Mapping[str, Sequence[LogFacts]], gtid: Gtid) -> None:
    """Refuse a transaction that some of these worlds do not have in their logs, or none.

    Worlds whose logs are damaged may have it: what is wrong with them is found later.

    Raises:
        WorldsNotNamed: others of the worlds have it.
        ReplayError: none does.
    """
    holders = [world for world, facts in logs.items() if gtid in LogFiles(facts).all_gtids]
    lacking = [world for world in logs if world not in holders]
    if holders and lacking:
        raise WorldsNotNamed(
            f"transaction {gtid} is in the logs of {name_worlds(holders)}, and not in those of"
            f" {name_worlds(lacking)}",
            worlds=fold_worlds(holders),
        )
    if holders or any(log.survey is None for facts in logs.values() for log in facts):
        return
    shown = [
        f"{_show(logs[world])} ({world})" if len(lacking) > 1 else _show(logs[world])
        for world in lacking[:_MOST_WORLDS]
    ]
    more = "; …" * (len(lacking) > _MOST_WORLDS)
    raise ReplayError(
        f"transaction {gtid} is in none of the logs of {name_worlds(lacking)}, which have"
        f" {'; '.join(shown)}{more}",
        hint="if it is of another world, name that world (rewound dumps SOURCE shows the GTIDs of"
        " all logs); if it is later, copy the logs that follow",
    )


def require_one_world(
    logs: Sequence[BinaryLog], worlds: Collection[str], point: AtPosition
) -> None:
    """Refuse a position in the logs of several worlds: it is another moment in each.

    Raises:
        WorldsNotNamed: there are several; the one is named where a transaction begins there.
    """
    if len(worlds) <= 1:
        return
    holders = {each.world for each in logs if each.world in worlds and _begins_at(each, point)}
    message = (
        f"a position belongs to the logs of one world, and {name_worlds(sorted(worlds))} are asked"
        f" for {point}"
    )
    if len(holders) == 1:
        (holder,) = holders
        raise WorldsNotNamed(
            f"{message}; a transaction begins there in the logs of {holder} alone",
            worlds=holder,
            asking="name that world",
        )
    raise WorldsNotNamed(message, worlds="WORLD", asking="name the world")


def _begins_at(log: BinaryLog, point: AtPosition) -> bool:
    """Tell whether a transaction begins at a position that may be in this file."""
    if log_name(log.location) != point.log_name:
        return False
    try:
        with LogFile(log.location) as file:
            return any(each.start == point.position for each in iter_commit_points(file))
    except BinlogError:
        return False  # not before its damage


def _show(facts: Sequence[LogFacts]) -> str:
    text = show_gtids(LogFiles(facts).own_gtids) or "no GTIDs"
    if len(text) <= _LONGEST_GTIDS:
        return text
    return f"{text[:_LONGEST_GTIDS].rpartition(',')[0]}, …"
