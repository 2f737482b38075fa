"""The SQL that compares images with rows, and what is said of one that differs."""

import pytest

from rewound.replay.image_queries import (
    ComparedColumn,
    ImagedTable,
    count_same,
    describe_other,
    find_other,
    make_scratch,
)

_TABLE = ImagedTable(
    ("game", "t`x"),
    (
        ComparedColumn("id", "int", is_generated=False),
        ComparedColumn("name", "varchar", is_generated=False),
        ComparedColumn("made", "int", is_generated=True),
        ComparedColumn("share", "float", is_generated=False),
    ),
    (0,),
    "PRIMARY",
)
_SCRATCH = ("scratch", "images_1")


def test_the_scratch_table_has_the_columns_and_no_keys() -> None:
    assert make_scratch(_SCRATCH, _TABLE) == (
        b"CREATE TABLE `scratch`.`images_1` ENGINE=InnoDB ROW_FORMAT=DYNAMIC AS SELECT `id`,"
        b" `name`, `made`, `share` FROM `game`.`t``x` WHERE FALSE"
    )


def test_rows_are_found_by_their_key_and_compared_without_generated_columns() -> None:
    assert count_same(_SCRATCH, _TABLE, 0b1111) == (
        b"SELECT COUNT(*) FROM `scratch`.`images_1` i STRAIGHT_JOIN `game`.`t``x` r"
        b" FORCE INDEX (`PRIMARY`) ON r.`id` = i.`id` WHERE i.`id` <=> r.`id`"
        b" AND CAST(i.`name` AS BINARY) <=> CAST(r.`name` AS BINARY)"
        b" AND CAST(i.`share` AS CHAR) <=> CAST(r.`share` AS CHAR)"
    )


def test_only_the_columns_of_the_images_are_compared() -> None:
    assert count_same(_SCRATCH, _TABLE, 0b0001).endswith(b"WHERE i.`id` <=> r.`id`")
    assert b"share" not in find_other(_SCRATCH, _TABLE, 0b0011)


@pytest.mark.parametrize(
    ("data_type", "form"),
    [
        ("enum", b"CAST(i.`c` AS BINARY) <=> CAST(r.`c` AS BINARY)"),
        ("timestamp", b"UNIX_TIMESTAMP(i.`c`) <=> UNIX_TIMESTAMP(r.`c`)"),
        ("datetime", b"i.`c` <=> r.`c`"),
        ("longblob", b"i.`c` <=> r.`c`"),
        ("point", b"HEX(i.`c`) <=> HEX(r.`c`)"),
        ("vector", b"HEX(i.`c`) <=> HEX(r.`c`)"),
    ],
)
def test_values_are_compared_exactly(data_type: str, form: bytes) -> None:
    table = ImagedTable(
        ("g", "t"), (ComparedColumn("c", data_type, is_generated=False),), (0,), "PRIMARY"
    )
    assert count_same(_SCRATCH, table, 1).endswith(b"WHERE " + form)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            (1, 1, "7", "7", 0, "ann", None, 1, "1.5", "1.5", "7"),
            "the row of game.t`x with id='7' is another one: name is NULL here, 'ann' in the log",
        ),
        (
            (1, 1, "7", "7", 0, "a", "b", 0, "1.5", "2", "7"),
            "the row of game.t`x with id='7' is another one: name is 'b' here, 'a' in the log;"
            " share is '2' here, '1.5' in the log",
        ),
        (
            (0, 0, "7", None, 0, "a", None, 0, "1.5", None, "7"),
            "the row of game.t`x with id='7' is not here",
        ),
    ],
)
def test_a_row_that_differs_is_described(row: tuple[object, ...], text: str) -> None:
    assert describe_other(_TABLE, 0b1111, row) == text


def test_json_is_compared_as_a_dump_of_it_restores_it() -> None:
    column = ComparedColumn("c", "json", is_generated=False)
    query = count_same(_SCRATCH, ImagedTable(("g", "t"), (column,), (0,), "PRIMARY"), 1)
    text = b"CAST(CAST(%b.`c` AS CHAR CHARACTER SET utf8mb4) AS BINARY)"
    reloaded = (
        b"CAST(CAST(CAST(CAST(%b.`c` AS CHAR CHARACTER SET utf8mb4) AS JSON)"
        b" AS CHAR CHARACTER SET utf8mb4) AS BINARY)"
    )
    same, same_reloaded = (b"%b <=> %b" % (form % b"i", form % b"r") for form in (text, reloaded))
    assert query.endswith(b"WHERE (%b OR %b)" % (same, same_reloaded))
