"""A small simulated game: the players of one world and what they do all day.

Pure: a seed and hours go in, rows come out; the same seed plays the same game for ever.
Scores are not kept here. The simulation writes score events, and the game's own trigger
adds them up in the database, as in a real game.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

Rows = dict[str, list[tuple[object, ...]]]
"""New or changed rows by table, in the order of TABLES, so that foreign keys are met."""

TABLES = {
    "game_version": "version, applied_at",
    "season": "season_id, title, starts_on, ends_on",
    "player": "player_id, public_id, player_name, country, settings, avatar, invited_by,"
    " created_at",
    "guild": "guild_id, guild_name, motto, bonus_percent",
    "guild_member": "player_id, guild_id, role, joined_at",
    "item": "item_id, item_name, rarity, properties",
    "inventory": "player_id, item_id, quantity",
    "quest": "quest_id, title, steps, points, follows",
    "quest_progress": "player_id, quest_id, steps_done, finished_at",
    "match_result": "match_id, match_uuid, season_id, mode, started_at, ended_at",
    "match_player": "match_id, player_id, place, accuracy",
    "score_event": "player_id, season_id, kind, points, match_id, scored_at",
    "purchase": "player_id, gems, price, currency, purchased_at",
    "ban": "player_id, reason, banned_at, expires_at",
}
"""The tables that the simulation fills, parents first, with the columns it sets."""

CHANGING_TABLES = frozenset({"inventory", "quest_progress"})
"""Tables of which an existing row can come again, changed."""


@dataclass(frozen=True, slots=True)
class Write:
    """What the game writes at once: one transaction."""

    at: datetime
    """When it is known: a match is written when it has ended."""
    rows: Rows


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


_SEASONS: list[tuple[int, str, date, date | None]] = [
    (5, "Autumn of Owls 🦉", date(2025, 10, 6), date(2026, 1, 5)),
    (6, "Winter of Wolves 🐺", date(2026, 1, 5), None),
]
_FIRST_NAMES = _listed("""
    Mia, Noah, Olivia, Paul, Zoë, Łukasz, Øyvind, Søren, Inês, Çelik, Anaïs, Jürgen, Nuria, Ravi,
    Aiko, Tomás, Freya, Bilal, Ewa, Otto, Ximena, Yusuf, Greta, Hamish
""")
_EPITHETS = _listed(r"""
    the Bold, the Late, of the Fen, Ironsocks, Twice-Lost, O'Malley, the 2nd, McThunder, 🐉, 🔥🔥,
    from Łódź, d'Or, 小龙, the Unready, \o/, Left-Handed, 🦊 & Co, Who?, the Damp, 100%
""")
_EVERY_WORLD_HAS_ONE = "Bobby'); DROP TABLE player;-- "
_GUILDS = [
    ("The Iron Kettles", "Always on the boil."),
    ("Dragons & Dungarees", 'Work hard, "play" harder.'),
    ("Los Últimos", "Llegamos tarde, pero llegamos."),
    ("Night Bakers 🥐", "Bread at dawn;\nvictory by noon."),
    ("404 Not Found", None),
    ("Sea of Socks 🧦", "One is always missing."),
    ("龍の子", "七転び八起き"),
    ("The Semicolons;", "We finish statements;"),
    ("Grandmothers of War", "Did you eat?"),
    ("Half a Guild", ""),
]
_ITEM_KINDS = {"sword": 12, "bow": 10, "shield": 8, "kettle": 3, "boots": 5, "lute": 4}
_ITEM_MAKES = [("tin", "common"), ("oak", "common"), ("elven", "rare"), ("ember", "rare")]
_ITEM_MAKES += [("dragonbone", "epic"), ("grandmother's", "legendary")]
_QUESTS = _listed("""
    Find the Fen, Cross the Fen, Drain the Fen, A Letter for Aiko, The Letter Returns,
    Wolves at the Door, Wolves in the Hall, Wolves on the Throne, Bake for the King,
    Unbake for the King, The Lost Sock, The Other Lost Sock
""")
_MODES = {"duel": 2, "skirmish": 4, "brawl": 6}
_POINTS_BY_PLACE = (120, 60, 25, 5, -20, -45)
_COUNTRIES = ("DE", "PL", "BR", "US", "JP", "NO", "ES", "GB", None)
_SETTINGS = ("show_guild", "whispers", "auto_sell", "dark_mode")
_OFFERS = [(80, "0.99"), (500, "4.99"), (1200, "9.99"), (14000, "99.99")]
_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_BAN_REASONS = ("spoke ill of kettles", "bot: 31 h without sleep", "sold a bridge", "name")


class World:
    """One game world; `play` moves it on and yields what is written meanwhile.

    Guards the state of the game: who there is, what they own, how far their quests are.
    """

    def __init__(self, seed: int, *, players: int, guilds: int) -> None:
        self._random = random.Random(seed)
        self._skill: dict[int, float] = {}
        self._names: set[str] = set()
        self._bag: dict[tuple[int, int], int] = defaultdict(int)
        self._quest_steps: dict[tuple[int, int], int] = defaultdict(int)
        self._banned_until: dict[int, datetime] = {}
        self._matches = 0
        self._first_players = players
        self._guilds = guilds
        self._items: list[str] = []
        self._quests: dict[int, tuple[int, int]] = {}
        self._rows: Rows = {}

    def found(self, founded_at: datetime) -> Rows:
        """Create the world as it is before anyone plays this season."""
        self._rows = _no_rows()
        self._add("game_version", "4.1.3", founded_at)
        self._rows["season"] += _SEASONS
        for guild_id, (name, motto) in enumerate(_GUILDS[: self._guilds], start=1):
            percent = Decimal(self._random.randrange(200, 405, 5)) / 10
            self._add("guild", guild_id, name, motto, percent)
        self._forge_items()
        self._write_quests()
        for _ in range(self._first_players):
            self._welcome_player(founded_at)
            carried = self._random.randrange(150, 1600)
            self._add_points(len(self._skill), 5, "carry_over", carried, None, founded_at)
        return self._rows

    def play(self, start: datetime, end: datetime, *, season: int) -> Iterator[Write]:
        """Play the whole hours from `start` to `end`; matches never outlast their hour.

        Within an hour, the writes are in the order in which the matches began.
        """
        hour = start
        while hour < end:
            yield from self._play_hour(hour, season)
            hour += timedelta(hours=1)

    def _play_hour(self, hour: datetime, season: int) -> Iterator[Write]:
        chance = self._random
        crowd = 1.0 if hour.hour >= 17 else 0.4 if hour.hour >= 8 else 0.1
        starts = sorted(
            hour + timedelta(milliseconds=chance.randrange(48 * 60_000))
            for _ in range(int(len(self._skill) * crowd / 50 + chance.random()))
        )
        for started_at in starts:
            self._rows = _no_rows()
            ended_at = self._play_match(started_at, season)
            yield Write(ended_at, self._rows)
        self._rows = _no_rows()
        closing = hour + timedelta(minutes=58)
        if chance.random() < 0.06:
            self._welcome_player(closing)
        if chance.random() < crowd * 0.5:
            self._sell_gems(closing)
        if chance.random() < 0.025:
            self._ban_someone(closing)
        if any(self._rows.values()):
            yield Write(closing, self._rows)

    def _play_match(self, started_at: datetime, season: int) -> datetime:
        """Play one match; return when it ended."""
        chance = self._random
        mode = chance.choice(list(_MODES))
        team = chance.sample(self._free_players(started_at), _MODES[mode])
        form = {player: self._skill[player] + chance.gauss(0, 1) for player in team}
        ended_at = started_at + timedelta(milliseconds=chance.randrange(150_000, 560_000))
        self._matches += 1
        match = self._matches
        self._add("match_result", match, self._uuid(), season, mode, started_at, ended_at)
        for place, player in enumerate(sorted(team, key=lambda p: -form[p]), start=1):
            accuracy = round(min(0.99, max(0.01, 0.5 + form[player] / 8)), 4)
            self._add("match_player", match, player, place, accuracy)
            points = _POINTS_BY_PLACE[place - 1] + chance.randrange(-9, 10)
            self._add_points(player, season, "match", points, match, ended_at)
            if chance.random() < 0.6:
                self._advance_quest(player, season, ended_at)
            if chance.random() < 0.5 / place:
                self._loot(player)
        return ended_at

    def _advance_quest(self, player: int, season: int, at: datetime) -> None:
        open_quests = (
            quest
            for quest, (steps, _) in self._quests.items()
            if self._quest_steps[player, quest] < steps
        )
        quest = next(open_quests, None)
        if quest is None:
            return
        steps, points = self._quests[quest]
        self._quest_steps[player, quest] += 1
        done = self._quest_steps[player, quest]
        self._add("quest_progress", player, quest, done, at if done == steps else None)
        if done == steps:
            self._add_points(player, season, "quest", points, None, at)

    def _loot(self, player: int) -> None:
        weights = [1 / (1 + number) for number in range(len(self._items))]
        (item,) = self._random.choices(range(1, len(self._items) + 1), weights)
        self._bag[player, item] += 1
        self._add("inventory", player, item, self._bag[player, item])

    def _welcome_player(self, at: datetime) -> None:
        chance = self._random
        player = len(self._skill) + 1
        inviter = chance.choice(list(self._skill)) if player > 9 and chance.random() < 0.3 else None
        settings = ",".join(option for option in _SETTINGS if chance.random() < 0.4)
        country = chance.choice(_COUNTRIES)
        name = self._unused_name(player)
        who = (player, self._uuid(), name, country, settings, self._avatar(), inviter, at)
        self._add("player", *who)
        self._skill[player] = chance.gauss(0, 0.8)
        # The first players lead the guilds; of the others, three in four join one.
        if player <= self._guilds:
            self._add("guild_member", player, player, "leader", at)
        elif chance.random() < 0.75:
            guild = chance.randint(1, self._guilds)
            role = "officer" if chance.random() < 0.1 else "member"
            self._add("guild_member", player, guild, role, at)

    def _unused_name(self, player: int) -> str:
        name = _EVERY_WORLD_HAS_ONE if player == 13 else ""
        while not name or name in self._names:
            name = f"{self._random.choice(_FIRST_NAMES)} {self._random.choice(_EPITHETS)}"
            if self._random.random() < 0.25:
                name += f" {self._random.randrange(2, 100)}"
        self._names.add(name)
        return name

    def _avatar(self) -> bytes:
        """Draw eight rows of eight pixels, the right half mirroring the left."""
        halves = [self._random.randrange(16) for _ in range(8)]
        return bytes(half << 4 | int(f"{half:04b}"[::-1], 2) for half in halves)

    def _uuid(self) -> bytes:
        return self._random.randbytes(16)

    def _sell_gems(self, at: datetime) -> None:
        gems, price = self._random.choices(_OFFERS, weights=[8, 4, 2, 0.2])[0]
        buyer = self._random.choice(list(self._skill))
        currency = self._random.choice(["EUR", "EUR", "USD", "GBP"])
        self._add("purchase", buyer, gems, Decimal(price), currency, at)

    def _ban_someone(self, at: datetime) -> None:
        player = self._random.choice(self._free_players(at))
        days = self._random.choice([1, 3, 7, None])
        expires_at = at + timedelta(days=days) if days else None
        self._banned_until[player] = expires_at or _FOR_EVER
        self._add("ban", player, self._random.choice(_BAN_REASONS), at, expires_at)

    def _free_players(self, at: datetime) -> list[int]:
        return [who for who in self._skill if self._banned_until.get(who, at) <= at]

    def _forge_items(self) -> None:
        for (make, rarity), (kind, power) in product(_ITEM_MAKES, _ITEM_KINDS.items()):
            self._items.append(f"{make} {kind}")
            power += self._random.randrange(6) + 2 * len(self._items) // len(_ITEM_KINDS)
            properties = {
                "power": power,
                "tags": [kind, rarity],
                "lore": {"de": "schön", "ja": "剣"},
            }
            row = (len(self._items), self._items[-1], rarity, json.dumps(properties))
            self._add("item", *row)

    def _write_quests(self) -> None:
        for quest, title in enumerate(_QUESTS, start=1):
            steps, points = self._random.randint(2, 5), 10 * self._random.randint(4, 12)
            self._quests[quest] = (steps, points)
            self._add("quest", quest, title, steps, points, quest - 1 or None)

    def _add_points(
        self, player: int, season: int, kind: str, points: int, match: int | None, at: datetime
    ) -> None:
        self._add("score_event", player, season, kind, points, match, at)

    def _add(self, table: str, *row: object) -> None:
        self._rows[table].append(row)


def _no_rows() -> Rows:
    return {table: [] for table in TABLES}
