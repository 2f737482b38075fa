"""Where the bytes come from: pieces of a file, objects of a store."""

import gzip
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from rewound.dump.file import opening
from rewound.dump.file.listing import list_members
from rewound.dump.file.location import ArchiveMember, JoinedFiles
from rewound.dump.file.opening import open_bytes
from rewound.dump.file.reader import DumpReader
from rewound.errors import DumpError
from rewound.stores.remote_file import RemoteFile

TEXT = b"-- MySQL dump\n" + b"".join(b"INSERT INTO t VALUES (%d);\n" % n for n in range(90_000))
PACKED = gzip.compress(TEXT, 1)


@pytest.fixture(params=[TEXT, PACKED], ids=["text", "gzip"])
def content(request: pytest.FixtureRequest):
    return request.param


@pytest.fixture
def files(tmp_path: Path, content: bytes) -> JoinedFiles:
    pieces = []
    size = len(content) // 4
    for number in range(5):
        piece = tmp_path / f"a.sql.{number:03}"
        piece.write_bytes(content[number * size : (number + 1) * size])
        pieces.append(piece)
    return JoinedFiles(tuple(pieces), "a.sql")


def test_pieces_are_read_as_the_file_that_they_are(files, content):
    with DumpReader(files) as reader:
        assert reader.file_size_bytes == len(content)
        assert reader.is_compressed() == (content is PACKED)
        assert reader.read_end(20) == content[-20:]
        assert b"".join(reader.iter_chunks()) == TEXT
        assert reader.sha256 == hashlib.sha256(content).hexdigest()
        assert reader.file_bytes_read == len(content)


@pytest.mark.parametrize("index", [0, 2, 4])
def test_a_missing_piece_is_named(files, index):
    files.pieces[index].unlink()
    with pytest.raises(DumpError, match=rf"a\.sql\.00{index}: cannot be read: No such file"):
        DumpReader(files)


@pytest.mark.parametrize("index", [0, 1, 3, 4])
@pytest.mark.parametrize("how", ["written to", "replaced", "longer", "gone"])
def test_a_piece_that_changes_while_they_are_read_is_named(files, index, how):
    piece = files.pieces[index]
    with DumpReader(files) as reader:
        chunks = reader.iter_chunks()
        next(chunks)
        old = piece.read_bytes()
        if how == "written to":
            piece.write_bytes(old)
            os.utime(piece, ns=(1, 1))
        elif how == "replaced":
            piece.unlink()
            piece.write_bytes(old)
            os.utime(piece, ns=(1, 1))
        elif how == "longer":
            with piece.open("ab") as file:
                file.write(b"x")
        else:
            piece.unlink()
        with pytest.raises(DumpError) as caught:
            list(chunks)
    assert str(caught.value.path) in (str(piece), str(files))


def test_any_range_of_pieces_is_read(files, content):
    source = open_bytes(files)
    size = len(content)
    for start, count in ((0, 10), (size // 4 - 5, 10), (size // 4 - 5, size // 2), (size - 3, 10)):
        assert source.read_range(start, count) == content[start : start + count]
    assert source.bytes_read == 0
    source.close()


class StoredObject(io.RawIOBase):
    """An object of a store in memory, instead of one that a store's library reads."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)
        self._content = content
        self.size_bytes = len(content)
        self.changed = False
        self.ranges: list[int] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._stream.readinto(memoryview(buffer)[:10_000])

    def read_range(self, start: int, count: int) -> bytes:
        self.ranges.append(count)
        return self._content[start : start + count]

    def read_end(self, count: int) -> bytes:
        return self.read_range(max(0, self.size_bytes - count), count)

    def has_changed(self) -> bool:
        return self.changed


@pytest.fixture
def store(monkeypatch) -> dict[str, StoredObject]:
    objects: dict[str, StoredObject] = {}
    monkeypatch.setattr(opening, "open_remote", lambda file: objects[file.url])
    return objects


REMOTE = RemoteFile("s3://backups/a.sql.gz")


def test_an_object_is_read_like_a_file(store, content):
    store[REMOTE.url] = StoredObject(content)
    with DumpReader(REMOTE) as reader:
        assert reader.file_size_bytes == len(content)
        assert reader.read_end(20) == content[-20:]
        assert b"".join(reader.iter_chunks()) == TEXT
        assert reader.sha256 == hashlib.sha256(content).hexdigest()
    assert store[REMOTE.url].closed


def test_an_object_that_is_replaced_is_named(store, content):
    store[REMOTE.url] = StoredObject(content)
    with DumpReader(REMOTE) as reader:
        chunks = reader.iter_chunks()
        next(chunks)
        store[REMOTE.url].changed = True
        with pytest.raises(DumpError, match=r"s3://backups/a\.sql\.gz: the file changed"):
            list(chunks)


def test_an_object_that_ends_early_is_named(store):
    store[REMOTE.url] = StoredObject(TEXT)
    store[REMOTE.url].size_bytes += 1
    with DumpReader(REMOTE) as reader, pytest.raises(DumpError, match="the file changed"):
        list(reader.iter_chunks())


def test_a_zip_in_a_store_is_listed_from_its_end(store):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.sql", TEXT)
        archive.writestr("b.sql", b"SELECT 1;")
    store[REMOTE.url] = StoredObject(buffer.getvalue())
    members = list_members(REMOTE)
    assert members is not None
    assert [member.name for member in members] == ["a.sql", "b.sql"]
    assert sum(store[REMOTE.url].ranges) < 100_000
    store[REMOTE.url] = StoredObject(buffer.getvalue())
    with DumpReader(ArchiveMember(REMOTE, "a.sql")) as reader:
        assert b"".join(reader.iter_chunks()) == TEXT


def test_a_tar_of_objects_that_are_joined_is_read(store):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        member = tarfile.TarInfo("a.sql")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))
    content = buffer.getvalue()
    halves = content[:1000], content[1000:]
    pieces = tuple(RemoteFile(f"s3://b/{number}", len(half)) for number, half in enumerate(halves))
    for piece, half in zip(pieces, halves, strict=True):
        store[piece.url] = StoredObject(half)
    with DumpReader(ArchiveMember(JoinedFiles(pieces, "a.tgz"), "a.sql")) as reader:
        assert b"".join(reader.iter_chunks()) == TEXT
