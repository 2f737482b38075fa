"""A history of one server, and fleets that are taken to moments of it.

Two worlds have the same history. Their dumps differ by a comment, so that each has baselines of
its own. What the source held at each stop is known by CHECKSUM TABLE.
"""

import shutil
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from tests.endurance.crash_fleet import ENDED_STATES, WORLDS, Content, CrashFleet
from tests.server.replaying import Moment, Source

QUESTION = "CHECKSUM TABLE player, guild"
_TABLES = ("player", "guild")
_ROWS = 3_000
_LEGS = 3
_TRANSACTIONS = 60
"""Of one leg, with some hundred rows each."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A moment that worlds can be taken to."""

    log_name: str
    position: int
    gtid: str
    """Of the last transaction that worlds have there."""
    content: Content
    """What all worlds answer `QUESTION` with."""

    @property
    def option(self) -> tuple[str, str]:
        """The option of `up` and `seek` that names it."""
        return "--after-transaction", self.gtid

    @property
    def place(self) -> tuple[str, int]:
        """Where a receipt of it ends."""
        return self.log_name, self.position


@dataclass(frozen=True, slots=True)
class Journey:
    """Backups of two worlds, and the stops on their way."""

    backups: Path
    stops: tuple[Stop, ...]
    """One per leg, in their order."""
    before: tuple[Stop, ...]
    """For each, one transaction earlier."""
    following: tuple[Stop, ...]
    """For each, one transaction later."""


def write_journey(source: Source, backups: Path) -> Journey:
    """Let a source live through a history; keep its dump and its logs for each world."""
    source.run("CREATE DATABASE game", "SET cte_max_recursion_depth = 9999", *_iter_tables())
    dump = source.dump(backups / "dump.sql")
    stops, before, following = [], [], []
    for leg in range(_LEGS):
        _go(source, leg)
        before.append(_stop(source.moment()))
        source.run(f"DELETE FROM game.player WHERE id = {leg}")
        stops.append(_stop(source.moment()))
        source.run(f"DELETE FROM game.guild WHERE id = {leg}")
        following.append(_stop(source.moment()))
    _go(source, _LEGS)  # what nobody asks for
    for world in WORLDS:
        folder = backups / world
        folder.mkdir()
        text = dump.read_bytes()
        (folder / f"{world}_fulldump_20260302_211500.sql").write_bytes(
            text.replace(b"\n--\n", b"\n-- of %b\n--\n" % world.encode(), 1)
        )
        for log in source.logs():
            shutil.copy(log, folder)
    dump.unlink()
    return Journey(backups, tuple(stops), tuple(before), tuple(following))


def _iter_tables() -> Iterator[str]:
    for table in _TABLES:
        yield (
            f"CREATE TABLE game.{table} (id INT PRIMARY KEY, name VARCHAR(60), score INT,"
            " KEY (name))"
        )
        yield (
            f"INSERT INTO game.{table} WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1"
            f" FROM n WHERE i < {_ROWS}) SELECT i, SHA1(CONCAT(i)), i FROM n"
        )


def _go(source: Source, leg: int) -> None:
    """Change rows; between, a definition changes, and another file begins."""
    for number in range(_TRANSACTIONS):
        table, rest, id_ = _TABLES[number % 2], number % 7, _ROWS * (leg + 2) + number
        source.run(
            f"UPDATE game.{table} SET score = score + {leg + 1} WHERE id % 7 = {rest}",
            f"INSERT INTO game.{table} (id, name, score) VALUES ({id_}, SHA1('{id_}'), 1)",
        )
        if number == _TRANSACTIONS // 2:
            source.run(f"ALTER TABLE game.guild ADD COLUMN c{leg} INT", "FLUSH BINARY LOGS")


def _stop(moment: Moment) -> Stop:
    lines = {f"game.{table},{moment.content[f'rows of {table}']}" for table in _TABLES}
    server, _, numbers = moment.gtids.partition(":")
    gtid = f"{server}:{numbers.rpartition('-')[2]}"
    return Stop(moment.log_name, moment.position, gtid, dict.fromkeys(WORLDS, lines))


def require_at(
    fleet: CrashFleet,
    *stops: Stop,
    changed: tuple[Stop, Content] | None = None,
    states_allowed: Set[str] = ENDED_STATES,
) -> dict[str, str]:
    """Require that each ready world is whole at one of these stops, and says at which.

    `changed` is what worlds may hold that somebody changed at a stop. Return all states.
    """
    possible = [(stop.place, stop.content) for stop in stops]
    if changed is not None:
        possible.append((changed[0].place, changed[1]))
    states = fleet.require_truth(
        *(content for _, content in possible), states_allowed=states_allowed
    )
    if "ready" in states.values():
        places = fleet.find_log_places()
        for world, lines in fleet.content().items():
            fitting = [place for place, content in possible if content[world] == lines]
            assert places[world] in fitting, f"{world} says that it is at another moment"
    return states


def require_all_at(fleet: CrashFleet, stop: Stop) -> None:
    """Require that all worlds are ready at a stop."""
    assert require_at(fleet, stop) == dict.fromkeys(WORLDS, "ready")
