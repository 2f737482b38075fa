"""The columns of a log against those of a table, by maps with MySQL's own metadata."""

from dataclasses import replace

import pytest

from rewound.binlog.events import column_types as types
from rewound.binlog.events.table_map import LoggedColumn, TableMap, TableName
from rewound.replay.columns import TableColumn, find_difference
from rewound.replay.not_proved import Unstated, find_unstated

CHARSETS = {255: "utf8mb4", 45: "utf8mb4", 8: "latin1", 63: "binary", 28: "gbk", 54: "utf16"}

INT_LOGGED = LoggedColumn(types.LONG, 4, 0, 0, True, False, None, "a", None)
INT_HERE = TableColumn("a", "int", "int", True, None, None, (10, 0), None)
TEXT_LOGGED = LoggedColumn(types.VARCHAR, 0, 1, 0, True, None, 255, "t", None)
TEXT_HERE = TableColumn("t", "varchar", "varchar(20)", True, "utf8mb4", 80, None, None)
ENUM_LOGGED = LoggedColumn(types.ENUM, 1, 0, 0, True, None, None, "e", (b"x", b"y", b"z"))
ENUM_HERE = TableColumn("e", "enum", "enum('x','y','z')", True, "utf8mb4", 4, None, None)


def table_map(*columns: LoggedColumn) -> TableMap:
    return TableMap(7, TableName("game", "t"), columns, None)


def difference(logged: LoggedColumn, here: TableColumn) -> str | None:
    return find_difference(table_map(logged), [here], CHARSETS.get)


SAME = [
    (INT_LOGGED, INT_HERE),
    (replace(INT_LOGGED, name=None, is_unsigned=None), replace(INT_HERE, name="other")),
    (replace(INT_LOGGED, name="A"), INT_HERE),
    (replace(INT_LOGGED, is_unsigned=True), replace(INT_HERE, column_type="int unsigned")),
    (TEXT_LOGGED, TEXT_HERE),
    (replace(TEXT_LOGGED, collation=45), TEXT_HERE),
    (replace(TEXT_LOGGED, collation=None), replace(TEXT_HERE, charset="latin1")),
    (replace(TEXT_LOGGED, prefix_bytes=2), replace(TEXT_HERE, bytes=256)),
    (ENUM_LOGGED, ENUM_HERE),
    (replace(ENUM_LOGGED, words=None), replace(ENUM_HERE, column_type="enum('other')")),
    (
        replace(ENUM_LOGGED, words=(b"caf\xe9", b"it's", b"b\\s", b"n\nl")),
        replace(ENUM_HERE, charset="latin1", column_type=r"enum('café','it''s','b\\s','n\nl')"),
    ),
    (
        replace(ENUM_LOGGED, words=(b"\xd1\xa9",)),
        replace(ENUM_HERE, charset="gbk", column_type="enum('雪')"),
    ),
    (
        replace(ENUM_LOGGED, words=(b"\x96\xea",)),
        replace(ENUM_HERE, charset="utf16", column_type="enum('雪')"),
    ),
    (
        replace(ENUM_LOGGED, kind=types.SET, words=(b"x",)),
        replace(ENUM_HERE, data_type="set", column_type="set('x')"),
    ),
    (
        LoggedColumn(types.NEWDECIMAL, 5, 0, 10 << 8 | 2, True, False, None, None, None),
        TableColumn("d", "decimal", "decimal(10,2)", True, None, None, (10, 2), None),
    ),
    (
        LoggedColumn(types.DATETIME2, 7, 0, 3, True, None, None, None, None),
        TableColumn("d", "datetime", "datetime(3)", True, None, None, None, 3),
    ),
    (
        LoggedColumn(types.BLOB, 0, 3, 0, True, None, 255, None, None),
        TableColumn("b", "mediumtext", "mediumtext", True, "utf8mb4", 16777215, None, None),
    ),
    (
        LoggedColumn(types.STRING, 0, 1, 40, True, None, 255, None, None),
        TableColumn("c", "char", "char(10)", True, "utf8mb4", 40, None, None),
    ),
    (
        LoggedColumn(types.GEOMETRY, 0, 4, 0, True, None, None, None, None),
        TableColumn("g", "point", "point", True, None, None, None, None),
    ),
]


@pytest.mark.parametrize(("logged", "here"), SAME)
def test_columns_that_are_the_same(logged: LoggedColumn, here: TableColumn) -> None:
    assert difference(logged, here) is None


@pytest.mark.parametrize(
    ("logged", "here", "words"),
    [
        (INT_LOGGED, replace(INT_HERE, name="b"), "column b is called a in the log"),
        (
            INT_LOGGED,
            replace(INT_HERE, column_type="int unsigned"),
            "column a is int unsigned here, and signed in the log",
        ),
        (
            replace(INT_LOGGED, is_unsigned=True),
            INT_HERE,
            "column a is int here, and unsigned in the log",
        ),
        (
            INT_LOGGED,
            replace(INT_HERE, data_type="bigint", column_type="bigint"),
            "column a is bigint here, of another type in the log",
        ),
        (INT_LOGGED, replace(INT_HERE, is_nullable=False), "NOT NULL here and not in the log"),
        (replace(INT_LOGGED, is_nullable=False), INT_HERE, "column a is NULL only here"),
        (TEXT_LOGGED, replace(TEXT_HERE, charset="latin1"), "set latin1 here, utf8mb4 in the log"),
        (replace(TEXT_LOGGED, collation=63), TEXT_HERE, "set utf8mb4 here, binary in the log"),
        (replace(TEXT_LOGGED, collation=9999), TEXT_HERE, "an unknown collation in the log (numb"),
        (
            TEXT_LOGGED,
            replace(TEXT_HERE, data_type="varbinary", column_type="varbinary(20)", charset=None),
            "column t is varbinary(20) here, a text in the log",
        ),
        (TEXT_LOGGED, replace(TEXT_HERE, bytes=400), "varchar(20) here, of another length in"),
        (
            TEXT_LOGGED,
            replace(TEXT_HERE, data_type="text", column_type="text"),
            "column t is text here, of another type in the log",
        ),
        (
            LoggedColumn(types.BLOB, 0, 2, 0, True, None, 255, None, None),
            TableColumn("b", "mediumtext", "mediumtext", True, "utf8mb4", 1 << 24, None, None),
            "column b is mediumtext here, of another type in the log",
        ),
        (
            LoggedColumn(types.BLOB, 0, 4, 0, True, None, 255, None, None),
            TableColumn("j", "json", "json", True, None, None, None, None),
            "column j is json here, of another type in the log",
        ),
        (
            ENUM_LOGGED,
            replace(ENUM_HERE, column_type="enum('z','y','x')"),
            "column e is enum('z','y','x') here, ('x','y','z') in the log",
        ),
        (  # a part of the list, which lies inside of it
            replace(ENUM_LOGGED, words=(b"y", b"z")),
            ENUM_HERE,
            "column e is enum('x','y','z') here, ('y','z') in the log",
        ),
        (
            LoggedColumn(types.NEWDECIMAL, 5, 0, 12 << 8 | 2, True, False, None, None, None),
            TableColumn("d", "decimal", "decimal(10,2)", True, None, None, (10, 2), None),
            "column d is decimal(10,2) here, decimal(12,2) in the log",
        ),
        (
            LoggedColumn(types.DATETIME2, 5, 0, 0, True, None, None, None, None),
            TableColumn("d", "datetime", "datetime(3)", True, None, None, None, 3),
            "column d is datetime(3) here, with 0 digits in the log",
        ),
        (
            LoggedColumn(types.STRING, 0, 1, 10, True, None, 8, None, None),
            TableColumn("c", "char", "char(10)", True, "utf8mb4", 40, None, None),
            "column c is char(10) here, with 10 bytes in the log",
        ),
    ],
)
def test_columns_that_differ(logged: LoggedColumn, here: TableColumn, words: str) -> None:
    assert words in str(difference(logged, here))


def test_another_number_of_columns_and_many_differences() -> None:
    logged = table_map(*[INT_LOGGED] * 5)
    assert find_difference(logged, [INT_HERE] * 4, CHARSETS.get) == ("5 columns in the log, 4 here")
    found = find_difference(logged, [replace(INT_HERE, name=n) for n in "bcdef"], CHARSETS.get)
    assert found is not None
    assert found.endswith("column d is called a in the log and 2 more")
    three = find_difference(
        table_map(*[INT_LOGGED] * 3), [replace(INT_HERE, name=n) for n in "bcd"], CHARSETS.get
    )
    assert three is not None
    assert three.endswith("column d is called a in the log")


NAMELESS = replace(INT_LOGGED, name=None)


@pytest.mark.parametrize(
    ("columns", "unstated"),
    [
        ([INT_LOGGED, INT_LOGGED], set()),
        ([NAMELESS], set()),
        ([NAMELESS, NAMELESS], {Unstated.NAMES}),
        ([NAMELESS, replace(TEXT_LOGGED, name=None)], set()),
        ([replace(NAMELESS, is_unsigned=None)], {Unstated.SIGNS}),
        ([replace(TEXT_LOGGED, collation=None)], {Unstated.SIGNS}),
        ([ENUM_LOGGED], set()),
        ([replace(ENUM_LOGGED, words=None)], {Unstated.WORDS}),
        (
            [LoggedColumn(types.FLOAT, 4, 0, 0, True, False, None, "f", None)],
            {Unstated.EXACT_FLOATS},
        ),
    ],
)
def test_what_a_log_does_not_state(columns: list[LoggedColumn], unstated: set[Unstated]) -> None:
    assert set(find_unstated(table_map(*columns))) == unstated
