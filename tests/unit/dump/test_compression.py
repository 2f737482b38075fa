import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from rewound.dump.compression import COMPRESSIONS
from rewound.dump.reader import DumpReader
from rewound.errors import DumpError

TEXT = b"".join(
    b"INSERT INTO `t` VALUES (%d,'%d');\n" % (i, i * 7919 % 1_000_003) for i in range(20_000)
)


def zstd(text: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(text)


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd,
    "xz": lzma.compress,
    "bzip2": bz2.compress,
}


@pytest.fixture(params=COMPRESSIONS, ids=lambda compression: compression.name)
def compression(request: pytest.FixtureRequest):
    return request.param


def read(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    with DumpReader(path) as reader:
        return b"".join(reader.iter_chunks())


@pytest.fixture
def path(tmp_path: Path, compression) -> Path:
    return tmp_path / f"a.sql{compression.suffix}"


def test_every_format_gives_its_text_back(path: Path, compression):
    assert read(path, COMPRESS[compression.name](TEXT)) == TEXT


def test_several_members_are_as_good_as_one(path: Path, compression):
    compress = COMPRESS[compression.name]
    members = compress(TEXT[:1000]) + compress(b"") + compress(TEXT[1000:])
    assert read(path, members) == TEXT


def test_zeros_behind_the_last_member_are_padding(path: Path, compression):
    assert read(path, COMPRESS[compression.name](TEXT) + bytes(10_240)) == TEXT


def test_garbage_behind_the_last_member_is_refused(path: Path, compression):
    with pytest.raises(DumpError, match=f"the {compression.name} data is (corrupt|cut off)"):
        read(path, COMPRESS[compression.name](TEXT) + b"garbage")


def test_a_file_cut_off_anywhere_is_refused(path: Path, compression):
    whole = COMPRESS[compression.name](TEXT)
    cuts = {len(whole) - 1, len(whole) - 4, len(whole) - 9, len(compression.magic) + 1}
    cuts |= set(random.Random(3).sample(range(8, len(whole)), 30))
    for cut in cuts:
        with pytest.raises(DumpError, match=f"{compression.name} data is (cut off|corrupt)"):
            read(path, whole[:cut])


def test_a_flipped_bit_is_refused_or_changes_nothing(path: Path, compression):
    whole = COMPRESS[compression.name](TEXT)
    places = random.Random(5)
    for _ in range(40):
        damaged = bytearray(whole)
        damaged[places.randrange(len(whole))] ^= 1 << places.randrange(8)
        try:
            assert read(path, bytes(damaged)) == TEXT
        except DumpError:
            continue


def test_compressed_twice_is_refused_in_every_format(path: Path, compression):
    with pytest.raises(DumpError, match="compressed twice"):
        read(path, COMPRESS[compression.name](gzip.compress(TEXT)))


def test_a_bomb_is_read_in_pieces_that_fit_into_memory(path: Path, compression):
    path.write_bytes(COMPRESS[compression.name](bytes(100_000_000)))
    longest = 0
    with DumpReader(path) as reader:
        for chunk in reader.iter_chunks():
            longest = max(longest, len(chunk))
    assert longest < 80_000_000, "all of it at once"
