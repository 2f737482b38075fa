"""What each format makes of every kind of cell, compared with golden texts."""

import io
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click
import pytest

from rewound.cli.output.escaping import show_control_characters
from rewound.cli.output.render import (
    Cell,
    Figure,
    Plain,
    Word,
    write_rows,
    write_runs,
    write_wrapped,
)
from rewound.cli.parameters.shared_options import FORMATS
from rewound.mysql.columns import Column, ColumnType

COLUMNS = ["world", "text", "number", "bytes", "time"]
ROWS: list[list[Cell]] = [
    ["host1", None, Decimal("1234567890.1200"), b"\x00\xff", None],
    ["host2", "", 18446744073709551615, b"", None],
    ["host3", "Los Últimos 🥐", 1.5, None, datetime(2026, 3, 2, 21, 15, tzinfo=UTC)],
    ["host4", 'a "b", c\nd\te\\f|g', None, b"text", None],
    ["host5", "NULL", -0.0, b"NULL", None],
    ["host6", "\x1b[31mred\u202e", None, b"x", None],
]

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("output_format", [*FORMATS, "vertical"])
def test_a_format_writes_every_kind_of_cell_as_golden(
    output_format: str, capsys: pytest.CaptureFixture[str]
):
    write_rows(COLUMNS, ROWS, output_format)
    assert capsys.readouterr().out == (GOLDEN / f"cells.{output_format}").read_text()


def test_a_table_separates_thousands_of_amounts_but_not_of_names(
    capsys: pytest.CaptureFixture[str],
):
    """A port, and a text of digits such as a value from a database, are written as they are."""
    row: list[Cell] = [5055, Decimal("104552.50"), Plain(39083), Figure("194408")]
    write_rows(["rows", "sum", "port", "value"], [row], "table")
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        *("5,055", "104,552.50", "39083", "194408")
    ]
    for output_format, separator in (("csv", ","), ("tsv", "\t")):
        write_rows(["rows", "sum", "port", "value"], [row], output_format)
        plain = ["5055", "104552.50", "39083", "194408"]
        assert capsys.readouterr().out.splitlines()[-1] == separator.join(plain)


@pytest.mark.parametrize(
    ("output_format", "expected"),
    [
        ("table", "world   n\n─────────\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("csv", "world,n\n"),
        ("tsv", "world\tn\n"),
        ("markdown", "| world | n |\n| --- | --- |\n"),
        ("vertical", ""),
    ],
)
def test_no_rows_are_still_that_format(
    output_format: str, expected: str, capsys: pytest.CaptureFixture[str]
):
    write_rows(["world", "n"], [], output_format)
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("cell", ["", b""])
def test_csv_keeps_an_empty_value_apart_from_null(
    cell: str | bytes, capsys: pytest.CaptureFixture[str]
):
    write_rows(["only"], [[cell], [None]], "csv")
    assert capsys.readouterr().out == 'only\n""\n\n'


def test_a_table_is_as_wide_as_its_rows_where_nobody_looks(capsys: pytest.CaptureFixture[str]):
    write_rows(["a"], [["x" * 500]], "table")
    assert "x" * 500 in capsys.readouterr().out


class Screen(io.StringIO):
    """A terminal of 30 columns."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        monkeypatch.setenv("COLUMNS", "30")
        monkeypatch.setattr(sys, "stdout", self)

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("is_prose", "expected"),
    [
        (False, ["disk much text, much… NULL", "path /abc/abc/abc/ab… none"]),
        (
            True,
            ["disk much text, much", "text, much text", "path /abc/abc/abc/ none", "abc/abc/abc"],
        ),
    ],
    ids=["lists are cut with a mark", "prose is wrapped"],
)
def test_a_table_fits_the_screen(
    is_prose: bool, expected: list[str], monkeypatch: pytest.MonkeyPatch
):
    screen = Screen(monkeypatch)
    rows: list[list[Cell]] = [
        ["disk", "much text, much text, much text", None],
        ["path", "/abc" * 6, "none"],
    ]
    write_rows(["name", "text", "hint"], rows, "table", is_prose=is_prose)
    lines = [click.unstyle(line).split() for line in screen.getvalue().splitlines()]
    assert [" ".join(words) for words in lines[2:]] == expected


def test_what_tells_rows_apart_is_cut_last(monkeypatch: pytest.MonkeyPatch):
    screen = Screen(monkeypatch)
    columns = [Column(name, ColumnType.TEXT) for name in ("world", "name", "title", "guild")]
    runs = [[(f"eu-host{n:02}".encode(), b"x" * 20, b"y" * 20, b"z" * 20)] for n in (1, 2)]
    hidden = write_runs(columns, runs, "table", labels=1)
    lines = [click.unstyle(line).split() for line in screen.getvalue().splitlines()]
    assert [line[0] for line in lines[2:]] == ["eu-host01", "eu-host02"]
    assert hidden == ["title", "guild"]


def test_a_word_that_is_to_be_copied_stays_in_one_piece(monkeypatch: pytest.MonkeyPatch):
    screen = Screen(monkeypatch)
    rows: list[list[Cell]] = [["a-world-with-a-long-name", Word("cOkNV-UZ5KwY5u2m")]]
    write_rows(["world", "password"], rows, "table", is_prose=True)
    assert "cOkNV-UZ5KwY5u2m" in click.unstyle(screen.getvalue())


def test_a_line_of_a_list_breaks_at_words(monkeypatch: pytest.MonkeyPatch):
    screen = Screen(monkeypatch)
    write_wrapped("  rule  definer: rewritten, 7 times (v\x1b)", indent=8)
    assert screen.getvalue().splitlines() == [
        "  rule  definer: rewritten, 7",
        "        times (v\\x1b)",
    ]


def test_a_table_takes_text_that_looks_like_markup_as_text(capsys: pytest.CaptureFixture[str]):
    write_rows(["[red]a[/]"], [["[bold]b[/]"]], "table")
    out = capsys.readouterr().out
    assert "[red]a[/]" in out
    assert "[bold]b[/]" in out


def test_show_control_characters_spells_out_what_would_steer_a_terminal():
    assert show_control_characters("a\x1b\x07\x9b\x7f\u202eé") == "a\\x1b\\x07\\x9b\\x7f\\u202eé"
