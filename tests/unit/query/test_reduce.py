from decimal import Decimal

import pyarrow as pa
import pytest

from rewound.errors import RewoundError
from rewound.query.reduce import reduce_table


@pytest.fixture(scope="module")
def table() -> pa.Table:
    # Not at import: the first array of a run imports pandas, which takes half a second.
    return pa.table(
        {
            "world": ["a", "b", "c"],
            "points": pa.array([Decimal("0.10"), Decimal("0.20"), None], pa.decimal128(20, 2)),
            "wide": pa.array([Decimal(1), Decimal(2), Decimal(3)], pa.decimal256(60, 0)),
            "took": pa.array([-3_600_000_001, 0, 360_000_000_000], pa.duration("us")),
        }
    )


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT SUM(points) FROM result", b"0.30"),
        ("SELECT SUM(wide) FROM result", b"6"),
        ("SELECT COUNT(*) FROM result WHERE points IS NULL", b"1"),
        ("SELECT MIN(took) FROM result", b"-01:00:00.000001"),
        ("SELECT MAX(took) FROM result", b"100:00:00"),
        (
            "SELECT 170141183460469231731687303715884105727",
            b"170141183460469231731687303715884105727",
        ),
        ("SELECT TIMESTAMP '2026-03-02 21:15:00'", b"2026-03-02 21:15:00"),
        ("SELECT DATE '2026-03-02'", b"2026-03-02"),
        ("SELECT ['a', NULL]", b'["a", null]'),
        ("SELECT '\\xFF'::BLOB", b"\xff"),
        ("SELECT true", b"1"),
        ("SELECT NULL", None),
    ],
)
def test_answers_are_exact(table, sql: str, expected: bytes | None):
    assert reduce_table(table, sql).rows == [(expected,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nothing FROM result", "nothing"),
        ("SELECT", "--reduce: "),
        ("", "returns no rows"),
        ("SELECT * FROM 'pyproject.toml'", "--reduce: "),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("COPY result TO '/tmp/rewound-test.csv'", "disabled"),
        ("SELECT * FROM TABLE", "--reduce: "),
    ],
)
def test_what_it_cannot_or_may_not_is_an_error_of_ours(table, sql: str, said: str):
    with pytest.raises(RewoundError, match=said) as caught:
        reduce_table(table, sql)
    assert caught.value.hint


def test_more_digits_than_duckdb_has_are_refused_rather_than_rounded():
    table = pa.table({"n": pa.array([Decimal("9" * 50)], pa.decimal256(60, 0))})
    with pytest.raises(RewoundError, match="n has a number with more than 38 digits"):
        reduce_table(table, "SELECT n FROM result")


def test_what_python_has_no_value_for_is_as_mysql_writes_it():
    table = pa.table(
        {
            "d": pa.array(["0000-02-29", "9999-12-31", None]).cast(pa.date32()),
            "at": pa.array(["0000-01-01 01:02:03.5", "0001-01-01", None]).cast(pa.timestamp("us")),
            "f": pa.array([0.3000000417232513, float("nan"), None], pa.float32()),
        }
    )
    assert reduce_table(table, "SELECT * FROM result").rows == [
        (b"0000-02-29", b"0000-01-01 01:02:03.5", b"0.30000004"),
        (b"9999-12-31", b"0001-01-01 00:00:00", b"nan"),
        (None, None, None),
    ]
