from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.engine.server_options import ServerSettings
from rewound.files.states import FileState
from rewound.fleet.baseline import (
    BASELINE_FORMAT,
    Baseline,
    CacheEntry,
    Origin,
    choose_evictions,
    find_damage,
    make_origin,
)
from rewound.load.options import LoadMethod, LoadOptions
from tests.unit.fleet.test_state import LEDGER

NOW = datetime(2026, 3, 2, 21, 15, tzinfo=UTC)


def origin(
    sha256: str = "ab",
    options: LoadOptions | None = None,
    settings: ServerSettings = ServerSettings(),  # noqa: B008 - frozen value
) -> Origin:
    return make_origin(
        sha256,
        options or LoadOptions(),
        installation="mysql-9.7.4",
        server_version="9.7.4",
        settings=settings,
    )


SPACE, TABLE = FileState(1, written_at_ns=10), FileState(2, written_at_ns=20)
BASELINE = Baseline(origin(), NOW, 3, {"ibdata1": SPACE, "game/t.ibd": TABLE}, LEDGER)


def test_the_key_is_the_same_for_the_same_origin():
    assert origin().key == origin().key
    assert len(origin().key) == 64
    options = [LoadOptions(allowed=frozenset(names)) for names in (["a", "b"], ["b", "a"])]
    assert origin(options=options[0]).key == origin(options=options[1]).key


@pytest.mark.parametrize(
    "other",
    [
        origin("cd"),
        replace(origin(), format=0),
        replace(origin(), replayed=("binlog.000001:4", "binlog.000001:900")),
        replace(origin(), installation="path"),
        replace(origin(), server_version="8.4.0"),
        replace(origin(), zones="2020a"),
        origin(settings=ServerSettings("Europe/Berlin", 0)),
        origin(settings=ServerSettings("+00:00", 1)),
        origin(options=LoadOptions(schema="game")),
        origin(options=LoadOptions(dump_filter=DumpFilter(only_tables=("a",)))),
        origin(options=LoadOptions(dump_filter=DumpFilter(skip_tables=("a",)))),
        origin(options=LoadOptions(allowed=frozenset({"number-clipped"}))),
        origin(options=LoadOptions(allow_unfinished=True)),
        origin(options=LoadOptions(check_foreign_keys=True)),
        origin(options=LoadOptions(method=LoadMethod.PLAIN)),
    ],
)
def test_whatever_decides_the_content_changes_the_key(other: Origin):
    assert other.key != origin().key


def test_find_damage_finds_none_where_all_files_are_there():
    assert find_damage(BASELINE, BASELINE.origin.key, dict(BASELINE.files)) is None


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"ibdata1": SPACE}, "1 of its files are missing, for example game/t.ibd"),
        (
            {"ibdata1": FileState(0, 10), "game/t.ibd": TABLE},
            "1 of its files were modified, for example ibdata1",
        ),
        (
            {"ibdata1": FileState(1, 11), "game/t.ibd": FileState(2, 19)},
            "2 of its files were modified, for example game/t.ibd",
        ),
        ({**BASELINE.files, "x": SPACE}, "unknown files, for example x"),
        ({}, "2 of its files are missing"),
    ],
)
def test_find_damage_names_what_is_wrong(files: dict[str, FileState], said: str):
    assert said in str(find_damage(BASELINE, BASELINE.origin.key, files))


def test_a_baseline_of_another_version_is_not_damaged_by_what_its_key_was_made_of():
    older = replace(BASELINE, origin=replace(BASELINE.origin, format=BASELINE_FORMAT - 1))
    assert find_damage(older, "its key then", dict(BASELINE.files)) is None
    assert find_damage(older, "its key then", {}) is not None


def test_find_damage_tells_a_description_from_elsewhere():
    assert find_damage(BASELINE, "0" * 64, dict(BASELINE.files)) is not None


def entry(key: str, size_bytes: int, *, age: int, users: tuple[str, ...] = ()) -> CacheEntry:
    used_at = NOW - timedelta(days=age)
    return CacheEntry(key, "a.sql", size_bytes, made_at=used_at, used_at=used_at, users=users)


def keys(entries: list[CacheEntry]) -> list[str]:
    return [entry.key for entry in entries]


def test_choose_evictions_takes_the_longest_unused_first_and_no_more_than_needed():
    entries = [entry("new", 10, age=0), entry("old", 10, age=9), entry("middle", 10, age=5)]
    assert keys(choose_evictions(entries, limit_bytes=30)) == []
    assert keys(choose_evictions(entries, limit_bytes=29)) == ["old"]
    assert keys(choose_evictions(entries, limit_bytes=15)) == ["old", "middle"]
    assert keys(choose_evictions(entries, limit_bytes=0)) == ["old", "middle", "new"]


def test_choose_evictions_never_takes_what_a_world_may_be_reset_to():
    entries = [entry("used", 10, age=9, users=("default/a",)), entry("free", 10, age=1)]
    assert keys(choose_evictions(entries, limit_bytes=0)) == ["free"]
