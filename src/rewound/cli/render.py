"""All of stdout: rows as a table for people, or in a format for programs.

A cell never reaches a terminal raw: data comes from dumps, and control characters in it
are shown, not obeyed.
"""

import base64
import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = int | float | Decimal | str | bytes | datetime | None
"""What can stand in a cell; None is NULL."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_UNLIMITED_WIDTH = 100_000


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[Cell]], output_format: str) -> None:
    """Write rows to stdout in one of `options.FORMATS`."""
    _WRITERS[output_format](columns, list(rows), sys.stdout)


def write_text(text: str) -> None:
    """Write a text of ours to stdout."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def show_control_characters(text: str) -> str:
    """Return the text with control characters spelled out."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


def _write_table(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, name in enumerate(columns):
        numeric = any(row[index] is not None for row in rows) and all(
            isinstance(row[index], int | float | Decimal | None) for row in rows
        )
        table.add_column(
            Text(show_control_characters(name)),
            justify="right" if numeric else "left",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(_styled(cell) for cell in row))
    # Where nobody looks, a line is as long as its row: no width is there to fit.
    width = None if out.isatty() else _UNLIMITED_WIDTH
    Console(file=out, width=width, highlight=False).print(table)


def _styled(cell: Cell) -> Text:
    return Text("NULL", style="dim") if cell is None else Text(_plain(cell))


def _plain(cell: Cell) -> str:
    """Return a cell for people."""
    match cell:
        case None:
            return "NULL"
        case bytes():
            return "0x" + cell.hex().upper() if cell else ""
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M:%S")
        case _:
            return show_control_characters(str(cell))


def _write_csv(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    # NULL is an empty field and an empty text is quoted: they stay distinct.
    for row in [columns, *rows]:
        out.write(",".join(_csv_cell(_for_programs(cell)) for cell in row) + "\n")


def _csv_cell(value: str | int | float | None) -> str:
    if value == "":
        return '""'
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([value, ""])
    return line.getvalue()[:-1]


def _write_tsv(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    # As the mysql client's --batch writes it: \t, \n and \\ escaped, NULL spelled out.
    for row in [columns, *rows]:
        out.write("\t".join(_tsv_cell(cell) for cell in row) + "\n")


def _tsv_cell(cell: Cell) -> str:
    if cell is None:
        return "NULL"
    text = str(_for_programs(cell)).replace("\\", "\\\\")
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\0", "\\0")


def _write_markdown(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    out.write("| " + " | ".join(_markdown_cell(name) for name in columns) + " |\n")
    out.write("| " + " | ".join("---" for _ in columns) + " |\n")
    for row in rows:
        out.write("| " + " | ".join(_markdown_cell(cell) for cell in row) + " |\n")


def _markdown_cell(cell: Cell) -> str:
    return _plain(cell).replace("|", "\\|")


def _write_json(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    lines = [_json_object(columns, row) for row in rows]
    out.write("[" + ",".join("\n  " + line for line in lines) + ("\n]\n" if lines else "]\n"))


def _write_jsonl(columns: Sequence[str], rows: Sequence[Sequence[Cell]], out: TextIO) -> None:
    for row in rows:
        out.write(_json_object(columns, row) + "\n")


def _json_object(columns: Sequence[str], row: Sequence[Cell]) -> str:
    pairs = (f"{_json(name)}: {_json(cell)}" for name, cell in zip(columns, row, strict=True))
    return "{" + ", ".join(pairs) + "}"


def _json(cell: Cell) -> str:
    if isinstance(cell, Decimal) and cell.is_finite():
        return f"{cell:f}"  # all of its digits, as a number
    return json.dumps(_for_programs(cell), ensure_ascii=False)


def _for_programs(cell: Cell) -> str | int | float | None:
    match cell:
        case bytes():
            return base64.b64encode(cell).decode("ascii")
        case datetime():
            return cell.isoformat()
        case Decimal():
            return f"{cell:f}"
        case _:
            return cell


_WRITERS: dict[str, Callable[[Sequence[str], Sequence[Sequence[Cell]], TextIO], None]] = {
    "table": _write_table,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "csv": _write_csv,
    "tsv": _write_tsv,
    "markdown": _write_markdown,
}
