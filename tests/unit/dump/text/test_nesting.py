import pytest

from rewound.dump.text.lexical import lexical_mode
from rewound.dump.text.nesting import (
    closing_parenthesis,
    iter_depths,
    iter_outside,
    split_at_commas,
)
from rewound.dump.text.tokens import read_tokens


def read(text: str):
    return read_tokens(text.encode(), lexical_mode("", "utf8mb4"), 90704)


def join(tokens) -> str:
    return b"".join(token.text for token in tokens).decode()


def test_a_token_is_as_deep_as_the_parentheses_that_are_open_around_it():
    depths = [depth for depth, _ in iter_depths(read("a(b(c)')'d)e"))]
    assert depths == [0, 1, 1, 2, 2, 1, 1, 1, 0, 0]


def test_outside_is_what_no_parentheses_enclose():
    found = [(index, token.text) for index, token in iter_outside(read("a (b, (c)) d ()"))]
    assert found == [(0, b"a"), (8, b"d")]


@pytest.mark.parametrize(
    ("text", "index", "closing"),
    [("f(a(b)c)d", 1, 7), ("f(a(b)c)d", 3, 5), ("f(a(b", 1, 4)],
)
def test_a_parenthesis_ends_where_it_is_closed_or_with_the_tokens(text, index, closing):
    assert closing_parenthesis(read(text), index) == closing


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a,b", ["a", "b"]),
        ("a(1,2),b", ["a(1,2)", "b"]),
        ("a,,b,", ["a", "", "b", ""]),
        ("", [""]),
    ],
)
def test_commas_in_parentheses_separate_nothing(text, parts):
    assert [join(part) for part in split_at_commas(read(text))] == parts
