"""The values of images that have the same columns and NULLs: runs of fixed size in one step."""

import struct
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, NamedTuple

from rewound.binlog.events import column_types as types
from rewound.binlog.events.table_map import LoggedColumn
from rewound.binlog.rows.json_values import JsonChange


class Unlogged(Enum):
    """What stands for a column that is not in an image."""

    UNLOGGED = "unlogged"


class JsonChanges(NamedTuple):
    """What stands for a JSON value of which only changes are logged."""

    changes: tuple[JsonChange, ...]


LoggedValue = int | float | bytes | JsonChanges | Unlogged | None
LoggedRow = tuple[LoggedValue, ...]

_BINARY = 63

Decoder = Callable[[bytes], LoggedValue]

_CODES = {
    types.TINY: "bB",
    types.SHORT: "hH",
    types.LONG: "iI",
    types.LONGLONG: "qQ",
    types.FLOAT: "ff",
    types.DOUBLE: "dd",
}
"""Types that `struct` reads, signed and unsigned."""
_STORED = frozenset(
    {
        *(types.VARCHAR, types.VAR_STRING, types.GEOMETRY, types.VECTOR),
        *(types.TINY_BLOB, types.BLOB, types.MEDIUM_BLOB, types.LONG_BLOB),
    }
)
"""Types whose values are the bytes themselves."""


class PlannedValue(NamedTuple):
    """What is at one place of a row."""

    column: LoggedColumn | None = None
    """The column whose value is in the image."""
    decoder: Decoder | None = None
    """What makes a value of its bytes."""
    constant: tuple[LoggedValue, ...] = ()
    """The value itself, where the image has none."""


class _Step(NamedTuple):
    """A run of values of fixed size, one of variable length, or values that are not there."""

    unpack: Callable[[bytes, int], tuple[Any, ...]] | None
    size: int
    """Of the run; of a variable value: of its length."""
    constants: tuple[LoggedValue, ...]


class ValuePlan:
    """How to read the images with the same columns and NULLs."""

    def __init__(self, values: Iterable[PlannedValue]) -> None:
        self._steps: list[_Step] = []
        self._decoders: list[tuple[int, Decoder]] = []
        codes = ""
        for place, (column, decoder, constant) in enumerate(values):
            if column is not None and decoder is not None and not column.prefix_bytes:
                code = _CODES.get(column.kind)
                codes += code[bool(column.is_unsigned)] if code else f"{column.size}s"
                if code is None:
                    self._decoders.append((place, decoder))
                continue
            self._end_run(codes)
            codes = ""
            if column is None or decoder is None:
                self._steps.append(_Step(None, 0, constant))
                continue
            self._steps.append(_Step(None, column.prefix_bytes, ()))
            if column.kind not in _STORED:
                self._decoders.append((place, decoder))
        self._end_run(codes)

    def _end_run(self, codes: str) -> None:
        if codes:
            run = struct.Struct("<" + codes)
            self._steps.append(_Step(run.unpack_from, run.size, ()))

    def read(self, body: bytes, at: int) -> tuple[LoggedRow, int]:
        """Return the row whose values begin at `at`, after the NULL bits, and its end.

        Raises:
            IndexError: the image is cut off.
            struct.error: the image is cut off.
            MalformedEvent: a value is not one of its type.
        """
        values: list[Any] = []
        for unpack, size, constants in self._steps:
            if unpack is not None:
                values += unpack(body, at)
                at += size
            elif size:
                start = at + size
                at = start + (body[at] if size == 1 else int.from_bytes(body[at:start], "little"))
                values.append(body[start:at])
            else:
                values += constants
        if at > len(body):
            raise IndexError(at)
        for place, decoder in self._decoders:
            values[place] = decoder(values[place])
        return tuple(values), at
