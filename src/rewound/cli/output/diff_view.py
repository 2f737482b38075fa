"""How a diff is shown: the overview, what stands out, and as far down as one asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rewound.catalog import fold_worlds, name_worlds
from rewound.cli.output import diagnostics, render
from rewound.cli.output.diff_lists import (
    List,
    count_rows,
    iter_definitions,
    list_columns,
    list_counts,
    list_rows,
)
from rewound.cli.output.formats import show_count
from rewound.cli.output.heat import write_overview
from rewound.diff.many import FleetComparison
from rewound.diff.report.document import Report, encode_report, make_report
from rewound.diff.report.findings import find_outliers
from rewound.errors import RewoundError, UsageError
from rewound.operations.diffing import QueryDiff
from rewound.query.group import group_errors

_MOST_FINDINGS = 10
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class DiffPresentation:
    """What of a comparison is shown, and how."""

    output_format: str
    rows: int | None
    """How many changed rows of each table and world; None for the overview."""
    group_by: str | None
    """`world` or `column`: how each column changed; None for the overview."""
    html: Path | None
    """The new file for the report; None for none."""


def show_comparison(comparison: FleetComparison, command: str, how: DiffPresentation) -> None:
    """Write a comparison to stdout, and what could not be compared to stderr."""
    report = make_report(comparison, find_outliers(comparison.worlds), command)
    _warn(report, comparison)
    if how.html is not None:
        _write_page(report, how.html)
    if how.rows is not None:
        _write_list(list_rows(report), how.output_format, report)
    elif how.group_by is not None:
        _write_list(list_columns(report, by=how.group_by), how.output_format, report)
    elif how.output_format == "table":
        _show_overview(report)
    else:
        _write_list(list_counts(report), how.output_format, report)


def show_query_diff(query_diff: QueryDiff, output_format: str) -> None:
    """Write how answers to a query differ to stdout."""
    columns = ["world", *query_diff.key, "change", "column", "before", "after", "delta"]
    rows: list[Sequence[render.Cell]] = [
        [world, *map(_as_text, change.key[: len(query_diff.key)]), change.change.value]
        + (
            [change.column, _as_text(change.before), _as_text(change.after), change.delta]
            if change.column is not None
            else [None, *_place(query_diff.describe(change), is_before=change.is_removed), None]
        )
        for world, changes in query_diff.worlds.items()
        for change in changes
    ]
    render.write_rows(columns, rows, output_format)
    for world, error in query_diff.failed.items():
        diagnostics.show_error(RewoundError(f"world {world}: {error}"))
    same = [world for world, changes in query_diff.worlds.items() if not changes]
    if same:
        diagnostics.narrate(f"no difference in {fold_worlds(same)}")


def _as_text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _place(text: str, *, is_before: bool) -> list[render.Cell]:
    return [text, None] if is_before else [None, text]


def _write_list(found: List, output_format: str, report: Report) -> None:
    if output_format == "json":
        render.write_text(encode_report(report).decode())
    else:
        render.write_rows(*found, output_format)


def _warn(report: Report, comparison: FleetComparison) -> None:
    for side, names in (("before", report.only_before), ("after", report.only_after)):
        if names:
            diagnostics.warn(f"{name_worlds(names)}: only {side}, so not compared")
    for failing, error in group_errors(comparison.failed):
        diagnostics.show_error(RewoundError(f"{name_worlds(failing)}: {error}"))
    errors = {
        f"{table.schema}.{table.table} of {each.world}": table.error
        for each in report.worlds
        for table in each.tables
        if table.error
    }
    for places, error in group_errors(errors):
        diagnostics.show_error(RewoundError(f"rows of {_list(places)} not compared: {error}"))


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def _show_overview(report: Report) -> None:
    """Write the overview, what stands out, and what changed in the schemas."""
    worlds = [world for world in report.worlds if world.error is None]
    names = {(t.schema, t.table) for world in worlds for t in world.tables}
    changed = {(t.schema, t.table) for w in worlds for t in w.tables if count_rows(t)}
    rows = sum(count_rows(table) for world in worlds for table in world.tables)
    differing = f"{show_count(rows, 'row')} differ, in {len(changed)} of {len(names)} tables"
    sides = f"{report.before} → {report.after}"
    render.write_safely(f"{sides}: {show_count(len(worlds), 'world')}; {differing}")
    definitions = list(iter_definitions(report))
    if rows:
        render.write_text("")
        diagnostics.warn_of_hidden_columns(write_overview(report))
    if report.findings:
        render.write_text("\nwhat stands out")
        for finding in report.findings[:_MOST_FINDINGS]:
            render.write_safely(f"  {finding.text} ({finding.score:.1f} times the usual spread)")
            render.write_safely(f"      {finding.command}")
        if len(report.findings) > _MOST_FINDINGS:
            render.write_text(f"  and {len(report.findings) - _MOST_FINDINGS} more; --format json")
    elif rows and report.findings_note is None:
        render.write_text("\nno world stands out: all changed alike")
    if definitions:
        render.write_text("\nwhat changed in the schemas")
        for line in definitions:
            render.write_safely(f"  {line}")
    if report.findings_note is not None:
        diagnostics.narrate(report.findings_note)


def _write_page(report: Report, path: Path) -> None:
    from rewound.diff.report.page import make_page

    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(make_page(report))
    except OSError as error:
        raise UsageError(f"--html {path}: {error.strerror}", hint="name a new file") from error
    diagnostics.narrate(f"wrote {path}")
