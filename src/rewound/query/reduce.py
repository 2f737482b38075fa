"""A second SQL over the merged rows, in an embedded DuckDB. Exact numbers stay exact.

DuckDB sees one table, `result`, and nothing else: no file, no network, no extension.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from rewound.errors import RewoundError, UsageError
from rewound.mysql.binary import write_float
from rewound.mysql.columns import Column, ColumnType, Row

_MOST_DIGITS = 38
_YEAR_ZERO = re.compile(r"^0001-(\d\d-\d\d) \(BC\)")
_MICROSECONDS = 1_000_000
_TYPES: tuple[tuple[str, ColumnType], ...] = (
    ("DECIMAL", ColumnType.DECIMAL),
    ("DOUBLE", ColumnType.FLOAT),
    ("FLOAT", ColumnType.FLOAT),
    ("BLOB", ColumnType.BINARY),
    ("TIMESTAMP", ColumnType.DATETIME),
    ("DATE", ColumnType.DATE),
    ("INTERVAL", ColumnType.TIME),
)
_INTEGERS = frozenset(
    f"{sign}{size}INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG", "HUGE")
) | {"INTEGER", "UINTEGER"}


@dataclass(frozen=True, slots=True)
class Reduced:
    """What the second SQL answered."""

    columns: tuple[Column, ...]
    rows: list[Row]


def require_one_statement(sql: str) -> None:
    """Refuse what is not one statement of DuckDB, before anything is asked.

    Raises:
        UsageError: it is none, or several.
    """
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise UsageError(_explain(error), hint=_HINT) from error
    if len(statements) != 1:
        raise UsageError(f"--reduce: expected one statement, got {len(statements)}", hint=_HINT)


def reduce_table(table: pa.Table, sql: str) -> Reduced:
    """Run a statement on a table, under the name `result`.

    Raises:
        RewoundError: DuckDB refuses it, or a number has more digits than it knows.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "python_enable_replacements": "false",
    }
    try:
        with duckdb.connect(":memory:", config=settings) as database:
            database.register("result", _fit_decimals(table))
            answer = database.sql(sql)
            if answer is None:
                raise RewoundError("--reduce: the statement returns no rows", hint=_HINT)
            columns = tuple(
                _column(name, str(kind))
                for name, kind in zip(answer.columns, answer.types, strict=True)
            )
            writers = [_choose_writer(str(kind)) for kind in answer.types]
            rows = [
                tuple(write(value) for write, value in zip(writers, row, strict=True))
                for row in answer.fetchall()
            ]
            return Reduced(columns, rows)
    except duckdb.Error as error:
        raise RewoundError(_explain(error), hint=_HINT) from error


def _explain(error: duckdb.Error) -> str:
    """Return DuckDB's message on one line; it draws its position below the statement."""
    return "--reduce: " + " ".join(str(error).split())


_HINT = "it takes DuckDB's SQL over the table result: 'SELECT SUM(players) FROM result'"


def as_text(value: object) -> bytes | None:
    """Return a value of Python as MySQL would have sent it."""
    match value:
        case None:
            return None
        case bytes():
            return value
        case bool():
            return str(int(value)).encode()
        case Decimal():
            return f"{value:f}".encode()
        case datetime():
            return value.isoformat(sep=" ").encode()
        case date():
            return value.isoformat().encode()
        case timedelta():
            return _write_time(value).encode()
        case list() | dict() | tuple():
            return json.dumps(value, default=str, ensure_ascii=False).encode()
        case _:
            return str(value).encode("utf-8", "surrogateescape")


def _choose_writer(kind: str) -> Callable[[object], bytes | None]:
    """Return what writes the values of a type of DuckDB."""
    if kind == "FLOAT":
        return _write_float
    if kind.startswith(("DATE", "TIMESTAMP")):
        return _write_moment
    return as_text


def _write_float(value: object) -> bytes | None:
    """Return the shortest text of a FLOAT, whose value is a wider one of Python's."""
    if isinstance(value, float) and math.isfinite(value):
        return write_float(value)
    return as_text(value)


def _write_moment(value: object) -> bytes | None:
    """Return a date, also of the year 0, which Python lacks and DuckDB calls 1 BC."""
    if not isinstance(value, str):
        return as_text(value)
    return _YEAR_ZERO.sub(r"0000-\1", value).encode()


def _write_time(span: timedelta) -> str:
    microseconds = span // timedelta(microseconds=1)
    seconds, fraction = divmod(abs(microseconds), _MICROSECONDS)
    sign = "-" if microseconds < 0 else ""
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:06}" if fraction else text


def _column(name: str, kind: str) -> Column:
    if kind in _INTEGERS:
        return Column(name, ColumnType.INTEGER, 64)
    return Column(name, next((t for start, t in _TYPES if kind.startswith(start)), ColumnType.TEXT))


def _fit_decimals(table: pa.Table) -> pa.Table:
    """Return the table with no decimal wider than DuckDB's 38 digits, if the values allow it.

    MySQL declares a SUM with 22 digits more than its column has.
    """
    for index, column in enumerate(table.schema):
        if not pa.types.is_decimal256(column.type):
            continue
        scale = column.type.scale
        try:
            narrow = pc.cast(table.column(index), pa.decimal128(_MOST_DIGITS, scale))
        except pa.ArrowInvalid as error:
            raise RewoundError(
                f"--reduce: {column.name} has a number with more than {_MOST_DIGITS} digits",
                hint=f"CAST({column.name} AS DOUBLE) or ROUND it in the query",
            ) from error
        table = table.set_column(index, column.name, narrow)
    return table
