"""Rows as a table for people.

It fits the terminal: numbers are flush right and whole as long as anything else can give
way, long texts are cut with a mark. A cell never reaches a terminal raw: data comes from
dumps, and control characters in it are shown, not obeyed.
"""

import io
import os
from collections.abc import Sequence
from typing import TextIO

import click
from rich import box
from rich.bar import Bar
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from rewound.cli.formats import show_cell, show_control_characters
from rewound.mysql.columns import NUMBERS, Column, Row

_UNLIMITED_WIDTH = 100_000
_BAR_WIDTH = 30


def write_table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    out: TextIO,
    *,
    is_wide: bool = False,
    bar_of: str | None = None,
) -> None:
    """Write a table; on a terminal that it is too long for, through a pager.

    With `is_wide` nothing is cut. `bar_of` names a numeric column that gets a bar in each row.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        is_number = column.type in NUMBERS
        table.add_column(
            Text(show_control_characters(column.name)),
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="ellipsis",
        )
    bars = None if bar_of is None else _make_bars(columns, rows, bar_of)
    if bars is not None:
        table.add_column("", min_width=_BAR_WIDTH, no_wrap=True)
    for index, row in enumerate(rows):
        cells: list[RenderableType] = [_styled(*each) for each in zip(row, columns, strict=True)]
        table.add_row(*cells, *([] if bars is None else [bars[index]]))
    _write(table, out, is_wide=is_wide)


def _write(table: Table, out: TextIO, *, is_wide: bool) -> None:
    # Where nobody looks, a line is as long as its row: no width is there to fit.
    width = None if out.isatty() and not is_wide else _UNLIMITED_WIDTH
    console = Console(file=out, width=width, highlight=False)
    if not out.isatty():
        console.print(table)
        return
    page = io.StringIO()
    Console(
        file=page,
        width=width or console.width,
        highlight=False,
        force_terminal=True,
        color_system=console.color_system,  # type: ignore[arg-type]  # its own name for it
        no_color=console.no_color,
    ).print(table)
    text = page.getvalue()
    lines = text.splitlines()
    if len(lines) < console.height and (not is_wide or _measure(lines) <= console.width):
        out.write(text)
        return
    # As git has it: colours, lines chopped, no pager for what fits one screen.
    os.environ.setdefault("LESS", "FRSX")
    click.echo_via_pager(text)


def _measure(lines: Sequence[str]) -> int:
    """Return the width of the widest line, in cells of a terminal."""
    return max((Text.from_ansi(line).cell_len for line in lines), default=0)


def _styled(value: bytes | None, column: Column) -> Text:
    # The text's own no_wrap leaves its column free to become narrower than it.
    text = show_cell(value, column)
    return Text(text, style="dim" if value is None else "", no_wrap=True, overflow="ellipsis")


def _make_bars(columns: Sequence[Column], rows: Sequence[Row], name: str) -> list[RenderableType]:
    """Return a bar for each row, from zero to its value, all on one scale."""
    place = next(place for place, column in enumerate(columns) if column.name == name)
    values = [None if row[place] is None else float(row[place] or 0) for row in rows]
    known = [value for value in values if value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    size = (high - low) or 1.0
    return [
        ""
        if value is None
        else Bar(size, min(value, 0.0) - low, max(value, 0.0) - low, width=_BAR_WIDTH)
        for value in values
    ]
