"""`rewound reset`: return worlds to the moment after their restore."""

import click

from rewound.cli.output import diagnostics
from rewound.cli.output.progress import PlainLines
from rewound.cli.output.world_states import describe_closed
from rewound.cli.parameters.completers import complete_worlds
from rewound.cli.parameters.selection import clone_option, read_clone_method
from rewound.cli.parameters.shared_options import fleet_option
from rewound.errors import HostError, RewoundError, SomeWorldsFailed
from rewound.operations import starting


@click.command(name="reset")
@click.argument("worlds", nargs=-1, metavar="[WORLD]...", shell_complete=complete_worlds)
@fleet_option
@clone_option
def command(worlds: tuple[str, ...], fleet: str, clone: str) -> None:
    """Return worlds, by default all, to the moment after their restore.

    WORLD may be a pattern such as 'host[1-3]'. Whatever was changed in them is lost, and
    who is connected is cut off; address and passwords stay. A world that crashed comes back.
    """
    resetting = starting.reset(
        fleet,
        ",".join(worlds) if worlds else None,
        clone=read_clone_method(clone),
        observer=PlainLines(),
    )
    for world, ended in resetting.done.items():
        if ended:
            diagnostics.narrate(describe_closed(world, ended))
    for world, error in resetting.failures.items():
        diagnostics.show_error(error.of_world(world))
    if not resetting.failures:
        return
    if not resetting.done:
        is_host = all(isinstance(error, HostError) for error in resetting.failures.values())
        raise (HostError if is_host else RewoundError)("no world was reset")
    total = len(resetting.failures) + len(resetting.done)
    raise SomeWorldsFailed(f"{len(resetting.failures)} of {total} worlds could not be reset")
