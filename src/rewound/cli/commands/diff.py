"""`rewound diff`: what changed between two moments, over all worlds and tables."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from rewound.cli.diff_codes import DIFFERENT, TROUBLE
from rewound.cli.output import diagnostics
from rewound.cli.output.diff_lists import name_row_columns
from rewound.cli.output.diff_view import DiffPresentation, show_query_diff, show_report
from rewound.cli.output.progress import count_worlds
from rewound.cli.output.sorting import require_sortable
from rewound.cli.output.world_states import warn_of_older
from rewound.cli.parameters.completers import complete_columns, complete_sides, complete_tables
from rewound.cli.parameters.diff_moments import Moments, diff_moment_options
from rewound.cli.parameters.moment_options import binlogs_option, no_binlogs_option
from rewound.cli.parameters.restore_options import restore_options
from rewound.cli.parameters.selection import identity_option, pattern_option, timezone_option
from rewound.cli.parameters.shared_options import (
    find_source_setting,
    format_option,
    option,
    worlds_option,
)
from rewound.cli.parameters.typed import find_typed, list_every_typed, list_typed
from rewound.cli.sides import OpenSides, open_sides
from rewound.diff.many import FleetComparison
from rewound.diff.patterns import EVERY_TABLE
from rewound.diff.report.document import count_compared, lacks_every_comparison, make_report
from rewound.diff.report.findings import judge
from rewound.diff.rows.plan import RowOptions
from rewound.diff.rows.samples import SampleOrder
from rewound.diff.worlds import WorldOptions
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.operations import diffing, query_diffing, restoring
from rewound.operations.diff_sources import find_provenance
from rewound.operations.fleets import status
from rewound.query.script import read_statements

_OF_TABLES = frozenset(
    {"tables", "columns", "ignore_columns", "where", "rows", "group_by", "html", "schema_pair"}
    | {"float_tolerance", "exhaustive", "label_columns"}
)
"""The parameters that have no meaning for --query."""
_ROWS_OF_A_PAGE = 200
"""How many changed rows of each table and world the HTML report shows without --rows."""


@click.command(name="diff")
@click.argument(
    "fleets", nargs=-1, metavar="[BEFORE AFTER | SOURCE]", shell_complete=complete_sides
)
@diff_moment_options
@option("--keep", is_flag=True, help="With SOURCE: keep both fleets running.")
@option("--world", nargs=2, metavar="ONE OTHER", help="Compare two worlds with any names.")
@option("--schema-pair", nargs=2, metavar="ONE OTHER", help="Compare two schemas with any names.")
@worlds_option
@option(
    "--table",
    "tables",
    multiple=True,
    metavar="PATTERN",
    shell_complete=complete_tables,
    help="Compare only these tables; may be repeated.",
)
@option(
    "--columns",
    metavar="NAMES",
    shell_complete=complete_columns,
    help="Compare only these columns, and the key: 'score,level_*'.",
)
@option(
    "--ignore-columns",
    metavar="NAMES",
    shell_complete=complete_columns,
    help="Ignore these columns: 'updated_at'.",
)
@option("--where", metavar="SQL", help="Compare only rows that match this condition: 'level > 9'.")
@option(
    "--rows",
    type=click.IntRange(0),
    metavar="N",
    help="Show this many changed rows of each table and world.",
)
@option(
    "--sort",
    metavar="COLUMNS",
    help="With --rows or --query: sort by these columns; '-delta' puts the largest increase first.",
)
@option(
    "--show",
    "label_columns",
    metavar="NAMES",
    help="With --rows or --html: show these columns to identify each row: 'player_name'.",
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
    help="With --query: columns that identify its rows.  [default: primary key]",
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
@option("--force", is_flag=True, help="With --html: replace the file if it exists.")
@option("--wide", is_flag=True, help="Do not cut tables to the width of the terminal.")
@option("--exit-zero", is_flag=True, help="Exit with 0 even if something differs.")
@format_option
@pattern_option
@timezone_option
@identity_option
@binlogs_option
@no_binlogs_option
@restore_options
def command(
    fleets: tuple[str, ...],
    moments: Moments,
    keep: bool,
    world: tuple[str, str] | None,
    schema_pair: tuple[str, str] | None,
    worlds: str | None,
    tables: tuple[str, ...],
    columns: str | None,
    ignore_columns: str | None,
    where: str | None,
    rows: int | None,
    sort: str | None,
    label_columns: str | None,
    group_by: str | None,
    sql: str | None,
    key: str | None,
    float_tolerance: float | None,
    exhaustive: bool,
    html: Path | None,
    force: bool,
    wide: bool,
    exit_zero: bool,
    output_format: str,
    restore: restoring.UpOptions,
) -> int:
    """Show what changed between fleets BEFORE and AFTER, over all worlds and tables.

    Worlds are paired by name. With a folder of dumps as SOURCE, its worlds are restored as they
    were at --from and at --to, compared and deleted again; the options from --pattern on work as
    in up. Binary logs below SOURCE, or in --binlogs, are replayed up to the exact moments.

    \b
    rewound diff before after
    rewound diff before after --table player --columns player_score --rows 20
    rewound diff backups/ --from '2026-03-02 22:00' --to '2026-03-03 22:00'
    rewound diff backups/ --transaction 3e11fa47-71ca-11e1-9e33-c80aa9429562:23 --worlds host2

    Exit code 0: nothing differs; 1: something does; 4: some could not be compared. Any other
    failure is 2 or more, as with diff(1).

    The table format shows the overview, or the list that --rows, --group-by or --query asks for.
    csv, tsv, jsonl and markdown contain the rows of that list; without such an option, a row for
    each world and table: world, schema, table, added, removed, changed, same, error. --rows
    writes a row for each cell that differs: world, table, key, the columns of --show, change,
    column, before, after, delta. json contains the whole report: what stands out, definitions,
    tables, columns, the rows of --rows, and where the worlds come from; with --query, its rows.
    """  # noqa: D301 - click's sign for lines that are not to be filled
    diagnostics.fail_with(TROUBLE)
    if html is not None and html.exists() and not force:
        raise UsageError(
            f"--html {html}: the file already exists",
            hint="choose another name, or replace it with --force",
        )
    _require_consistent(has_query=sql is not None)
    if where is not None and not tables:
        raise UsageError(
            "--where requires --table", hint="for example --table player --where 'level > 9'"
        )
    if sort is not None and sql is None and label_columns is None:
        require_sortable(name_row_columns(), sort)
    options = WorldOptions(
        tables=tables or EVERY_TABLE,
        rows=RowOptions(
            columns=_split(columns) or None,
            ignore_columns=_split(ignore_columns),
            label_columns=_split(label_columns) or (None if html else ()),
            where=where,
            float_tolerance=float_tolerance,
            is_exhaustive=exhaustive,
        ),
    )
    pair = world or None
    has_labels = label_columns is not None
    how = DiffPresentation(
        output_format,
        rows,
        group_by,
        html,
        sort=sort,
        has_labels=has_labels,
        is_wide=wide,
        replaces=force,
    )
    fleets = fleets or _find_setting(moments)
    with open_sides(
        fleets, moments, worlds=worlds, pair=pair, keep=keep, restore=restore
    ) as opened:
        changed_since = diffing.list_changed(opened.sides, pair)
        for text in changed_since:
            diagnostics.warn(text)
        if opened.labels is None and pair is None:
            _warn_of_older(opened.sides)
        if sql is not None:
            [statement] = _require_one(read_statements(sql))
            answers = query_diffing.diff_query(opened.sides, statement, key=key, world_pair=pair)
            show_query_diff(answers, how)
            is_equal, is_whole = answers.is_equal, not answers.failed
        else:
            pairs = (pair, schema_pair or None)
            comparison = _compare(opened, options, pairs=pairs, how=how)
            comparison = replace(comparison, changed_since=changed_since)
            _show(comparison, opened, how=how, pair=pair, words=fleets)
            is_equal, is_whole = comparison.is_equal, comparison.is_whole
    if not is_whole:
        raise SomeWorldsFailed("some worlds or tables could not be compared")
    return 0 if is_equal or exit_zero else DIFFERENT


def _warn_of_older(sides: diffing.Sides) -> None:
    paired = diffing.pair_worlds(sides).pairs
    for fleet in (sides.before, sides.after):
        warn_of_older(fleet, status(fleet).worlds, paired)


def _find_setting(moments: Moments) -> tuple[str, ...]:
    """Return the SOURCE of the settings, if two moments of one are asked for."""
    source = find_source_setting()
    return (source,) if source is not None and moments else ()


def _compare(
    opened: OpenSides,
    options: WorldOptions,
    *,
    pairs: tuple[tuple[str, str] | None, tuple[str, str] | None],
    how: DiffPresentation,
) -> FleetComparison:
    """Compare all tables; `pairs` are the worlds and the schemas of --world and --schema-pair."""
    world_pair, schema_pair = pairs
    most_rows = (how.rows or 0) if how.html is None else (how.rows or _ROWS_OF_A_PAGE)
    with count_worlds() as compared:
        comparison = diffing.diff(
            opened.sides,
            options,
            world_pair=world_pair,
            schema_pair=schema_pair,
            sample_rows=most_rows,
            sample_order=_choose_order(how.sort, is_page=how.html is not None),
            compared=compared,
        )
    if opened.labels is None:
        return comparison
    before, after = opened.labels
    return replace(comparison, before=before, after=after)


def _show(
    comparison: FleetComparison,
    opened: OpenSides,
    *,
    how: DiffPresentation,
    pair: tuple[str, str] | None,
    words: Sequence[str],
) -> None:
    """Show the result of a comparison; `words` are the arguments of the command."""
    report = make_report(
        comparison,
        judge(comparison.judged),
        opened.command,
        table_options=list_typed({"where"}),
        provenance=find_provenance(
            opened.sides,
            world_pair=pair,
            compared={*comparison.worlds, *comparison.failed},
            options=[*words, *list_every_typed()],
        ),
    )
    show_report(report, comparison.failed, how)
    if comparison.failed and not comparison.worlds:
        raise RewoundError("no world could be compared")
    if lacks_every_comparison(report):
        raise RewoundError("no table could be compared")
    has_failed = any(table.error for world in report.worlds for table in world.tables)
    if find_typed({"where"}) and not has_failed and not any(map(count_compared, report.worlds)):
        diagnostics.warn("no row matches --where, so no row was compared")


def _require_consistent(*, has_query: bool) -> None:
    """Refuse options that would have no effect."""
    if has_query:
        if typed := find_typed(_OF_TABLES):
            raise UsageError(
                f"{typed[0]} and --query are mutually exclusive",
                hint="a query names its own tables; --worlds, --key and --format work with it",
            )
    elif find_typed({"key"}):
        raise UsageError("--key requires --query", hint="tables are compared by their own keys")
    if find_typed({"force"}) and not find_typed({"html"}):
        raise UsageError("--force requires --html", hint="--html report.html --force")
    if (typed := find_typed({"label_columns"})) and not find_typed({"rows", "html"}):
        raise UsageError(f"{typed[0]} requires --rows or --html", hint="for example --rows 20")
    if not has_query and find_typed({"sort"}) and not find_typed({"rows"}):
        raise UsageError("--sort requires --rows or --query", hint="for example --rows 20")
    if len(both := find_typed({"world", "worlds"})) > 1:
        raise UsageError(f"{both[0]} and {both[1]} are mutually exclusive", hint="use only one")
    if len(both := find_typed({"rows", "group_by"})) > 1:
        raise UsageError(f"{both[0]} and {both[1]} are mutually exclusive", hint="use only one")


def _choose_order(sort: str | None, *, is_page: bool) -> SampleOrder:
    """Return which rows to keep if there are more: those that --sort would put first."""
    names = [name.strip().casefold() for name in (sort or "").split(",")]
    if "-delta" in names:
        return SampleOrder.RISE
    if "delta" in names:
        return SampleOrder.FALL
    return SampleOrder.SIZE if is_page else SampleOrder.FOUND


def _split(names: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (names or "").split(",") if name.strip())


def _require_one(statements: list[str]) -> list[str]:
    if len(statements) != 1:
        raise UsageError(
            f"--query: expected one statement, got {len(statements)}",
            hint="run one statement at a time",
        )
    return statements
