"""A load that is ended before its disk is full."""

import threading
from pathlib import Path

import pytest

from rewound.fleet import disk_guard
from rewound.fleet.disk_guard import guarded_disk, little_space


def test_a_load_goes_on_while_there_is_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    looks, has_little = threading.Semaphore(0), disk_guard._has_little

    def look(folder: Path) -> bool:
        looks.release()
        return has_little(folder)

    monkeypatch.setattr(disk_guard, "_POLL_S", 0.001)
    monkeypatch.setattr(disk_guard, "_has_little", look)
    with guarded_disk(tmp_path, lambda: pytest.fail("it was ended")) as was_ended:
        assert all(looks.acquire(timeout=5) for _ in range(3))
        assert not was_ended.is_set()


def test_a_load_is_ended_before_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ended = threading.Event()
    with guarded_disk(tmp_path, ended.set) as was_ended:
        assert not was_ended.is_set()
        monkeypatch.setattr(disk_guard, "LITTLE_BYTES", 1 << 60)
        assert ended.wait(5)
    assert was_ended.is_set()
    assert "to keep the disk from filling up" in str(little_space("a", tmp_path))


def test_a_deleted_folder_is_not_reported_as_a_full_disk(tmp_path: Path):
    with guarded_disk(tmp_path / "gone", lambda: pytest.fail("it was ended")):
        pass
