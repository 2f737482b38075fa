"""The record is written for what must not be lost, and at times for the rest."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.errors import HostError
from rewound.fleet import record_writer
from rewound.fleet.record import FleetRecord
from rewound.fleet.record_writer import RecordWriter
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, WorldState
from tests.unit.fleet.test_state import RECORD


class CountingFolder(FleetFolder):
    """Counts what is written, and fails on request."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(state_dir, "default")
        self.written: list[FleetRecord] = []
        self.is_full = False
        self.has_written = threading.Event()

    def write(self, record: FleetRecord) -> None:
        try:
            if self.is_full:
                raise HostError("no space")
            self.written.append(record)
        finally:
            self.has_written.set()


def world(name: str, state: WorldState = WorldState.LOADING) -> World:
    return World(name, state, "a.sql", datetime(2026, 3, 2, tzinfo=UTC), port=4000)


@pytest.fixture
def folder(tmp_path: Path) -> CountingFolder:
    return CountingFolder(tmp_path)


@pytest.fixture
def writer(folder: CountingFolder, monkeypatch: pytest.MonkeyPatch) -> RecordWriter:
    monkeypatch.setattr(record_writer, "_PAUSE_PER_WRITE", 1e9)  # a pause that no test lives to see
    return RecordWriter(folder, RECORD)


def test_notes_share_a_write_and_an_update_writes_all_of_them(
    folder: CountingFolder, writer: RecordWriter
):
    for number in range(100):
        writer.note(world(f"w{number}"))
    assert len(folder.written) == 1
    assert len(writer.record.worlds) >= 100
    writer.update(world("w100"))
    assert len(folder.written) == 2
    assert folder.written[-1] == writer.record
    writer.close()
    assert len(folder.written) == 2


def test_what_was_noted_is_written_after_the_pause(
    folder: CountingFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(record_writer, "_PAUSE_PER_WRITE", 0.0)
    writer = RecordWriter(folder, RECORD)
    monkeypatch.setattr(writer, "_next_write_at", time.monotonic() + 0.01)
    folder.has_written.clear()
    writer.note(world("a"))
    assert len(folder.written) == 1
    assert folder.has_written.wait(10)
    assert folder.written[-1].worlds["a"] == world("a")


def test_closing_writes_what_was_noted_or_forgets_it(folder: CountingFolder, writer: RecordWriter):
    writer.note(world("a"))
    writer.close()
    assert folder.written[-1].worlds["a"] == world("a")
    writer.note(world("b"))
    writer.close(writes=False)
    writer.close()
    assert "b" not in folder.written[-1].worlds


def test_a_failed_write_is_raised_by_the_next_one(
    folder: CountingFolder, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(record_writer, "_PAUSE_PER_WRITE", 0.0)
    writer = RecordWriter(folder, RECORD)
    monkeypatch.setattr(writer, "_next_write_at", time.monotonic() + 0.01)
    folder.has_written.clear()
    folder.is_full = True
    writer.note(replace(world("a"), state=WorldState.READY))
    assert folder.has_written.wait(10)  # tried by the timer, in whose thread nobody catches it
    with pytest.raises(HostError):
        writer.close()
