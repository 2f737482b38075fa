"""The overview of a diff: tables against worlds, the darker the more rows differ.

Below each table are its numeric columns that changed, with their mean change. Worlds that do not
fit side by side continue in another block. If there are very many, some are left out, but never
those that changed most.
"""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rewound.cli.output.blocks import fit_blocks
from rewound.cli.output.diff_lists import count_rows
from rewound.cli.output.escaping import show_control_characters
from rewound.diff.report.document import ColumnReport, Report, TableReport
from rewound.diff.report.finding_report import show_change
from rewound.diff.report.findings import Measure

MOST_WORLDS = 60
_MOST_COLUMNS = 4
"""How many numeric columns of a table are shown; those that changed in most rows come first."""
_LONGEST_WORLD = 14
_GAP = 3
_SHADES = ("", "white on grey23", "black on orange3", "white on red3")
"""By the share of rows that differ: below 1 %, from 1 %, from 10 %, from half."""
_STEPS = (0.01, 0.1, 0.5)

_TableName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _MapLine:
    """One line of the map."""

    label: str
    cells: Mapping[str, Text]
    """By world; worlds with nothing to show are missing."""


def write_overview(report: Report) -> int:
    """Write to stdout how many rows differ, and by how much numbers changed.

    Tables without differences are left out. Return how many worlds are left out.
    """
    lines = [*_iter_lines(report)]
    compared = [world.world for world in report.worlds if world.tables]
    if not lines:
        return 0
    worlds = _choose_worlds(report, compared)
    width = shutil.get_terminal_size().columns
    heading = "rows that differ"
    names = {world: show_control_characters(world) for world in worlds}
    widths = [
        max(
            min(cell_len(names[world]), _LONGEST_WORLD),
            *(cell_len(line.cells[world].plain) for line in lines if world in line.cells),
            1,
        )
        for world in worlds
    ]
    label_width = max(cell_len(text) for text in [heading, *(line.label for line in lines)])
    label_width = min(label_width, max(width // 2, len(heading)))
    blocks = fit_blocks(widths, available=width - label_width - _GAP, gap=_GAP)
    console = Console(file=sys.stdout, width=max(width, label_width + sum(widths)), highlight=False)
    for number, block in enumerate(blocks):
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        table.add_column(heading, width=label_width, overflow="fold")
        for place in block:
            table.add_column(
                Text(names[worlds[place]]), justify="right", width=widths[place], overflow="fold"
            )
        for line in lines:
            shown = [line.cells.get(worlds[place], Text("-", style="dim")) for place in block]
            table.add_row(Text(line.label), *shown)
        if number:
            console.print()
        console.print(table)
    return len(compared) - len(worlds)


def _choose_worlds(report: Report, compared: Sequence[str]) -> list[str]:
    """Return the worlds to show, in their order: those that stand out or changed most."""
    if len(compared) <= MOST_WORLDS:
        return list(compared)
    odd = {world for finding in report.findings for world in finding.worlds}
    rows = {world.world: sum(map(count_rows, world.tables)) for world in report.worlds}
    ranked = sorted(compared, key=lambda world: (world not in odd, -rows[world]))
    chosen = set(ranked[:MOST_WORLDS])
    return [world for world in compared if world in chosen]


def _iter_lines(report: Report) -> Iterator[_MapLine]:
    tables: dict[_TableName, dict[str, TableReport]] = {}
    for world in report.worlds:
        for table in world.tables:
            tables.setdefault((table.schema, table.table), {})[world.world] = table
    is_qualified = len({schema for schema, _ in tables}) > 1
    for name, worlds in tables.items():
        if not any(count_rows(table) or table.error for table in worlds.values()):
            continue
        label = show_control_characters(".".join(name) if is_qualified else name[1])
        yield _MapLine(label, {world: _shade(table) for world, table in worlds.items()})
        yield from _iter_means(report, name, worlds)


def _iter_means(
    report: Report, table_name: _TableName, worlds: Mapping[str, TableReport]
) -> Iterator[_MapLine]:
    """Yield a line for each numeric column that changed in a table."""
    columns: dict[str, dict[str, ColumnReport]] = {}
    for world, table in worlds.items():
        for each in table.columns:
            if each.mean is not None:
                columns.setdefault(each.column, {})[world] = each
    told_means = [
        finding
        for finding in report.findings
        if (finding.schema, finding.table) == table_name
        and finding.measure == Measure.MEAN_CHANGE.value
    ]
    odd = {(finding.column, world) for finding in told_means for world in finding.worlds}
    changed = {
        column: sum(each.changed for each in found.values()) for column, found in columns.items()
    }
    told = {finding.column for finding in told_means}
    ranked = sorted(columns, key=lambda name: (name not in told, -changed[name]))
    for column in ranked[:_MOST_COLUMNS]:
        cells = {
            world: Text(show_change(each.mean or 0), "bold red" if (column, world) in odd else "")
            for world, each in columns[column].items()
        }
        same = {world: Text("·", style="dim") for world, table in worlds.items() if not table.error}
        yield _MapLine(f"  mean {show_control_characters(column)}", {**same, **cells})


def _shade(table: TableReport) -> Text:
    if table.error:
        return Text("error", style="bold red")
    differing = count_rows(table)
    if not differing:
        return Text("·", style="dim")
    share = differing / (differing + table.same)
    return Text(f"{differing:,}", style=_SHADES[sum(share >= step for step in _STEPS)])
