"""`rewound query`: SQL for all worlds, one table for each statement."""

import gc
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from rewound.catalog import fold_worlds
from rewound.cli import diagnostics
from rewound.cli.answers import FILE_FORMATS, Presentation, show
from rewound.cli.options import FORMATS, fleet_option, option, worlds_option
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.operations import asking as operations
from rewound.query.fanout import Asking
from rewound.query.merge import Merged
from rewound.query.outcome import Summary
from rewound.query.script import find_unset_variables, read_statements


@click.command(name="query")
@click.argument("sql", required=False)
@fleet_option
@worlds_option
@option(
    "--file",
    type=click.File(encoding="utf-8", errors="surrogateescape"),
    help="Read the statements from a file; - is standard input.",
)
@option(
    "--param",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set the user variable @NAME to a text; may be repeated.",
)
@option("--schema", metavar="NAME", help="Where unqualified names belong to.")
@option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Give up on a statement in a world after this time.",
)
@option("--limit", type=click.IntRange(1), metavar="N", help="At most so many rows of each world.")
@option("--total-limit", type=click.IntRange(1), metavar="N", help="At most so many rows in all.")
@option("--sort-by", metavar="COLUMNS", help="Sort all rows: 'points' or '-points,world'.")
@option("--group", is_flag=True, help="Show worlds that answer alike once.")
@option(
    "--reduce",
    "reduce_sql",
    metavar="SQL",
    help="Run a second SQL (DuckDB's) over all rows; they are its table result.",
)
@option("--chart", metavar="COLUMN", help="Draw a bar in each row for this column.")
@option("--strict", is_flag=True, help="Fail where worlds differ in names or types of columns.")
@option("--wide", is_flag=True, help="Cut nothing to the terminal's width.")
@option("--write", is_flag=True, help="Run as dev, which may change its world, until a reset.")
@option(
    "--format",
    "output_format",
    type=click.Choice([*FORMATS, *FILE_FORMATS]),
    default=None,
    help="How the output is written.  [default: table, or as the file's name ends]",
)
@option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a new file: scores.parquet, scores.csv.",
)
def command(
    sql: str | None,
    fleet: str,
    worlds: str | None,
    file: TextIO | None,
    param: tuple[str, ...],
    schema: str | None,
    timeout: float | None,
    limit: int | None,
    total_limit: int | None,
    sort_by: str | None,
    group: bool,
    reduce_sql: str | None,
    chart: str | None,
    strict: bool,
    wide: bool,
    write: bool,
    output_format: str | None,
    output: Path | None,
) -> None:
    """Run SQL on every world and print one merged table for each statement.

    It runs as the account reader, which can change nothing.
    """
    how = Presentation(
        output_format=_choose_format(output_format, output),
        output=output,
        sort_by=sort_by,
        total_limit=total_limit,
        reduce_sql=reduce_sql,
        is_grouped=group,
        bar_of=chart,
        is_wide=wide,
        is_strict=strict,
    )
    _require_possible(how)
    statements = read_statements(_read_text(sql, None if file is None else file.read()))
    variables = dict(_read_parameter(text) for text in param)
    for name in find_unset_variables(statements, list(variables)):
        diagnostics.warn(f"@{name} has no value and counts as NULL; --param {name}=… gives it one")
    if write:
        diagnostics.warn("worlds that this changes differ from their dumps until rewound reset")
    # Rows are plain tuples without cycles: looking for cycles among them takes as long as all
    # else (1,000,000 rows as tsv: 1.1 CPU-seconds with it, 0.5 without).
    gc.disable()
    started = time.perf_counter()
    asked = operations.query(
        fleet,
        statements,
        worlds=worlds,
        schema=schema,
        asking=Asking(timeout, limit, how.enough_rows, variables),
        may_write=write,
    )
    with asked:
        summaries = [show(Merged(answers), how) for answers in asked]
    show_summary(summaries, time.perf_counter() - started)


def _choose_format(name: str | None, output: Path | None) -> str:
    """Return the format that is asked for, else the one that the file's name ends in."""
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    known = {**{name: name for name in (*FORMATS, *FILE_FORMATS)}, "md": "markdown"}
    return name or known.get(ending, "table")


def _require_possible(how: Presentation) -> None:
    """Refuse what does not go together, before anything is asked."""
    if how.output is None and how.output_format in FILE_FORMATS:
        raise UsageError(
            f"--format {how.output_format} is not for a terminal or pipe",
            hint=f"--output scores.{how.output_format}",
        )
    if how.output is not None and how.output_format == "table":
        endings = ", ".join((*FORMATS[1:], *FILE_FORMATS))
        raise UsageError(
            f"--output {how.output}: a table is for the screen",
            hint=f"give --format, or a name that ends in one of: {endings}",
        )
    if how.output is not None and how.output.exists():
        raise UsageError(
            f"--output {how.output}: there is such a file already", hint="name another one"
        )
    if how.reduce_sql is not None and how.is_grouped:
        raise UsageError("--reduce and --group exclude each other", hint="give one of them")
    if how.bar_of is not None and how.output_format != "table":
        raise UsageError("--chart draws in a table only", hint="leave out --format")


def _read_text(sql: str | None, from_file: str | None) -> str:
    if sql is not None and from_file is not None:
        raise UsageError("SQL and --file exclude each other", hint="give one of them")
    text = sql if from_file is None else from_file
    if text is None:
        raise UsageError("there is no SQL statement", hint="rewound query 'SELECT …'")
    return text


def _read_parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier() or not name.isascii():
        raise UsageError(
            f"--param {text}: not of the form NAME=VALUE",
            hint="for example --param since=2026-03-02; in the SQL it is @since",
        )
    return name, value


def show_summary(summaries: Sequence[Summary], seconds: float) -> None:
    """Say who answered; the exit code says the same.

    Raises:
        RewoundError: no world answered.
        SomeWorldsFailed: some did not.
    """
    worst = max(summaries, key=lambda summary: len(summary.failed))
    failed = {name for summary in summaries for name in summary.failed}
    rows = sum(summary.row_count for summary in summaries)
    changed = sum(summary.changed_rows for summary in summaries)
    parts = [f"{len(worst.answered)} ok"]
    parts += [f"{len(worst.empty)} empty"] if worst.empty else []
    parts += [f"{len(failed)} failed ({fold_worlds(sorted(failed))})"] if failed else []
    counts = f"{rows:,} rows" + (f", {changed:,} changed" if changed else "")
    diagnostics.narrate(f"{', '.join(parts)}; {counts}, {seconds:.2f} s")
    if len(worst.failed) == worst.world_count > 0:
        raise RewoundError("no world answered")
    if failed:
        raise SomeWorldsFailed(f"{len(failed)} of {worst.world_count} worlds did not answer")
