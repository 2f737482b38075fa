"""Worlds taken back by row events turned around: equal to what the source held then."""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rewound.errors import ReplayError
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.log_receipt import LogReceipt
from rewound.load.options import LoadOptions
from rewound.replay import undoing
from rewound.replay.going_back import go_back
from rewound.replay.log_files import LogFiles
from rewound.replay.replaying import for_target
from rewound.replay.target import AtPosition
from rewound.replay.way_back import find_way_back
from tests.conftest import Cli
from tests.server.load_server import LoadServer
from tests.server.random_workload import Workload
from tests.server.replaying import (
    Moment,
    Source,
    content_of,
    plan,
    read_chain_facts,
    restore,
)

_TABLE = "CREATE TABLE game.player (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20), score INT)"
_FILL = "INSERT INTO game.player (name, score) VALUES ('ann',1),('bob',2),('cid',3)"


def _take_back(world: LoadServer, dump: Path, source: Source, to: Moment) -> Ledger:
    """Replay to the end of the logs, and go back from there."""
    logs, end = source.logs(), source.moment()
    later = restore(world, dump, logs, AtPosition(end.log_name, end.position))
    assert content_of(world) == end.content
    planned = plan(dump, logs, AtPosition(to.log_name, to.position))
    assert later.receipt is not None
    chain, findings = read_chain_facts(logs)
    files = LogFiles(chain, findings)
    way = find_way_back(planned, {("later",): later.receipt}, files, less_than_bytes=1 << 62)
    assert way is not None
    ledger = go_back(
        world.loader,
        way,
        planned,
        later,
        options=LoadOptions(),
        cancelled=threading.Event(),
    )
    return for_target(ledger, planned)


def _begin(source: Source, path: Path) -> Path:
    source.run("DROP DATABASE IF EXISTS game", "CREATE DATABASE game", _TABLE, _FILL)
    source.run("FLUSH BINARY LOGS")
    return source.dump(path / "w.sql")


def _what_is_the_same(receipt: LogReceipt | None) -> tuple[object, ...]:
    assert receipt is not None
    return (
        *(receipt.files, receipt.transactions, receipt.first, receipt.last),
        *(receipt.first_left_out, receipt.read, receipt.server, receipt.tables, receipt.as_of),
    )


@pytest.mark.parametrize("number", range(4))
def test_every_type_of_row_is_taken_back(
    number: int,
    source: Source,
    world: LoadServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if number > 1:
        monkeypatch.setattr(undoing, "_PIECE_BYTES", 2000)
    workload = Workload(source.connection, f"back {number}")
    workload.create()
    source.run("ALTER TABLE game.item DROP FOREIGN KEY item_player")
    source.run("ALTER TABLE game.parts ADD s INT AS (a + 1) STORED")
    compression = "ON" if number % 2 else "OFF"
    source.run(f"SET SESSION binlog_transaction_compression={compression}")
    steps: list[Callable[[], None]] = [
        *(workload._insert_player, workload._update_players, workload._delete_players),
        *(workload._items, workload._log, workload._parts, workload._several),
    ]
    for step in steps:
        step()
    dump = source.dump(tmp_path / "w.sql")
    for step in steps * 2:
        step()
    moment = source.moment()
    for at, step in enumerate(steps * 6):
        step()
        if at % 10 == number:
            source.run("FLUSH BINARY LOGS")
    source.run("SET SESSION binlog_transaction_compression=OFF")
    ledger = _take_back(world, dump, source, moment)
    assert content_of(world) == moment.content
    assert list(find_imbalances(ledger)) == []
    world.clear()
    afresh = restore(world, dump, source.logs(), AtPosition(moment.log_name, moment.position))
    assert content_of(world) == moment.content
    assert _what_is_the_same(ledger.receipt) == _what_is_the_same(afresh.receipt)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (("ALTER TABLE game.player ADD x INT",), "changes that are not rows"),
        (("TRUNCATE game.player",), "changes that are not rows"),
        (
            (
                "SET SESSION binlog_row_image=MINIMAL",
                "UPDATE game.player SET score = 9",
                "SET SESSION binlog_row_image=FULL",
            ),
            "the log does not have all columns of its rows",
        ),
        (
            (
                "ALTER TABLE game.player ADD doc JSON",
                "UPDATE game.player SET doc = JSON_OBJECT('a', REPEAT('long', 99), 'b', 1)",
                "MOMENT",
                "SET SESSION binlog_row_value_options=PARTIAL_JSON",
                "UPDATE game.player SET doc = JSON_SET(doc, '$.b', 2)",
                "SET SESSION binlog_row_value_options=''",
            ),
            "the log does not have all columns of its rows",
        ),
        (
            (
                "CREATE TABLE game.item (p INT, FOREIGN KEY (p) REFERENCES game.player (id)"
                " ON DELETE SET NULL)",
                "MOMENT",
                "DELETE FROM game.player WHERE id = 1",
            ),
            r"it changes game.player, and with it, by foreign keys \(CASCADE, SET NULL\), rows",
        ),
        (
            (
                *("XA START 'a'", "UPDATE game.player SET score = 9", "XA END 'a'"),
                *("XA PREPARE 'a'", "XA COMMIT 'a'"),
            ),
            "changes that are not rows",
        ),
        (
            (
                "BEGIN",
                "UPDATE game.player SET score = 9",
                "SAVEPOINT a",
                "INSERT INTO game.player VALUES (77,'x',7)",
                "ROLLBACK TO a",
                "COMMIT",
            ),
            "",
        ),
    ],
)
def test_what_cannot_be_turned_around_is_refused(
    statements: tuple[str, ...], words: str, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    dump = _begin(source, tmp_path)
    source.run("UPDATE game.player SET score = score + 1")
    moment = source.moment()
    for statement in statements:
        if statement == "MOMENT":
            moment = source.moment()
        else:
            source.run(statement)
    source.run("INSERT INTO game.player (name) VALUES ('zoe')")
    if not words:
        _take_back(world, dump, source, moment)
        assert content_of(world) == moment.content
        return
    with pytest.raises(ReplayError, match=words):
        _take_back(world, dump, source, moment)
    assert content_of(world) == source.moment().content  # nothing was sent


def test_a_transaction_that_is_too_large_is_refused(
    source: Source, world: LoadServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump, moment = _begin(source, tmp_path), source.moment()
    source.run("INSERT INTO game.player (name) VALUES ('zoe')")
    monkeypatch.setattr(undoing, "_MOST_EVENT_BYTES", 100)
    with pytest.raises(ReplayError, match="it is too large"):
        _take_back(world, dump, source, moment)


@pytest.mark.parametrize(
    ("row", "words"), [(50, "the server refuses it"), (1, "has other rows than expected")]
)
def test_a_world_that_is_not_as_it_was_is_refused(
    row: int,
    words: str,
    source: Source,
    world: LoadServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dump = _begin(source, tmp_path)
    moment = source.moment()
    source.run("INSERT INTO game.player VALUES (50,'joe',5)")

    find = find_way_back

    def spoil(*arguments: object, **named: object) -> object:
        world.execute(f"DELETE FROM game.player WHERE id = {row}")
        return find(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("tests.server.test_going_back.find_way_back", spoil)
    with pytest.raises(ReplayError, match=words):
        _take_back(world, dump, source, moment)


@dataclass(frozen=True, slots=True)
class Story:
    """A dump, and moments after it, so many transactions from the last one."""

    backups: Path
    moments: dict[str, Moment]

    def at(self, name: str) -> tuple[str, str]:
        moment = self.moments[name]
        return "--at-position", f"{moment.log_name}:{moment.position}"


@pytest.fixture(scope="module")
def story(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("back")
    (folder / "host1").mkdir()
    _begin(source, folder / "host1").rename(folder / "host1" / "host1_20260303.sql")
    moments = {}
    # The way from the dump is longer than the way back, and has a definition.
    for number in range(600):
        source.run(f"INSERT INTO game.player (name, score) VALUES ('{number}', {number})")
    source.run("CREATE INDEX by_score ON game.player (score)")
    moments["before definition"] = source.moment()
    source.run("CREATE INDEX by_name ON game.player (name)")
    moments["400 back"] = source.moment()
    for number in range(1, 400):
        source.run(
            (
                f"UPDATE game.player SET score = score + 1 WHERE id = {number}",
                f"DELETE FROM game.player WHERE id = {number}",
                f"INSERT INTO game.player (name, score) VALUES ('n{number}', 1)",
            )[number % 3]
        )
        if number == 200:
            source.run("FLUSH BINARY LOGS")
    moments["1 back"] = source.moment()
    source.run("DELETE FROM game.player WHERE id > 100")
    moments["end"] = source.moment()
    for log in source.logs():
        shutil.copy(log, folder / "host1")
    return Story(folder, moments)


@pytest.fixture
def seeker(cli: Cli) -> Iterator[Cli]:
    """The command line, and no fleet afterwards."""
    yield cli
    cli("down")


def _receipt(cli: Cli) -> dict[str, object]:
    report = json.loads(cli("report", "host1", "--format", "json").stdout)
    receipt = report["host1"]["receipt"]
    assert isinstance(receipt, dict)
    return receipt


def _require_at(cli: Cli, moment: Moment) -> None:
    asked = cli("query", "CHECKSUM TABLE game.player", "--format", "csv")
    assert asked.lines[-1] == f"host1,game.player,{moment.content['rows of player']}"


@pytest.mark.parametrize(
    ("name", "count", "arguments"),
    [("1 back", 1, ("--step", "back")), ("400 back", 400, ())],
)
def test_seek_goes_back_the_shorter_way(
    story: Story, seeker: Cli, name: str, count: int, arguments: tuple[str, ...]
) -> None:
    done = seeker("up", story.backups, *story.at("end"))
    assert done.code == 0, done.stderr
    _require_at(seeker, story.moments["end"])
    # A user's changes are not those of the baseline that the way back begins at.
    assert seeker("query", "--write", "UPDATE game.player SET score = 0").code == 0
    moved = seeker("seek", *(arguments or story.at(name)))
    assert moved.code == 0, moved.stderr
    _require_at(seeker, story.moments[name])
    receipt = _receipt(seeker)
    # Of another test's baseline that is nearer, what lies between that and the end is known.
    assert sum(back["transactions"] for back in receipt["taken_back"]) == count  # type: ignore[attr-defined]
    assert any("AUTO_INCREMENT" in text for text in receipt["not_proved"])  # type: ignore[attr-defined]
    assert "  taken back  " in seeker("report", "host1").stdout

    moved = seeker("seek", "--step", "forward")
    assert moved.code == 0, moved.stderr
    assert seeker("query", "--write", "DELETE FROM game.player").code == 0
    assert seeker("seek", *story.at(name)).code == 0
    _require_at(seeker, story.moments[name])


def test_seek_over_a_definition_goes_the_way_from_the_dump(story: Story, seeker: Cli) -> None:
    assert seeker("up", story.backups, *story.at("400 back")).code == 0
    moved = seeker("-v", "seek", *story.at("before definition"))
    assert moved.code == 0, moved.stderr
    assert "host1: replayed from an earlier moment instead (rewound -v shows why)\n" in moved.stderr
    assert re.search(r"cannot be taken back: .*it has changes that are not rows", moved.stderr)
    _require_at(seeker, story.moments["before definition"])
    assert _receipt(seeker)["taken_back"] == []
