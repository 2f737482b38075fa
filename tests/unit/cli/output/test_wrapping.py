import doctest

import pytest

from rewound.cli.output import wrapping
from rewound.cli.output.wrapping import break_long_words, wrap_message, wrap_quoted


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["error: short"]),
        ("exactly twenty-six!", ["error: exactly twenty-six!"]),
        ("one two three four five six", ["error: one two three four", "  five six"]),
        (
            "world a is stopped; rewound start a b",
            ["error: world a is stopped;", "  rewound start a b"],
        ),
        (
            "run rewound down --fleet a-long-name; then up",
            ["error: run", "  rewound down --fleet a-long-name;", "  then up"],
        ),
        (
            "last binlog.0000, 2026-03-03 06:00:38.020715 UTC",
            ["error: last binlog.0000,", "  2026-03-03 06:00:38.020715 UTC"],
        ),
        ("dump of host1, 9 h 3 min before", ["error: dump of host1,", "  9 h 3 min before"]),
        ("/a/path/that/is/longer/than/the/width x", None),
        (
            "no\N{NO-BREAK SPACE}break one two three",
            ["error: no\N{NO-BREAK SPACE}break one two", "  three"],
        ),
    ],
)
def test_lines_end_where_words_do_and_commands_and_times_stay_whole(text, lines):
    wrapped = wrap_message(text, 26, start="error: ")
    assert " ".join(wrapped.split()) == " ".join(f"error: {text}".split())
    if lines is not None:
        assert wrapped.splitlines() == lines


def test_a_quoted_name_cannot_begin_a_line_like_ours():
    wrapped = wrap_message("table `error: all is lost` is not known here", 20, start="error: ")
    assert all(line.startswith("  ") for line in wrapped.splitlines()[1:])


def test_what_is_indented_stays_so():
    assert wrap_message("    a b c d e f g h i j k", 20) == "    a b c d e f g h\n      i j k"


def test_the_examples_hold():
    assert doctest.testmod(wrapping).failed == 0


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("host_1.sql short", ["host_1.sql short"]),
        ("of eu-host03_20260302.sql", ["of eu-host03_", "20260302.sql"]),
        ("abcdefghijklmno", ["abcdefghijklmno"]),
        ("before/host[1,4]", ["before/", "host[1,4]"]),
    ],
)
def test_long_words_break_at_signs(text: str, lines: list[str]):
    assert break_long_words(text, 12) == "\n".join(lines)


def test_quoted_lines_keep_to_their_indentation():
    line = f"    INSERT INTO `t` VALUES {','.join(f'({n},NULL)' for n in range(20))}"
    wrapped = wrap_quoted(line, 40).splitlines()
    assert len(wrapped) > 3
    assert all(each.startswith("      ") and len(each) <= 40 for each in wrapped[1:])
    assert "".join(each.strip() for each in wrapped) == line.strip()
    assert wrap_quoted(line[:40], 40) == line[:40]
