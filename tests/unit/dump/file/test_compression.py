import base64
import bz2
import gzip
import io
import lzma
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.file.compression import COMPRESSIONS, Compression, CorruptData, NeedsMemory
from rewound.dump.file.reader import DumpReader
from rewound.errors import DumpError

TEXT = b"".join(
    b"INSERT INTO `t` VALUES (%d,'%d');\n" % (i, i * 7919 % 1_000_003) for i in range(6_000)
)
SHORT = TEXT[:200]
LONGER = TEXT[:5000]


def zstd(text: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(text)


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda text: gzip.compress(text, mtime=0),
    "zstd": zstd,
    # To set up the default preset's dictionary takes 3 ms for each of 150 texts.
    "xz": lambda text: lzma.compress(text, preset=0),
    "bzip2": bz2.compress,
    "lz4": lambda text: lz4.frame.compress(text, content_checksum=True),
}


@pytest.fixture(params=COMPRESSIONS, ids=lambda compression: compression.name)
def compression(request: pytest.FixtureRequest):
    return request.param


@pytest.fixture
def compress(compression) -> Callable[[bytes], bytes]:
    return COMPRESS[compression.name]


def unpack(compression: Compression, content: bytes, slice_bytes: int | None = None) -> bytes:
    """Decompress in slices of that length, down to the end."""
    if slice_bytes is not None:
        compression = replace(compression, slice_bytes=slice_bytes)
    stream = compression.open(io.BytesIO(content))  # type: ignore[arg-type]  # readinto is enough
    return b"".join(iter(lambda: stream.read(1) or b"", b""))


def read(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    with DumpReader(path) as reader:
        return b"".join(reader.iter_chunks())


@pytest.fixture
def path(tmp_path: Path, compression) -> Path:
    return tmp_path / f"a.sql{compression.suffix}"


def test_every_format_gives_its_text_back(path: Path, compress):
    assert read(path, compress(TEXT)) == TEXT


@pytest.mark.parametrize(
    "parts",
    [(SHORT,), (b"", SHORT), (SHORT, b"", SHORT), (SHORT, b""), (b"", b"", b""), (SHORT, LONGER)],
    ids=["one", "empty first", "empty between", "empty last", "all empty", "two"],
)
def test_members_and_zeros_behind_them_are_read_in_slices_of_any_length(
    compression, compress, parts
):
    for padding in (0, 1, 40):
        content = b"".join(compress(part) + bytes(padding) for part in parts)
        for slice_bytes in (1, 2, 3, 7, 19, 1000):
            assert unpack(compression, content, slice_bytes) == b"".join(parts)


def test_an_empty_member_in_front_does_not_end_the_dump(path: Path, compress):
    assert read(path, compress(b"") + compress(SHORT)) == SHORT


def test_much_padding_is_read_over(path: Path, compress):
    assert read(path, compress(TEXT) + bytes(3_000_000)) == TEXT


@pytest.mark.parametrize(
    "garbage", [b"g", b"garbage" * 10, b"\0\0g", SHORT], ids=["byte", "long", "padded", "SQL"]
)
def test_something_else_behind_the_last_member_is_said_to_be_that(
    path: Path, compression, compress, garbage
):
    reason = f"the {compression.name} data is damaged.*: other data follows"
    with pytest.raises(DumpError, match=reason):
        read(path, compress(TEXT) + garbage)


def test_another_format_behind_the_last_member_is_something_else(compression, compress):
    for other in COMPRESSIONS:
        if other is not compression:
            with pytest.raises(CorruptData, match="other data follows"):
                unpack(compression, compress(SHORT) + COMPRESS[other.name](SHORT))


def test_a_file_cut_off_anywhere_is_cut_off(compression, compress):
    first, second = compress(SHORT), compress(SHORT + SHORT)
    for cut in range(len(compression.magic), len(first) + len(second)):
        for slice_bytes in (1, 1000):
            if cut != len(first):
                with pytest.raises(EOFError):
                    unpack(compression, (first + second)[:cut], slice_bytes)


def test_a_file_that_is_cut_off_is_said_to_be_that(path: Path, compression, compress):
    whole = compress(TEXT)
    for cut in (len(whole) - 1, len(whole) // 2, len(compression.magic) + 2):
        with pytest.raises(DumpError, match=f"the {compression.name} data is cut off"):
            read(path, whole[:cut])
    with pytest.raises(DumpError, match=f"the {compression.name} data is cut off"):
        read(path, whole + compression.magic[:-1])


def test_every_flipped_bit_is_found_or_changes_nothing(compression, compress):
    whole = compress(SHORT)
    found = 0
    for bit in range(len(whole) * 8):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            assert unpack(compression, bytes(damaged)) == SHORT
        except (EOFError, CorruptData, NeedsMemory):
            found += 1
    # What changes nothing are the time, the system and the name in gzip's header.
    assert found >= (len(whole) - 8) * 8


def test_a_flipped_bit_in_the_midst_is_corrupt(path: Path, compression, compress):
    whole = compress(TEXT)
    places = random.Random(5)
    for _ in range(20):
        damaged = bytearray(whole)
        damaged[places.randrange(len(whole) // 4, len(whole) // 2)] ^= 1 << places.randrange(8)
        with pytest.raises(DumpError, match=f"the {compression.name} data is (damaged|cut off)"):
            read(path, bytes(damaged))


def test_compressed_twice_is_read_in_every_format(path: Path, compress):
    for inner in COMPRESS.values():
        assert read(path, compress(inner(SHORT))) == SHORT


def test_a_bomb_is_read_in_pieces_that_fit_into_memory(path: Path, compression, compress):
    is_zstd = compression.name == "zstd"
    path.write_bytes(compress(bytes(60_000_000 if is_zstd else 6_000_000)))
    longest = 0
    with DumpReader(path) as reader:
        for chunk in reader.iter_chunks():
            longest = max(longest, len(chunk))
    assert longest <= (50_000_000 if is_zstd else 1 << 19)


# An xz file with a dictionary of 1 GiB; to make it takes seconds.
XZ_WITH_A_LARGE_DICTIONARY = base64.b64decode(
    "/Td6WFoAAAFpIt42AgAhASQAAABeH8f5AQAJU0VMRUNUIDE7CgAAAH+pDlAAAR4K6mMSFJBCmQ0BAAAAAAFZWg=="
)


def zstd_with_a_large_window() -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=30, write_content_size=0)
    frame = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return frame.compress(SHORT) + frame.flush()


def test_what_asks_for_much_memory_is_refused(tmp_path: Path):
    for content in (XZ_WITH_A_LARGE_DICTIONARY, zstd_with_a_large_window()):
        with pytest.raises(DumpError, match="needs too much memory"):
            read(tmp_path / "a.sql", content)
    assert lzma.decompress(XZ_WITH_A_LARGE_DICTIONARY) == b"SELECT 1;\n"


def test_the_largest_setting_of_xz_is_read(tmp_path: Path):
    assert read(tmp_path / "a.sql", lzma.compress(SHORT, preset=9 | lzma.PRESET_EXTREME)) == SHORT


GZIP = COMPRESSIONS[0]


def gzip_member(flags: int, *, extra: bytes = b"abc\0" * 70, name: bytes = b"a.sql") -> bytes:
    """Return a member of SHORT with the optional parts of its header that `flags` say."""
    header = struct.pack("<BBBBLBB", 0x1F, 0x8B, 8, flags, 0, 0, 3)
    if flags & 4:
        header += struct.pack("<H", len(extra)) + extra
    header += name + b"\0" if flags & 8 else b""
    header += b"a comment\0" if flags & 16 else b""
    header += struct.pack("<H", zlib.crc32(header) & 0xFFFF) if flags & 2 else b""
    body = zlib.compress(SHORT, wbits=-15)
    return header + body + struct.pack("<LL", zlib.crc32(SHORT), len(SHORT))


@given(
    st.lists(st.sampled_from([0, 2, 4, 8, 16, 6, 12, 20, 26, 28, 30]), min_size=1, max_size=3),
    st.integers(1, 400),
)
def test_gzip_headers_are_read_in_slices_of_any_length(headers, slice_bytes):
    content = b"".join(map(gzip_member, headers))
    assert unpack(GZIP, content, slice_bytes) == SHORT * len(headers)


@pytest.mark.parametrize("flags", [2, 6, 30])
def test_gzip_headers_with_a_wrong_checksum_are_corrupt(flags):
    whole = gzip_member(flags)
    place = whole.index(zlib.compress(SHORT, wbits=-15)) - 1
    damaged = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
    with pytest.raises(CorruptData):
        unpack(GZIP, damaged, 5)


@pytest.mark.parametrize("place", range(-8, 0))
def test_gzip_checks_length_and_crc(place):
    damaged = bytearray(gzip_member(0))
    damaged[place] ^= 0x80
    with pytest.raises(CorruptData, match="checksum"):
        unpack(GZIP, bytes(damaged))


def test_a_gzip_header_without_end_is_corrupt():
    with pytest.raises(CorruptData, match="is not terminated"):
        unpack(GZIP, gzip_member(8, name=b"a" * 10_000_000), 1000)


def test_a_long_gzip_header_is_read():
    content = gzip_member(12, extra=b"x" * 65_535, name=b"n" * 4096)
    assert unpack(GZIP, content, 777) == SHORT


def test_a_wrong_checksum_is_told_in_our_words_and_for_the_whole_file(path: Path):
    damaged = bytearray(gzip_member(0))
    damaged[-5] ^= 0x80
    with pytest.raises(DumpError) as caught:
        read(path, bytes(damaged))
    assert caught.value.reason == (
        f"the gzip data is damaged somewhere in its {len(damaged):,} bytes: its checksum does not"
        " match"
    )


def test_data_that_cannot_be_decompressed_is_told_in_our_words(path: Path, compression, compress):
    content = compress(TEXT)
    with pytest.raises(DumpError) as caught:
        read(path, content[:20] + bytes(len(content) - 20))
    assert "Error" not in caught.value.reason
    assert "after 0 bytes" not in caught.value.reason
