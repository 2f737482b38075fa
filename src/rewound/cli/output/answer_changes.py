"""How rows and answers differ, line by line: for when a table would cut values. Pure.

Each row that differs has a heading: its world, its key, and whether it was added or removed. Below
it, each value that differs has a line of its own, and continues in the next if it is long:

    host2: player_name=Ravi the Bold
      score  3256 → 3265  +9
      title
        before  NULL
        after   Champion of the Northern Isles, Keeper of the Seven Seals and Friend of All
                Dragons
    host2: player_name=Zoë the Unready, removed
      score=3441
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len, chop_cells

from rewound.cli.output.escaping import show_control_characters

Texts = Sequence[object]
"""A row of a list: `world`, the key, `change`, `column`, `before`, `after`, `delta`."""

_BEHIND_KEY = 5
"""How many columns follow the key."""
_MOST_LINES = 6
"""For one value; the formats for programs contain all of it."""


def fits(columns: Sequence[str], rows: Iterable[Texts], *, width: int, gap: int) -> bool:
    """Tell whether a table with these columns shows every value in full."""
    wanted = [cell_len(name) for name in columns]
    for row in rows:
        wanted = [
            max(known, cell_len(_show(cell))) for known, cell in zip(wanted, row, strict=True)
        ]
    return sum(wanted) + gap * (len(wanted) - 1) <= width


def iter_changes(
    columns: Sequence[str], rows: Iterable[Texts], *, width: int, unnamed: int = 0
) -> Iterator[str]:
    """Yield the lines of a list of changes, none wider than `width`.

    The first `unnamed` values of the key stand without their names: `host2: player 17`.
    """
    key_names = columns[1 + unnamed : -_BEHIND_KEY]
    for (world, *key, change), group in groupby(rows, key=lambda row: tuple(row[:-4])):
        parts = [" ".join(map(_show, key[:unnamed]))] if unnamed else []
        named = zip(key_names, key[unnamed:], strict=True)
        parts += [f"{name}={_show(value)}" for name, value in named]
        parts += [_show(change)] if change != "changed" else []
        heading = f"{_show(world)}: {', '.join(parts)}" if parts else f"{_show(world)}:"
        yield from _fold(heading, width, indent="    ")
        for *_, column, before, after, delta in group:
            if column is None:
                whole = _show(after if before is None else before)
                yield from _fold(f"  {whole}", width, indent="  ")
                continue
            line = f"  {_show(column)}  {_show(before)} → {_show(after)}"
            line += f"  {delta}" if delta else ""
            if cell_len(line) <= width:
                yield line
                continue
            yield from _fold(f"  {_show(column)}", width, indent="    ")
            for side, value in (("before", before), ("after", after)):
                yield from _fold(f"    {side:<6}  {_show(value)}", width, indent=" " * 12)


def _show(cell: object) -> str:
    return "NULL" if cell is None else show_control_characters(str(cell))


def _fold(text: str, width: int, *, indent: str) -> Iterator[str]:
    """Break a text into lines, at blanks if there are any; every character stays."""
    lines = 0
    while cell_len(text) > width:
        line = chop_cells(text[: 4 * width], width)[0]
        blank = line.rstrip().rfind(" ", max(len(indent) + 1, len(line) // 2))
        line = line if blank < 0 else line[: blank + 1]
        lines += 1
        if lines == _MOST_LINES:
            left = len(text) - len(line)
            yield line.rstrip()
            yield f"{indent}… {left:,} more characters (--format csv has all)"
            return
        yield line.rstrip() if blank >= 0 else line
        text = indent + text[len(line) :]
    yield text
