"""The overview of a diff: tables against worlds, the darker the more rows differ."""

import sys

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from rewound.cli.output.diff_lists import count_rows
from rewound.cli.output.escaping import show_control_characters
from rewound.diff.report.document import Report, TableReport

_MOST_WORLDS_ABREAST = 8
_UNLIMITED_WIDTH = 100_000
_GAP = 3
_SHADES = ("", "white on grey23", "black on orange3", "white on red3")
"""By the share of rows that differ: none to speak of, from 1 %, from 10 %, from half."""
_STEPS = (0.01, 0.1, 0.5)


def write_overview(report: Report) -> list[str]:
    """Write how many rows differ to stdout; return the columns that it had no room for.

    Worlds stand side by side as long as they are few, else one below the other. Tables
    without any difference are left out.
    """
    cells = {(world.world, table.table): table for world in report.worlds for table in world.tables}
    worlds = [world.world for world in report.worlds if world.tables]
    tables = list(
        dict.fromkeys(t for (_, t), each in cells.items() if count_rows(each) or each.error)
    )
    if not tables:
        return []
    is_abreast = len(worlds) <= _MOST_WORLDS_ABREAST
    across, down = (worlds, tables) if is_abreast else (tables, worlds)
    lines = [
        [cells.get((name, row) if is_abreast else (row, name)) for name in across] for row in down
    ]
    shown = _find_width(across, down)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("rows that differ")
    for name in across[:shown]:
        table.add_column(Text(show_control_characters(name)), justify="right", no_wrap=True)
    for name, line in zip(down, lines, strict=True):
        table.add_row(Text(show_control_characters(name)), *map(_shade, line[:shown]))
    width = None if sys.stdout.isatty() else _UNLIMITED_WIDTH
    Console(file=sys.stdout, width=width, highlight=False).print(table)
    return across[shown:]


def _find_width(across: list[str], down: list[str]) -> int:
    """Return how many columns fit the terminal; all where there is none."""
    if not sys.stdout.isatty():
        return len(across)
    left = Console(file=sys.stdout).width - max(map(cell_len, ["rows that differ", *down]))
    for count, name in enumerate(across):
        left -= max(cell_len(name), 6) + _GAP
        if left < 0:
            return max(count, 1)
    return len(across)


def _shade(table: TableReport | None) -> Text:
    if table is None:
        return Text("-", style="dim")
    if table.error:
        return Text("error", style="bold red")
    differing = count_rows(table)
    if not differing:
        return Text("·", style="dim")
    share = differing / (differing + table.same)
    return Text(f"{differing:,}", style=_SHADES[sum(share >= step for step in _STEPS)])
