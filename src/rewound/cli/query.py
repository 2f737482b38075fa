"""`rewound query`: one statement, all worlds, one table."""

import click

from rewound import operations
from rewound.cli import diagnostics, render
from rewound.cli.options import fleet_option, format_option, option, worlds_option
from rewound.errors import RewoundError, SomeWorldsFailed


@click.command(name="query")
@click.argument("sql")
@fleet_option
@worlds_option
@option("--schema", metavar="NAME", help="Where unqualified names belong to.")
@option("--timeout", type=float, metavar="SECONDS", help="Give up on a world after this time.")
@format_option
def command(
    sql: str,
    fleet: str,
    worlds: str | None,
    schema: str | None,
    timeout: float | None,
    output_format: str,
) -> None:
    """Run one SQL statement on every world and print one merged table.

    It runs as the account reader, which can change nothing.
    """
    merged = operations.query(fleet, sql, worlds=worlds, schema=schema, timeout_s=timeout)
    total = len(merged.answered) + len(merged.empty) + len(merged.failed)
    reasons = set(merged.failed.values())
    if len(merged.failed) == total and len(reasons) == 1:
        raise RewoundError(f"in every world: {reasons.pop()}")
    if len(merged.result.columns) > 1 or not merged.failed:
        columns = [column.name for column in merged.result.columns]
        render.write_rows(columns, merged.result.rows, output_format)
    for world, error in merged.failed.items():
        diagnostics.show_error(RewoundError(f"world {world}: {error}"))
    if merged.failed or merged.empty:
        diagnostics.narrate(merged.summary())
    if len(merged.failed) == total:
        raise RewoundError("no world answered")
    if merged.failed:
        raise SomeWorldsFailed(f"{len(merged.failed)} of {total} worlds did not answer")
