"""Rows that a log and a server state, in one form in which the same values are equal. Pure.

The server is asked for each column by an expression whose text means the same in every session;
times of TIMESTAMP in +00:00. FLOAT is compared by six digits, which is what dumps have of it, and
numbers in JSON by twelve. Generated columns are left out: they are computed again by each server.
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from rewound.binlog.rows.value_plan import JsonChanges, Unlogged
from rewound.dump.text.quoting import quote_name
from rewound.replay.by_content.chains import ABSENT, RowImage
from rewound.replay.columns import TableColumn

Comparable = int | str | bytes | None
"""A value in the form in which values of one column are compared."""
RowKey = tuple[Comparable, ...]
"""The values by which a row is found."""
_Make = Callable[[object], Comparable]

_INTEGER_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
_NUMBERED = frozenset({"enum", "set", "bit"})
_TIMES = frozenset({"date", "time", "datetime", "timestamp", "year"})
_TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_IN_KEYS = frozenset({*_INTEGER_BYTES, *_NUMBERED, *_TIMES, "decimal"}) | frozenset(
    {"char", "varchar", "binary", "varbinary"}
)
_NOT_STATED = (Unlogged, JsonChanges)
_MOST_SHOWN = 40
_DIGEST_BYTES = 8
_LARGEST_INTEGER = (1 << 63) - 1
_ALL_64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class ComparedTable:
    """A table whose rows are found by a key and compared by their columns."""

    columns: tuple[TableColumn, ...]
    """All columns, in their order."""
    key: tuple[int, ...]
    """Places of the columns by which a row is found; none is NULL."""
    compared: tuple[int, ...]
    """Places of the columns that are compared; those of the key among them."""
    may_vanish: bool = False
    """Whether a foreign key may delete rows without the log having it."""

    def make_key(self, row: Sequence[object]) -> RowKey | None:
        """Return the key of a row of a log, given in all columns; None if it is not stated."""
        if any(isinstance(row[place], _NOT_STATED) for place in self.key):
            return None
        return tuple(_comparable(self.columns[place], row[place]) for place in self.key)

    def make_image(self, row: Sequence[object]) -> RowImage:
        """Return the image of a row of a log."""
        known, values = 0, []
        for bit, place in enumerate(self.compared):
            value = row[place]
            if not isinstance(value, _NOT_STATED):
                known |= 1 << bit
                values.append(_comparable(self.columns[place], value))
        return RowImage(known, _digest(values))

    def make_here(self, texts: Sequence[object]) -> tuple[Comparable, ...]:
        """Return the values of a row of the server: of the columns that are compared."""
        return tuple(
            _comparable(self.columns[place], text)
            for place, text in zip(self.compared, texts, strict=True)
        )

    def key_of(self, here: Sequence[Comparable]) -> RowKey:
        """Return the key of a row of the server."""
        return tuple(here[self.compared.index(place)] for place in self.key)

    def show_key(self, key: RowKey) -> str:
        """Return a key for people."""
        return ", ".join(
            f"{self.columns[place].name}={_show(value)}"
            for place, value in zip(self.key, key, strict=True)
        )

    def select(self, table: bytes, keys: Sequence[Sequence[Comparable]]) -> bytes:
        """Return the statement that asks for the rows of these keys, of a quoted table."""
        columns = b", ".join(_ask(self.columns[place]) for place in self.compared)
        if len(self.key) == 1:
            column = self.columns[self.key[0]]
            values = b", ".join(_write(column, key[0]) for key in keys)
            where = _compare_by(column) + b" IN (" + values + b")"
        else:
            where = b" OR ".join(
                b"("
                + b" AND ".join(
                    _compare_by(self.columns[place]) + b" = " + _write(self.columns[place], value)
                    for place, value in zip(self.key, key, strict=True)
                )
                + b")"
                for key in keys
            )
        return b"SELECT " + columns + b" FROM " + table + b" WHERE " + where


def make_matcher(here: Sequence[Comparable] | None) -> Callable[[RowImage], bool]:
    """Return what tells whether an image is that of a row of the server; None: it has no row."""
    if here is None:
        return lambda image: image == ABSENT
    digests: dict[int, bytes] = {}

    def is_here(image: RowImage) -> bool:
        if image == ABSENT:
            return False
        digest = digests.get(image.known)
        if digest is None:
            known = [value for bit, value in enumerate(here) if image.known >> bit & 1]
            digest = digests[image.known] = _digest(known)
        return digest == image.digest

    return is_here


def can_be_key(column: TableColumn) -> bool:
    """Tell whether rows can be found by a column, exactly."""
    return column.data_type in _IN_KEYS


def _show(value: Comparable) -> str:
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "…"


def _digest(values: Sequence[Comparable]) -> bytes:
    return blake2b(repr(values).encode("utf-8"), digest_size=_DIGEST_BYTES).digest()


def _comparable(column: TableColumn, value: object) -> Comparable:
    """Return a value of a log, or its text of a server, in the form in which both are equal."""
    if value is None:
        return None
    data_type = column.data_type
    make = _MAKERS.get(data_type)
    if make is not None:
        return make(value)
    return bytes(value) if isinstance(value, bytes) else str(value).encode("utf-8")


def _ask(column: TableColumn) -> bytes:
    """Return what the server is asked for."""
    name = quote_name(column.name)
    if column.data_type in _NUMBERED:
        return b"CAST(" + name + b" AS UNSIGNED)"
    if column.data_type in _TEXTS or column.data_type == "vector":
        return b"CAST(" + name + b" AS BINARY)"
    return name


def _compare_by(column: TableColumn) -> bytes:
    return _ask(column) if column.data_type in _NUMBERED else quote_name(column.name)


def _write(column: TableColumn, value: Comparable) -> bytes:
    """Return a value of a key as SQL."""
    data_type = column.data_type
    if isinstance(value, int):
        bits = 8 * _INTEGER_BYTES.get(data_type, 8)
        is_signed = data_type in _INTEGER_BYTES and "unsigned" not in column.column_type
        return b"%d" % (value - (1 << bits) if is_signed and value >> (bits - 1) else value)
    if isinstance(value, str):
        return value.encode("ascii")  # a DECIMAL
    content = value or b""
    if data_type in _TIMES:
        return b"'" + content + b"'"
    if data_type == "binary":
        content = content.ljust(column.bytes or 0, b"\0")
    introducer = b"" if column.charset is None else b"_" + column.charset.encode("ascii") + b" "
    return introducer + b"X'" + content.hex().encode("ascii") + b"'"


def _integer(size: int) -> _Make:
    mask = (1 << 8 * size) - 1
    return lambda value: int(_text(value)) & mask


def _number(value: object) -> int:
    return int(_text(value)) & _ALL_64


def _decimal(value: object) -> str:
    return str(Decimal(_text(value)))


def _float(value: object) -> str:
    (number,) = struct.unpack("<f", struct.pack("<f", float(_text(value))))
    return f"{number + 0.0:.6g}"


def _double(value: object) -> str:
    return repr(float(_text(value)) + 0.0)


def _time(value: object) -> bytes:
    return _text(value).encode("ascii")


def _without_zeros(value: object) -> bytes:
    return bytes(value).rstrip(b"\0") if isinstance(value, bytes) else b""


def _json(value: object) -> str:
    return repr(
        json.loads(
            _text(value),
            parse_float=_loose_number,
            parse_int=_loose_integer,
            object_pairs_hook=lambda pairs: ("object", pairs),
        )
    )


def _loose_number(text: str) -> tuple[str, str]:
    """Return a number in JSON as no string in JSON is."""
    return "number", f"{float(text) + 0.0:.12g}"


def _loose_integer(text: str) -> tuple[str, str]:
    number = int(text)
    return _loose_number(text) if abs(number) > _LARGEST_INTEGER else ("number", str(number))


def _text(value: object) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


_MAKERS: Mapping[str, _Make] = {
    **{name: _integer(size) for name, size in _INTEGER_BYTES.items()},
    **dict.fromkeys(_NUMBERED, _number),
    **dict.fromkeys(_TIMES, _time),
    "decimal": _decimal,
    "float": _float,
    "double": _double,
    "binary": _without_zeros,
    "json": _json,
}
