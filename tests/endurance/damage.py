"""A dump to damage, the ways of damaging it, and where in it something begins or ends."""

import gzip
import re
from collections.abc import Callable, Iterator
from random import Random

import zstandard

from rewound.dump.text.splitter import Splitter
from tests.conftest import EXAMPLES

_SOURCE = EXAMPLES / "host1_fulldump_20260302_211713.sql.gz"
_LONGEST_LINE = 700
# It names servers; the client, which reads the same text, would have to have their numbers.
_LEFT_OUT = re.compile(rb"SET @@GLOBAL.GTID_PURGED=[^;]*;\n")
CLOSING = b"-- Dump completed"


def read_sample() -> bytes:
    """Return a real dump with all kinds of objects, its long INSERTs cut to some rows."""
    lines = _LEFT_OUT.sub(b"", gzip.decompress(_SOURCE.read_bytes())).split(b"\n")
    return b"\n".join(map(_shorten, lines))


def _shorten(line: bytes) -> bytes:
    if not line.startswith(b"INSERT") or len(line) < _LONGEST_LINE:
        return line
    return line[: line.rfind(b"),(", 0, _LONGEST_LINE)] + b");"


def find_statements(text: bytes) -> list[tuple[int, int]]:
    """Return where each statement and comment begins and ends."""
    places, position = [], 0
    for piece in Splitter().iter_pieces([text]):
        position = text.index(piece.text, position)
        places.append((position, position + len(piece.text)))
        position += len(piece.text)
    return places


def pack_gzip(parts: list[bytes]) -> bytes:
    """Return a member for each part, each with a name in its header."""
    return b"".join(_name_member(gzip.compress(part, mtime=1718745308)) for part in parts)


def _name_member(member: bytes) -> bytes:
    return member[:3] + b"\x08" + member[4:10] + b"dump.sql\0" + member[10:]


def pack_zstd(parts: list[bytes]) -> bytes:
    """Return a frame with a checksum for each part."""
    compressor = zstandard.ZstdCompressor(write_checksum=True)
    return b"".join(map(compressor.compress, parts))


PACKED: dict[str, Callable[[list[bytes]], bytes]] = {
    ".gz": pack_gzip,
    ".zst": pack_zstd,
    "": b"".join,
}
"""Endings of names to how the parts of a dump are packed."""


def cut_in_three(text: bytes) -> list[bytes]:
    """Return parts of a dump, each of which begins with a statement."""
    places = find_statements(text)
    first, second = (places[len(places) * third // 3][0] for third in (1, 2))
    return [text[:first], text[first:second], text[second:]]


def iter_structural_offsets(text: bytes, parts: list[bytes], suffix: str) -> Iterator[int]:
    """Yield where a part, a header, a statement or the closing line begins or ends."""
    pack = PACKED[suffix]
    for count in range(1, len(parts) + 1):
        end = len(pack(parts[:count]))
        yield from range(max(0, end - 20), end + 20)
    yield from range(40)
    if not suffix:
        for start, end in find_statements(text):
            yield from (start - 1, start, start + 1, end - 1, end, end + 1)
        closing = text.index(CLOSING)
        yield from range(closing - 2, len(text))


def flip(content: bytes, bit: int) -> bytes:
    """Return it with one bit changed."""
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def swap(content: bytes, random: Random) -> bytes:
    """Return it with two stretches of one length in each other's place."""
    length = random.choice((1, 16, 512, 4096))
    first, second = sorted(random.sample(range(len(content) - length), 2))
    length = min(length, second - first)
    a, b = content[first : first + length], content[second : second + length]
    between = content[first + length : second]
    return content[:first] + b + between + a + content[second + length :]


def repeat(content: bytes, random: Random) -> bytes:
    """Return it with a stretch of it twice."""
    start = random.randrange(len(content))
    stretch = content[start : start + random.choice((1, 16, 512, 4096))]
    return content[:start] + stretch + content[start:]


def leave_out(content: bytes, random: Random) -> bytes:
    """Return it without a stretch of it."""
    start = random.randrange(len(content))
    return content[:start] + content[start + random.choice((1, 16, 512, 4096)) :]


def blank(content: bytes, random: Random) -> bytes:
    """Return it with zeros in the place of a stretch, as a disk that lost a block gives it."""
    start = random.randrange(len(content))
    stretch = content[start : start + random.choice((1, 16, 512, 4096))]
    return content[:start] + bytes(len(stretch)) + content[start + len(stretch) :]


def append_garbage(content: bytes, random: Random) -> bytes:
    """Return it with something behind its end."""
    start = random.randrange(len(content))
    return content + random.choice(
        (
            random.randbytes(random.choice((1, 3, 100, 5000))),
            bytes(random.choice((1, 512))) + random.randbytes(9),
            content[start : start + 100],
            b"<html><body>502 Bad Gateway</body></html>\n",
            b"DROP TABLE player;\n",
            b"\n\\! id\n",
        )
    )


WAYS: dict[str, Callable[[bytes, Random], bytes]] = {
    "two stretches swapped": swap,
    "a stretch repeated": repeat,
    "a stretch left out": leave_out,
    "a stretch of zeros": blank,
    "something appended": append_garbage,
}
"""What else may happen to a file."""
