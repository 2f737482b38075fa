"""`rewound query`: SQL for all worlds, one table for each statement."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from rewound.cli.diff_codes import TROUBLE
from rewound.cli.output import diagnostics
from rewound.cli.output.query_results import FILE_FORMATS, VERTICAL, Presentation
from rewound.cli.output.world_states import (
    warn_of_changed,
    warn_of_keys_to_come,
    warn_of_lost_doorkeeper,
    warn_of_older,
)
from rewound.cli.parameters.audience_options import read_audience
from rewound.cli.parameters.completers import complete_fleets
from rewound.cli.parameters.precedence import ValueSource, find_origin, one_of, tell_passed_over
from rewound.cli.parameters.shared_options import FORMATS, option, worlds_option
from rewound.cli.questions import Setting, ask, choose_format, require_possible
from rewound.errors import UsageError
from rewound.operations import changed
from rewound.operations.audience import read_fleets
from rewound.operations.fleets import has_lost_doorkeeper, status
from rewound.query.query_options import QueryOptions
from rewound.query.script import find_unread_variables, read_script
from rewound.worlds.selecting import select_worlds


@click.command(name="query")
@click.argument("sql", required=False)
@option(
    "--fleet",
    default="default",
    show_default=True,
    metavar="NAMES",
    shell_complete=complete_fleets,
    help="Name of the fleet; with several (before,after), the result has a column fleet.",
)
@option(
    "--url",
    "urls",
    multiple=True,
    metavar="URL",
    help="Ask a server outside your fleets: mysql://user@host:3306/schema, NAME=URL, or"
    " @FILE with one on each line; may be repeated.",
)
@option(
    "--compare",
    metavar="BEFORE,AFTER",
    shell_complete=complete_fleets,
    help="Show side by side where the answers of two fleets differ, as rewound diff --query.",
)
@option("--key", metavar="COLUMNS", help="With --compare: columns that identify the rows.")
@worlds_option
@option(
    "--file",
    type=click.File(encoding="utf-8", errors="surrogateescape"),
    help="Read the statements from a file; - reads standard input.",
)
@option(
    "--param",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set the user variable @NAME to a string; may be repeated.",
)
@option("--schema", metavar="NAME", help="Schema of unqualified table names.")
@option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Cancel a statement in a world after this time.",
)
@option(
    "--limit", type=click.IntRange(1), metavar="N", help="Return at most this many rows per world."
)
@option(
    "--total-limit",
    type=click.IntRange(1),
    metavar="N",
    help="Return at most this many rows in total.",
)
@option("--sort-by", metavar="COLUMNS", help="Sort all rows: 'points' or '-points,world'.")
@option("--group", is_flag=True, help="Show worlds with identical answers once.")
@option(
    "--reduce",
    "reduce_sql",
    metavar="SQL",
    help="Run a second SQL statement (DuckDB) over all rows, in the table result.",
)
@option("--chart", metavar="COLUMN", help="Draw a bar for this column in each row.")
@option("--strict", is_flag=True, help="Fail if worlds differ in the names or types of columns.")
@option("--wide", is_flag=True, help="Do not cut values to the width of the terminal.")
@option(
    "--write", is_flag=True, help="Run as dev, who may change the worlds; rewound reset undoes it."
)
@option(
    "--format",
    "output_format",
    type=click.Choice([*FORMATS, VERTICAL, *FILE_FORMATS]),
    default=None,
    help="Output format.  [default: table, or by the file's ending]",
)
@option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write to a new file: scores.parquet, scores.csv.",
)
@option("--force", is_flag=True, help="With --output: replace the file if it exists.")
@one_of("sql", "file")
@one_of("reduce_sql", "group")
def command(
    sql: str | None,
    fleet: str,
    urls: tuple[str, ...],
    compare: str | None,
    key: str | None,
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
    force: bool,
) -> int:
    """Run SQL on every world and print one merged table for each statement.

    It runs as the account reader, which can change nothing; see --write. Without SQL, or
    with -, the statements are read from standard input; on a terminal: a prompt. A statement
    that ends in \\G is shown one value per line.

    \b
    rewound query 'SELECT COUNT(*) AS n FROM player' --reduce 'SELECT SUM(n) FROM result'
    rewound query 'SELECT * FROM player WHERE level > @top' --param top=9 --format csv
    rewound query --compare before,after 'SELECT SUM(score) AS total FROM player'

    A table has at most 5,000 rows, with a warning if there are more; all other formats have
    every row. json writes an array of objects, jsonl one object per line, vertical one value
    per line; csv, tsv and markdown begin with the column names; parquet and arrow need --output.
    NULL is NULL in a table, empty in csv and \\N in tsv; bytes are hex in table, markdown and
    vertical, base64 in the others. Each statement has an output of its own.

    Exit code 0: all worlds answered; 1: none did; 4: some did not. With --compare, as
    with diff(1), 0: the answers do not differ; 1: they do; 4: some worlds could not be compared;
    any other failure is 2 or more.
    """  # noqa: D301 - click's sign for lines that are not to be filled
    if compare:
        diagnostics.fail_with(TROUBLE)
    if urls or compare:
        _pass_over_fleet("urls" if urls else "compare")
    how = Presentation(
        output_format=choose_format(output_format, output),
        chooses_layout=output_format is None,
        output=output,
        replaces=force,
        sort_by=sort_by,
        total_limit=total_limit,
        reduce_sql=reduce_sql,
        is_grouped=group,
        bar_of=chart,
        is_wide=wide,
        is_strict=strict,
    )
    _require_companions(has_force=force, output=output, key=key, compare=compare)
    require_possible(how)
    is_prompt = sql is None and file is None and compare is None and _has_terminal()
    if is_prompt and output is not None:
        raise UsageError(
            "--output cannot be used with the prompt",
            hint="rewound query 'SELECT …' --output scores.csv",
        )
    text = None if is_prompt else _read_text(sql, file)
    statements = [] if text is None else read_script(text)
    variables = dict(_read_parameter(text) for text in param)
    setting = Setting(
        audience=read_audience(fleet, urls, worlds=worlds),
        schema=schema,
        options=QueryOptions(timeout, limit, variables=variables),
        may_write=write,
        presentation=how,
    )
    _warn_of_states(read_fleets(compare) if compare else setting.audience.fleets, worlds)
    if compare is not None:
        # Its imports take as long as a question.
        from rewound.cli.commands.query_compare import require_comparable, show_compared

        require_comparable(setting)
        return show_compared(compare, key, statements, setting)
    if write:
        diagnostics.warn("worlds that you change differ from their dumps until rewound reset")
    if is_prompt:
        from rewound.cli.prompt import dialogue

        dialogue.run(setting)
        return 0
    for name in find_unread_variables([each.text for each in statements], list(variables)):
        diagnostics.warn(f"--param {name}: no statement names @{name}")
    ask(statements, setting)
    return 0


def _require_companions(
    *, has_force: bool, output: Path | None, key: str | None, compare: str | None
) -> None:
    """Refuse options that have no meaning without another one."""
    if has_force and output is None:
        raise UsageError("--force requires --output", hint="--output scores.csv --force")
    if key is not None and compare is None:
        raise UsageError("--key requires --compare", hint="--compare before,after --key name")


def _warn_of_states(fleets: Sequence[str], worlds: str | None) -> None:
    for fleet in fleets:
        known = status(fleet).worlds
        chosen = {name: known[name] for name in select_worlds(known, worlds)}
        warn_of_lost_doorkeeper(fleet, is_lost=has_lost_doorkeeper(fleet))
        warn_of_changed(fleet, changed.find_changed(fleet, chosen))
        warn_of_older(fleet, known, chosen)
        warn_of_keys_to_come(chosen)


def _pass_over_fleet(other: str) -> None:
    """Ignore --fleet, if it only comes from a setting, in favour of another option.

    Raises:
        UsageError: --fleet was typed as well.
    """
    origin = find_origin("fleet")
    if origin is ValueSource.TYPED:
        option_name = {"urls": "--url"}.get(other, f"--{other}")
        raise UsageError(
            f"{option_name} and --fleet are mutually exclusive", hint="use only one of them"
        )
    if origin is not ValueSource.UNSET:
        tell_passed_over("fleet", origin, other)


def _has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _read_text(sql: str | None, file: TextIO | None) -> str:
    """Return the SQL: the argument, the contents of the file, or standard input."""
    if sql is not None and file is not None:
        raise UsageError("SQL and --file are mutually exclusive", hint="use only one of them")
    if file is not None:
        return file.read()
    if sql is not None and sql != "-":
        return sql
    if sql is None and sys.stdin.isatty():
        raise UsageError("no SQL statement was given", hint="rewound query 'SELECT …'")
    # Read as UTF-8 in any locale, like a file: the server gets exactly these bytes.
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _read_parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier() or not name.isascii():
        raise UsageError(
            f"--param {text}: expected NAME=VALUE",
            hint="for example --param since=2026-03-02; in the SQL it is @since",
        )
    return name, value
