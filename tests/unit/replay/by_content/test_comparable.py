"""Values of logs and of servers in one form: equal where they mean the same, and only there."""

import pytest

from rewound.binlog.rows.value_plan import JsonChanges, Unlogged
from rewound.replay.by_content.chains import ABSENT
from rewound.replay.by_content.comparable import ComparedTable, can_be_key, make_matcher
from rewound.replay.columns import TableColumn


def column(
    name: str, column_type: str, *, size: int | None = None, charset: str | None = None
) -> TableColumn:
    data_type = column_type.partition("(")[0].partition(" ")[0]
    return TableColumn(name, data_type, column_type, True, charset, size, None, None)


def table(*columns: TableColumn, key: tuple[int, ...] = (0,)) -> ComparedTable:
    return ComparedTable(columns, key, tuple(range(len(columns))))


ID = column("id", "int")


@pytest.mark.parametrize(
    ("column_type", "logged", "text", "is_same"),
    [
        ("tinyint", -5, "-5", True),
        ("tinyint unsigned", -5, "251", True),  # a log that does not state the sign
        ("tinyint", -5, "5", False),
        ("int zerofill", 7, "0000000007", True),
        ("bigint unsigned", -1, "18446744073709551615", True),
        ("decimal(9,2)", b"12.30", "0000012.30", True),
        ("decimal(9,2)", b"12.30", "12.31", False),
        ("float", 1.2345678806304932, "1.23457", True),
        ("float", 1.2345678806304932, "1.23458", False),
        ("float(7,2)", 12345.650390625, "12345.65", True),
        ("double", 0.1, "0.1", True),
        ("double", -0.0, "-0", True),
        ("double", 0.1, "0.10000000000000002", False),
        ("bit(9)", 257, "257", True),
        ("enum('a')", 1, "1", True),
        ("date", b"2024-02-29", "2024-02-29", True),
        ("time", b"-00:00:01", "00:00:01", False),
        ("varchar(9)", b"caf\xe9", b"caf\xe9", True),
        ("varchar(9)", b"a", b"a ", False),
        ("binary(3)", b"\x01", b"\x01\0\0", True),
        ("varbinary(3)", b"\x01", b"\x01\0", False),
        ("json", b'{"a": 1.10}', '{"a": 1.1}', True),
        ("json", b'{"a": 1}', '{"a": "1"}', False),
        ("json", b'{"a": 1.5}', '{"a": "number 1.5"}', False),
        ("json", b"[12345678901234567890]", "[1.2345678901234567e19]", True),
        ("json", b"[1, 2]", "[2, 1]", False),
        ("json", b"null", None, False),
        ("int", None, None, True),
        ("int", 0, None, False),
    ],
)
def test_values(column_type: str, logged: object, text: object, is_same: bool) -> None:
    compared = table(ID, column("v", column_type))
    is_here = make_matcher(compared.make_here(["1", text]))
    assert is_here(compared.make_image([1, logged])) is is_same
    assert not is_here(ABSENT)
    assert make_matcher(None)(ABSENT)
    assert not make_matcher(None)(compared.make_image([1, logged]))


@pytest.mark.parametrize("missing", [Unlogged.UNLOGGED, JsonChanges(())])
def test_columns_that_a_log_does_not_have(missing: object) -> None:
    compared = table(ID, column("a", "int"), column("b", "int"))
    is_here = make_matcher(compared.make_here(["1", "2", "3"]))
    assert is_here(compared.make_image([1, missing, 3]))
    assert is_here(compared.make_image([1, 2, missing]))
    assert not is_here(compared.make_image([1, 3, missing]))
    assert compared.make_key([1, 2, missing]) == (1,)
    assert compared.make_key([missing, 2, 3]) is None


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        (column("k", "int"), -5, b"`k` IN (-5)"),
        (column("k", "bigint unsigned"), (1 << 64) - 5, b"`k` IN (18446744073709551611)"),
        (column("k", "decimal(5,2)"), b"-1.50", b"`k` IN (-1.50)"),
        (column("k", "varchar(9)", charset="utf16"), b"\0a", b"`k` IN (_utf16 X'0061')"),
        (column("k", "varbinary(9)"), b"'", b"`k` IN (X'27')"),
        (column("k", "binary(3)", size=3), b"\x01", b"`k` IN (X'010000')"),
        (column("k", "timestamp"), b"2024-01-01 00:00:00", b"`k` IN ('2024-01-01 00:00:00')"),
        (column("k", "enum('a')"), 1, b"CAST(`k` AS UNSIGNED) IN (1)"),
        (column("`k", "int"), 1, b"```k` IN (1)"),
    ],
)
def test_keys_are_asked_for_exactly(key: TableColumn, value: object, where: bytes) -> None:
    compared = table(key)
    assert can_be_key(key)
    row_key = compared.make_key([value])
    assert row_key is not None
    assert compared.select(b"t", [row_key]).endswith(b" FROM t WHERE " + where)


def test_keys_of_several_columns() -> None:
    compared = table(ID, column("name", "varchar(9)", charset="latin1"), key=(1, 0))
    keys = [key for row in ([1, b"a"], [2, b"b"]) if (key := compared.make_key(row)) is not None]
    assert compared.select(b"t", keys) == (
        b"SELECT `id`, CAST(`name` AS BINARY) FROM t WHERE"
        b" (`name` = _latin1 X'61' AND `id` = 1) OR (`name` = _latin1 X'62' AND `id` = 2)"
    )
    assert compared.key_of(compared.make_here(["1", b"a"])) == keys[0]
    assert compared.show_key(keys[0]) == "name=a, id=1"


@pytest.mark.parametrize("column_type", ["float", "double", "json", "text", "point"])
def test_columns_that_no_row_is_found_by(column_type: str) -> None:
    assert not can_be_key(column("k", column_type))
