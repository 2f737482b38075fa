"""Rows as a table for people.

It fits the terminal: numbers are flush right; numbers and times stay whole; long texts are cut with
a mark; and columns for which there is no room are named. A cell never reaches a terminal raw: data
comes from dumps, so control characters in it are escaped.
"""

import io
import os
import shutil
from collections.abc import Collection, Sequence
from typing import TextIO

from rich import box
from rich.bar import Bar
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from rewound.cli.output.escaping import show_control_characters
from rewound.cli.output.formats import show_cell
from rewound.cli.output.pager import write_paged
from rewound.cli.output.widths import fit_widths
from rewound.cli.output.wrapping import break_long_words
from rewound.mysql.columns import NUMBERS, TIMES, Column, Row

_BAR_WIDTH = 30
_GAP = 3


def write_table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    out: TextIO,
    *,
    is_wide: bool = False,
    bar_of: str | None = None,
    wraps: bool = False,
    figures: Collection[tuple[int, int]] = (),
    words: Collection[tuple[int, int]] = (),
    labels: int = 0,
    is_paged: bool = True,
) -> list[str]:
    """Write a table; with `is_paged`, use a pager if it is too long or wide for the terminal.

    With `is_wide`, and if `out` is not a terminal, nothing is cut. With `wraps`, long texts
    continue in the next line instead. `bar_of` names a numeric column that gets a bar in each row.
    `figures` are the positions (row, column) of numbers in columns of text, `words` those of texts
    that stay in one piece as numbers do. The first `labels` columns tell the rows apart: they are
    cut only if they take more than a third of the terminal. Return the names of columns for which
    there was no room.
    """
    names = [show_control_characters(column.name) for column in columns]
    cells = [[show_cell(*each) for each in zip(row, columns, strict=True)] for row in rows]
    wanted = [
        max([cell_len(name), *(cell_len(line[place]) for line in cells)])
        for place, name in enumerate(names)
    ]
    screen = shutil.get_terminal_size()
    widths = wanted
    if out.isatty() and not is_wide:
        available = screen.columns - (0 if bar_of is None else _BAR_WIDTH + _GAP)
        gives_way = [column.type not in NUMBERS | TIMES for column in columns]
        floors = [0] * len(columns)
        for line_number, place in (*figures, *words):
            floors[place] = max(floors[place], cell_len(cells[line_number][place]))
        for place in range(labels):
            floors[place] = min(wanted[place], screen.columns // 3)
        widths = fit_widths(wanted, gives_way, available=available, gap=_GAP, floors=floors)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name, column, width in zip(names, columns, widths, strict=False):
        table.add_column(
            Text(name),
            justify="right" if column.type in NUMBERS else "left",
            width=width,
            no_wrap=not wraps,
            overflow="fold" if wraps else "ellipsis",
        )
    bars = [] if bar_of is None else _make_bars(columns, rows, bar_of)
    if bar_of is not None:
        table.add_column("", width=_BAR_WIDTH, no_wrap=True)
    for index, (row, line) in enumerate(zip(rows, cells, strict=True)):
        styled = [
            Text(
                break_long_words(cell, width) if wraps else cell,
                style="dim" if value is None else "",
                justify="right" if (index, place) in figures else None,
            )
            for place, (value, cell, width) in enumerate(zip(row, line, widths, strict=False))
        ]
        table.add_row(*styled, *bars[index : index + 1])
    whole_width = sum(widths) + _GAP * len(widths) + _BAR_WIDTH
    _write(table, out, width=whole_width, screen=screen if is_paged else None)
    return names[len(widths) :]


def _write(table: Table, out: TextIO, *, width: int, screen: os.terminal_size | None) -> None:
    console = Console(file=out, width=width, highlight=False)
    if not out.isatty():
        with console.capture() as capture:
            console.print(table)
        out.writelines(f"{line.rstrip(' ')}\n" for line in capture.get().split("\n")[:-1])
        return
    page = io.StringIO()
    Console(
        file=page,
        width=width,
        highlight=False,
        force_terminal=True,
        color_system=console.color_system,  # type: ignore[arg-type]  # its own name for it
        no_color=console.no_color,
    ).print(table)
    has_colour = console.color_system is not None and not console.no_color
    if screen is None:
        out.write(page.getvalue())
        return
    write_paged(page.getvalue().splitlines(), out, screen=screen, has_colour=has_colour)


def _make_bars(columns: Sequence[Column], rows: Sequence[Row], name: str) -> list[RenderableType]:
    """Return a bar for each row, from zero to its value, all on one scale."""
    place = next(place for place, column in enumerate(columns) if column.name == name)
    values = [float(row[place] or 0) if row[place] else None for row in rows]
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    size = (high - low) or 1.0
    return [
        ""
        if value is None
        else Bar(size, min(value, 0.0) - low, max(value, 0.0) - low, width=_BAR_WIDTH)
        for value in values
    ]
