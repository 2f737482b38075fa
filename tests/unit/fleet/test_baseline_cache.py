import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rewound.engine.cloning import PROBE
from rewound.engine.server_options import ServerSettings
from rewound.errors import HostError
from rewound.files.locks import new_folder
from rewound.fleet.baseline import make_origin
from rewound.fleet.baseline_cache import BaselineCache
from rewound.load.options import LoadOptions
from tests.unit.fleet.test_state import LEDGER
from tests.unit.load.test_log_receipt import RECEIPT

ORIGIN = make_origin(
    "ab",
    LoadOptions(),
    installation="mysql-9.7.4",
    server_version="9.7.4",
    settings=ServerSettings(),
)


@pytest.fixture
def cache(tmp_path: Path) -> BaselineCache:
    cache = BaselineCache(tmp_path)
    cache.prepare()
    return cache


def fill(making: Path) -> None:
    (making / "data/game").mkdir(parents=True)
    (making / "data/ibdata1").write_bytes(b"x" * 100)
    (making / "data/game/t.ibd").write_bytes(b"y" * 200)
    (making / "data/auto.cnf").write_text("[auto]")


def keep(cache: BaselineCache) -> str:
    with cache.making() as making:
        fill(making)
        cache.keep(making, ORIGIN, LEDGER)
    return ORIGIN.key


def is_lent(cache: BaselineCache, notes: list[str]) -> bool:
    with cache.acquire(ORIGIN.key, note=notes.append) as baseline:
        return baseline is not None


def test_what_is_kept_is_lent_as_it_was(cache: BaselineCache):
    keep(cache)
    with cache.acquire(ORIGIN.key, note=pytest.fail) as baseline:
        assert baseline is not None
        assert (baseline.origin, baseline.ledger) == (ORIGIN, LEDGER)
        sizes = {name: state.size_bytes for name, state in baseline.files.items()}
        assert sizes == {"ibdata1": 100, "game/t.ibd": 200}
    assert cache.dump_sizes() == {LEDGER.dump.file_bytes}


def test_everything_of_a_baseline_is_the_users_alone_and_it_has_no_uuid(cache: BaselineCache):
    key = keep(cache)
    for path in (cache.folder, *cache.folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert not (cache.data(key) / "auto.cnf").exists()
    assert [path.name for path in cache.folder.iterdir()] == [key]


def test_moments_are_listed_as_their_rows_were_compared_or_not(cache: BaselineCache):
    for compared in (True, False):
        origin = replace(ORIGIN, replayed=("log", f"{compared}"), has_compared_rows=compared)
        with cache.making() as making:
            fill(making)
            cache.keep(making, origin, replace(LEDGER, receipt=RECEIPT))
    keep(cache)  # the dump's own moment has no receipt
    for compared in (True, False):
        listed = cache.list_replayed(ORIGIN, has_compared_rows=compared)
        assert listed == {("log", f"{compared}"): RECEIPT}


def test_a_key_without_a_baseline_is_lent_nothing(cache: BaselineCache):
    assert not is_lent(cache, [])


def test_what_was_not_kept_is_gone(cache: BaselineCache):
    with cache.making() as making:
        fill(making)
    with pytest.raises(KeyError), cache.making() as making:
        fill(making)
        raise KeyError
    assert list(cache.folder.iterdir()) == []


def test_a_baseline_that_came_first_stays(cache: BaselineCache):
    keep(cache)
    inode = cache.data(ORIGIN.key).stat().st_ino
    keep(cache)
    assert cache.data(ORIGIN.key).stat().st_ino == inode
    assert is_lent(cache, [])


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "data/ibdata1").unlink(),
        lambda folder: (folder / "data/ibdata1").write_bytes(b"short"),
        lambda folder: (folder / "data/ibdata1").write_bytes(b"z" * 100),
        lambda folder: (folder / "data/strange").touch(),
        lambda folder: (folder / "baseline.json").write_text("{"),
        lambda folder: (folder / "baseline.json").unlink(),
        lambda folder: (folder / "baseline.json").write_text(
            (folder / "baseline.json")
            .read_text()
            .replace('"server_version":"', '"server_version":"1')
        ),
    ],
)
def test_a_damaged_baseline_is_discarded_with_a_note(cache: BaselineCache, damage):
    keep(cache)
    damage(cache.folder / ORIGIN.key)
    notes: list[str] = []
    assert not is_lent(cache, notes)
    assert "damaged" in notes[0]
    assert list(cache.folder.iterdir()) == []


def test_a_baseline_that_is_being_used_is_not_removed(cache: BaselineCache):
    key = keep(cache)
    with cache.acquire(key, note=pytest.fail):
        assert not cache.remove(key)
    assert cache.remove(key)
    assert list(cache.folder.iterdir()) == []
    assert cache.remove(key)


def test_prepare_removes_what_killed_commands_left_and_nothing_else(cache: BaselineCache):
    key = keep(cache)
    (cache.folder / "making-dead/data").mkdir(parents=True)
    (cache.folder / "going-dead").mkdir()
    (cache.folder / "probe-dead").mkdir()
    with cache.making() as making, new_folder(cache.folder, PROBE) as probe:
        assert len(cache.find_unfinished()) == 3
        cache.prepare()
        assert sorted(cache.folder.iterdir()) == sorted([making, probe, cache.folder / key])


def test_entries_lists_what_cannot_be_read_too(cache: BaselineCache):
    keep(cache)
    other = cache.folder / ("0" * 64)
    (other / "data").mkdir(parents=True)
    (other / "data/file").write_bytes(b"x" * 10_000)
    os.utime(other, (0, 0))
    [known, unknown] = cache.entries({ORIGIN.key: ["default/a"]})
    assert (known.key, known.dump, known.users) == (ORIGIN.key, "1.sql", ("default/a",))
    assert (unknown.key, unknown.dump, unknown.users) == ("0" * 64, None, ())
    assert unknown.size_bytes >= 10_000


def test_lending_is_use(cache: BaselineCache):
    keep(cache)
    os.utime(cache.folder / ORIGIN.key / "baseline.json", (0, 0))
    assert is_lent(cache, [])
    [entry] = cache.entries({})
    assert entry.used_at.year > 2000


def test_lending_goes_without_a_note_of_it_where_the_cache_is_read_only(
    cache: BaselineCache, monkeypatch: pytest.MonkeyPatch
):
    keep(cache)

    def refuse(path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", path)

    monkeypatch.setattr(os, "utime", refuse)
    assert is_lent(cache, [])


def test_a_cache_that_cannot_be_written_is_the_hosts_fault(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match="cannot write"):
        BaselineCache(tmp_path / "file").prepare()


def test_a_baseline_has_a_lease_of_each_fleet_that_made_it_or_started_from_it(
    cache: BaselineCache, tmp_path: Path
):
    first, second, third = (tmp_path / "state/fleets" / name for name in ("a", "b", "c"))
    for fleet in (first, second, third):
        fleet.mkdir(parents=True)
    key = keep(BaselineCache(tmp_path, fleet=first))
    keep(BaselineCache(tmp_path, fleet=second))  # it comes second, and uses the one of the first
    assert is_lent(BaselineCache(tmp_path, fleet=third), [])
    assert is_lent(BaselineCache(tmp_path, fleet=third), [])
    assert set(cache.list_leases(key)) == {first, second, third}
    second.rmdir()
    cache.release(third)
    assert cache.list_leases(key) == [first]
    assert is_lent(cache, [])  # what nobody may be reset to leaves no lease
    assert cache.list_leases(key) == [first]


def test_a_lease_of_a_fleet_that_cannot_be_seen_counts(
    cache: BaselineCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fleet = tmp_path / "closed/fleets/a"
    key = keep(BaselineCache(tmp_path, fleet=fleet))
    assert cache.list_leases(key) == []

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr(Path, "lstat", refuse)
    assert cache.list_leases(key) == [fleet]


def test_a_baseline_is_evicted_only_if_no_lease_is_needed(cache: BaselineCache, tmp_path: Path):
    fleet = tmp_path / "state/fleets/a"
    fleet.mkdir(parents=True)
    key = keep(BaselineCache(tmp_path, fleet=fleet))
    assert not cache.evict(key, is_needed=lambda _: True)
    assert cache.list_keys() == [key]
    assert cache.evict(key, is_needed=lambda _: False)
    assert cache.list_keys() == []


def test_a_cache_that_cannot_be_written_lends_without_a_lease(cache: BaselineCache, tmp_path: Path):
    key = keep(cache)
    (cache.folder / key / "leases").touch()  # no folder can be made here
    assert is_lent(BaselineCache(tmp_path, fleet=tmp_path), [])
    assert cache.list_leases(key) == []
