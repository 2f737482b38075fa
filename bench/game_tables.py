"""How the rows of an invented game are drawn and written.

A row costs a few steps of Python: columns are drawn for thousands of rows at once, from
random bytes and from pools of fragments, and put together by one `%`.
"""

import random
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, repeat

from bench.fragments import (
    ITEMS,
    MAPS,
    NAMES,
    THINGS,
    make_any_moments,
    make_decimals,
    make_moments,
    make_pool,
    make_settings,
    make_texts,
)

SEASON_COLUMN = "  `season` year NOT NULL,"
SEASONS = (",2023", ",2024", ",2025", ",2026")
SEASON_BYTES = len(SEASONS[0])

Counts = Mapping[str, int]
"""The number of rows of each table."""


class Draw:
    """Random columns, many rows at a time."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def numbers(self, count: int, below: int) -> list[int]:
        """Return numbers from 0 on, all of them alike likely."""
        return [n % below for n in array("I", self._random.randbytes(4 * count))]

    def players(self, count: int, players: int) -> list[int]:
        """Return ids of players: a few of them play a lot."""
        return [1 + (n * n * players >> 64) for n in array("I", self._random.randbytes(4 * count))]

    def picks(self, pool: Sequence[str], count: int) -> list[str]:
        """Return fragments of a pool."""
        return [*map(pool.__getitem__, array("H", self._random.randbytes(2 * count)))]

    def hex_texts(self, count: int) -> list[str]:
        """Return 16 random bytes for each row, as hexadecimal digits."""
        text = self._random.randbytes(16 * count).hex().upper()
        return [text[start : start + 32] for start in range(0, 32 * count, 32)]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: how it is made, and how its rows are."""

    name: str
    """What it is called."""
    columns: str
    """The lines of its columns, as SHOW CREATE TABLE prints them."""
    primary_key: str
    """The columns of the primary key."""
    keys: tuple[str, ...]
    """The lines of its other keys."""
    is_counted: bool
    """Whether the primary key is an AUTO_INCREMENT column."""
    share: float
    """Its part of the bytes of a dump."""
    row_bytes: int
    """About how long a row is."""
    row: str
    """A row's text, with a place for each drawn column and for the season."""
    draw: Callable[[Draw, Counts, range], Sequence[Sequence[object]]]
    """Returns the drawn columns of the rows with these numbers, which start at 1."""

    def make_rows(self, draw: Draw, counts: Counts, numbers: range, *, season: bool) -> list[str]:
        """Return the text of the rows with these numbers."""
        columns = self.draw(draw, counts, numbers)
        count = len(numbers)
        seasons = islice(cycle(SEASONS), count) if season else repeat("", count)
        return [*map(self.row.__mod__, zip(*columns, seasons, strict=True))]


def draw_guilds(draw: Draw, counts: Counts, numbers: range) -> Sequence[Sequence[object]]:
    count = len(numbers)
    names = make_pool(tuple(NAMES), ("\\'s ", " & ", " "), tuple(THINGS))
    moments = make_moments(numbers, counts["guild"])
    tags = make_pool(*[tuple("ABCDEFGHKLMN")] * 4)
    settings = draw.picks(make_settings(), count)
    return numbers, draw.picks(names, count), numbers, draw.picks(tags, count), moments, settings


def draw_members(draw: Draw, counts: Counts, numbers: range) -> Sequence[Sequence[object]]:
    # Eight to a guild, in the order of the primary key, none twice.
    stride = max(1, counts["player"] // 8)
    guilds = [(n - 1) // 8 + 1 for n in numbers]
    offsets = draw.numbers(len(numbers), stride)
    players = [(n - 1) % 8 * stride + 1 + o for n, o in zip(numbers, offsets, strict=True)]
    roles = make_pool(("member", "member", "member", "officer", "leader"))
    return guilds, players, draw.picks(roles, len(numbers)), make_moments(numbers, numbers.stop)


def draw_items(draw: Draw, counts: Counts, numbers: range) -> Sequence[Sequence[object]]:
    count = len(numbers)
    return (
        numbers,
        draw.players(count, counts["player"]),
        draw.picks(make_pool(tuple(ITEMS), ("", "_rare", "_+1", "_+2")), count),
        draw.numbers(count, 99),
        draw.picks(make_decimals(2, 0.3), count),
        make_moments(numbers, counts["inventory"]),
        draw.picks(make_texts(3, 0.8), count),
    )


def draw_players(draw: Draw, counts: Counts, numbers: range) -> Sequence[Sequence[object]]:
    count = len(numbers)
    emails = [f"'player{n}@example.org'" if n % 7 else "NULL" for n in numbers]
    states = make_pool(("DE", "FR", "BR", "JP", "US"), ("','active", "','active", "','banned"))
    guilds = [str(n) if n else "NULL" for n in draw.numbers(count, counts["guild"] + 1)]
    return (
        numbers,
        draw.picks(make_pool(tuple(NAMES), ("", "the_", "x"), ("", "Great")), count),
        numbers,
        emails,
        draw.picks(states, count),
        draw.numbers(count, 2_000_000),
        draw.picks(make_decimals(7, 0.0), count),
        guilds,
        make_moments(numbers, counts["player"]),
        draw.picks(make_any_moments(0.1), count),
        draw.picks(make_texts(6, 0.4), count),
    )


def draw_purchases(draw: Draw, counts: Counts, numbers: range) -> Sequence[Sequence[object]]:
    count = len(numbers)
    return (
        numbers,
        draw.players(count, counts["player"]),
        draw.picks(make_pool(tuple(ITEMS), ("_s", "_m", "_xl")), count),
        draw.picks(make_decimals(3, 0.0), count),
        draw.picks(make_pool(("EUR", "EUR", "USD", "JPY")), count),
        make_moments(numbers, counts["purchase"]),
        draw.hex_texts(count),
    )


def draw_events(draw: Draw, counts: Counts, numbers: range) -> Sequence[Sequence[object]]:
    count = len(numbers)
    deltas = make_pool(("kill',", "assist',", "quest',", "death',-"), tuple(map(str, range(1, 90))))
    ends = make_pool(*[tuple("0123456789")] * 3, tuple(f"','{name}" for name in MAPS))
    return (
        numbers,
        draw.players(count, counts.get("player", 100_000)),
        [n // 12 + 1 for n in numbers],
        draw.picks(deltas, count),
        draw.numbers(count, 2_000_000),
        make_moments(numbers, counts["score_event"]),
        draw.picks(ends, count),
        draw.picks(make_texts(3, 0.9), count),
    )
