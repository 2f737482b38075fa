"""`rewound query`: SQL for all worlds, one table for each statement."""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TextIO

import click

from rewound.catalog import fold_worlds
from rewound.cli import diagnostics, render
from rewound.cli.options import fleet_option, format_option, option, worlds_option
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.operations import asking
from rewound.query.fanout import Asking
from rewound.query.group import group_errors, group_outcomes
from rewound.query.outcome import Merged, Outcome, merge_outcomes
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
@option("--group", is_flag=True, help="Show worlds that answer alike once.")
@option("--write", is_flag=True, help="Run as dev, which may change its world, until a reset.")
@format_option
def command(
    sql: str | None,
    fleet: str,
    worlds: str | None,
    file: TextIO | None,
    param: tuple[str, ...],
    schema: str | None,
    timeout: float | None,
    limit: int | None,
    group: bool,
    write: bool,
    output_format: str,
) -> None:
    """Run SQL on every world and print one merged table for each statement.

    It runs as the account reader, which can change nothing.
    """
    statements = read_statements(_read_text(sql, None if file is None else file.read()))
    variables = dict(_read_parameter(text) for text in param)
    for name in find_unset_variables(statements, list(variables)):
        diagnostics.warn(f"@{name} has no value and counts as NULL; --param {name}=… gives it one")
    if write:
        diagnostics.warn("worlds that this changes differ from their dumps until rewound reset")
    started = time.perf_counter()
    answers = asking.query(
        fleet,
        statements,
        worlds=worlds,
        schema=schema,
        asking=Asking(timeout_s=timeout, row_limit=limit, variables=variables),
        may_write=write,
    )
    seconds = time.perf_counter() - started
    merged = [_show(answer, output_format, grouped=group) for answer in answers]
    _show_summary(merged, seconds)


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


def _show(answer: Mapping[str, Outcome], output_format: str, *, grouped: bool) -> Merged:
    """Write one statement's answers, and whose are missing; return them as one."""
    merged = merge_outcomes(answer)
    reasons = set(merged.failed.values())
    if len(merged.failed) == merged.worlds > 0 and len(reasons) == 1:
        raise RewoundError(f"in every world: {reasons.pop()}")
    if grouped:
        _write_groups({world: answer[world] for world in merged.answered}, merged, output_format)
    elif len(merged.result.columns) > 1 or not merged.failed:
        columns = [column.name for column in merged.result.columns]
        render.write_rows(columns, merged.result.rows, output_format)
    for names, error in group_errors(merged.failed):
        word = "world" if len(names) == 1 else "worlds"
        diagnostics.show_error(RewoundError(f"{word} {fold_worlds(names)}: {error}"))
    if merged.cut:
        diagnostics.warn(f"{fold_worlds(merged.cut)}: there are more rows than --limit shows")
    return merged


def _write_groups(answer: Mapping[str, Outcome], merged: Merged, output_format: str) -> None:
    """Write the rows of worlds that answered alike once, those worlds in front, folded."""
    rows = [
        (fold_worlds(group.worlds), len(group.worlds), *row)
        for group in group_outcomes(answer)
        for row in group.rows
    ]
    _, *columns = merged.result.columns
    names = ["worlds", "count", *(column.name for column in columns)]
    render.write_rows(names, rows, output_format)


def _show_summary(answers: Sequence[Merged], seconds: float) -> None:
    """Say who answered; the exit code says the same.

    Raises:
        RewoundError: no world answered.
        SomeWorldsFailed: some did not.
    """
    failed = {name: error for merged in answers for name, error in merged.failed.items()}
    worst = max(answers, key=lambda merged: len(merged.failed))
    rows = sum(len(merged.result.rows) for merged in answers)
    if failed or worst.empty or sys.stderr.isatty():
        diagnostics.narrate(f"{worst.summary()}; {rows:,} rows, {seconds:.2f} s")
    if len(worst.failed) == worst.worlds > 0:
        raise RewoundError("no world answered")
    if failed:
        raise SomeWorldsFailed(f"{len(failed)} of {worst.worlds} worlds did not answer")
