"""Members of tar and zip archives, whole and hostile, through the reader."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import random
import resource
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.file import expansion
from rewound.dump.file.archive import walking
from rewound.dump.file.archive.zip_records import ZipMember
from rewound.dump.file.hashes import hash_member
from rewound.dump.file.listing import list_members
from rewound.dump.file.location import ArchiveMember, JoinedFiles
from rewound.dump.file.reader import DumpReader
from rewound.errors import DumpError

TEXT = b"-- MySQL dump\n" + b"".join(b"INSERT INTO t VALUES (%d);\n" % n for n in range(400))
OTHER = b"-- MySQL dump\nCREATE TABLE other (a INT);\n" * 30
FILES = {"host1/a.sql": TEXT, "host2/a.sql.gz": gzip.compress(OTHER), "empty.sql": b""}


def make_tar(files: Mapping[str, bytes], layout: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


class Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def seek(self, *_):
        raise io.UnsupportedOperation

    def tell(self):
        raise io.UnsupportedOperation


def make_zip(
    files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, streamed: bool = False
) -> bytes:
    buffer = Unseekable() if streamed else io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


ARCHIVES: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "gnu.tar": make_tar,
    "pax.tar": lambda files: make_tar(files, tarfile.PAX_FORMAT),
    "ustar.tar": lambda files: make_tar(files, tarfile.USTAR_FORMAT),
    "a.tar.gz": lambda files: gzip.compress(make_tar(files)),
    "a.tar.zst": lambda files: zstandard.compress(make_tar(files)),
    "a.tar.xz": lambda files: lzma.compress(make_tar(files)),
    "a.zip": make_zip,
    "stored.zip": lambda files: make_zip(files, zipfile.ZIP_STORED),
    "bzip2.zip": lambda files: make_zip(files, zipfile.ZIP_BZIP2),
    "streamed.zip": lambda files: make_zip(files, streamed=True),
    "zip.gz": lambda files: gzip.compress(make_zip(files)),
    "zip64.zip": lambda files: make_zip64(files),
}


def make_zip64(files: Mapping[str, bytes]) -> bytes:
    buffer = Unseekable()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    return buffer.getvalue()


@pytest.fixture(params=ARCHIVES)
def make(request) -> Callable[[Mapping[str, bytes]], bytes]:
    return ARCHIVES[request.param]


@pytest.fixture
def archive(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "dumps.bin"
        path.write_bytes(content)
        return path

    return write


def read(location) -> bytes:
    with DumpReader(location) as reader:
        return b"".join(reader.iter_chunks())


def names(path) -> list[str]:
    return [member.member for member in list_members(path) or ()]


def test_every_member_is_listed_and_read(archive, make):
    path = archive(make(FILES))
    assert names(path) == list(FILES)
    assert read(ArchiveMember(path, "host1/a.sql")) == TEXT
    assert read(ArchiveMember(path, "host2/a.sql.gz")) == OTHER
    with pytest.raises(DumpError, match=r"empty\.sql: is empty"):
        read(ArchiveMember(path, "empty.sql"))
    with pytest.raises(DumpError, match="no such file"):
        read(ArchiveMember(path, "host1"))


def test_the_only_file_of_an_archive_is_read_as_the_archive(archive, make):
    assert read(archive(make({"a.sql": TEXT}))) == TEXT
    with pytest.raises(DumpError, match=r"several files, among them 'host1/a.sql' and 'host2"):
        read(archive(make(FILES)))


def test_a_zip_without_files_is_said_to_be_that(archive):
    path = archive(make_zip({}))
    assert list_members(path) == ()
    with pytest.raises(DumpError, match="has no files"):
        read(path)


def test_what_is_no_archive_is_listed_as_none(archive):
    for content in (TEXT, gzip.compress(TEXT), b"", b"\0" * 512, b"\x01" * 600):
        assert list_members(archive(content)) is None


def test_sizes_are_as_the_archive_states_them(archive):
    for make in (make_tar, make_zip):
        members = list_members(archive(make(FILES)))
        assert members is not None
        assert [member.size_bytes for member in members] == [len(c) for c in FILES.values()]


def test_each_member_has_a_hash_of_its_own_of_the_whole_archive(archive, make):
    content = make(FILES)
    path = archive(content)
    hashes = []
    for name in ("host1/a.sql", "host2/a.sql.gz"):
        with DumpReader(ArchiveMember(path, name)) as reader:
            for _ in reader.iter_chunks():
                pass
        assert reader.file_bytes_read == reader.file_size_bytes == len(content)
        assert reader.sha256 == hash_member(hashlib.sha256(content).hexdigest(), name)
        hashes.append(reader.sha256)
    assert len(set(hashes)) == 2


def test_an_archive_cut_off_anywhere_is_an_error(archive, make):
    content = make({"a.sql": TEXT, "b.sql": OTHER})
    places = random.Random(3)
    cuts = {*range(1, 60), *(places.randrange(1, len(content)) for _ in range(60))}
    padding = len(content) - len(content.rstrip(b"\0"))
    for cut in cuts:
        if cut < len(content) - padding:
            with pytest.raises(DumpError):
                read(ArchiveMember(archive(content[:cut]), "a.sql"))


@given(bit=st.integers(0, 1 << 30), kind=st.sampled_from(["a.zip", "streamed.zip", "zip64.zip"]))
def test_a_flipped_bit_of_a_zip_is_found_or_changes_nothing(tmp_path_factory, bit, kind):
    damaged = bytearray(ARCHIVES[kind]({"a.sql": TEXT, "b.sql": OTHER}))
    damaged[bit // 8 % len(damaged)] ^= 1 << bit % 8
    path = tmp_path_factory.mktemp("flip") / "a.zip"
    path.write_bytes(damaged)
    try:
        text = read(ArchiveMember(path, "a.sql"))
    except DumpError:
        return
    assert text == TEXT


def test_damage_to_another_member_is_found(archive):
    content = make_zip({"a.sql": TEXT, "b.sql": OTHER}, zipfile.ZIP_STORED)
    damaged = content.replace(b"CREATE TABLE other", b"CREATE TABLE 0ther", 1)
    with pytest.raises(DumpError, match=r"the zip data is damaged.*: the checksum of 'b\.sql'"):
        read(ArchiveMember(archive(damaged), "a.sql"))


@pytest.mark.parametrize("make", [make_tar, make_zip, lambda f: gzip.compress(make_tar(f))])
def test_other_data_after_an_archive_is_an_error(archive, make):
    content = make(FILES)
    for garbage in (b"x", bytes(20) + b"x", content):
        with pytest.raises(DumpError, match=r"other data follows|damaged"):
            read(ArchiveMember(archive(content + garbage), "host1/a.sql"))


def test_a_damaged_end_of_the_gzip_around_a_tar_is_found(archive):
    content = gzip.compress(make_tar({"a.sql": TEXT, "b.sql": os.urandom(300_000)}))
    for damaged in (content[:-1], content[:-8] + bytes(8), content + b"x"):
        with pytest.raises(DumpError, match="the gzip data is"):
            read(ArchiveMember(archive(damaged), "a.sql"))
        with pytest.raises(DumpError, match="the gzip data is"):
            names(archive(damaged))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x.sql", "a/./b", "~/x"])
def test_names_that_climb_are_names_and_nothing_else(archive, make, name):
    path = archive(make({name: TEXT}))
    assert names(path) == [name]
    assert read(ArchiveMember(path, name)) == TEXT


@pytest.mark.parametrize("name", ["a\nb.sql", "a\x1b[2J.sql", "a\u2028.sql", "a\x85.sql", "\x7f"])
def test_names_with_control_characters_are_refused(archive, name):
    for make in (make_tar, make_zip, lambda files: make_tar(files, tarfile.PAX_FORMAT)):
        with pytest.raises(DumpError, match="control characters") as caught:
            names(archive(make({name: TEXT})))
        assert caught.value.reason.isprintable()
        with pytest.raises(DumpError):
            read(archive(make({name: TEXT})))


def test_a_pax_name_with_a_zero_byte_is_refused(archive):
    content = make_tar({"é" * 60 + "_.sql": TEXT}, tarfile.PAX_FORMAT)
    with pytest.raises(DumpError, match="control characters"):
        names(archive(content.replace("é_".encode(), "é\0".encode(), 1)))


def test_a_name_twice_is_refused(archive):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as opened:
        for content in (TEXT, OTHER):
            member = tarfile.TarInfo("a.sql")
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    tar = buffer.getvalue()
    buffer = io.BytesIO()
    with pytest.warns(UserWarning), zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("a.sql", TEXT)
        zipped.writestr("a.sql", OTHER)
    for content in (tar, buffer.getvalue()):
        path = archive(content)
        with pytest.raises(DumpError, match=r"two files of the name 'a\.sql'"):
            names(path)
        with pytest.raises(DumpError, match=r"two files of the name 'a\.sql'"):
            read(ArchiveMember(path, "a.sql"))


@pytest.mark.parametrize("layout", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_has_no_content_is_left_out(archive, layout, caplog):
    buffer = io.BytesIO()
    kinds = {
        "folder": tarfile.DIRTYPE,
        "link": tarfile.SYMTYPE,
        "hard": tarfile.LNKTYPE,
        "tty": tarfile.CHRTYPE,
        "sda": tarfile.BLKTYPE,
        "pipe": tarfile.FIFOTYPE,
    }
    with tarfile.open(fileobj=buffer, mode="w", format=layout) as opened:
        for name, kind in kinds.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/" + "passwd" * 40
            opened.addfile(member)
        member = tarfile.TarInfo("deep/" * 50 + "a.sql")
        member.size = len(TEXT)
        opened.addfile(member, io.BytesIO(TEXT))
    path = archive(buffer.getvalue())
    assert names(path) == ["deep/" * 50 + "a.sql"]
    assert read(path) == TEXT
    assert "a hard link in an archive is left out: 'hard'" in caplog.text


def test_links_and_folders_of_a_zip_are_left_out(archive):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("folder/", b"")
        link = zipfile.ZipInfo("link.sql")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        zipped.writestr(link, "/etc/passwd")
        zipped.writestr("a.sql", TEXT)
    assert names(archive(buffer.getvalue())) == ["a.sql"]
    assert names(archive(gzip.compress(buffer.getvalue()))) == ["a.sql"]


def v7_tar() -> bytes:
    header = bytearray(512)
    header[:5] = b"a.sql"
    header[100:124] = b"0000644\x000000000\x000000000\x00"
    header[124:148] = b"%011o\x00%011o\x00" % (len(TEXT), 0)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header)
    return bytes(header) + TEXT + bytes(-len(TEXT) % 512) + bytes(1024)


def test_the_oldest_tar_is_known_by_its_checksum(archive):
    path = archive(v7_tar())
    assert names(path) == ["a.sql"]
    assert read(path) == TEXT


def resize(tar: bytes, field: bytes) -> bytes:
    """Return the archive whose first header states another size."""
    header = bytearray(tar[:512])
    header[124:136] = field
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\x00 " % sum(header)
    return bytes(header) + tar[512:]


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        (b"\x80" + (1 << 60).to_bytes(11, "big"), "cut off"),
        (b"\xff" * 12, "negative size"),
        (b"77777777777\0", "cut off"),
        (b"zzzzzzzzzzz\0", "a header of the tar archive is damaged"),
    ],
)
def test_sizes_that_cannot_be_are_refused(archive, field, reason):
    path = archive(resize(make_tar({"a.sql": TEXT}), field))
    for act in (names, read):
        with pytest.raises(DumpError, match=reason):
            act(path)


def extended(kind: bytes, size: int) -> bytes:
    member = tarfile.TarInfo("header")
    member.type, member.size = kind, size
    return member.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_long_headers_take_no_memory(archive, kind):
    bomb = gzip.compress(extended(kind, 4 << 30) + bytes(8 << 20))
    path = archive(bomb)
    for act in (names, read):
        with pytest.raises(DumpError, match=r"has (?:global headers|a header) of 4,294,967,296"):
            act(path)


def test_many_global_headers_take_no_memory(archive):
    record = b"60000 comment=" + b"x" * (60_000 - 15) + b"\n"
    piece = extended(b"g", len(record)) + record + bytes(-len(record) % 512)
    with pytest.raises(DumpError, match="global headers of"):
        names(archive(piece * 30))


@pytest.mark.parametrize("pax", [b"9 path\n", b"99999 path=a\n", b"3 =\n", b"x", b"0 a=\n"])
def test_pax_headers_that_are_damaged_are_refused(archive, pax):
    content = extended(b"x", len(pax)) + pax + bytes(-len(pax) % 512) + make_tar({"a": TEXT})
    with pytest.raises(DumpError, match="a pax header of the tar archive is damaged"):
        names(archive(content))


def test_a_pax_size_counts(archive):
    pax = b"13 size=%d\n" % len(TEXT)
    pax = b"%d" % len(pax) + pax[2:]
    tar = resize(make_tar({"a.sql": TEXT}), b"00000000001\0")
    content = extended(b"x", len(pax)) + pax + bytes(-len(pax) % 512) + tar
    assert read(archive(content)) == TEXT


def test_too_many_members_are_refused(archive, make, monkeypatch):
    monkeypatch.setattr(walking, "MOST_MEMBERS", 10)
    path = archive(make({f"{n}.sql": TEXT for n in range(12)}))
    with pytest.raises(DumpError, match="has more than 10 members"):
        names(path)
    with pytest.raises(DumpError, match="has more than 10 members"):
        read(ArchiveMember(path, "1.sql"))


def test_a_long_name_is_refused(archive):
    for make in (make_tar, make_zip, lambda files: make_tar(files, tarfile.PAX_FORMAT)):
        with pytest.raises(DumpError, match=r"header of|name has"):
            names(archive(make({"n" * 5000: TEXT})))


def test_sparse_files_are_named(archive):
    member = tarfile.TarInfo("a.sql")
    member.type = tarfile.GNUTYPE_SPARSE
    header = member.tobuf(tarfile.GNU_FORMAT)
    path = archive(header + make_tar({"b.sql": TEXT}))
    assert names(path) == ["a.sql", "b.sql"]
    assert read(ArchiveMember(path, "b.sql")) == TEXT
    with pytest.raises(DumpError, match=r"'a\.sql' is stored as a sparse file"):
        read(ArchiveMember(path, "a.sql"))


def test_an_encrypted_member_is_named_and_the_others_are_read(archive):
    content = bytearray(make_zip({"a.sql": TEXT, "b.sql": OTHER}))
    for magic, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + flags] |= 1
    path = archive(bytes(content))
    assert names(path) == ["a.sql", "b.sql"]
    assert read(ArchiveMember(path, "b.sql")) == OTHER
    with pytest.raises(DumpError, match=r"'a\.sql' is encrypted by zip itself"):
        read(ArchiveMember(path, "a.sql"))


def test_an_unsupported_method_is_named_and_the_others_are_read(archive):
    content = bytearray(make_zip({"a.sql": TEXT, "b.sql": OTHER}))
    for magic, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(magic) + method] = 9
    path = archive(bytes(content))
    assert read(ArchiveMember(path, "b.sql")) == OTHER
    with pytest.raises(DumpError, match=r"'a.sql' is compressed by method 9 \(Deflate64\)"):
        read(ArchiveMember(path, "a.sql"))


def test_a_stored_member_of_unknown_length_is_refused(archive):
    content = make_zip({"a.sql": TEXT}, zipfile.ZIP_STORED, streamed=True)
    with pytest.raises(DumpError, match="is not compressed, and its size follows it"):
        read(archive(content))


def overlapping() -> bytes:
    """A zip archive whose directory lists one member three times over."""
    content = make_zip({"a.sql": TEXT})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    others = b"".join(entry.replace(b"a.sql", name) for name in (b"b.sql", b"c.sql"))
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, 3 * len(entry), start, 0)
    return content[:start] + entry + others + tail


def unlisted() -> bytes:
    """A zip archive with a member that its directory does not list."""
    content = make_zip({"a.sql": TEXT, "b.sql": OTHER})
    start = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", start + 1)
    end = content.index(b"PK\x05\x06")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, end - second, start, 0)
    return content[:start] + content[second:end] + tail


def renamed() -> bytes:
    content = make_zip({"a.sql": TEXT})
    start = content.index(b"PK\x01\x02")
    return content[:start] + content[start:].replace(b"a.sql", b"b.sql")


def gap() -> bytes:
    content = make_zip({"a.sql": TEXT})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, end - start, start + 9, 0)
    return content[:start] + b"in between"[:9] + content[start:end] + tail


@pytest.mark.parametrize("make", [overlapping, unlisted, renamed, gap])
def test_a_directory_that_contradicts_the_archive_is_refused(archive, make):
    for name in ("a.sql", "b.sql"):
        with pytest.raises(DumpError, match=r"the zip data is damaged|no such file"):
            read(ArchiveMember(archive(make()), name))


def test_a_part_of_a_split_zip_is_refused(archive):
    for act in (read, lambda path: names(archive(gzip.compress(path.read_bytes())))):
        with pytest.raises(DumpError, match="one of several parts of a zip archive"):
            act(archive(b"PK\x07\x08" + make_zip(FILES)))


@pytest.fixture
def limited(monkeypatch):
    """Limits that a test reaches in a moment."""
    monkeypatch.setattr(expansion, "HARMLESS_TEXT_BYTES", 2 << 20)


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


ZEROS = bytes(16 << 20)
BOMBS: dict[str, Callable[[], bytes]] = {
    "gz": lambda: gzip.compress(ZEROS),
    "gz in gz": lambda: gzip.compress(gzip.compress(ZEROS * 2)),
    "gz in gz in gz": lambda: gzip.compress(gzip.compress(gzip.compress(ZEROS * 2))),
    "bzip2 in gz": lambda: gzip.compress(bz2.compress(ZEROS)),
    "zip": lambda: make_zip({"a.sql": ZEROS}),
    "zip in gz": lambda: gzip.compress(make_zip({"a.sql": ZEROS}, zipfile.ZIP_STORED)),
    "tar in gz in gz": lambda: gzip.compress(gzip.compress(make_tar({"a.sql": ZEROS}))),
    "gz in tar in gz": lambda: gzip.compress(make_tar({"a.sql": gzip.compress(ZEROS * 2)})),
    "zip in zip in gz": lambda: gzip.compress(make_zip({"b": make_zip({"a.sql": ZEROS})})),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_in_any_layer_is_refused(archive, limited, bomb):
    path = archive(BOMBS[bomb]())
    before = memory_mb()
    with pytest.raises(DumpError, match="refused by rule compressed-too-well: "):
        read(path)
    assert memory_mb() - before < 100


@pytest.mark.parametrize(
    "pack",
    [
        lambda files: gzip.compress(make_tar(files)),
        lambda files: gzip.compress(make_zip(files, zipfile.ZIP_STORED)),
    ],
)
def test_a_bomb_before_the_wanted_member_is_refused(archive, limited, pack):
    path = archive(pack({"a.bin": ZEROS, "b.sql": TEXT}))
    for act in (names, lambda path: read(ArchiveMember(path, "b.sql"))):
        with pytest.raises(DumpError, match="refused by rule compressed-too-well: "):
            act(path)
    with DumpReader(ArchiveMember(path, "b.sql"), allows_any_ratio=True) as reader:
        assert b"".join(reader.iter_chunks()) == TEXT


def test_noise_after_a_bomb_does_not_excuse_it(archive, monkeypatch):
    monkeypatch.setattr(expansion, "HARMLESS_STATEMENTS", 100_000)
    inner = gzip.compress(b"SET @a=1;\n" * (1 << 20)) + gzip.compress(os.urandom(1 << 22))
    path = archive(gzip.compress(inner))
    with DumpReader(path) as opened, pytest.raises(DumpError, match="too-well: "):
        for chunk in opened.iter_chunks():
            opened.statements += chunk.count(b"\n")
    assert opened.statements < 400_000


def test_five_layers_are_one_too_many(archive):
    content = TEXT
    for _ in range(4):
        content = gzip.compress(content)
    assert read(archive(content)) == TEXT
    with pytest.raises(
        DumpError, match="has bzip2 inside of gzip in gzip in gzip in gzip; no more"
    ):
        read(archive(_nest(4, bz2.compress(TEXT))))
    with pytest.raises(DumpError, match="has tar inside of gzip in gzip"):
        names(archive(_nest(4, make_tar(FILES))))


def _nest(depth: int, content: bytes) -> bytes:
    for _ in range(depth):
        content = gzip.compress(content)
    return content


def test_a_zip_that_contains_itself_ends(archive):
    inner = make_zip({"a.zip": b"x"})
    for _ in range(6):
        inner = make_zip({"a.zip": inner})
    with pytest.raises(DumpError, match="has zip inside of zip in zip in zip in zip"):
        read(archive(inner))


@given(st.binary(max_size=3000), st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b""]))
def test_noise_is_an_error_or_text_but_no_crash(tmp_path_factory, noise, magic):
    path = tmp_path_factory.mktemp("noise") / "a.bin"
    tar = make_tar({"a.sql": TEXT})[:512] if not magic else b""
    path.write_bytes(magic + tar + noise)
    for act in (names, read):
        try:
            act(path)
        except DumpError as error:
            assert str(error)


def split(tmp_path: Path, content: bytes, count: int = 3) -> JoinedFiles:
    size = -(-len(content) // count)
    pieces = []
    for number in range(count):
        piece = tmp_path / f"a.{number:03}"
        piece.write_bytes(content[number * size : (number + 1) * size])
        pieces.append(piece)
    return JoinedFiles(tuple(pieces), "a.bin")


def test_an_archive_in_pieces_is_listed_and_read(tmp_path, make):
    content = make(FILES)
    files = split(tmp_path, content)
    assert names(files) == list(FILES)
    member = ArchiveMember(files, "host1/a.sql")
    assert read(member) == TEXT


def test_zip_members_state_what_they_are():
    member = ZipMember(b"\x81.sql", 0, 8, zlib.crc32(b""), 0, 0, 0)
    assert member.name == "ü.sql"
