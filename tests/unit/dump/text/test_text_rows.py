"""Files of rows, cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.text.text_rows import count_fields, find_character_set, load_text, split_rows

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
