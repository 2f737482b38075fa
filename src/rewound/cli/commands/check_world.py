"""`rewound check-world`: whether the world of restore-world is ready."""

from pathlib import Path

import click

from rewound.cli.parameters.shared_options import data_dir_option
from rewound.operations import health


@click.command(name="check-world")
@data_dir_option
def command(data_dir: Path) -> None:
    """Exit with 0 only if the world of restore-world is proven and its server answers.

    For health checks: it logs in as reader, and takes 0.2 s.
    """
    health.check_world(data_dir)
