from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from rewound.mysql.columns import Column, ColumnType
from rewound.query.typed import make_table

T = ColumnType


@pytest.mark.parametrize(
    ("column", "text", "kind", "value"),
    [
        (Column("c", T.INTEGER, 8), b"-128", pa.int8(), -128),
        (Column("c", T.INTEGER, 24), b"-8388608", pa.int32(), -8388608),
        (Column("c", T.INTEGER, 64, True), b"18446744073709551615", pa.uint64(), 2**64 - 1),
        (Column("c", T.INTEGER, 32, True, True), b"0000000042", pa.uint32(), 42),
        (Column("c", T.YEAR), b"0000", pa.uint16(), 0),
        (Column("c", T.BIT, 64), b"\xff" * 8, pa.uint64(), 2**64 - 1),
        (
            Column("c", T.DECIMAL, precision=10, scale=2),
            b"-0.10",
            pa.decimal128(10, 2),
            Decimal("-0.10"),
        ),
        (
            Column("c", T.DECIMAL, precision=65, scale=30),
            b"1." + b"3" * 30,
            pa.decimal256(65, 30),
            Decimal("1." + "3" * 30),
        ),
        (Column("c", T.FLOAT, 64), b"1e-320", pa.float64(), 1e-320),
        (Column("c", T.DATE), b"9999-12-31", pa.date32(), date(9999, 12, 31)),
        (
            Column("c", T.DATETIME, scale=6),
            b"1000-01-01 00:00:00.000001",
            pa.timestamp("us"),
            datetime(1000, 1, 1, 0, 0, 0, 1),  # noqa: DTZ001 - MySQL's has no zone
        ),
        (
            Column("c", T.TIME),
            b"-838:59:59",
            pa.duration("us"),
            -timedelta(hours=838, minutes=59, seconds=59),
        ),
        (
            Column("c", T.TIME, scale=3),
            b"00:00:00.120",
            pa.duration("us"),
            timedelta(milliseconds=120),
        ),
        (Column("c", T.TEXT), "ö".encode(), pa.string(), "ö"),
        (Column("c", T.JSON), b"null", pa.string(), "null"),
        (Column("c", T.BINARY), b"\xff\0", pa.binary(), b"\xff\0"),
    ],
)
def test_every_type_has_an_exact_one_in_arrow(
    column: Column, text: bytes, kind: pa.DataType, value: object
):
    typed = make_table([column], [[(text,)], [(None,), (text,)]])
    assert typed.table.schema.types == [kind]
    assert typed.table.column(0).to_pylist() == [value, None, value]
    assert typed.kept_as_text == {}
    assert make_table([column], []).table.schema.types == [kind]


@pytest.mark.parametrize("day", [b"0000-00-00", b"2026-02-00"])
def test_a_column_with_a_day_of_no_calendar_stays_text(day: bytes):
    typed = make_table([Column("day", T.DATE)], [[(b"2026-03-02",)], [(day,)]])
    assert typed.table.column(0).to_pylist() == ["2026-03-02", day.decode()]
    assert typed.kept_as_text == {"day": day.decode()}
