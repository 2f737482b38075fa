import bz2
import errno
import gzip
import hashlib
import lzma
import os
import random
from pathlib import Path, PurePath

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.file import expansion
from rewound.dump.file.reader import CHUNK_BYTES, DumpReader
from rewound.dump.file.sources import HashedFile
from rewound.errors import DumpError


def pack(text: bytes, compresslevel: int = 9) -> bytes:
    # A time in the header would make the names of the tests differ from run to run.
    return gzip.compress(text, compresslevel, mtime=1718745308)


TEXT = b"-- MySQL dump\n" + b"".join(b"INSERT INTO t VALUES (%d);\n" % n for n in range(40))
PACKED = pack(TEXT)
NOISE = random.Random(1).randbytes(CHUNK_BYTES + 12_345)


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file of that name and read it as a dump."""

    def read(content, name="host1.sql.gz"):
        path = tmp_path / name
        path.write_bytes(content)
        with DumpReader(path) as reader:
            return b"".join(reader.iter_chunks())

    return read


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (PACKED, TEXT),
        (PACKED + PACKED, TEXT + TEXT),
        (PACKED + pack(b"") + PACKED, TEXT + TEXT),
        (PACKED + bytes(1024), TEXT),
        (PACKED + bytes(10) + PACKED, TEXT + TEXT),
        (pack(NOISE), NOISE),
        (pack(TEXT, compresslevel=0), TEXT),
    ],
    ids=["one member", "two members", "an empty member", "padded", "padded between", "long", "raw"],
)
def test_gzip_is_read_to_its_end(read, content, text):
    assert read(content) == text


@pytest.mark.parametrize("name", ["host1.sql", "host1", "host1.sql.gz", "host1.dump"])
def test_gzip_is_known_by_its_bytes_and_not_by_its_name(read, name):
    assert read(PACKED, name) == TEXT


def test_plain_text_is_read_as_it_is(read):
    assert read(TEXT, "host1.sql") == TEXT
    assert read(NOISE.replace(b"\x1f", b""), "host1.sql") == NOISE.replace(b"\x1f", b"")


def test_every_cut_of_a_gzip_file_is_an_error(read):
    for length in range(len(PACKED)):
        with pytest.raises(DumpError):
            read(PACKED[:length])


@given(st.integers(0, len(PACKED) * 8 - 1))
def test_a_flipped_bit_is_an_error_or_changes_nothing(read, bit):
    damaged = bytearray(PACKED)
    damaged[bit // 8] ^= 1 << bit % 8
    try:
        text = read(bytes(damaged))
    except DumpError:
        return
    assert text == TEXT


@given(st.integers(len(PACKED) + 1, 2 * len(PACKED) - 1))
def test_every_cut_inside_the_second_member_is_an_error(read, length):
    with pytest.raises(DumpError):
        read((PACKED + PACKED)[:length])


@given(st.binary(min_size=1, max_size=20).filter(lambda garbage: garbage.strip(b"\0")))
def test_garbage_behind_the_gzip_data_is_an_error(read, garbage):
    begins_a_member = garbage.lstrip(b"\0").startswith(b"\x1f")
    reason = "gzip data" if begins_a_member else "damaged .* other data follows"
    with pytest.raises(DumpError, match=reason):
        read(PACKED + garbage)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "a.sql", "is empty"),
        (b"", "a.sql.gz", "is empty"),
        (pack(b""), "a.sql.gz", "is empty"),
        (b"\xc3" + NOISE, "a.sql.gz", "its content is in another format"),
        (b"\x28\xb5\x2f\xfd" + TEXT, "a.sql.zst", "zstd"),
        (b"PK\x03\x04" + TEXT, "a.sql", "the zip data is (?:damaged|cut off)"),
        (b"Rar!\x1a\x07" + TEXT, "a.sql.gz", "contains a RAR archive, not SQL for MySQL"),
        (b"<html>", "a.sql.gz", "contains an HTML page"),
        (pack(b"<") + pack(b"html>"), "a.sql.gz", "contains an HTML page"),
        (b"7z\xbc\xaf\x27\x1c" + TEXT, "a.sql", "7-Zip"),
        (TEXT.decode().encode("utf-16"), "a.sql", "UTF-16"),
        (pack(TEXT.decode().encode("utf-16")), "a.sql.gz", "UTF-16"),
        (b"\xfe\xff" + TEXT.decode().encode("utf-16-be"), "a.sql", "UTF-16"),
        (PACKED[:-8], "a.sql.gz", "cut off"),
        (PACKED[:-8] + bytes(8), "a.sql.gz", "damaged"),
        (PACKED[:-4] + b"\0\0\0\1", "a.sql.gz", "damaged"),
        (PACKED[:10] + b"\xff" * 50, "a.sql.gz", "damaged"),
    ],
)
def test_what_is_no_readable_dump_is_refused_with_its_reason(read, content, name, reason):
    with pytest.raises(DumpError, match=reason) as caught:
        read(content, name)
    assert PurePath(str(caught.value.path)).name == name


def test_a_file_that_is_missing_or_a_folder_is_an_error(tmp_path):
    for path in (tmp_path / "missing.sql", tmp_path):
        with pytest.raises(DumpError, match="cannot be read"):
            DumpReader(path)


@pytest.mark.parametrize("packed", [True, False])
def test_reader_counts_and_hashes_every_byte_of_the_file(tmp_path, packed):
    path = tmp_path / "a.sql"
    content = pack(NOISE) + bytes(100) if packed else TEXT + NOISE
    path.write_bytes(content)
    with DumpReader(path) as reader:
        assert reader.file_size_bytes == len(content)
        text = sum(len(chunk) for chunk in reader.iter_chunks())
        assert reader.file_bytes_read == len(content)
        assert reader.text_bytes_read == text
        assert reader.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path, packed):
    def grow(path):
        with path.open("ab") as file:
            file.write(PACKED if packed else TEXT)

    def shrink(path):
        os.truncate(path, CHUNK_BYTES // 2)

    def overwrite(path):
        with path.open("r+b") as file:
            file.write(b"\x1f" if packed else b"x")
        os.utime(path, ns=(1, 1))

    def overwrite_and_set_the_time_back(path):
        times = path.stat()
        with path.open("r+b") as file:
            file.write(b"?")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    content = pack(NOISE) if packed else TEXT + NOISE
    for change in (grow, shrink, overwrite, overwrite_and_set_the_time_back):
        path = tmp_path / "a.sql"
        path.write_bytes(content)
        with DumpReader(path) as reader:
            chunks = reader.iter_chunks()
            next(chunks)
            change(path)
            with pytest.raises(DumpError):
                list(chunks)


def test_a_file_that_gets_another_name_or_owner_while_it_is_read_is_the_same(tmp_path):
    path = tmp_path / "a.sql"
    path.write_bytes(TEXT + NOISE)
    with DumpReader(path) as reader:
        chunks = reader.iter_chunks()
        start = next(chunks)
        path.chmod(0o400)
        path.with_name("link.sql").hardlink_to(path)
        path.rename(tmp_path / "rotated.sql")
        assert start + b"".join(chunks) == TEXT + NOISE


BOMB = pack(TEXT + bytes(2_000_000))


@pytest.mark.parametrize(
    ("harmless", "ratio", "is_read"),
    [(1 << 20, 500, False), (1 << 20, 1000, True), (1 << 21, 1, True)],
)
def test_a_small_file_does_not_become_any_amount_of_text(
    read, monkeypatch, harmless, ratio, is_read
):
    monkeypatch.setattr(expansion, "HARMLESS_TEXT_BYTES", harmless)
    monkeypatch.setattr(expansion, "LARGEST_RATIO", ratio)
    if is_read:
        assert read(BOMB) == TEXT + bytes(2_000_000)
        return
    with pytest.raises(
        DumpError, match=r"compressed-too-well: \d,\d+ bytes expand to \d,\d+,\d+ bytes"
    ) as caught:
        read(BOMB)
    assert "--allow compressed-too-well" in str(caught.value.hint)


def test_a_small_file_becomes_any_amount_of_text_where_that_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(expansion, "HARMLESS_TEXT_BYTES", 1 << 20)
    path = tmp_path / "host1.sql.gz"
    path.write_bytes(BOMB)
    with DumpReader(path, allows_any_ratio=True) as opened:
        assert sum(map(len, opened.iter_chunks())) == len(TEXT) + 2_000_000
    assert opened.expansion.is_too_large


@pytest.mark.parametrize(("harmless", "per_byte"), [(100, 0), (0, 100 / len(BOMB))])
def test_a_small_file_does_not_become_any_number_of_statements(
    tmp_path, monkeypatch, harmless, per_byte
):
    path = tmp_path / "host1.sql.gz"
    path.write_bytes(BOMB)
    monkeypatch.setattr(expansion, "HARMLESS_STATEMENTS", harmless)
    monkeypatch.setattr(expansion, "MOST_STATEMENTS_PER_BYTE", per_byte)
    with DumpReader(path) as opened, pytest.raises(DumpError, match=r"too-well: .* 101 statements"):
        for _ in opened.iter_chunks():
            opened.statements = 101
    with DumpReader(path) as opened:
        for _ in opened.iter_chunks():
            opened.statements = 100


_COMPRESS = (gzip.compress, bz2.compress, lzma.compress, zstandard.compress)


@pytest.mark.parametrize("compress", _COMPRESS)
def test_what_follows_lets_the_beginning_become_no_more_statements(tmp_path, monkeypatch, compress):
    path = tmp_path / "host1.sql"
    path.write_bytes(compress(b"SET @a=1;\n" * (1 << 20)) + compress(os.urandom(1 << 21)))
    monkeypatch.setattr(expansion, "HARMLESS_STATEMENTS", 100_000)
    with DumpReader(path) as opened, pytest.raises(DumpError, match=r"too-well: "):
        for chunk in opened.iter_chunks():
            opened.statements += chunk.count(b"\n")
    assert opened.statements < 250_000


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    pipe = tmp_path / "host1.sql"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(DumpError, match="it is not a regular file"):
            DumpReader(path)


@pytest.mark.parametrize("moment", ["the first byte", "a later byte", "the last look"])
@pytest.mark.parametrize("name", ["a.sql", "a.sql.gz"])
def test_a_disk_that_fails_is_an_error_of_that_dump(tmp_path, monkeypatch, moment, name):
    path = tmp_path / name
    path.write_bytes(NOISE * 3 if name == "a.sql" else pack(NOISE * 3, compresslevel=1))

    def fail(*_):
        raise OSError(errno.ESTALE, "Stale file handle")

    def break_reading():
        for name in ("_fill", "_read"):
            monkeypatch.setattr(HashedFile, name, fail)

    with DumpReader(path, allows_any_ratio=True) as reader:
        chunks = reader.iter_chunks()
        if moment == "the first byte":
            break_reading()
        elif moment == "a later byte":
            next(chunks)
            break_reading()
        else:
            monkeypatch.setattr(HashedFile, "find_changed", fail)
        with pytest.raises(DumpError, match="reading failed: Stale file handle") as raised:
            list(chunks)
    assert raised.value.hint == "check its disk or mount; dmesg may show more"


def test_a_file_of_the_kernel_that_cannot_be_read_is_an_error_of_that_dump():
    with (
        DumpReader(Path("/proc/self/mem")) as reader,
        pytest.raises(DumpError, match="reading failed: Input/output error"),
    ):
        list(reader.iter_chunks())
    for ask in (DumpReader.is_compressed, lambda reader: reader.read_end(10)):
        with (
            DumpReader(Path("/proc/self/mem")) as reader,
            pytest.raises(DumpError, match="reading failed: Input/output error"),
        ):
            ask(reader)
