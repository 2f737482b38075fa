from datetime import UTC, datetime

import pytest

from rewound.files.states import FileState
from rewound.fleet.changes import (
    Changes,
    Original,
    Seen,
    describe_changes,
    find_changes,
    is_of_table,
    merge_changes,
    object_name,
    summarise_changes,
    table_name,
)

OLD = FileState(1, written_at_ns=10 * 10**9)
NEW = FileState(1, written_at_ns=20 * 10**9)
AT = datetime.fromtimestamp(20, UTC)
FILES = {"game/player.ibd": OLD, "game/loot#p#p0.ibd": OLD, "game/loot#p#p1.ibd": OLD}
ORIGINAL = Original(
    FILES,
    {"game.player": "2026", "game.loot": "2026", "view game.best": "ab"},
)


@pytest.mark.parametrize(
    ("seen", "names"),
    [
        (Seen(ORIGINAL.files, ORIGINAL.objects), None),
        (Seen(ORIGINAL.files), None),
        (Seen(None), None),
        (Seen({**FILES, "game/player.ibd": NEW}), ("game.player",)),
        (Seen({**FILES, "game/loot#p#p1.ibd": NEW}), ("game.loot",)),
        (Seen({**FILES, "game/new.MYD": NEW}), ("game.new (new)",)),
        (
            Seen({"game/player.ibd": OLD, "game/loot#p#p0.ibd": OLD}, ORIGINAL.objects),
            ("game.loot",),
        ),
        (Seen({"game/player.ibd": OLD}), ("game.loot (dropped)",)),
        (Seen({}), ("game.loot (dropped)", "game.player (dropped)")),
        (Seen(ORIGINAL.files, ORIGINAL.objects, {}, {"game.player": AT}), ("game.player",)),
        (
            Seen(None, {**ORIGINAL.objects, "view game.best": "cd", "trigger game.t": "2026"}),
            ("trigger game.t (new)", "view game.best"),
        ),
        (
            Seen(ORIGINAL.files, {"game.player": "2026", "game.loot": "2027"}),
            ("game.loot", "view game.best (dropped)"),
        ),
    ],
)
def test_what_differs_is_named(seen: Seen, names: tuple[str, ...] | None):
    found = find_changes(ORIGINAL, seen)
    assert (None if found is None else found.names) == names


def test_the_time_is_that_of_the_last_write_of_what_changed():
    files = {**FILES, "game/player.ibd": NEW}
    assert find_changes(ORIGINAL, Seen(files)) == Changes(("game.player",), AT)
    later = datetime.fromtimestamp(30, UTC)
    found = find_changes(ORIGINAL, Seen(files, written={"game.loot": later}))
    assert found == Changes(("game.loot", "game.player"), later)


def test_files_that_were_not_seen_before_say_nothing():
    assert find_changes(Original(None, {}), Seen({"game/player.ibd": NEW})) is None


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("game/player.ibd", "game.player"),
        ("game/player_382.sdi", "game.player"),
        ("game/player_382.ibd", "game.player_382"),
        ("game/player#p#p0#sp#s.ibd", "game.player"),
        ("game@002d1/a@0024b.MYI", "game-1.a$b"),
    ],
)
def test_a_file_is_one_of_a_table(path: str, table: str):
    assert table_name(path) == table


def test_names_that_the_server_tells_win_over_those_of_files():
    original = Original({"game/@0k.ibd": OLD}, {}, {"game/@0k.ibd": "game.ä"})
    found = find_changes(original, Seen({"game/@0k.ibd": NEW}))
    assert found is not None
    assert found.names == ("game.ä",)


def test_files_that_a_server_writes_to_by_itself_are_none_of_a_table():
    mine = ["player.ibd", "fts_notes.ibd", "log.CSV"]
    own = ["fts_0000000000000437_being_deleted.ibd", "#sql-1_a.ibd", "log.CSM"]
    assert [name for name in mine + own if is_of_table(name)] == mine


def test_objects_are_named_with_their_kind_and_tables_without():
    assert object_name("table", "game", "t") == "game.t"
    assert object_name("view", "game", "t") == "view game.t"


def test_changes_are_described_in_few_words():
    changes = Changes(("game.a", "game.b", "view game.v"), AT)
    assert describe_changes(changes, at_most=2) == (
        "game.a, game.b and 1 more; last written 1970-01-01 00:00:20 UTC"
    )
    assert describe_changes(Changes(("view game.v",), None)) == "view game.v"


def test_changes_of_several_worlds_become_one():
    merged = merge_changes([Changes(("a", "b"), None), Changes(("b", "c"), AT)])
    assert merged == Changes(("a", "b", "c"), AT)


def test_changes_of_a_fleet_are_one_sentence():
    changed = {"host1": Changes(("game.a",), None), "host2": Changes(("game.b",), AT)}
    assert summarise_changes("default", changed) == (
        "world host1 changed after the restore: game.a;"
        " world host2: game.b; last written 1970-01-01 00:00:20 UTC"
    )
    alike = {f"host{number}": Changes(("game.a",), None) for number in (1, 2)}
    assert summarise_changes("after", alike) == (
        "worlds host[1-2] of fleet after changed after the restore: game.a"
    )


def test_many_different_changes_are_not_all_told_in_one_sentence():
    changed = {f"host{number}": Changes((f"game.t{number}",), None) for number in range(1, 6)}
    assert summarise_changes("default", changed) == (
        "world host1 changed after the restore: game.t1; world host2: game.t2;"
        " worlds host[3-5]: other tables"
    )
