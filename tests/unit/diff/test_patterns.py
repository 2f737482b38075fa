"""Patterns that match nothing are found, and said with what was probably meant."""

import pytest

from rewound.diff.patterns import EVERY_TABLE, UnmetPatterns
from rewound.errors import UsageError

WORLD = {"player": ["id", "player_score"], "item": ["id", "power"]}


def find_unmet(tables: tuple[str, ...], *columns: str) -> str | None:
    unmet = UnmetPatterns(tables, set(columns))
    unmet.look_at("game", WORLD)
    try:
        unmet.require_met()
    except UsageError as error:
        assert not unmet.is_empty
        return f"{error.message}; {error.hint}"
    assert unmet.is_empty
    return None


@pytest.mark.parametrize(
    ("tables", "columns"),
    [
        (EVERY_TABLE, ()),
        (EVERY_TABLE, ("POWER", "player_*")),
        (("game.p*", "item"), ("id", "power")),
    ],
)
def test_what_matches_is_met(tables: tuple[str, ...], columns: tuple[str, ...]):
    assert find_unmet(tables, *columns) is None


@pytest.mark.parametrize(
    ("tables", "columns", "said"),
    [
        (EVERY_TABLE, ("nope",), "no column matches nope; columns: id, player_score, power"),
        (
            EVERY_TABLE,
            ("player_scroe", "id"),
            "no column matches player_scroe; did you mean player_score?",
        ),
        (
            ("item",),
            ("player_score",),
            "no column of item matches player_score; columns: id, power",
        ),
        (("player", "itme"), (), "no table matches itme; did you mean item?"),
        (("shop.item",), (), "no table matches shop.item; did you mean item?"),
    ],
)
def test_what_does_not_is_said(tables: tuple[str, ...], columns: tuple[str, ...], said: str):
    assert find_unmet(tables, *columns) == said


def test_another_world_may_hold_what_the_first_does_not():
    unmet = UnmetPatterns(EVERY_TABLE, {"title"})
    unmet.look_at("game", WORLD)
    assert not unmet.is_empty
    unmet.look_at("game", {"player": ["title"]})
    assert unmet.is_empty
