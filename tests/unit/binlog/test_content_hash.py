"""A log's hashes: read once, and again when the file has changed."""

import gzip
import hashlib
import os
from pathlib import Path

import pytest

from rewound.binlog.content_hash import hash_content, hash_file
from rewound.errors import BinlogError


def test_a_file_is_read_once_while_it_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "binlog.000001"
    log.write_bytes(b"one")
    first = hash_file(log)
    assert first == hashlib.sha256(b"one").hexdigest()
    monkeypatch.setattr(Path, "open", None)
    assert hash_file(log) == first


def test_a_file_of_the_same_size_and_time_is_read_again_when_it_was_replaced(
    tmp_path: Path,
) -> None:
    log = tmp_path / "binlog.000001"
    log.write_bytes(b"one")
    state = log.stat()
    assert hash_file(log) == hashlib.sha256(b"one").hexdigest()
    other = tmp_path / "other"
    other.write_bytes(b"two")
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    other.replace(log)
    assert hash_file(log) == hashlib.sha256(b"two").hexdigest()


def test_the_hash_of_the_content_is_of_what_was_compressed(tmp_path: Path) -> None:
    log = tmp_path / "binlog.000001.gz"
    log.write_bytes(gzip.compress(b"content and more"))
    assert hash_content(log, 7) == hashlib.sha256(b"content").hexdigest()
    assert hash_file(log) == hashlib.sha256(log.read_bytes()).hexdigest()


@pytest.mark.parametrize("end", [0, 7, 16, 99])
def test_a_plain_file_is_read_once_for_both_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: int
) -> None:
    log = tmp_path / "binlog.000001"
    text = b"content and more"
    log.write_bytes(text)
    assert hash_content(log, end) == hashlib.sha256(text[:end]).hexdigest()
    monkeypatch.setattr(Path, "open", None)
    assert hash_file(log) == hashlib.sha256(text).hexdigest()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BinlogError, match=r"gone\.000001"):
        hash_file(tmp_path / "gone.000001")
