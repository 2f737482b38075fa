import pytest

from rewound.cli.output.wrapping import wrap_message


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
        ("/a/path/that/is/longer/than/the/width x", None),
        (
            "no\N{NO-BREAK SPACE}break one two three",
            ["error: no\N{NO-BREAK SPACE}break one two", "  three"],
        ),
    ],
)
def test_lines_end_where_words_do_and_commands_stay_whole(text, lines):
    wrapped = wrap_message(text, 26, start="error: ")
    assert " ".join(wrapped.split()) == " ".join(f"error: {text}".split())
    if lines is not None:
        assert wrapped.splitlines() == lines


def test_a_quoted_name_cannot_begin_a_line_like_ours():
    wrapped = wrap_message("table `error: all is lost` is not known here", 20, start="error: ")
    assert all(line.startswith("  ") for line in wrapped.splitlines()[1:])


def test_what_is_indented_stays_so():
    assert wrap_message("    a b c d e f g h i j k", 20) == "    a b c d e f g h\n      i j k"
