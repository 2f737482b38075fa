import hashlib
import os
import threading
import time
from pathlib import Path

import pytest

from rewound.dump.file.location import one_file
from rewound.errors import DumpError, Interrupted
from rewound.fleet.content_hash import HashMemory, Identity

LATER_NS = time.time_ns() + 10_000_000_000
LONG_AGO_NS = 1_000_000_000_000_000_000


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def memory(tmp_path: Path) -> HashMemory:
    return HashMemory(tmp_path / "hashes")


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "a.sql"
    path.write_bytes(b"content")
    return path


def remember_as_if_old(memory: HashMemory, dump: Path, text: str) -> Identity:
    """Remember a hash as of a time when the file had been quiet for long."""
    identity = memory.identify(one_file(dump))
    memory.remember(identity, one_file(dump), text, read_from_ns=time.time_ns() + 10_000_000_000)
    return identity


def test_a_hash_is_of_the_content(memory: HashMemory, dump: Path):
    assert memory.get_sha256(one_file(dump)) == sha256(b"content")


def test_a_file_that_changed_just_now_is_not_remembered(memory: HashMemory, dump: Path):
    memory.get_sha256(one_file(dump))
    assert not (dump.parent / "hashes").exists()


def test_an_old_time_of_modification_is_not_enough(memory: HashMemory, dump: Path):
    # cp --preserve gives a file that was written just now an old time.
    os.utime(dump, ns=(LONG_AGO_NS, LONG_AGO_NS))
    memory.get_sha256(one_file(dump))
    assert not (dump.parent / "hashes").exists()


def test_what_is_remembered_is_not_read_again(memory: HashMemory, dump: Path):
    remember_as_if_old(memory, dump, "remembered")
    assert memory.get_sha256(one_file(dump)) == "remembered"
    for path in (dump.parent / "hashes").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_changed_file_is_read_again(memory: HashMemory, dump: Path):
    remember_as_if_old(memory, dump, "remembered")
    mtime_ns = dump.stat().st_mtime_ns
    dump.write_bytes(b"CONTENT")
    os.utime(dump, ns=(mtime_ns, mtime_ns))
    assert memory.get_sha256(one_file(dump)) == sha256(b"CONTENT")


def test_another_file_of_that_name_is_read_again(memory: HashMemory, dump: Path):
    remember_as_if_old(memory, dump, "remembered")
    other = dump.with_name("other")
    other.write_bytes(b"CONTENT")
    other.rename(dump)
    assert memory.get_sha256(one_file(dump)) == sha256(b"CONTENT")


def test_a_file_that_changed_while_it_was_read_is_not_remembered(memory: HashMemory, dump: Path):
    identity = memory.identify(one_file(dump))
    dump.write_bytes(b"longer content")
    memory.remember(
        identity, one_file(dump), "of the old one", read_from_ns=time.time_ns() + 10_000_000_000
    )
    assert memory.get_sha256(one_file(dump)) == sha256(b"longer content")


def test_unreadable_memory_counts_as_none(memory: HashMemory, dump: Path):
    remember_as_if_old(memory, dump, "remembered")
    for path in (dump.parent / "hashes").iterdir():
        path.write_text("{")
    assert memory.get_sha256(one_file(dump)) == sha256(b"content")


def test_a_missing_dump_is_a_dump_error(memory: HashMemory, tmp_path: Path):
    with pytest.raises(DumpError, match="cannot be read"):
        memory.get_sha256(one_file(tmp_path / "gone.sql"))


def test_a_disk_that_fails_is_a_dump_error(memory: HashMemory):
    with pytest.raises(DumpError, match="reading failed: Input/output error"):
        memory.get_sha256(one_file(Path("/proc/self/mem")))


def test_a_dump_that_has_gone_since_it_was_read_is_not_remembered(memory: HashMemory, dump: Path):
    identity = memory.identify(one_file(dump))
    dump.unlink()
    memory.remember(
        identity, one_file(dump), "of the old one", read_from_ns=time.time_ns() + 10_000_000_000
    )


def test_hashing_ends_when_it_is_cancelled(memory: HashMemory, dump: Path):
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Interrupted):
        memory.get_sha256(one_file(dump), cancelled=cancelled)
