"""Long output through the user's pager; only on a terminal.

PAGER selects it, as for man and git: the default is less; empty or cat means none.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TextIO

import click
from rich.text import Text

_LESS = "-RSX -Psarrows move, q leaves$"
"""Colours, long lines chopped and not wrapped, and what was read stays on the screen. Not -F: it
ends at once where the lines fit in number, however much of them is chopped."""


def write_paged(
    lines: Iterable[str], out: TextIO, *, screen: os.terminal_size, has_colour: bool
) -> None:
    """Write lines without their ends; through the pager if there is no room for them.

    What fits is written as it is. No more lines are taken than the pager asks for.

    Raises:
        BrokenPipeError: the pager was left before its end.
    """
    rest = iter(lines)
    first: list[str] = []
    is_fitting = True
    for line in rest:
        first.append(line)
        # The last line is for the summary and the prompt.
        if len(first) >= screen.lines or Text.from_ansi(line).cell_len > screen.columns:
            is_fitting = False
            break
    if is_fitting or os.environ.get("PAGER") == "":
        out.writelines(line + "\n" for line in chain(first, rest))
        out.flush()
        return
    os.environ.setdefault("LESS", _LESS)
    click.echo_via_pager(_iter_text(first, rest), color=has_colour or None)


def _iter_text(first: Iterable[str], rest: Iterator[str]) -> Iterator[str]:
    # The last line has no end: click adds it.
    separator = ""
    for line in chain(first, rest):
        yield separator + line
        separator = "\n"
