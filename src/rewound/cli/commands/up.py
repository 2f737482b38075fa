"""`rewound up`: restore every world."""

import dataclasses
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click

from rewound.catalog import Catalog, Choice, ChosenDump, Dump
from rewound.cli.commands.dumps import show_catalog_warnings
from rewound.cli.output import diagnostics, render
from rewound.cli.output.idle_filters import warn_of_idle_filters
from rewound.cli.output.progress import is_watched, show_progress, show_pull
from rewound.cli.output.restore_lines import describe_seconds
from rewound.cli.output.world_states import (
    add_command,
    describe_closed,
    describe_older,
    describe_readiness,
    show_expiry,
    show_state,
)
from rewound.cli.parameters.moment_options import moment_options
from rewound.cli.parameters.precedence import ValueSource, find_origin
from rewound.cli.parameters.restore_options import restore_options
from rewound.cli.parameters.selection import selection_options
from rewound.cli.parameters.shared_options import fleet_option, option, parse_duration
from rewound.dump.rules.table import RULES, ZONE_ASSUMED, Effect
from rewound.engine.protocol import PullStep
from rewound.errors import HostError, RewoundError, SomeWorldsFailed, UsageError
from rewound.figures import show_count, show_number
from rewound.fleet.bring_up import BringUp
from rewound.fleet.plan import find_disagreement
from rewound.fleet.restore_context import Observer
from rewound.fleet.world import WorldState, find_older, fleet_flag
from rewound.load.ledger import summarise_rules
from rewound.operations import adding, dump_selection, fleets, restoring
from rewound.operations.ending import Ended
from rewound.worlds.folding import name_worlds

_OF_NEW_FLEETS = ("engine", "server", "image", "memory_limit", "group", "expire_s")
"""Options that only a new fleet accepts."""

_DAMAGE = frozenset(rule.name for rule in RULES if rule.effect is Effect.DAMAGE)
_EDITS = (Effect.REWRITE, Effect.SKIP)


@click.command(name="up")
@selection_options
@fleet_option
@option(
    "--port-base", type=click.IntRange(1024, 65535), help="First port. Default: any free ports."
)
@restore_options
@moment_options
@click.option(
    "--expire",
    "expire_s",
    type=parse_duration,
    metavar="TIME",
    help="Take the fleet down automatically after this time: 8h, 90min, 2d.",
)
@click.option("--add", is_flag=True, help="Add worlds that are missing, have failed or fell back.")
@click.option("--replace", is_flag=True, help="Delete an existing fleet of this name first.")
@click.option(
    "--group", metavar="GROUP", help="Unix group whose members may query the fleet as reader."
)
def command(
    selection: dump_selection.Selection,
    fleet: str,
    port_base: int | None,
    restore: restoring.UpOptions,
    expire_s: float | None,
    add: bool,
    replace: bool,
    group: str | None,
) -> None:
    """Restore every world of SOURCE (a folder of dumps) as it was at a given time.

    Each world gets a MySQL server of its own, on this host and reachable from it alone.
    A world is ready only when every row of its dump is proven to be there.
    The first restore of a dump leaves a baseline, from which the next restore takes about a second.

    With --add, worlds of SOURCE are added to a fleet that is up, if they are missing, have failed
    or fell back to an older dump (--fallback). Options that are not given are taken from the
    fleet; its other worlds are left alone.
    """
    if add and replace:
        raise UsageError("--add and --replace are mutually exclusive", hint="use only one of them")
    options = dataclasses.replace(
        restore, fleet=fleet, port_base=port_base, group=group, replaces=replace, expire_s=expire_s
    )
    began_at = time.monotonic()
    brought = add_worlds(selection, options) if add else restore_worlds(selection, options)
    took_s = time.monotonic() - began_at
    _show_notes(brought, zone=restore.load.time_zone)
    _show_log_notes(brought)
    show_failures(brought.failures, fleet, restored=len(brought.restored), is_added=add)
    if brought.restored:
        _show_result(brought, fleet, took_s=took_s)
    elif not brought.still_failing:
        diagnostics.narrate(f"fleet {fleet} already has all of these worlds; nothing to add")
    _require_no_failure(brought, selection.source, fleet)


def _require_no_failure(brought: BringUp, source: Path, fleet: str) -> None:
    """Raise an error if worlds failed, or if newer dumps of worlds that fell back still do."""
    said = []
    if brought.failures:
        total = len(brought.failures) + len(brought.restored)
        said.append(f"{len(brought.failures):,} of {total:,} worlds failed, the others are ready")
    if kept := brought.still_failing:
        verb, dumps = ("keeps its", "dump") if len(kept) == 1 else ("keep their", "dumps")
        fails = "one still fails" if len(kept) == 1 else "ones still fail"
        said.append(f"{name_worlds(kept)} {verb} older {dumps}, because the newer {fails}")
    if said:
        hint = "the reasons are above; once the cause is fixed, run this command again"
        if not kept:
            hint = _advise_to_add(source, fleet, brought.failures)
        raise SomeWorldsFailed("; ".join(said), hint=hint)


def restore_worlds(selection: dump_selection.Selection, options: restoring.UpOptions) -> BringUp:
    """Restore worlds, and show the choice of dumps and the progress."""
    with Narrator(selection) as narrator:
        brought = restoring.up(
            selection,
            options,
            observer=narrator,
            replaced=_show_replaced,
        )
    _warn_of_filters(brought)
    return brought


def add_worlds(selection: dump_selection.Selection, options: restoring.UpOptions) -> BringUp:
    """Restore the worlds that a fleet lacks; show the dumps and the progress as well.

    Raises:
        UsageError: an option is typed that only a new fleet accepts.
    """
    refused = [name for name in _OF_NEW_FLEETS if find_origin(name) is ValueSource.TYPED]
    if refused:
        names = ", ".join(f"--{name.removesuffix('_s').replace('_', '-')}" for name in refused)
        raise UsageError(
            f"{names} cannot be used with --add: a fleet keeps the values that it was created with",
            hint="--replace restores all worlds again",
        )
    parameters = [str(each.name) for each in click.get_current_context().command.params]
    given = {name for name in parameters if find_origin(name) is not ValueSource.UNSET}
    with Narrator(selection) as narrator:
        brought = adding.add(
            adding.Addition(selection, options, given),
            observer=narrator,
        )
    _warn_of_filters(brought)
    return brought


def _warn_of_filters(brought: BringUp) -> None:
    ledgers = [restored.ledger for restored in brought.restored.values()]
    warn_of_idle_filters(
        [ledger.idle for ledger in ledgers],
        {table.table for ledger in ledgers for table in ledger.tables},
    )


class Narrator(ExitStack):
    """Shows the choice of dumps, the pull of an image, and then the progress."""

    def __init__(self, selection: dump_selection.Selection) -> None:
        super().__init__()
        self._selection = selection
        self._sizes: Mapping[str, int] = {}
        self._pull = self.enter_context(ExitStack())
        self._show_pull: Callable[[PullStep], None] | None = None
        self._observer: Observer | None = None
        self._lock = threading.Lock()

    def narrate(self, text: str) -> None:
        """Print a line."""
        diagnostics.narrate(text)

    def dumps_chosen(self, catalog: Catalog, choice: Choice) -> None:
        """Print which dumps are used."""
        show_catalog_warnings(catalog, choice)
        if is_watched():
            # The list of worlds at the end shows the rest.
            diagnostics.narrate(self._summarise(choice.chosen))
        else:
            for chosen in choice.chosen:
                diagnostics.narrate(self._describe(chosen))
        self._sizes = {chosen.dump.world: chosen.dump.size_bytes for chosen in choice.chosen}

    def image_pulled(self, step: PullStep) -> None:
        """Show the progress of a pull."""
        if self._show_pull is None:
            self._show_pull = self._pull.enter_context(show_pull())
        self._show_pull(step)

    def dump_tried(self, world: str, dump: Dump) -> None:
        """Pass it on."""
        self._begin().dump_tried(world, dump)

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Pass it on."""
        self._begin().world_changed(world, state, detail)

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Pass it on."""
        self._begin().world_loading(world, bytes_read, table)

    def world_note(self, world: str, text: str) -> None:
        """Pass it on."""
        self._begin().world_note(world, text)

    def _begin(self) -> Observer:
        """Return the progress display, which begins when the first world does something."""
        with self._lock:
            if self._observer is None:
                self._pull.close()
                self._observer = self.enter_context(show_progress(self._sizes))
            return self._observer

    def _summarise(self, chosen: Sequence[ChosenDump]) -> str:
        """Return a one-line summary: how many worlds, when taken, how old, how many newer dumps."""
        if len(chosen) == 1:
            return self._describe(chosen[0])
        times = sorted({self._show_time(each.dump) for each in chosen})
        first, last = times[0], times[-1]
        day = f"{first[:10]} "
        taken = first if first == last else f"{first} to {last.removeprefix(day)}"
        text = f"{len(chosen):,} worlds, dumps taken {taken}"
        if ages := [each.age for each in chosen if each.age is not None]:
            text += f", up to {_show_age(max(ages))} before the requested time"
        if skipped := sum(len(each.skipped_newer) for each in chosen):
            text += f"; {skipped:,} newer skipped"
        return text

    def _show_time(self, dump: Dump) -> str:
        return f"{dump.taken_at.astimezone(self._selection.timezone):%Y-%m-%d %H:%M:%S}"

    def _describe(self, chosen: ChosenDump) -> str:
        dump = chosen.dump
        text = f"{dump.world}: {dump.path.name}, taken {self._show_time(dump)}"
        if chosen.age is not None:
            text += f", {_show_age(chosen.age)} before the requested time"
        if chosen.skipped_newer:
            text += f"; {len(chosen.skipped_newer):,} newer skipped"
        return text


def _show_age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "under a minute"


def _show_notes(brought: BringUp, *, zone: str) -> None:
    """Report what was changed or left out of the dumps, and what is doubtful in each world."""
    rules = [rule for made in brought.restored.values() for rule in made.ledger.rules]
    if damage := [rule for rule in rules if rule.rule in _DAMAGE]:
        diagnostics.warn(
            f"worlds differ from their dumps, as you allowed: {summarise_rules(damage)}"
        )
    if assumed := [
        name
        for name, made in brought.restored.items()
        if any(use.rule == ZONE_ASSUMED.name for use in made.ledger.rules)
    ]:
        diagnostics.narrate(
            f"{name_worlds(assumed)}: the dump sets no time zone, so the values of TIMESTAMP"
            f" columns were read in {zone} (--world-timezone)"
        )
    for name, restored in brought.restored.items():
        ledger = restored.ledger
        if ledger.dump.is_whole is None:
            diagnostics.warn(
                f"{name}: the completeness of its dump is not proven (--allow-unfinished)"
            )
        if broken := [f"{each.schema}.{each.name}" for each in ledger.objects if each.is_broken]:
            diagnostics.warn(f"{name}: these views refer to missing objects: {', '.join(broken)}")
        if lost := [f"{e.kind} {e.schema}.{e.name}" for e in ledger.objects if e.lost]:
            diagnostics.warn(f"{name}: without these objects, as you allowed: {', '.join(lost)}")
        if keys := ledger.foreign_keys.lost:
            diagnostics.warn(
                f"{name}: without these foreign keys, as you allowed: {'; '.join(keys)}"
            )
        if doubt := find_disagreement(restored.dump, ledger.dump.completed_at):
            diagnostics.warn(f"{name}: {doubt}")


def _show_log_notes(brought: BringUp) -> None:
    """Report what is doubtful in the part of the binary logs that was replayed."""
    for name, restored in brought.restored.items():
        receipt = restored.ledger.receipt
        for note in () if receipt is None else receipt.notes:
            diagnostics.warn(f"{name}: {note}")


def _show_replaced(ended: Ended) -> None:
    """Report what was deleted for a new fleet, and which connections were closed."""
    for world, logins in ended.connections.items():
        diagnostics.narrate(describe_closed(world, logins))
    diagnostics.narrate(f"earlier fleet deleted: {show_count(ended.servers, 'server')} stopped")


def _advise_to_add(source: Path, fleet: str, failures: Iterable[str]) -> str:
    return f"once this is fixed, add the failed worlds: {add_command(source, fleet, failures)}"


def show_failures(
    failures: Mapping[str, RewoundError], fleet: str, *, restored: int, is_added: bool = False
) -> None:
    """Report which worlds failed, and why.

    Raises:
        RewoundError: all of them did.
    """
    if not failures:
        return
    if len(failures) == 1 and not restored:
        raise next(iter(failures.values()))
    diagnostics.show_errors([error.of_world(name) for name, error in failures.items()])
    if not restored:
        is_host = all(isinstance(error, HostError) for error in failures.values())
        kind = HostError if is_host else RewoundError
        if is_added:
            raise kind(f"no world could be added to fleet {fleet}; its other worlds are unchanged")
        raise kind(f"no world of fleet {fleet} could be restored; nothing was left behind")


def _show_result(brought: BringUp, fleet: str, *, took_s: float) -> None:
    flag = fleet_flag(fleet)
    older = find_older(brought.record.worlds.values())
    made = {*brought.restored, *brought.failures}
    worlds = [world for name, world in brought.record.worlds.items() if name in made]
    rows: list[list[render.Cell]] = [
        [
            world.name,
            show_state(world, is_older=world.name in older),
            world.as_of,
            render.Figure(show_number(world.rows)) if world.server else None,
            f"{world.server.host}:{world.server.port}" if world.server else None,
        ]
        for world in worlds
    ]
    columns = ["world", "state", "taken", "rows", "address"]
    render.write_rows(columns, rows, "table", is_prose=True, is_paged=False)
    diagnostics.narrate(*describe_older(brought.record.worlds.values()))
    first = next(iter(brought.restored))
    count = len(worlds)
    counted = show_count(count, "world")
    failed = f", {len(brought.failures):,} failed" if brought.failures else ""
    is_part = count < len(brought.record.worlds)
    whole = f"; {describe_readiness(brought.record)}" if is_part else ""
    expires_at = fleets.expires_at(fleet)
    diagnostics.narrate(
        "",
        f"{len(brought.restored):,} of {counted} ready{failed}, {describe_seconds(took_s)}{whole}",
        "",
        f"ask all:   rewound query{flag} 'SELECT …'",
        f"connect:   rewound connect{flag} {first}",
        f"proof:     rewound report{flag}{_count_edits(brought)}",
        f"stop:      rewound down{flag}",
        *([f"expires:   {show_expiry(expires_at)}"] if expires_at else []),
    )


def _count_edits(brought: BringUp) -> str:
    """Return how many statements a rule changed or left out; the report lists each."""
    effects = {rule.name: rule.effect for rule in RULES}
    counts = Counter[Effect]()
    for made in brought.restored.values():
        for use in made.ledger.rules:
            if effect := effects.get(use.rule):  # a baseline may be older than we are
                counts[effect] += use.count
    edits = [f"{counts[each]:,} {each.value}" for each in _EDITS if counts[each]]
    return f"  ({', '.join(edits)} by rules)" if edits else ""
