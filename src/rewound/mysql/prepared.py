"""A result by the binary protocol, over a connection of asyncmy, which only `stream` imports.

asyncmy's own prepared statements read all rows at once, and turn times into values
that hold neither zero dates nor `-838:59:59`.
"""

import struct
from collections.abc import Sequence
from typing import Any

from rewound.mysql.binary import ANY_SCALE, FLOAT, BinaryField, RowDecoder
from rewound.mysql.columns import Row

_PREPARE, _EXECUTE, _CLOSE = 0x16, 0x17, 0x19
_END = 0xFE
_MOST_END_BYTES = 0xFFFFFF
_NO_CURSOR_ONCE = b"\x00\x01\x00\x00\x00"


def is_rounded(field: Any) -> bool:
    """Tell whether the text protocol rounds the values of a column."""
    return bool(field.type_code == FLOAT and field.scale >= ANY_SCALE)


class PreparedStatement:
    """Guards one statement that the server has parsed, and its result."""

    def __init__(
        self,
        driver: Any,
        number: int,
        fields: Sequence[Any],
        *,
        field_packet: type[Any],
        has_gaps: bool,
    ) -> None:
        self._driver = driver
        self._field_packet = field_packet
        self._number = struct.pack("<I", number)
        self._decoder: RowDecoder | None = None
        self._is_at_end = False
        self.fields = fields
        """The columns of its result; empty if it returns no rows."""
        self.has_gaps = has_gaps
        """Whether it contains a `?`, which only a prepared statement may have."""
        self.warning_count = 0

    @classmethod
    async def prepare(
        cls, driver: Any, sql: bytes, *, field_packet: type[Any]
    ) -> "PreparedStatement":
        """Have the server parse a statement; nothing is executed.

        `field_packet` is the driver's type for the description of a column.
        """
        await driver._execute_command(_PREPARE, sql)
        packet = await driver.read_packet()
        _, number, columns, gaps = struct.unpack_from("<BIHH", packet.get_all_data())
        fields: list[Any] = []
        for count, kept in ((gaps, []), (columns, fields)):
            for _ in range(count):
                kept.append(await driver.read_packet(field_packet))
            if count and not driver._deprecate_eof:
                await driver.read_packet()
        return cls(driver, number, fields, field_packet=field_packet, has_gaps=gaps > 0)

    async def run(self) -> None:
        """Start the execution."""
        await self._driver._execute_command(_EXECUTE, self._number + _NO_CURSOR_ONCE)
        await self._driver.read_packet()  # how many columns
        self.fields = [await self._driver.read_packet(self._field_packet) for _ in self.fields]
        if not self._driver._deprecate_eof:
            await self._driver.read_packet()
        self._decoder = RowDecoder(
            [
                BinaryField(field.type_code, field.flags, field.length, field.scale)
                for field in self.fields
            ]
        )

    async def fetch(self, most: int) -> list[Row]:
        """Return the next rows; fewer than `most` only at the end."""
        rows: list[Row] = []
        while len(rows) < most and not self._is_at_end and self._decoder is not None:
            packet = (await self._driver.read_packet()).get_all_data()
            if packet[0] == _END and len(packet) < _MOST_END_BYTES:
                self._is_at_end = True
                self.warning_count = _read_warning_count(packet, self._driver._deprecate_eof)
                await self.close()
            else:
                rows.append(self._decoder.decode(packet))
        return rows

    async def close(self) -> None:
        """Let the server forget it; the server sends no reply to that."""
        await self._driver._execute_command(_CLOSE, self._number)


def _read_warning_count(packet: bytes, ends_with_ok: bool) -> int:
    # An OK packet begins with two counts, which take one byte each if no row was changed.
    return int(struct.unpack_from("<H", packet, 5 if ends_with_ok else 1)[0])
