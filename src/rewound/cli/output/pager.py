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
"""Colours, long lines chopped instead of wrapped, and the last page stays on the screen. Not -F,
which exits at once if the number of lines fits, however much of them is chopped.
"""
_LESS_THAT_WRAPS = _LESS.replace("S", "", 1)
"""The same with long lines wrapped."""


def write_paged(
    lines: Iterable[str],
    out: TextIO,
    *,
    screen: os.terminal_size,
    has_colour: bool,
    wraps: bool = False,
) -> None:
    """Write lines, given without line breaks, through the pager if they do not fit on the screen.

    The pager reads as many lines from the iterator as it needs. With `wraps`, a line wider than the
    screen counts as the several that it takes up.

    Raises:
        BrokenPipeError: the user left the pager before the end.
    """
    rest = iter(lines)
    first: list[str] = []
    is_fitting = True
    height = 0
    for line in rest:
        first.append(line)
        width = Text.from_ansi(line).cell_len
        height += max(1, -(-width // screen.columns)) if wraps else 1
        # The last line is for the summary and the prompt.
        if height >= screen.lines or (width > screen.columns and not wraps):
            is_fitting = False
            break
    if is_fitting or os.environ.get("PAGER") == "":
        out.writelines(line + "\n" for line in chain(first, rest))
        out.flush()
        return
    has_own = "LESS" in os.environ
    if not has_own:
        os.environ["LESS"] = _LESS_THAT_WRAPS if wraps else _LESS
    try:
        click.echo_via_pager(_iter_text(first, rest), color=has_colour or None)
    finally:
        if not has_own:
            del os.environ["LESS"]


def _iter_text(first: Iterable[str], rest: Iterator[str]) -> Iterator[str]:
    # The last line has no line end: click adds it.
    separator = ""
    for line in chain(first, rest):
        yield separator + line
        separator = "\n"
