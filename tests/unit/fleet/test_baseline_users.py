from dataclasses import replace
from pathlib import Path

import pytest

from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.baseline_users import find_baseline_users, is_needed
from rewound.fleet.record import RECORD_FORMAT
from rewound.fleet.state import FleetFolder
from tests.unit.fleet.test_baseline_cache import ORIGIN, keep
from tests.unit.fleet.test_state import READY, RECORD

KEY = ORIGIN.key


@pytest.fixture
def baselines(tmp_path: Path) -> BaselineCache:
    baselines = BaselineCache(tmp_path / "cache")
    baselines.prepare()
    return baselines


def make_fleet(state_dir: Path, name: str, *, baseline: str = KEY) -> FleetFolder:
    folder = FleetFolder(state_dir, name)
    with folder.locked():
        folder.create()
    world = replace(READY, baseline=baseline)
    folder.write(replace(RECORD, name=name, worlds={world.name: world}))
    return folder


def lease_to(baselines: BaselineCache, *fleets: FleetFolder) -> None:
    for fleet in fleets:
        keep(BaselineCache(baselines.folder.parent, fleet=fleet.path))


def test_fleets_of_the_own_state_folder_are_users_without_a_lease_too(
    baselines: BaselineCache, tmp_path: Path
):
    one, _, unreadable = (make_fleet(tmp_path, name) for name in ("one", "two", "unreadable"))
    (unreadable.path / "fleet.json").write_text("{")
    assert find_baseline_users(tmp_path, baselines) == {KEY: ["one/host1", "two/host1"]}
    lease_to(baselines, one, unreadable)
    assert find_baseline_users(tmp_path, baselines) == {
        KEY: ["one/host1", "two/host1", "unreadable"]
    }


def test_fleets_of_other_state_folders_are_users_by_their_leases(
    baselines: BaselineCache, tmp_path: Path
):
    mine, theirs = make_fleet(tmp_path / "a", "mine"), make_fleet(tmp_path / "b", "theirs")
    lease_to(baselines, mine, theirs)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for state_dir in (tmp_path / "a", tmp_path / "link"):
        assert find_baseline_users(state_dir, baselines) == {
            KEY: ["mine/host1", f"theirs/host1 in {tmp_path / 'b'}"]
        }


def test_a_lease_is_needed_as_long_as_the_record_may_refer_to_the_baseline(
    baselines: BaselineCache, tmp_path: Path
):
    fleet = make_fleet(tmp_path, "default")
    assert is_needed(KEY, fleet.path)
    assert not is_needed("0" * 64, fleet.path)
    with fleet.locked():
        assert is_needed("0" * 64, fleet.path)  # it is about to be recorded, perhaps
    fleet.write(replace(fleet.read(), format=RECORD_FORMAT + 1))
    assert is_needed("0" * 64, fleet.path)
    assert is_needed(KEY, tmp_path / "fleets/x y")  # no name that a fleet can have
