"""`rewound down`: stop fleets and delete them."""

import shlex
from collections.abc import Mapping, Sequence

import click

from rewound.cli.output import diagnostics
from rewound.cli.output.world_states import describe_closed
from rewound.cli.parameters.shared_options import fleet_option
from rewound.errors import FleetNotFound, UsageError
from rewound.figures import show_count
from rewound.fleet.world import fleet_flag
from rewound.operations import ending, fleets


@click.command(name="down", context_settings={"allow_extra_args": True})
@fleet_option
@click.option("--expired", is_flag=True, help="Only fleets whose time (up --expire) is over.")
@click.option("--all", "every", is_flag=True, help="Stop and delete all fleets.")
@click.pass_context
def command(ctx: click.Context, fleet: str, expired: bool, every: bool) -> None:
    """Stop the servers of a fleet and delete it. The dumps are not touched.

    Open connections are closed. If there is no such fleet, `down` prints a message and succeeds.
    """
    _require_no_words(ctx.args, fleet)
    if expired:
        show_expired(ending.end_expired())
        return
    names = ending.names_to_end() if every else [fleet]
    for name in names:
        try:
            ended = ending.down(name)
        except FleetNotFound as error:
            hint = f" ({error.hint})" if error.hint else ""
            diagnostics.narrate(f"{error.message}; nothing to do{hint}")
            continue
        for world, logins in ended.connections.items():
            diagnostics.narrate(describe_closed(world, logins))
        servers = show_count(ended.servers, "server")
        diagnostics.narrate(f"fleet {name} deleted: {servers} stopped")
    if not names:
        diagnostics.narrate("there are no fleets")


def _require_no_words(words: Sequence[str], fleet: str) -> None:
    """Refuse world names: only whole fleets are deleted. The words may be names of fleets.

    Raises:
        UsageError: there are any words.
    """
    if not words:
        return
    if set(words) <= set(fleets.names()):
        commands = " && ".join(f"rewound down --fleet {name}" for name in words)
        raise UsageError("down takes the name of a fleet as --fleet", hint=commands)
    raise UsageError(
        f"down takes no worlds, and {', '.join(words)} is not a fleet",
        hint=f"rewound down{fleet_flag(fleet)} deletes all of fleet {fleet};"
        f" to undo changes in some worlds: rewound reset{fleet_flag(fleet)} {shlex.join(words)}",
    )


def show_expired(ended: Mapping[str, ending.Ended]) -> None:
    """Report which fleets were deleted because their time was over."""
    for name, each in ended.items():
        servers = show_count(each.servers, "server")
        diagnostics.narrate(f"fleet {name} deleted, because its time was over: {servers} stopped")
