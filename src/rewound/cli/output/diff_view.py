"""How a diff is shown: the overview, the findings, and the details on request."""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from rewound.cli.output import diagnostics, render
from rewound.cli.output.answer_changes import fits, iter_changes
from rewound.cli.output.diff_lists import (
    count_rows,
    iter_definitions,
    list_columns,
    list_counts,
    list_rows,
)
from rewound.cli.output.heat import write_overview
from rewound.cli.output.new_file import create_file
from rewound.cli.output.sorting import sort_list
from rewound.diff.report.document import Report, encode_report, lacks_every_comparison
from rewound.diff.report.finding_report import show_change
from rewound.diff.report.findings import Measure
from rewound.diff.report.query_diff import CellChange
from rewound.errors import RewoundError
from rewound.figures import show_count
from rewound.operations.query_diffing import QueryDiff
from rewound.query.group import group_errors
from rewound.worlds.folding import fold_worlds, name_worlds
from rewound.worlds.sentences import tell_of_worlds

_MOST_FINDINGS = 10
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class DiffPresentation:
    """Which parts of a comparison are shown, and how."""

    output_format: str
    rows: int | None
    """How many changed rows of each table and world; None for the overview."""
    group_by: str | None
    """`world` or `column`: how each column changed; None for the overview."""
    html: Path | None
    """The new file for the report; None if there is none."""
    sort: str | None = None
    """The columns that rows are sorted by."""
    has_labels: bool = False
    """Whether rows include the columns that identify them."""
    is_wide: bool = False
    """Whether a table may be wider than the terminal."""
    replaces: bool = False
    """Whether the report may replace an older file."""


def show_report(report: Report, failed: Mapping[str, str], how: DiffPresentation) -> None:
    """Write a report to stdout, and to stderr which worlds could not be compared, and why."""
    _warn(report, failed)
    if how.html is not None:
        _write_page(report, how.html, replaces=how.replaces)
    if how.output_format == "table" and lacks_every_comparison(report):
        return
    if how.rows is not None:
        columns, rows = list_rows(report, has_labels=how.has_labels)
        ordered = _for_people(_sort(columns, rows, how), how)
        if how.output_format != "table":
            _write_list(columns, ordered, how, report)
        else:
            shown = _leave_out_change(columns, ordered)
            _write_table(*shown, (columns, ordered), is_wide=how.is_wide, unnamed=2)
    elif how.group_by is not None:
        _write_columns(report, how, by=how.group_by)
    elif how.output_format == "table":
        _show_overview(report)
    else:
        _write_list(*list_counts(report), how, report)


def show_query_diff(query_diff: QueryDiff, how: DiffPresentation) -> None:
    """Write to stdout how answers to a query differ."""
    columns = ["world", *query_diff.key, "change", "column", "before", "after", "delta"]
    rows: list[Sequence[render.Cell]] = [
        [world, *map(_as_text, change.key[: len(query_diff.key)]), change.change.value]
        + (
            [change.column, *_show_values(change), change.delta]
            if change.column is not None
            else [None, *_place(query_diff.describe(change), is_before=change.is_removed), None]
        )
        for world, changes in query_diff.worlds.items()
        for change in changes
    ]
    shown = _for_people(_sort(columns, rows, how), how)
    if how.output_format != "table":
        render.write_rows(columns, shown, how.output_format)
    elif rows:
        blanked = [_leave_blank(row) for row in shown]
        _write_table(columns, blanked, (columns, shown), is_wide=how.is_wide)
    for world, error in query_diff.failed.items():
        diagnostics.show_error(RewoundError(tell_of_worlds([world], error)))
    if query_diff.lone_columns:
        diagnostics.warn(f"columns of one side are not compared: {query_diff.lone_columns}")
    if query_diff.counted:
        key = ", ".join(query_diff.key)
        diagnostics.warn(
            f"{name_worlds(query_diff.counted)}: several rows have the same {key}, so whole rows"
            " are compared; --key COLUMN,… names columns that identify a row"
        )
    _warn_of_same_dumps(query_diff.same_dumps)
    same = [world for world, changes in query_diff.worlds.items() if not changes]
    if same:
        diagnostics.narrate(f"no difference in {fold_worlds(same)}")


def _as_text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _show_values(change: CellChange) -> list[render.Cell]:
    before, after = _as_text(change.before), _as_text(change.after)
    if change.delta is None or before is None or after is None:
        return [before, after]
    return [render.Figure(before), render.Figure(after)]


def _sort(
    columns: Sequence[str], rows: Sequence[Sequence[render.Cell]], how: DiffPresentation
) -> Sequence[Sequence[render.Cell]]:
    return rows if how.sort is None else sort_list(columns, rows, how.sort)


def _for_people(
    rows: Sequence[Sequence[render.Cell]], how: DiffPresentation
) -> Sequence[Sequence[render.Cell]]:
    """Return rows whose last cell, the delta, is signed, or empty if there is none."""
    if how.output_format != "table":
        return rows
    return [
        [*row[:-1], render.Figure(f"{row[-1]:+f}") if isinstance(row[-1], Decimal) else ""]
        for row in rows
    ]


def _leave_out_change(
    columns: list[str], rows: Sequence[Sequence[render.Cell]]
) -> tuple[list[str], Sequence[Sequence[render.Cell]]]:
    """Return a list for a table: if all rows were changed, the column `change` is left out."""
    place = columns.index("change")
    if any(row[place] != "changed" for row in rows):
        return columns, rows
    kept = [*columns[:place], *columns[place + 1 :]]
    return kept, [[*row[:place], *row[place + 1 :]] for row in rows]


def _write_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[render.Cell]],
    changes: tuple[Sequence[str], Sequence[Sequence[render.Cell]]],
    *,
    is_wide: bool,
    unnamed: int = 0,
) -> None:
    """Write a table, or the changes line by line where a screen would cut its values.

    The first `unnamed` columns that identify a row need no names in its heading.
    """
    width = shutil.get_terminal_size().columns
    if sys.stdout.isatty() and not is_wide and not fits(columns, rows, width=width, gap=3):
        render.write_paged_lines(iter_changes(*changes, width=width, unnamed=unnamed))
    else:
        render.write_rows(columns, rows, "table", is_wide=is_wide)


def _leave_blank(row: Sequence[render.Cell]) -> Sequence[render.Cell]:
    """Return a row for a table: of one that one side alone has, no other cell looks like NULL."""
    *front, column, before, after, delta = row
    if column is not None:
        return row
    return [*front, "", *("" if side is None else side for side in (before, after)), delta]


def _place(text: str, *, is_before: bool) -> list[render.Cell]:
    return [text, None] if is_before else [None, text]


def _write_list(
    columns: Sequence[str],
    rows: Sequence[Sequence[render.Cell]],
    how: DiffPresentation,
    report: Report,
) -> None:
    if how.output_format == "json":
        render.write_text(encode_report(report).decode())
    else:
        render.write_rows(columns, rows, how.output_format)


def _write_columns(report: Report, how: DiffPresentation, *, by: str) -> None:
    """Write how each column changed; a table shows means as the overview does."""
    columns, rows = list_columns(report, by=by)
    if how.output_format != "table":
        _write_list(columns, rows, how, report)
        return
    place = columns.index("mean")
    for row in rows:
        if isinstance(mean := row[place], Decimal):
            row[place] = render.Figure(show_change(mean))
    render.write_rows(columns, rows, "table", is_prose=True, is_wide=how.is_wide, widening="--wide")


def _warn(report: Report, failed: Mapping[str, str]) -> None:
    for side, names in (("before", report.only_before), ("after", report.only_after)):
        if names:
            diagnostics.warn(f"{name_worlds(names)}: only {side}, so not compared")
    _warn_of_same_dumps(report.same_dumps)
    for failing, error in group_errors(failed):
        diagnostics.show_error(RewoundError(tell_of_worlds(failing, error)))
    for places, error in _group_table_errors(report):
        diagnostics.show_error(RewoundError(f"rows of {_list(places)} not compared: {error}"))


def _group_table_errors(report: Report) -> list[tuple[list[str], str]]:
    """Return (`game.player of host[1-3]` and so on, error) for each error that differs."""
    errors: dict[str, dict[str, list[str]]] = {}
    for each in report.worlds:
        for table in each.tables:
            if table.error:
                of_tables = errors.setdefault(table.error, {})
                of_tables.setdefault(f"{table.schema}.{table.table}", []).append(each.world)
    return [
        ([f"{table} of {fold_worlds(worlds)}" for table, worlds in of_tables.items()], error)
        for error, of_tables in errors.items()
    ]


def _warn_of_same_dumps(worlds: Sequence[str]) -> None:
    if worlds:
        verb = "has" if len(worlds) == 1 else "have"
        diagnostics.warn(f"{fold_worlds(worlds)} {verb} the same dump on both sides")


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES:,} more"


def _show_overview(report: Report) -> None:
    """Write the overview, the findings, and the changes in the schemas."""
    worlds = [world for world in report.worlds if world.error is None]
    names = {(t.schema, t.table) for world in worlds for t in world.tables}
    changed = {(t.schema, t.table) for w in worlds for t in w.tables if count_rows(t)}
    rows = sum(count_rows(table) for world in worlds for table in world.tables)
    tables = f"{len(changed):,} of {show_count(len(names), 'table')}"
    differing = f"{show_count(rows, 'row')} differ, in {tables}"
    sides = f"{report.before} → {report.after}"
    render.write_wrapped(f"{sides}: {show_count(len(worlds), 'world')}; {differing}")
    definitions = list(iter_definitions(report))
    if rows:
        render.write_text("")
        if left_out := write_overview(report):
            changed_less = f"the {show_count(left_out, 'world')} that changed least are left out"
            diagnostics.warn(f"{changed_less}; --format csv has all")
    _show_findings(report, has_changes=bool(rows))
    if definitions:
        render.write_text("\nwhat changed in the schemas")
        for line in definitions:
            render.write_wrapped(f"  {line}")


def _show_findings(report: Report, *, has_changes: bool) -> None:
    """Write the findings, and for which worlds and tables there cannot be any."""
    if report.findings:
        render.write_text("\nwhat stands out")
        first = [each for each in report.findings if not each.is_further][:_MOST_FINDINGS]
        for finding in first:
            is_measured = finding.measure != Measure.DEFINITIONS.value
            spread = f" ({finding.score:.1f} times the usual spread)" if is_measured else ""
            render.write_wrapped(f"  {finding.text}{spread}")
            render.write_safely(f"      {finding.command}")
        if left := report.findings[len(first) :]:
            worlds = dict.fromkeys(world for finding in left for world in finding.worlds)
            whose = fold_worlds(tuple(worlds), separator=", ")
            render.write_wrapped(f"  and {len(left):,} more about {whose}; --format json has all")
    elif has_changes and report.findings_note is not None:
        render.write_text(f"\n{report.findings_note}")
    elif has_changes:
        alike = "" if report.unjudged else ": all changed alike"
        render.write_text(f"\nno world stands out{alike}")
    if report.unjudged and report.findings_note is None:
        names = report.unjudged
        if len({name.partition(".")[0] for name in names}) == 1:
            names = [name.partition(".")[2] for name in names]
        render.write_wrapped(f"too few rows to judge: {_list(names)}")


def _write_page(report: Report, path: Path, *, replaces: bool) -> None:
    from rewound.diff.report.page import make_page

    with create_file(path, replaces=replaces, named_by="--html") as out:
        out.write(make_page(report).encode())
    diagnostics.narrate(f"wrote {path}")
