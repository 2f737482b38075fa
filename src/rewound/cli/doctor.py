"""`rewound doctor`: what this host can do."""

import click

from rewound.cli import render
from rewound.cli.options import format_option
from rewound.engine.checks import CheckState
from rewound.errors import HostError
from rewound.operations import host


@click.command(name="doctor")
@format_option
def command(output_format: str) -> None:
    """Say what this host can do, and what is missing."""
    checks = host.doctor()
    rows: list[list[render.Cell]] = [
        [check.subject, check.state.value, check.detail, check.hint] for check in checks
    ]
    render.write_rows(["subject", "state", "detail", "hint"], rows, output_format)
    missing = [check.subject for check in checks if check.state is CheckState.MISSING]
    if missing:
        raise HostError(f"no world can be made here: {', '.join(missing)}")
