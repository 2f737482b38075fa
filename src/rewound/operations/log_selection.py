"""Which binary logs take the chosen dumps to the moment that is wanted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, timedelta, tzinfo

from rewound.binlog.times import to_us
from rewound.catalog import Catalog, Choice, ChosenDump, Dump, TargetTime
from rewound.catalog.logs.coverage import LogFacts
from rewound.catalog.logs.reading import read_log
from rewound.errors import BinlogError, DumpError, DumpTooNew, ReplayError, UsageError
from rewound.figures import show_count
from rewound.operations.dump_selection import Selection
from rewound.operations.log_holders import require_holders, require_one_world
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.target import AtPosition, AtTransaction, Target, at_time, show_time
from rewound.replay.world_logs import WorldLogs
from rewound.worlds.folding import name_worlds

_HALF_HOUR, _LONGEST_LAG = timedelta(minutes=30), timedelta(minutes=5)
"""Zones differ by half hours, nearly all of them; a dump begins soon after it was named."""
_USUAL_DELAY = timedelta(minutes=15)
"""No more than that is worth a word: a run of dumps takes its time."""
_FAR_OFF = timedelta(hours=20)
"""No zone and no long run of dumps explains more than that."""
_BY_CONTENT = (
    "{dump} does not say where it stands in the binary logs; it was chosen by the time in its name,"
    " and its rows are compared with the logs once it is loaded"
)


@dataclass(frozen=True, slots=True)
class LogChoice:
    """The logs of the worlds that have some, and the dumps that they begin at."""

    choice: Choice
    """As before, but for worlds whose chosen dump has changes from after the moment."""
    logs: Mapping[str, WorldLogs]
    """By world."""


def choose_logs(
    catalog: Catalog, choice: Choice, selection: Selection, narrate: Callable[[str], None]
) -> LogChoice:
    """Return what leads from the dumps to the moment; nothing if a dump's own is wanted.

    Raises:
        UsageError: the moment is a time without a zone, or no world has logs for it, or not all
            of them have it.
        ReplayError: none has.
    """
    target = _find_target(selection)
    worlds = {log.world for log in catalog.logs} & {each.dump.world for each in choice.chosen}
    if selection.no_binlogs or target is None:
        if worlds and not selection.no_binlogs:
            narrate(
                f"the binary logs of {name_worlds(sorted(worlds))} are not replayed: no moment was"
                " asked for (--at)"
            )
        return LogChoice(choice, {})
    if not worlds:
        if selection.point is not None or selection.binlogs:
            raise UsageError(
                "there are no binary logs of these worlds",
                hint=f"rewound dumps {selection.source} shows what is found; --binlogs FOLDER names"
                " another folder",
            )
        return LogChoice(choice, {})
    if selection.point is None and selection.target is not None:
        _require_zone(selection.target)
    if isinstance(target, AtPosition):
        require_one_world(catalog.logs, worlds, target)
    lacking = sorted({each.dump.world for each in choice.chosen} - worlds)
    if lacking:
        narrate(f"without binary logs, as of their dumps: {name_worlds(lacking)}")
    targets = dict.fromkeys(sorted(worlds), target)
    return take_logs(catalog, choice, targets, narrate, names_zone=selection.timezone)


def take_logs(
    catalog: Catalog,
    choice: Choice,
    targets: Mapping[str, Target],
    narrate: Callable[[str], None],
    *,
    names_zone: tzinfo,
) -> LogChoice:
    """Return the logs that lead worlds to their targets, and the newest dumps that are old enough.

    The logs settle what was in doubt about the time of a dump. If they contradict it, read in
    `names_zone`, that is a new doubt: what is replayed is exact, but dumps without logs are not.

    Where logs do not lead there, the reason is found again when the world is made, which then
    fails; the others are restored.

    Raises:
        UsageError, ReplayError: a transaction is the target of worlds that do not have it.
    """
    facts = {world: read_logs(catalog, world) for world in targets}
    transactions = {each.gtid for each in targets.values() if isinstance(each, AtTransaction)}
    for gtid in transactions:
        require_holders(facts, gtid)
    logs = {world: WorldLogs(facts[world], targets[world]) for world in targets}
    chosen = [_settle(each, logs, narrate, names_zone) for each in choice.chosen]
    return LogChoice(replace(choice, chosen=tuple(chosen)), logs)


def read_logs(catalog: Catalog, world: str) -> list[LogFacts]:
    """Return what each file of a world's logs covers."""
    return [read_log(log) for log in catalog.logs if log.world == world]


def _find_target(selection: Selection) -> Target | None:
    if selection.point is not None:
        return selection.point
    if selection.target is None:
        return None
    return at_time(selection.target.at, is_strict=selection.target.strictly_before)


def _settle(
    chosen: ChosenDump,
    logs: Mapping[str, WorldLogs],
    narrate: Callable[[str], None],
    names_zone: tzinfo,
) -> ChosenDump:
    """Return the newest dump that has nothing from after the moment, and tell of its replay."""
    world_logs = logs.get(chosen.dump.world)
    if world_logs is None:
        return chosen
    dumps = [chosen.dump, *chosen.older]
    for index, dump in enumerate(dumps):
        try:
            if world_logs.must_search(dump.files):
                if _is_named_later(dump, world_logs) and index + 1 < len(dumps):
                    continue
                narrate(f"{dump.world}: {_BY_CONTENT.format(dump=dump.location.name)}")
                return _take(chosen, dumps, index)
            plan = world_logs.plan(dump.files)
        except DumpTooNew:
            continue
        except (ReplayError, BinlogError, DumpError):
            return chosen
        narrate(f"{dump.world}: {describe_plan(plan)}")
        taken = _take(chosen, dumps, index)
        return replace(taken, doubt=find_contradiction(dump, plan, names_zone))
    return chosen


def _take(chosen: ChosenDump, dumps: Sequence[Dump], index: int) -> ChosenDump:
    """Return the choice of one of a world's dumps, newest first, in the place of the newest."""
    dump, newer = dumps[index], tuple(reversed(dumps[:index]))
    return replace(
        chosen,
        dump=dump,
        older=tuple(dumps[index + 1 :]),
        skipped_newer=(*newer, *chosen.skipped_newer),
        age=None,
        doubt=None,
    )


def _is_named_later(dump: Dump, logs: WorldLogs) -> bool:
    """Tell whether the name of a dump says that it is from after the moment.

    It may be in another zone; a dump that turns out to be too new is exchanged once it is loaded.
    """
    target_us = logs.find_target_time()
    return target_us is not None and to_us(dump.taken_at) > target_us


def describe_plan(plan: ReplayPlan) -> str:
    """Return in one line what is replayed. Pure."""
    begin = plan.parts[0]
    start = f"{begin.survey.name}:{begin.start}"
    if plan.last is None:
        return f"nothing to replay: the dump is at {start}, and no transaction follows up to then"
    count = show_count(plan.transactions, "transaction")
    return f"replaying {count} from {start}, the last {plan.last}"


def find_contradiction(dump: Dump, plan: ReplayPlan, names_zone: tzinfo) -> str | None:
    """Return how a dump's place in the logs contradicts its time, if it does. Pure.

    Whoever chose a zone has read the names in it. If it is not theirs, the difference is about a
    whole number of half hours; a dump that begins long after it was named is not in doubt.
    """
    if plan.stands_after_us is None or dump.day_only:
        return None
    named_us = to_us(dump.taken_at)
    after_us, before_us = plan.stands_after_us, plan.stands_before_us
    if named_us < after_us:
        gap_us, longest_us = after_us - named_us, before_us and before_us - named_us
        place, how = f"after {show_time(after_us)}", "later"
    elif before_us is not None and named_us > before_us:
        gap_us, longest_us = named_us - before_us, named_us - after_us
        place, how = f"before {show_time(before_us)}", "earlier"
    else:
        return None
    gap = timedelta(microseconds=gap_us)
    longest = timedelta.max if longest_us is None else timedelta(microseconds=longest_us)
    is_chosen = str(names_zone) != str(UTC)
    if gap <= _FAR_OFF and not (is_chosen and _may_be_of_zone(gap, longest)):
        return None
    read = f" in {names_zone} (--timezone)" * is_chosen
    return (
        f"the time of {dump.location.name}, read{read}, is {show_time(named_us)}, but its place in"
        f" the binary logs is {place}, {_show_gap(gap)} {how}; what is replayed is exact all the"
        " same, but dumps without binary logs are chosen by such times"
    )


def _may_be_of_zone(gap: timedelta, longest: timedelta) -> bool:
    """Tell whether a difference between these two is one of zones, but for the delay of a dump."""
    half_hours = max(2, -((_LONGEST_LAG - gap) // _HALF_HOUR))
    return gap > _USUAL_DELAY and longest >= half_hours * _HALF_HOUR - _LONGEST_LAG


def _show_gap(gap: timedelta) -> str:
    hours, minutes = divmod(round(gap / timedelta(minutes=1)), 60)
    parts = [f"{hours:,} h" * (hours > 0), f"{minutes} min" * (minutes > 0)]
    return " ".join(part for part in parts if part)


def _require_zone(target: TargetTime) -> None:
    """Refuse a time that can be read in two ways: logs are in UTC, names of dumps mostly are not.

    Raises:
        UsageError: the time names no zone.
    """
    if target.states_zone:
        return
    # With fold, both moments of a clock time that this host's clock shows twice.
    here = {target.at.replace(tzinfo=None, fold=fold).astimezone(UTC) for fold in (0, 1)}
    times = " or ".join(f"{at:%Y-%m-%d %H:%M:%S} UTC" for at in sorted(here))
    other = f", or {times} in this host's zone" * (here != {target.at})
    raise UsageError(
        f"{target.text!r} names no time zone; it may be {target.at:%Y-%m-%d %H:%M:%S} UTC{other}",
        hint="with binary logs, the moment is exact: add the zone, as in"
        f" '{target.at:%Y-%m-%d %H:%M:%S}+00:00', or --timezone ZONE; --no-binlogs of"
        " up and diff restores the dumps' own moments",
    )
