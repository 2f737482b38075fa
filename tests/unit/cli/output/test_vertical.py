"""The vertical format: one value per line, in which no value can pretend to be a row."""

import io
import os
import sys

import pytest

from rewound.cli.output.formats import iter_vertical
from rewound.cli.output.pager import write_paged
from rewound.mysql.columns import Column, ColumnType

COLUMNS = [Column("world", ColumnType.TEXT), Column("a\x1b", ColumnType.TEXT)]
BYTES = [Column("b", ColumnType.BINARY)]


def test_each_value_is_on_a_line_after_its_name():
    shown = b"".join(iter_vertical(COLUMNS, [[(b"w1", b"x"), (b"w2", None)], [(b"w3", b"NULL")]]))
    assert shown.decode().splitlines() == [
        "*************************** 1. row ***************************",
        "world: w1",
        "a\\x1b: x",
        "*************************** 2. row ***************************",
        "world: w2",
        "a\\x1b: NULL",
        "*************************** 3. row ***************************",
        "world: w3",
        "a\\x1b: 'NULL'",
    ]


def test_further_lines_of_a_value_are_set_to_the_right():
    [shown] = iter_vertical(COLUMNS, [[(b"w", b"one\r\n\ttwo\x1b\nworld: x")]])
    assert shown.decode().splitlines()[2:] == [
        "a\\x1b: one",
        "           two\\x1b",
        "       world: x",
    ]


def test_bytes_are_hex_whatever_is_in_them():
    [shown] = iter_vertical(BYTES, [[(b"a\n",)]])
    assert shown.decode().endswith("\nb: 0x610A\n")


SCREEN = os.terminal_size((10, 4))


@pytest.mark.parametrize(
    ("lines", "wraps", "is_paged"),
    [
        (["a"] * 3, False, False),
        (["a"] * 4, False, True),
        (["1234567890"], False, False),
        (["12345678901"], False, True),
        (["\x1b[1m1234567890\x1b[0m"], False, False),
        (["12345678901"], True, False),
        (["12345678901"] * 2, True, True),
        ([""] * 3, True, False),
    ],
)
def test_what_is_too_long_or_wide_for_the_screen_goes_through_the_pager(
    lines: list[str], wraps: bool, is_paged: bool, monkeypatch: pytest.MonkeyPatch, tmp_path
):
    paged = tmp_path / "paged"
    monkeypatch.setenv("PAGER", f"tee {paged}")
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    write_paged(iter(lines), out, screen=SCREEN, has_colour=True, wraps=wraps)
    text = "".join(line + "\n" for line in lines)
    assert out.getvalue() == ("" if is_paged else text)
    assert (paged.read_text() if paged.exists() else "") == (text if is_paged else "")


def test_an_empty_pager_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PAGER", "")
    out = io.StringIO()
    write_paged(["a"] * 9, out, screen=SCREEN, has_colour=False)
    assert out.getvalue() == "a\n" * 9


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True
