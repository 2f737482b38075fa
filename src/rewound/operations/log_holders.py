"""Which worlds' logs have the transaction that is asked for."""

from collections.abc import Mapping, Sequence

from rewound.binlog.gtids import Gtid
from rewound.catalog.logs.coverage import LogFacts, show_gtids
from rewound.errors import ReplayError, WorldsNotNamed
from rewound.replay.log_files import LogFiles
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


def _show(facts: Sequence[LogFacts]) -> str:
    text = show_gtids(LogFiles(facts).own_gtids) or "no GTIDs"
    if len(text) <= _LONGEST_GTIDS:
        return text
    return f"{text[:_LONGEST_GTIDS].rpartition(',')[0]}, …"
