"""What each format makes of every kind of cell, compared with golden texts."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rewound.cli.options import FORMATS
from rewound.cli.render import Cell, show_control_characters, write_rows

COLUMNS = ["world", "text", "number", "bytes"]
ROWS: list[list[Cell]] = [
    ["host1", None, Decimal("1234567890.1200"), b"\x00\xff"],
    ["host2", "", 18446744073709551615, b""],
    ["host3", "Los Últimos 🥐", 1.5, None],
    ["host4", 'a "b", c\nd\te\\f|g', None, b"text"],
    ["host5", "NULL", -0.0, b"NULL"],
    ["host6", "\x1b[31mred\u202e", datetime(2026, 3, 2, 21, 15, tzinfo=UTC), b"x"],
]

GOLDEN = {
    "table": """\
world   text                 number                 bytes     \n\
──────────────────────────────────────────────────────────────
host1   NULL                 1234567890.1200        0x00FF    \n\
host2                        18446744073709551615             \n\
host3   Los Últimos 🥐       1.5                    NULL      \n\
host4   a "b", c\\nd\\te\\f|g   NULL                   0x74657874\n\
host5   NULL                 -0.0                   0x4E554C4C\n\
host6   \\x1b[31mred\\u202e    2026-03-02 21:15:00    0x78      \n\
""",
    "json": """\
[
  {"world": "host1", "text": null, "number": 1234567890.1200, "bytes": "AP8="},
  {"world": "host2", "text": "", "number": 18446744073709551615, "bytes": ""},
  {"world": "host3", "text": "Los Últimos 🥐", "number": 1.5, "bytes": null},
  {"world": "host4", "text": "a \\"b\\", c\\nd\\te\\\\f|g", "number": null, "bytes": "dGV4dA=="},
  {"world": "host5", "text": "NULL", "number": -0.0, "bytes": "TlVMTA=="},
  {"world": "host6", "text": "\\u001b[31mred\u202e", "number": "2026-03-02T21:15:00+00:00",\
 "bytes": "eA=="}
]
""",
    "csv": """\
world,text,number,bytes
host1,,1234567890.1200,AP8=
host2,"",18446744073709551615,""
host3,Los Últimos 🥐,1.5,
host4,"a ""b"", c
d\te\\f|g",,dGV4dA==
host5,NULL,-0.0,TlVMTA==
host6,\x1b[31mred\u202e,2026-03-02T21:15:00+00:00,eA==
""",
    "tsv": """\
world\ttext\tnumber\tbytes
host1\tNULL\t1234567890.1200\tAP8=
host2\t\t18446744073709551615\t
host3\tLos Últimos 🥐\t1.5\tNULL
host4\ta "b", c\\nd\\te\\\\f|g\tNULL\tdGV4dA==
host5\tNULL\t-0.0\tTlVMTA==
host6\t\x1b[31mred\u202e\t2026-03-02T21:15:00+00:00\teA==
""",
    "markdown": """\
| world | text | number | bytes |
| --- | --- | --- | --- |
| host1 | NULL | 1234567890.1200 | 0x00FF |
| host2 |  | 18446744073709551615 |  |
| host3 | Los Últimos 🥐 | 1.5 | NULL |
| host4 | a "b", c\\nd\\te\\f\\|g | NULL | 0x74657874 |
| host5 | NULL | -0.0 | 0x4E554C4C |
| host6 | \\x1b[31mred\\u202e | 2026-03-02 21:15:00 | 0x78 |
""",
}
GOLDEN["jsonl"] = "".join(
    line.strip().removesuffix(",") + "\n" for line in GOLDEN["json"].splitlines()[1:-1]
)


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_format_writes_every_kind_of_cell_as_golden(
    output_format: str, capsys: pytest.CaptureFixture[str]
):
    write_rows(COLUMNS, ROWS, output_format)
    assert capsys.readouterr().out == GOLDEN[output_format]


@pytest.mark.parametrize(
    ("output_format", "expected"),
    [
        ("table", "world   n\n─────────\n"),
        ("json", "[]\n"),
        ("jsonl", ""),
        ("csv", "world,n\n"),
        ("tsv", "world\tn\n"),
        ("markdown", "| world | n |\n| --- | --- |\n"),
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


def test_a_table_takes_text_that_looks_like_markup_as_text(capsys: pytest.CaptureFixture[str]):
    write_rows(["[red]a[/]"], [["[bold]b[/]"]], "table")
    out = capsys.readouterr().out
    assert "[red]a[/]" in out
    assert "[bold]b[/]" in out


def test_show_control_characters_spells_out_what_would_steer_a_terminal():
    assert show_control_characters("a\x1b\x07\x9b\x7f\u202eé") == "a\\x1b\\x07\\x9b\\x7f\\u202eé"
