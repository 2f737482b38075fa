from pathlib import Path

import pytest

from rewound.errors import HostError
from rewound.fleet import room
from rewound.fleet.room import Room


def test_a_load_goes_on_while_there_is_room(tmp_path: Path):
    Room(tmp_path).require()


def test_a_load_ends_before_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(room, "LITTLE_BYTES", 1 << 60)
    with pytest.raises(HostError, match=r"MiB free in .*, so that the disk") as caught:
        Room(tmp_path).require()
    assert "REWOUND_STATE_DIR" in str(caught.value.hint)


def test_the_disk_is_not_looked_at_for_every_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    looked = Room(tmp_path)
    looked.require()
    monkeypatch.setattr(room, "LITTLE_BYTES", 1 << 60)
    looked.require()
