"""`rewound doctor`: what this host can do, and whether a source would fit."""

import shutil
import sys

import click

from rewound.cli.output import diagnostics, render
from rewound.cli.output.check_list import list_checks, make_verdict
from rewound.cli.parameters.selection import optional_selection_options
from rewound.cli.parameters.shared_options import format_option
from rewound.cli.parameters.typed import find_typed
from rewound.engine.host.checks import CheckState
from rewound.errors import HostError, RewoundError, UsageError
from rewound.operations import diagnosis, leftovers
from rewound.operations.dump_selection import Selection

_OF_A_SOURCE = frozenset({"at", "before", "pattern", "timezone", "worlds", "identities"})


@click.command(name="doctor")
@optional_selection_options
@click.option("--fix", is_flag=True, help="Remove what killed commands left behind.")
@format_option
def command(
    selection: Selection | None,
    fix: bool,
    output_format: str,
) -> None:
    """Show what this host can do, and what is missing.

    With a SOURCE, also show what up would need for it, and whether the host has that.
    """
    if selection is None and (typed := find_typed(_OF_A_SOURCE)):
        raise UsageError(f"{typed[0]} requires a SOURCE", hint="rewound doctor backups/")
    left = leftovers.find_leftovers()
    if fix:
        left = _remove(left)
    checks = diagnosis.look(selection, left)
    if output_format == "table":
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        render.write_lines(list_checks(checks, width=width))
        if (verdict := make_verdict(checks)) is not None:
            render.write_lines(["", verdict])
    else:
        rows: list[list[render.Cell]] = [
            [check.subject, check.state.value, check.detail, check.hint] for check in checks
        ]
        render.write_rows(["subject", "state", "detail", "hint"], rows, output_format)
    missing = [check.subject for check in checks if check.state is CheckState.MISSING]
    if missing:
        raise HostError(f"no world can be restored on this host: {', '.join(missing)}")


def _remove(left: list[leftovers.Leftover]) -> list[leftovers.Leftover]:
    """Remove leftovers; return those that could not be removed."""
    staying = []
    for leftover in left:
        try:
            leftovers.remove_leftover(leftover)
        except RewoundError as error:
            diagnostics.show_error(error)
            staying.append(leftover)
        else:
            diagnostics.narrate(f"removed {leftover.what}")
    return staying
