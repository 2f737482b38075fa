"""Files of rows, cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.text.text_rows import (
    count_fields,
    find_character_set,
    find_other_format,
    load_text,
    split_rows,
)

VALUES = st.binary(max_size=8) | st.none()


def write(rows: list[list[bytes | None]]) -> bytes:
    r"""Write rows as SELECT … INTO OUTFILE does."""
    lines = []
    for row in rows:
        fields = []
        for value in row:
            if value is None:
                fields.append(rb"\N")
            else:
                value = value.replace(b"\\", b"\\\\").replace(b"\0", rb"\0")
                fields.append(value.replace(b"\t", b"\\\t").replace(b"\n", b"\\\n"))
        lines.append(b"\t".join(fields) + b"\n")
    return b"".join(lines)


@given(
    st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=12),
    st.integers(1, 9),
    st.integers(1, 40),
)
def test_rows_are_the_same_however_the_bytes_come(rows, step, size):
    text = write(rows)
    chunks = [text[start : start + step] for start in range(0, len(text), step)]
    pieces = list(split_rows(chunks, first_line=7, longest=1000, size=size))
    assert b"".join(piece.text for piece in pieces) == text
    assert sum(piece.rows for piece in pieces) == len(rows)
    line = 7
    for piece in pieces:
        assert piece.line == line
        assert count_fields(piece.text, piece.rows) == 2 * piece.rows
        assert not piece.is_cut_off
        line += piece.text.count(b"\n")


@pytest.mark.parametrize("text", [b"1", b"1\n2", b"1\n2\\\n", b"\\"])
def test_a_row_without_an_end_is_cut_off(text):
    *whole, last = split_rows([text], first_line=1, longest=1000)
    assert last.is_cut_off
    assert sum(piece.rows for piece in whole) == len(whole)
    assert b"".join(piece.text for piece in [*whole, last]) == text


def test_a_row_without_any_end_is_not_read_for_ever():
    def chunks():
        while True:
            yield b"x" * 1000

    [piece] = split_rows(chunks(), first_line=1, longest=10_000, size=1000)
    assert piece.is_cut_off
    assert len(piece.text) == 10_000


def test_columns_are_named_and_json_is_converted():
    sql = load_text(("a`b", "t"), [("x", False), ("j", True), ("", False)], "binary")
    assert b"INTO TABLE `a``b`.`t` CHARACTER SET binary" in sql
    assert sql.endswith(b"(`x`,@j1,@d2) SET `j` = CONVERT(@j1 USING utf8mb4)")


def test_the_files_character_set_is_that_of_the_dump_unless_it_is_the_default():
    assert find_character_set("utf8mb4") == find_character_set("utf8") == "binary"
    assert find_character_set("latin1") == "latin1"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"1\tC:\\new\n", "backslash"),
        (b"1\ta\\\\\\x\n", "backslash"),
        (b"1\t\\NULL\n", "backslash"),
        (b"1\ta\r\n2\tb\r\n", "carriage return"),
        (b'1\t"a"\n2\t"b"\n', "quotes"),
        (b"'a'\t1\n\\N\t2\n'b'\t3\n", "quotes"),
    ],
)
def test_another_format_is_told(text, reason):
    assert reason in (find_other_format(text, text.count(b"\n")) or "")


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=12))
def test_what_the_server_writes_is_taken_for_it(rows):
    plain = [[value and value.strip(b"\r'\"") for value in row] for row in rows]
    assert find_other_format(write(plain), len(plain)) is None


@pytest.mark.parametrize("text", [b'1\t"a"\n', b'1\t"a"\n2\tb\n', b"a\r\n", b"1\ta\\\\b\\\n\\N\n"])
def test_what_chance_may_give_is_no_other_format(text):
    assert find_other_format(text, 2) is None
