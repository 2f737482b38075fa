"""The numbers of variable length in events.

Sources: MySQL 9.7, mysys/pack.cc (`net_field_length_ll`) and libs/mysql/serialization.
"""

from rewound.binlog.events.malformed import MalformedEvent

_LONG = {252: 2, 253: 3, 254: 8}


def read_packed(data: bytes, at: int) -> tuple[int, int]:
    """Return a length-encoded number and where what follows it begins.

    Raises:
        IndexError: the data ends before the number.
        MalformedEvent: the first byte begins no number.
    """
    first = data[at]
    if first < 251:
        return first, at + 1
    size = _LONG.get(first)
    if size is None:
        raise MalformedEvent(f"{first} begins no number of variable length")
    end = at + 1 + size
    if end > len(data):
        raise IndexError(end)
    return int.from_bytes(data[at + 1 : end], "little"), end


def write_packed(number: int) -> bytes:
    """Return a number as `read_packed` reads it."""
    if number < 251:
        return bytes([number])
    for first, size in _LONG.items():
        if number < 1 << 8 * size:
            return bytes([first]) + number.to_bytes(size, "little")
    raise ValueError(number)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of the serialization library and where what follows it begins.

    As many low bits of the first byte are 1 as bytes follow it.

    Raises:
        IndexError: the data ends before the number.
    """
    first = data[at]
    more = (~first & (first + 1)).bit_length() - 1
    end = at + 1 + more
    if end > len(data):
        raise IndexError(end)
    return int.from_bytes(data[at:end], "little") >> min(more + 1, 8), end


def read_signed_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a signed number of the serialization library and where what follows it begins."""
    number, end = read_varint(data, at)
    return (number >> 1) ^ -(number & 1), end
