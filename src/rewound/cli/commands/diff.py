"""`rewound diff`: what changed between two moments, over all worlds and tables."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from rewound.cli.commands.up import Narrator, show_failures
from rewound.cli.output import diagnostics
from rewound.cli.output.diff_view import Shown, show_answers, show_comparison
from rewound.cli.output.progress import count_worlds
from rewound.cli.parameters.options import format_option, option, worlds_option
from rewound.cli.parameters.selection import engine_options
from rewound.diff.rows.plan import RowOptions
from rewound.diff.worlds import EVERY_TABLE, WorldOptions
from rewound.errors import SomeWorldsFailed, UsageError
from rewound.operations import diffing, restoring
from rewound.operations.diffing import Sides
from rewound.operations.dumps import read_selection
from rewound.operations.engines import EngineRequest
from rewound.query.script import read_statements

_DIFFERENT = 1
_ROWS_OF_A_PAGE = 200
"""How many changed rows of each table and world the HTML report has, unless --rows says."""
_TEMPORARY = ("diff-before", "diff-after")
"""The fleets that are made of a SOURCE."""


@click.command(name="diff")
@click.argument("fleets", nargs=-1, metavar="[BEFORE AFTER | SOURCE]")
@option("--from", "from_time", metavar="TIME", help="With SOURCE: the earlier moment.")
@option("--to", "to_time", metavar="TIME", help="With SOURCE: the later moment.")
@option("--pattern", help="With SOURCE: how world and time stand in a path, as for up.")
@option("--timezone", metavar="ZONE", help="With SOURCE: the zone of times that state none.")
@engine_options
@option("--keep", is_flag=True, help="With SOURCE: keep both fleets running.")
@option("--world", nargs=2, metavar="ONE OTHER", help="Compare two worlds of any names.")
@option("--schema", nargs=2, metavar="ONE OTHER", help="Compare two schemas of any names.")
@worlds_option
@option(
    "--table",
    "tables",
    multiple=True,
    metavar="PATTERN",
    help="Compare only these tables; may be repeated.",
)
@option(
    "--columns", metavar="NAMES", help="Compare only these columns, and the key: 'score,level_*'."
)
@option("--ignore-columns", metavar="NAMES", help="Ignore these columns: 'updated_at'.")
@option("--where", metavar="SQL", help="Compare only rows that match this condition: 'level > 9'.")
@option(
    "--rows",
    type=click.IntRange(0),
    metavar="N",
    help="Show this many changed rows of each table and world.",
)
@option(
    "--group-by",
    type=click.Choice(["world", "column"]),
    help="Show how each column changed, per world or combined.",
)
@option("--query", "sql", metavar="SQL", help="Compare the answers to this SQL instead.")
@option(
    "--key",
    metavar="COLUMNS",
    help="With --query: columns that identify its rows.  [default: non-numeric columns]",
)
@option(
    "--float-tolerance",
    type=click.FloatRange(0),
    metavar="X",
    help="Treat floats that differ by no more than this as equal.",
)
@option("--exhaustive", is_flag=True, help="Compare the content of every row instead of hashes.")
@option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write an HTML report to a new file.",
)
@option("--exit-zero", is_flag=True, help="Exit with 0 even if something differs.")
@format_option
def command(
    fleets: tuple[str, ...],
    from_time: str | None,
    to_time: str | None,
    pattern: str | None,
    timezone: str | None,
    keep: bool,
    wish: EngineRequest,
    world: tuple[str, str] | None,
    schema: tuple[str, str] | None,
    worlds: str | None,
    tables: tuple[str, ...],
    columns: str | None,
    ignore_columns: str | None,
    where: str | None,
    rows: int | None,
    group_by: str | None,
    sql: str | None,
    key: str | None,
    float_tolerance: float | None,
    exhaustive: bool,
    html: Path | None,
    exit_zero: bool,
    output_format: str,
) -> int:
    """Show what changed between fleets BEFORE and AFTER, over all worlds and tables.

    Worlds are paired by name. With a folder of dumps as SOURCE, --from and --to bring up
    what they hold at these times, and take it down again.

    \b
    rewound diff before after
    rewound diff before after --table player --columns player_score --rows 20
    rewound diff backups/ --from '2026-03-02 22:00' --to '2026-03-03 22:00'

    Exit code 0: nothing differs; 1: something does; 4: some could not be compared.
    """  # noqa: D301 - click's sign for lines that are not to be filled
    if html is not None and html.exists():
        raise UsageError(f"--html {html}: the file already exists", hint="choose another name")
    if where is not None and not tables:
        raise UsageError(
            "--where requires --table", hint="for example --table player --where 'level > 9'"
        )
    options = WorldOptions(
        tables=tables or EVERY_TABLE,
        rows=RowOptions(
            columns=_split(columns) or None,
            ignore_columns=_split(ignore_columns),
            where=where,
            float_tolerance=float_tolerance,
            is_exhaustive=exhaustive,
        ),
    )
    pair = world or None
    how = Shown(output_format, rows, group_by, html)
    moments = _Moments(from_time, to_time, worlds, pattern, timezone)
    with _open_sides(fleets, moments, pair=pair, keep=keep, wish=wish) as opened:
        if sql is not None:
            if schema:
                raise UsageError(
                    "--schema and --query are mutually exclusive",
                    hint="a query names its schemas itself",
                )
            [statement] = _require_one(read_statements(sql))
            answers = diffing.diff_answers(opened.sides, statement, key=key, world_pair=pair)
            show_answers(answers, output_format)
            is_equal, is_whole = answers.is_equal, not answers.failed
        else:
            with count_worlds() as compared:
                comparison = diffing.diff(
                    opened.sides,
                    options,
                    world_pair=pair,
                    schema_pair=schema or None,
                    sample_rows=(rows or 0) if html is None else (rows or _ROWS_OF_A_PAGE),
                    compared=compared,
                )
            if opened.labels is not None:
                before, after = opened.labels
                comparison = replace(comparison, before=before, after=after)
            show_comparison(comparison, opened.command + _repeat(schema), how)
            is_equal, is_whole = comparison.is_equal, comparison.is_whole
    if not is_whole:
        raise SomeWorldsFailed("some worlds or tables could not be compared")
    return 0 if is_equal or exit_zero else _DIFFERENT


@dataclass(frozen=True, slots=True)
class _Opened:
    """The two sides, ready to be compared."""

    sides: Sides
    command: str
    """What compares them again."""
    labels: tuple[str, str] | None = None
    """What they are called, where it is not the fleets' names."""


@dataclass(frozen=True, slots=True)
class _Moments:
    """Which moments of a SOURCE are compared, and how its names are read."""

    before: str | None
    after: str | None
    worlds: str | None
    pattern: str | None
    timezone: str | None

    def list_options(self) -> list[str]:
        """Return the options that say how names are read."""
        options: list[str] = []
        if self.pattern is not None:
            options += ["--pattern", self.pattern]
        if self.timezone is not None:
            options += ["--timezone", self.timezone]
        return options


@contextmanager
def _open_sides(
    names: tuple[str, ...],
    moments: _Moments,
    *,
    pair: tuple[str, str] | None,
    keep: bool,
    wish: EngineRequest,
) -> Iterator[_Opened]:
    """Yield the fleets that are meant; those of a SOURCE are made, and gone at the end."""
    if moments.before is not None and moments.after is not None:
        if len(names) != 1:
            raise UsageError("--from and --to take one SOURCE", hint=_EXAMPLE)
        times = (moments.before, moments.after)
        command = ["rewound", "diff", names[0], "--from", times[0], "--to", times[1]]
        command += moments.list_options()
        with _bring_up(Path(names[0]), times, moments, keep=keep, wish=wish):
            yield _Opened(Sides(*_TEMPORARY, moments.worlds), shlex.join(command), times)
        return
    if moments.before is not None or moments.after is not None:
        raise UsageError("--from and --to must be used together", hint=_EXAMPLE)
    if moments.list_options():
        raise UsageError("--pattern and --timezone require a SOURCE", hint=_EXAMPLE)
    worlds = moments.worlds
    if pair is not None and len(names) <= 1:
        fleet = names[0] if names else "default"
        sides, command = Sides(fleet, fleet), ["rewound", "diff", fleet, "--world", *pair]
    elif len(names) == 2:
        sides, command = Sides(*names, worlds), ["rewound", "diff", *names]
    else:
        raise UsageError("give two fleets, or a SOURCE with --from and --to", hint=_EXAMPLE)
    yield _Opened(sides, shlex.join(command))


_EXAMPLE = "rewound diff before after, or rewound diff backups/ --from T1 --to T2"


@contextmanager
def _bring_up(
    source: Path, times: tuple[str, str], moments: _Moments, *, keep: bool, wish: EngineRequest
) -> Iterator[None]:
    made: list[str] = []
    try:
        for fleet, time in zip(_TEMPORARY, times, strict=True):
            diagnostics.narrate(f"fleet {fleet}: {source} as of {time}")
            selection = read_selection(
                source,
                at=time,
                pattern=moments.pattern,
                timezone=moments.timezone,
                worlds=moments.worlds,
            )
            with Narrator(selection) as narrator:
                brought = restoring.up(
                    selection,
                    restoring.UpOptions(fleet=fleet, engine=wish, allow_missing=True),
                    observer=narrator,
                    narrate=diagnostics.narrate,
                    chosen=narrator.show_choice,
                    pulling=narrator.show_pull,
                )
            show_failures(brought.failures, fleet, restored=len(brought.restored))
            made.append(fleet)
        yield
    finally:
        if keep and made:
            diagnostics.narrate(f"kept: {', '.join(made)}; rewound down --fleet NAME stops one")
        for fleet in [] if keep else made:
            restoring.down(fleet)


def _repeat(schema: tuple[str, str] | None) -> str:
    """Return the option as it stands in a command that compares again."""
    return f" {shlex.join(['--schema', *schema])}" if schema else ""


def _split(names: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (names or "").split(",") if name.strip())


def _require_one(statements: list[str]) -> list[str]:
    if len(statements) != 1:
        raise UsageError(
            f"--query: expected one statement, got {len(statements)}",
            hint="run one statement at a time",
        )
    return statements
