from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.catalog import Dump, Subject, TimeSource
from rewound.catalog.several_files import describe_grid, find_database_files, find_table_files


def make_dump(path):
    return Dump(
        world=Path(path).stem,
        taken_at=datetime(2024, 6, 18, tzinfo=UTC),
        location=Path(path),
        size_bytes=1,
        time_source=TimeSource.NAME,
    )


@pytest.mark.parametrize(
    ("subjects", "reason"),
    [
        ({"d/player.sql": ("game", "player"), "d/score.sql": ("game", "score")}, "one table"),
        ({"d/game/a.sql": ("game", "t"), "d/game/b.sql": ("game", "t")}, "a part of database game"),
        (
            {"Dump20240618/game_a.sql": ("game", "a"), "Dump20240618/game_b.sql": ("game", "b")},
            "MySQL Workbench",
        ),
        (
            {"d/h1.game.player.sql": ("game", "player"), "d/h1.game.score.sql": ("game", "score")},
            "one table",
        ),
        ({"d/game_a.sql": ("game", "a"), "d/game_b_c.sql": ("game", "b_c")}, "one table"),
        # Worlds: of other places, of one schema each, by number, or by the name of a tenant.
        ({"eu/berlin.sql": ("game", "t"), "eu/paris.sql": ("game", "t")}, None),
        ({"game/host1.sql": ("game", "t"), "game/host2.sql": ("game", "t")}, None),
        ({"d/shop_a.sql": ("shop_a", "t"), "d/shop_b.sql": ("shop_b", "t")}, None),
        ({"d/player.sql": ("game", "player"), "d/host1.sql": ("game", "player")}, None),
        ({"d/player.sql": ("game", "player")}, None),
        ({"d/eu_t.sql": ("game", "t"), "d/us_t.sql": ("game", "t")}, None),
        ({"d/at.sql": ("game", "t"), "d/as.sql": ("game", "s")}, None),
    ],
)
def test_files_of_one_table_each_are_told_from_worlds(subjects, reason):
    def read_subject(path):
        return Subject(*subjects[str(path)])

    found = find_table_files([make_dump(path) for path in subjects], read_subject)
    assert len(found) == (0 if reason is None else len(subjects))
    assert all(reason in entry.reason for entry in found)


def test_files_named_after_their_databases_below_a_host_are_found():
    dumps = [make_dump("h/auth.sql"), make_dump("h/world.sql")]

    def read_subject(path):
        return Subject(path.stem, None)

    [(origin, found)] = find_database_files([(dump, ("h",)) for dump in dumps], read_subject)
    assert (origin, found) == (("h",), dumps)
    assert find_database_files([(dump, ()) for dump in dumps], read_subject) == []


def test_hosts_that_hold_the_same_names_are_described():
    grid = {"auth": [("h1",), ("h2",)], "world": [("h1",), ("h2",)]}
    assert "h1, h2 contain files of the same names" in (describe_grid(grid) or "")
    assert describe_grid({"game": [("h1",), ("h2",)]}) is None
    assert describe_grid({"auth": [("h1",), ("h2",)], "world": [("h1",), ("h3",)]}) is None
