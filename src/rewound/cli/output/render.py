"""All of stdout: rows as a table for people, or in a format for programs."""

import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

from rewound.cli.output import diagnostics
from rewound.cli.output.escaping import escape_json, show_control_characters
from rewound.cli.output.formats import LINE_FORMATS
from rewound.cli.output.wrapping import wrap_message
from rewound.figures import show_number
from rewound.mysql.columns import Column, ColumnType, Row


class Figure(str):
    """A number in a column of texts: it keeps its digits, but is flush right in a table."""

    __slots__ = ()


class Plain(int):
    """A number that is a name, such as a port: it has no separators."""

    __slots__ = ()


class Word(str):
    """A text that is to be copied: a table leaves it in one piece."""

    __slots__ = ()


Cell = int | float | Decimal | str | bytes | datetime | None
"""The value of a cell in our own lists; None is NULL."""

_OTHER_TYPES = {bytes: ColumnType.BINARY, datetime: ColumnType.DATETIME}
"""The types of columns that contain no numbers."""


def write_rows(
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    output_format: str,
    *,
    is_prose: bool = False,
    is_wide: bool = False,
    widening: str = "--format csv",
    is_paged: bool = True,
) -> None:
    """Write one of our own lists to stdout in one of `options.FORMATS`.

    Numbers in a table have separators; those of other formats do not. With `is_prose`, long texts
    in a table are wrapped, not cut, and a missing one leaves its cell empty. Warn about columns for
    which a table has no room; `widening` is what shows them.
    """
    rows = list(rows)
    typed = [Column(name, _find_type(rows, place)) for place, name in enumerate(columns)]
    is_for_people = output_format in ("table", "markdown", "vertical")
    separates = output_format == "table"
    missing = b"" if is_prose and output_format == "table" else None
    texts = [
        tuple(
            missing
            if cell is None
            else _as_text(cell, is_for_people=is_for_people, separates=separates)
            for cell in row
        )
        for row in rows
    ]
    figures, words = (
        {
            (place, column)
            for place, row in enumerate(rows)
            for column, cell in enumerate(row)
            if isinstance(cell, kind)
        }
        for kind in (Figure, Word)
    )
    hidden_columns = write_runs(
        typed,
        [texts] if texts else [],
        output_format,
        is_wide=is_wide,
        wraps=is_prose,
        figures=figures,
        words=words,
        is_paged=is_paged,
    )
    diagnostics.warn_of_hidden_columns(hidden_columns, widening=widening)


def write_runs(
    columns: Sequence[Column],
    runs: Iterable[Sequence[Row]],
    output_format: str,
    *,
    is_wide: bool = False,
    bar_of: str | None = None,
    wraps: bool = False,
    figures: Collection[tuple[int, int]] = (),
    words: Collection[tuple[int, int]] = (),
    labels: int = 0,
    is_paged: bool = True,
) -> list[str]:
    """Write runs of rows to stdout; all formats but the table are written as the rows arrive.

    On a terminal, a table and the vertical format may go through a pager.

    The other parameters apply to tables, see `tables.write_table`. Return the names of the columns
    for which a table had no room.
    """
    if output_format == "table":
        from rewound.cli.output.tables import write_table

        rows = [row for run in runs for row in run]
        hidden_columns = write_table(
            columns,
            rows,
            sys.stdout,
            is_wide=is_wide,
            bar_of=bar_of,
            wraps=wraps,
            figures=figures,
            words=words,
            labels=labels,
            is_paged=is_paged,
        )
        sys.stdout.flush()
        return hidden_columns
    sys.stdout.flush()
    out = sys.stdout.buffer
    shown = LINE_FORMATS[output_format](columns, runs)
    if sys.stdout.isatty() and output_format == "vertical":
        write_paged_lines(line for chunk in shown for line in chunk.decode().splitlines())
        return []
    if sys.stdout.isatty():
        shown = _make_harmless(shown, is_json=output_format.startswith("json"))
    write_chunks(shown, out)
    return []


def write_streamed(
    types: Mapping[str, ColumnType], rows: Iterable[Sequence[Cell]], output_format: str
) -> None:
    """Write rows as they come, in a format other than a table; `types` has a type per column."""
    columns = [Column(name, kind) for name, kind in types.items()]
    is_for_people = output_format in ("markdown", "vertical")
    runs = (
        [tuple(_as_text(cell, is_for_people=is_for_people, separates=False) for cell in row)]
        for row in rows
    )
    write_runs(columns, runs, output_format)


def write_paged_lines(lines: Iterable[str]) -> None:
    """Write lines to the terminal, through a pager if there are many."""
    from rewound.cli.output.pager import write_paged

    write_paged(lines, sys.stdout, screen=shutil.get_terminal_size(), has_colour=False, wraps=True)


def write_chunks(chunks: Iterable[bytes], out: BinaryIO) -> None:
    """Write chunks to an open file, and flush each."""
    for chunk in chunks:
        out.write(chunk)
    out.flush()


def write_text(text: str) -> None:
    """Write a text of our own to stdout."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_wrapped(text: str, *, indent: int | None = None) -> None:
    """Write a text of one line that may quote data; on a terminal, lines end where words do.

    `indent` is that of further lines, by default two more than the text has.
    """
    text = diagnostics.printable(text)
    if sys.stdout.isatty():
        text = wrap_message(text, shutil.get_terminal_size().columns, indent=indent)
    write_text(text)


def write_lines(lines: Iterable[str]) -> None:
    """Write lines that quote data, with control characters escaped."""
    for line in lines:
        write_safely(line)


def write_safely(text: str) -> None:
    """Write a line that quotes data, with control characters escaped."""
    write_text(show_control_characters(text))


def _make_harmless(chunks: Iterable[bytes], *, is_json: bool) -> Iterator[bytes]:
    """Yield chunks that are safe for a terminal: control characters in the data are escaped."""
    for chunk in chunks:
        text = chunk.decode("utf-8", "backslashreplace")
        if is_json:
            yield escape_json(text).encode()
            continue
        lines = text.split("\n")
        yield "\n".join(
            "\t".join(map(show_control_characters, line.split("\t"))) for line in lines
        ).encode()


def _find_type(rows: Sequence[Sequence[Cell]], place: int) -> ColumnType:
    cells = (row[place] for row in rows)
    kinds = {
        next((kind for kind in (str, int) if isinstance(cell, kind)), type(cell)) for cell in cells
    } - {type(None)}
    if kinds and kinds <= {int, float, Decimal}:
        return ColumnType.INTEGER if kinds == {int} else ColumnType.DECIMAL
    return _OTHER_TYPES.get(kinds.pop(), ColumnType.TEXT) if len(kinds) == 1 else ColumnType.TEXT


def _show_time(moment: datetime) -> str:
    """Moments of binary logs are told apart by their microseconds."""
    return moment.replace(tzinfo=None).isoformat(" ")


def _as_text(cell: Cell, *, is_for_people: bool, separates: bool) -> bytes | None:
    match cell:
        case None | bytes():
            return cell
        case datetime():
            text = _show_time(cell) if is_for_people else cell.isoformat()
        case int() | float() | Decimal() if separates and not isinstance(cell, Plain):
            text = show_number(cell)
        case Decimal():
            text = f"{cell:f}"
        case _:
            text = str(cell)
    return text.encode("utf-8", "backslashreplace")
