"""`rewound up`: restore every world."""

import dataclasses
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, timedelta

import click

from rewound.catalog import Catalog, Choice, ChosenDump, Dump
from rewound.cli.commands.dumps import show_catalog_warnings
from rewound.cli.output import diagnostics
from rewound.cli.output.progress import is_watched, show_progress, show_pull
from rewound.cli.output.restore_result import (
    require_no_failure,
    show_failures,
    show_log_notes,
    show_notes,
    show_replaced,
    show_result,
    warn_of_filters,
)
from rewound.cli.parameters.moment_options import moment_options
from rewound.cli.parameters.new_fleet_options import (
    OF_NEW_FLEETS,
    NewFleetOptions,
    new_fleet_options,
)
from rewound.cli.parameters.precedence import ValueSource, find_origin
from rewound.cli.parameters.restore_options import restore_options
from rewound.cli.parameters.selection import selection_options
from rewound.cli.parameters.shared_options import fleet_option, option
from rewound.cli.parameters.typed import repeated_with_worlds
from rewound.engine.protocol import PullStep
from rewound.errors import UsageError
from rewound.fleet.bring_up import BringUp
from rewound.fleet.restore_context import Observer
from rewound.fleet.world import WorldState
from rewound.operations import adding, dump_selection, restoring


@click.command(name="up")
@selection_options
@fleet_option
@option(
    "--port-base", type=click.IntRange(1024, 65535), help="First port. Default: any free ports."
)
@restore_options
@moment_options
@new_fleet_options
@click.option("--add", is_flag=True, help="Add worlds that are missing, have failed or fell back.")
@click.option("--replace", is_flag=True, help="Delete an existing fleet of this name first.")
def command(
    selection: dump_selection.Selection,
    fleet: str,
    port_base: int | None,
    restore: restoring.UpOptions,
    new_fleet: NewFleetOptions,
    add: bool,
    replace: bool,
) -> None:
    """Restore every world of SOURCE (a folder of dumps, or its URL) as it was at a given time.

    Each world gets a MySQL server of its own, on this host and reachable from it alone.
    A world is ready only when every row of its dump is proven to be there.
    The first restore of a dump leaves a baseline, from which the next restore takes about a second.

    Binary logs below SOURCE, or in --binlogs, are replayed up to the exact moment.

    With --add, worlds of SOURCE are added to a fleet that is up, if they are missing, have failed
    or fell back to an older dump (--fallback). Options that are not given are taken from the
    fleet; its other worlds are left alone.
    """
    if add and replace:
        raise UsageError("--add and --replace are mutually exclusive", hint="use only one of them")
    options = dataclasses.replace(
        restore,
        fleet=fleet,
        port_base=port_base,
        replaces=replace,
        **dataclasses.asdict(new_fleet),
    )
    began_at = time.monotonic()
    with repeated_with_worlds(str(selection.source)):
        brought = add_worlds(selection, options) if add else restore_worlds(selection, options)
    took_s = time.monotonic() - began_at
    show_notes(brought, zone=restore.load.time_zone)
    show_log_notes(brought)
    show_failures(brought.failures, fleet, restored=len(brought.restored), is_added=add)
    if brought.restored:
        show_result(brought, fleet, took_s=took_s)
    elif not brought.still_failing:
        diagnostics.narrate(f"fleet {fleet} already has all of these worlds; nothing to add")
    require_no_failure(brought, selection.source, fleet, is_added=add)


def restore_worlds(selection: dump_selection.Selection, options: restoring.UpOptions) -> BringUp:
    """Restore worlds, and show the choice of dumps and the progress."""
    with Narrator() as narrator:
        brought = restoring.up(
            selection,
            options,
            observer=narrator,
            replaced=show_replaced,
        )
    warn_of_filters(brought)
    return brought


def add_worlds(selection: dump_selection.Selection, options: restoring.UpOptions) -> BringUp:
    """Restore the worlds that a fleet lacks; show the dumps and the progress as well.

    Raises:
        UsageError: an option is typed that only a new fleet accepts.
    """
    refused = [name for name in OF_NEW_FLEETS if find_origin(name) is ValueSource.TYPED]
    if refused:
        names = ", ".join(f"--{name.removesuffix('_s').replace('_', '-')}" for name in refused)
        raise UsageError(
            f"{names} cannot be used with --add: a fleet keeps the values that it was created with",
            hint="--replace restores all worlds again",
        )
    parameters = [str(each.name) for each in click.get_current_context().command.params]
    given = {name for name in parameters if find_origin(name) is not ValueSource.UNSET}
    with Narrator() as narrator:
        brought = adding.add(
            adding.Addition(selection, options, given),
            observer=narrator,
        )
    warn_of_filters(brought)
    return brought


class Narrator(ExitStack):
    """Shows the choice of dumps, the pull of an image, and then the progress."""

    def __init__(self) -> None:
        super().__init__()
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
        times = sorted({_show_time(each.dump) for each in chosen})
        first, last = times[0], times[-1]
        day = f"{first[:10]} "
        taken = first if first == last else f"{first} to {last.removeprefix(day)}"
        text = f"{len(chosen):,} worlds, dumps taken {taken} UTC"
        if ages := [each.age for each in chosen if each.age is not None]:
            text += f", up to {_show_age(max(ages))} before the requested time"
        if skipped := sum(len(each.skipped_newer) for each in chosen):
            text += f"; {skipped:,} newer skipped"
        return text

    def _describe(self, chosen: ChosenDump) -> str:
        dump = chosen.dump
        text = f"{dump.world}: {dump.location.name}, taken {_show_time(dump)} UTC"
        if chosen.age is not None:
            text += f", {_show_age(chosen.age)} before the requested time"
        if chosen.skipped_newer:
            text += f"; {len(chosen.skipped_newer):,} newer skipped"
        return text


def _show_time(dump: Dump) -> str:
    """Return when a dump was taken, in UTC as all other times of a fleet."""
    return f"{dump.taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _show_age(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "under a minute"
