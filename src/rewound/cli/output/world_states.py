"""The state of a world, as a word and in sentences."""

import re
import shlex
from collections import Counter
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from rewound.cli.output import diagnostics, render
from rewound.figures import show_count
from rewound.fleet.changes import (
    Changes,
    describe_changes,
    group_alike,
    merge_changes,
    summarise_changes,
)
from rewound.fleet.record import FleetRecord
from rewound.fleet.world import (
    FOR_ADDING,
    USABLE,
    World,
    WorldState,
    add_command,
    find_older,
    fleet_flag,
    of_fleet,
)
from rewound.worlds.folding import fold_worlds, name_worlds

_SERVER_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=:)")


def show_state(world: World, *, is_older: bool, is_changed: bool = False) -> str:
    """Return a world's state for a table: `ready, older, changed`."""
    marks = {"a part": world.dump_filter is not None, "older": is_older, "changed": is_changed}
    return ", ".join([world.state.value, *(mark for mark, applies in marks.items() if applies)])


def list_moments(worlds: Sequence[World]) -> tuple[list[str], list[list[render.Cell]]]:
    """Return the columns of a table that show what moment worlds hold, and their cells.

    Where logs were replayed, that is a time and the last transaction, which tells the moments of
    one second apart: `:674` of a server with GTIDs.
    """
    has_last = any(world.last_transaction is not None for world in worlds)
    cells: list[list[render.Cell]] = [
        [
            world.as_of.astimezone(UTC).replace(microsecond=0),
            *([_shorten(world.last_transaction)] if has_last else []),
        ]
        for world in worlds
    ]
    return ["as of (UTC)", *(["last"] if has_last else [])], cells


def _shorten(transaction: str | None) -> render.Word | None:
    return None if transaction is None else render.Word(_SERVER_UUID.sub("", transaction))


def describe_older(worlds: Collection[World], names: Container[str] | None = None) -> Iterator[str]:
    """Yield why worlds hold older dumps than others of their fleet; only for `names`, if given."""
    older = find_older(worlds)
    shown = [world for world in worlds if world.name in older]
    if names is not None:
        shown = [world for world in shown if world.name in names]
    fell_back = [each for each in shown if each.passed_over]
    if fell_back:
        yield _describe_fallback(fell_back)
    newest = max((world.as_of for world in worlds if world.schemas), default=None)
    for world in shown:
        if newest is not None and not world.passed_over:
            what = f"world {world.name}'s newest dump when it was restored was that of"
            if world.moment is not None:
                what = f"world {world.name} was taken by its binary logs to"
            as_of = world.as_of.astimezone(UTC)
            yield (
                f"{what} {as_of:%Y-%m-%d %H:%M:%S} UTC, {_round(newest - as_of)} before the newest"
                " of the others"
            )


def _describe_fallback(worlds: Sequence[World]) -> str:
    """Return a sentence: which worlds hold older dumps, and which newer ones failed."""
    newer = ", ".join(PurePosixPath(place).name for world in worlds for place in world.passed_over)
    if len(worlds) == 1:
        [world] = worlds
        what = f"world {world.name} holds an older dump, {world.dump_name}"
        return f"{what}: {newer} failed (--fallback)"
    names = name_worlds([world.name for world in worlds])
    return f"{names} hold older dumps (--fallback), because these failed: {newer}"


def _round(gap: timedelta) -> str:
    """Return a gap of at least half a day in words, to the nearest hour or day."""
    hours = round(gap / timedelta(hours=1))
    if hours < 20:
        return f"{hours} hours"
    days = round(gap / timedelta(days=1))
    return "a day" if days == 1 else f"{days} days"


def describe_readiness(record: FleetRecord) -> str:
    """Return a sentence: how many worlds of a fleet are ready."""
    ready = sum(world.state in USABLE for world in record.worlds.values())
    return f"fleet {record.name}: {ready:,} of {show_count(len(record.worlds), 'world')} ready"


def describe_remedies(record: FleetRecord) -> Iterator[str]:
    """Yield the commands that make the other worlds of a fleet ready."""
    states = {name: world.state for name, world in record.worlds.items()}
    killed = [name for name, state in states.items() if state is WorldState.INTERRUPTED]
    undone = [name for name, state in states.items() if state in FOR_ADDING]
    kept = [name for name in undone if record.worlds[name].baseline is not None]
    if kept:
        command = f"rewound reset{fleet_flag(record.name)} {shlex.join(kept)}"
        yield f"to take {name_worlds(kept)} back to the moment before: {command}"
    failed = [name for name in undone if name not in kept or name not in killed]
    if failed:
        command = add_command(record.source, record.name, failed)
        yield f"to restore {name_worlds(failed)} once the cause is fixed: {command}"
    if killed and record.request is not None and not record.request.no_binlogs:
        command = f"rewound seek{fleet_flag(record.name)} TIME {shlex.join(killed)}"
        yield f"to take {name_worlds(killed)} to a moment of the binary logs: {command}"
    if stopped := [name for name, state in states.items() if state is WorldState.STOPPED]:
        command = f"rewound start{fleet_flag(record.name)} {shlex.quote(fold_worlds(stopped))}"
        yield f"to start {name_worlds(stopped)} again, changes kept: {command}"


def describe_changed(
    fleet: str, changed: Mapping[str, Changes], *, may_reset: bool
) -> Iterator[str]:
    """Yield what was changed in worlds, and how to undo it; equal changes share a line."""
    for group in group_alike(changed):
        what = describe_changes(merge_changes(group.values()))
        text = f"{name_worlds(group)} changed after the restore: {what}"
        undo = f"; to undo: {reset_command(fleet, list(group))}" if may_reset else ""
        yield f"{text}{undo}"


def describe_lost(lost: Mapping[str, Changes]) -> Iterator[str]:
    """Yield which changes to worlds are gone; equal changes share a line."""
    for group in group_alike(lost):
        what = describe_changes(merge_changes(group.values()))
        yield f"{name_worlds(group)}: changes lost: {what}"


def warn_of_lost_doorkeeper(fleet: str, *, is_lost: bool) -> None:
    """Warn if the worlds of a fleet sleep, and nobody is there who would wake them."""
    if is_lost:
        diagnostics.warn(
            f"the doorkeeper of fleet {fleet} has ended: no world wakes, and no TCP port is open;"
            f" to start it again: rewound start{fleet_flag(fleet)}"
        )


def warn_of_changed(fleet: str, changed: Mapping[str, Changes]) -> None:
    """Warn, in one line, which worlds of a fleet were changed after the restore, if any."""
    if changed:
        diagnostics.warn(summarise_changes(fleet, changed))


def warn_of_older(fleet: str, worlds: Mapping[str, World], names: Container[str]) -> None:
    """Warn, in one line, which worlds of a fleet hold older dumps, if any of `names` do."""
    older = find_older(worlds.values())
    if asked := [name for name in worlds if name in older and name in names]:
        if any(worlds[name].moment is not None for name in asked):
            what = "is" if len(asked) == 1 else "are"
            what = f"{what} of an earlier moment than others"
        else:
            what = "holds an older dump" if len(asked) == 1 else "hold older dumps"
        diagnostics.warn(
            f"{name_worlds(asked)}{of_fleet(fleet)} {what};"
            f" rewound status{fleet_flag(fleet)} shows why"
        )


def warn_of_keys_to_come(worlds: Mapping[str, World]) -> None:
    """Say in one line which worlds have only their rows so far, if any."""
    names = [name for name, world in worlds.items() if world.state is WorldState.KEYS_TO_COME]
    if names:
        diagnostics.warn(
            f"keys of {name_worlds(names)} are still being built: all rows are there, but not yet"
            " every view, trigger and routine, and the proof is not complete"
        )


def show_expiry(expires_at: datetime) -> str:
    """Return when a fleet expires, and what deletes it."""
    return f"{expires_at:%Y-%m-%d %H:%M:%S} UTC (--expire)"


def describe_closed(world: str, logins: Sequence[str]) -> str:
    """Return a sentence: whose connections to a world were closed."""
    counts = Counter(logins)
    text = ", ".join(f"{login} {count:,}" for login, count in sorted(counts.items()))
    return f"{world}: connections closed: {len(logins):,} ({text})"


def reset_command(fleet: str, worlds: Sequence[str]) -> str:
    """Return the command that resets worlds."""
    return f"rewound reset{fleet_flag(fleet)} {shlex.quote(fold_worlds(worlds))}"
