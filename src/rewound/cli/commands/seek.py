"""`rewound seek`: take worlds to another moment, by their binary logs."""

import shlex
from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem

from rewound.cli.output import diagnostics, render
from rewound.cli.output.restore_result import show_log_notes
from rewound.cli.output.returning_worlds import (
    Clock,
    explain_interruption,
    show_closed,
    show_returned,
    tell_way_back,
    watch_return,
)
from rewound.cli.output.unquoted_times import join_time
from rewound.cli.output.world_states import describe_lost, list_moments
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.selection import timezone_option
from rewound.cli.parameters.shared_options import fleet_option, option
from rewound.cli.parameters.typed import list_typed, repeated_with_worlds
from rewound.errors import UsageError
from rewound.figures import show_number
from rewound.operations import fleets
from rewound.operations.destinations import Destination, Direction, read_direction
from rewound.operations.dump_selection import read_log_point
from rewound.operations.seeking import seek

_MOMENTS = ("before", "before_transaction", "after_transaction", "at_position", "step")
"""The parameters that name a moment in the place of TIME."""


def _complete_moment(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offer worlds in the place of TIME, where an option names the moment."""
    is_named = any(ctx.params.get(name) is not None for name in _MOMENTS)
    return complete_worlds(ctx, param, incomplete) if is_named else []


@click.command(name="seek")
@click.argument("moment", required=False, metavar="[TIME]", shell_complete=_complete_moment)
@click.argument("worlds", nargs=-1, metavar="[WORLD]...", shell_complete=complete_worlds)
@fleet_option
@option("--before", metavar="TIME", help="Up to the last transaction before this time.")
@option("--before-transaction", metavar="GTID", help="Up to the transaction before this one.")
@option("--after-transaction", metavar="GTID", help="Up to this transaction, and with it.")
@option("--at-position", metavar="FILE:POS", help="Up to this position: mysql-bin.000042:1337.")
@option(
    "--step",
    type=click.Choice([step.value for step in Direction]),
    help="One transaction back or forward, which is shown.",
)
@option(
    "--verify-images/--no-verify-images",
    default=None,
    help="Compare each row that binary logs change with what they have of it from before. Default:"
    " as the fleet was restored.",
)
@timezone_option
def command(
    moment: str | None,
    worlds: tuple[str, ...],
    fleet: str,
    before: str | None,
    before_transaction: str | None,
    after_transaction: str | None,
    at_position: str | None,
    step: str | None,
    timezone: str | None,
    verify_images: bool | None,
) -> None:
    """Take worlds, by default all, to another moment: as of TIME, by their binary logs.

    TIME is written as for up --at, with its zone. Where an option names the moment, the arguments
    are worlds. Addresses and passwords stay; changes made in the worlds are lost. A moment where a
    world has been before takes a second.
    """
    options = {
        "--before": before,
        "--before-transaction": before_transaction,
        "--after-transaction": after_transaction,
        "--at-position": at_position,
        "--step": step,
    }
    given = [name for name, value in options.items() if value is not None]
    _require_quotes(moment, worlds, before)
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} are mutually exclusive", hint="use one of them")
    if given and moment is not None:
        worlds, moment = (moment, *worlds), None
    if not given and moment is None:
        raise UsageError(
            "no moment is given",
            hint="rewound seek '2024-06-18 21:16+00:00', or --step back, or see --help",
        )
    destination = Destination(
        at=moment,
        before=before,
        timezone=timezone,
        point=read_log_point(
            before_transaction=before_transaction,
            after_transaction=after_transaction,
            at_position=at_position,
        ),
        step=None if step is None else read_direction(step),
    )
    selection = ",".join(worlds) if worlds else None
    clock = Clock()
    with (
        explain_interruption(fleet),
        repeated_with_worlds(as_option=False),
        watch_return(fleets.select(fleet, selection)) as observer,
    ):
        seeking = seek(
            fleet,
            destination,
            selection,
            verify_images=verify_images,
            observer=observer,
            narrate=diagnostics.narrate,
            warn=diagnostics.warn,
        )
    brought = seeking.brought
    show_closed(seeking.closed)
    diagnostics.narrate(*describe_lost(seeking.lost))
    show_log_notes(brought)
    worlds_moved = [brought.record.worlds[name] for name in brought.restored]
    names, moments = list_moments(worlds_moved)
    rows: list[list[render.Cell]] = [
        [world.name, *moment, render.Figure(show_number(world.rows))]
        for world, moment in zip(worlds_moved, moments, strict=True)
    ]
    columns = ["world", *names, "rows"]
    if rows:
        render.write_rows(columns, rows, "table", is_prose=True, is_paged=False)
    hint = tell_way_back(brought.record, brought.failures)
    show_returned(brought.restored, brought.failures, clock, verb="moved", hint=hint)


def _require_quotes(moment: str | None, worlds: Sequence[str], before: str | None) -> None:
    """Refuse a time that the shell has split into several arguments.

    Raises:
        UsageError: its second half is where worlds are named.
    """
    words = worlds if moment is None or before is None else (moment, *worlds)
    day = moment if before is None else before
    if day is None or (whole := join_time(day, words)) is None:
        return
    time, others = whole
    argv = ["rewound", "seek", *(["--before"] if before is not None else []), time]
    options = {str(each.name) for each in click.get_current_context().command.params} - {"before"}
    raise UsageError(
        f"the time {time} needs quotes: without them, {words[0]!r} is the name of a world",
        hint=shlex.join([*argv, *others, *list_typed(options)]),
    )
