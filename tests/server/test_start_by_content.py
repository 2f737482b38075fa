"""Dumps without coordinates: found in the logs by their rows, or refused with the reason."""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.errors import BinlogError, ReplayError
from tests.conftest import Cli
from tests.server.finding import find, find_or_refuse, go_to
from tests.server.load_server import LoadServer
from tests.server.random_workload import Workload
from tests.server.replaying import Source, content_of, running_source

NO_COORDINATES = "--set-gtid-purged=OFF"


def refuse(
    source: Source, world: LoadServer, dump: Path, logs: Sequence[Path] | None = None
) -> str:
    """Return the message of a dump that is refused."""
    with pytest.raises(ReplayError) as caught:
        find(world, world.load(dump), source.logs() if logs is None else logs)
    assert "does not say where it stands" in caught.value.message
    assert "--source-data=2" in str(caught.value.hint)
    return caught.value.message


@pytest.mark.parametrize("number", range(10))
def test_random_dumps_are_found_or_lie_in_the_range_that_is_refused(
    number: int, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    random = Random(number)
    workload = Workload(source.connection, f"content {number}")
    workload.create()
    for _ in range(random.randrange(5, 60)):
        workload.step()
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    begin = moment = source.moment()
    for step in range(60):
        workload.step()
        if random.randrange(15) == 0:
            source.run("FLUSH BINARY LOGS")
        if step == 40:
            moment = source.moment()
    ledger = world.load(dump)
    found = find_or_refuse(world, ledger, source.logs(), begin)
    if found is None:
        return
    go_to(world, ledger, found, source.logs(), moment)
    assert content_of(world) == moment.content


def _make(source: Source, *, key: str = "PRIMARY KEY") -> None:
    """Make tables, and rows that were changed before a dump is taken."""
    reference = ", FOREIGN KEY (player) REFERENCES game.player (id) ON DELETE CASCADE"
    source.run(
        "DROP DATABASE IF EXISTS game",
        "RESET BINARY LOGS AND GTIDS",
        "CREATE DATABASE game",
        f"CREATE TABLE game.player (id INT {key}, score INT, seen TIMESTAMP(3) NULL)",
        "CREATE TABLE game.log (line VARCHAR(50))",
        f"CREATE TABLE game.item (id INT PRIMARY KEY, player INT{reference if key else ''})",
        "FLUSH BINARY LOGS",
    )
    for number in range(20):
        source.run(f"INSERT INTO game.player VALUES ({number}, 0, NOW(3))")


def _go_on(source: Source) -> None:
    for number in range(20):
        source.run(f"UPDATE game.player SET score = score + {number + 1} WHERE id = {number}")


def test_a_sample_of_the_rows_is_enough(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    for number in range(100):
        source.run(f"UPDATE game.player SET score = {number} WHERE id = {number % 20}")
    dump, begin = source.dump(tmp_path / "w.sql", NO_COORDINATES), source.moment()
    for number in range(100):
        source.run(f"UPDATE game.player SET score = {1000 + number} WHERE id = {number % 20}")
    ledger = world.load(dump)
    whole = find(world, ledger, source.logs())
    assert (whole.log_name, whole.position) == (begin.log_name, begin.position)
    assert whole.evidence.rows == 20
    sampled = find(world, ledger, source.logs(), most_touches=150)
    assert (sampled.log_name, sampled.position) == (begin.log_name, begin.position)
    with pytest.raises(
        ReplayError, match=r"a sample shows that it stands between .* but not where"
    ):
        find(world, ledger, source.logs(), most_touches=1)


def test_logs_of_another_host(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    _go_on(source)
    source.run("UPDATE game.player SET score = 77")
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    _make(source)
    _go_on(source)
    message = refuse(source, world, dump)
    assert "its rows fit no place in binlog.000001 to binlog.000002; most fit at " in message
    assert "game.player, id=" in message
    assert "these are not the logs of the server from the time of the dump" in message


def test_logs_that_begin_too_late(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    source.run("INSERT INTO game.player VALUES (50, 1, NULL)", "FLUSH BINARY LOGS")
    begun = source.logs()[-1]
    _go_on(source)
    late = [log for log in source.logs() if log >= begun]
    message = refuse(source, world, dump, late)
    assert f"they fit at {begun.name}:" in message
    assert f"but the logs {begun.name} change too little before that; the dump may as" in message
    assert message.endswith("may as well be from before these logs")
    assert "fit no place" not in message
    world.clear()
    source.run("FLUSH BINARY LOGS")
    later = [source.logs()[-1]]
    _go_on(source)
    assert "game.player, id=" in refuse(source, world, dump, later)


def test_logs_that_begin_too_late_and_go_back(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    """Where the first row of the logs is as in the dump again, the dump is not shown to be."""
    _make(source)
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    source.run("INSERT INTO game.player VALUES (50, 1, NULL)", "FLUSH BINARY LOGS")
    begun = source.logs()[-1]
    source.run("UPDATE game.player SET score = 6 WHERE id = 3")
    source.run("UPDATE game.player SET score = 0 WHERE id = 3")
    _go_on(source)
    message = refuse(source, world, dump, [log for log in source.logs() if log >= begun])
    assert "change too little before that; the dump may as well be from before" in message


def test_logs_that_end_too_early(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    _go_on(source)
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    message = refuse(source, world, dump)
    assert "change too little after that; the dump may as well be from after these logs" in message


def test_a_file_that_is_missing_ends_what_is_known(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    _make(source)
    dump, begin = source.dump(tmp_path / "w.sql", NO_COORDINATES), source.moment()
    source.run("UPDATE game.player SET score = 9 WHERE id = 1", "FLUSH BINARY LOGS")
    missing = source.logs()[-1]
    _go_on(source)
    source.run("FLUSH BINARY LOGS")
    _go_on(source)
    logs = [log for log in source.logs() if log != missing]
    found = find(world, world.load(dump), logs)
    assert (found.log_name, found.position) == (begin.log_name, begin.position)
    with pytest.raises(BinlogError, match=f"{missing.name} is missing"):
        go_to(world, world.load(dump), found, logs, source.moment())


def test_a_dump_of_no_single_moment(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    _go_on(source)
    text = dump.read_text("utf-8")
    assert text.count("(7,0,") == 1
    dump.write_text(text.replace("(7,0,", "(7,8,"), "utf-8")  # as it was after an update
    message = refuse(source, world, dump)
    assert re.search(r"rows fit no place in .*; most fit at \S+, but 1 of \d+ rows that", message)
    assert "game.player, id=7: is in the dump, but not as in the logs " in message
    assert "made without --single-transaction" in message


def test_rows_that_nobody_can_have(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    _go_on(source)
    text = dump.read_text("utf-8")
    dump.write_text(re.sub(r",?\(7,0,[^)]*\)", "", text, count=1), "utf-8")
    expected = "game.player, id=7: is not in the dump, but in the logs from "
    assert expected in refuse(source, world, dump)


def test_nothing_shows_which_of_two_places(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    _make(source)
    source.run("INSERT INTO game.log VALUES ('a'), ('a')")
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    _go_on(source)
    message = refuse(source, world, dump)
    assert "its rows fit more than one place: binlog." in message
    assert "nothing shows whether the dump has what is between them: transaction binlog." in message
    assert ", which changes game.log (no primary key" in message


def test_a_range_in_which_nothing_is_replayed(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    _make(source)
    begin = source.moment()
    source.run("CREATE USER somebody", "DROP USER somebody")
    source.run("CREATE TABLE IF NOT EXISTS mysql.own (id INT)", "INSERT INTO mysql.own VALUES (1)")
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    source.run("DROP TABLE mysql.own")
    _go_on(source)
    ledger, moment = world.load(dump), source.moment()
    found = find(world, ledger, source.logs())
    assert (found.log_name, found.position) == (begin.log_name, begin.position)
    go_to(world, ledger, found, source.logs(), moment)
    assert content_of(world) == moment.content


@pytest.mark.parametrize("with_others", [True, False])
def test_values_that_go_back(
    with_others: bool, source: Source, world: LoadServer, tmp_path: Path
) -> None:
    _make(source)
    source.run("UPDATE game.player SET score = 5 WHERE id = 3")
    dump, begin = source.dump(tmp_path / "w.sql", NO_COORDINATES), source.moment()
    source.run("UPDATE game.player SET score = 6 WHERE id = 3")
    if with_others:
        source.run("UPDATE game.player SET score = 1 WHERE id = 4")
    source.run("UPDATE game.player SET score = 5 WHERE id = 3")
    source.run("UPDATE game.player SET score = 9 WHERE id = 3")
    if not with_others:
        assert "go back to the values that they had" in refuse(source, world, dump)
        return
    found = find(world, world.load(dump), source.logs())
    assert (found.log_name, found.position) == (begin.log_name, begin.position)


def test_tables_that_are_made_and_dropped(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    _make(source)
    source.run(
        "CREATE TABLE game.old (id INT PRIMARY KEY)",
        "CREATE TABLE game.new (id INT PRIMARY KEY)",
        "DROP TABLE game.old",
    )
    dump, begin = source.dump(tmp_path / "w.sql", NO_COORDINATES), source.moment()
    source.run("RENAME TABLE game.new TO game.newer", "ALTER TABLE game.player ADD x INT")
    _go_on(source)
    ledger, moment = world.load(dump), source.moment()
    found = find(world, ledger, source.logs())
    assert (found.log_name, found.position) == (begin.log_name, begin.position)
    go_to(world, ledger, found, source.logs(), moment)
    assert content_of(world) == moment.content


_TYPES = """
a TINYINT, b SMALLINT UNSIGNED, c MEDIUMINT, d INT ZEROFILL, e BIGINT UNSIGNED, f FLOAT,
g FLOAT(7,2), h DOUBLE, i DECIMAL(20,5) ZEROFILL, j DECIMAL(10,2), k BIT(64), l YEAR, m DATE,
n TIME(2), o DATETIME(6), p TIMESTAMP(3) NULL, q CHAR(20) CHARACTER SET latin1,
r VARCHAR(20) CHARACTER SET utf16, s TEXT, t BINARY(9), u VARBINARY(9), v LONGBLOB,
w ENUM('x','y,','z''') CHARACTER SET latin1, x SET('a','b','c'), y JSON, z POINT, za VECTOR(2),
zb INT AS (a + 1), zc INT AS (a * 2) STORED
"""
_VALUES = (
    "-5, 60000, -8000000, 7, 18446744073709551615, 1.23456789, 12345.65, 1e-300, 12.3, -0.01,"
    " b'1001', 1999, '2024-02-29', '-838:59:58.99', '2024-02-29 23:59:59.999999',"
    " '2024-06-18 12:00:00.123', 'caf\xe9 ', '雪', 'a\\\\b\\0', X'0100', X'0100', X'FF00', 'y,',"
    ' \'a,c\', \'{"a": [1.10, 2, 12345678901234567890, "\xe9", null, true], "b": {}}\','
    " ST_GeomFromText('POINT(1 2)'), STRING_TO_VECTOR('[1,2]'), DEFAULT, DEFAULT",
    f"{'NULL, ' * 27}DEFAULT, DEFAULT",
    "120, 0, 8388607, 0, 0, -1e30, -0.005, -0.0, 0, 0, 0, '0000', '1000-01-01', '00:00:00',"
    " '1000-01-01', '1970-01-02 00:00:01', '', '', '', '', '', '', 'x', '', '[]',"
    " ST_GeomFromText('POINT(-1e9 0.1)'), STRING_TO_VECTOR('[0.1,-2e10]'), DEFAULT, DEFAULT",
    "1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 1, 1, b'1', 2024, '2024-01-01', '12:00', '2024-01-01',"
    " '2024-10-27 01:30:00', ' x', 'a b ', REPEAT('long', 999), 'x', 'x', 'x', 'z''', 'a,b,c',"
    " JSON_OBJECT('d', CAST('2024-01-01' AS DATE), 'n', CAST(1.50 AS DECIMAL(5,2)), 'f', 1e-7),"
    " ST_GeomFromText('POINT(0 0)'), STRING_TO_VECTOR('[0,0]'), DEFAULT, DEFAULT",
)
_KEYS = {
    "INT": ("-5", "0", "7"),
    "BIGINT UNSIGNED": ("18446744073709551615", "1", "2"),
    "VARCHAR(20) COLLATE utf8mb4_0900_ai_ci": ("'ann'", "'B\xf6b '", "''"),
    "CHAR(9) CHARACTER SET latin1": ("'caf\xe9'", "'x'", "''"),
    "VARCHAR(20) CHARACTER SET utf16": ("'雪'", "'x'", "''"),
    "BINARY(16)": ("X'00FF'", "UUID_TO_BIN(UUID())", "''"),
    "VARBINARY(9)": ("X'00FF00'", "X'00FF'", "''"),
    "DATE": ("'2024-02-29'", "'1000-01-01'", "'2024-01-01'"),
    "TIMESTAMP(3)": ("'2024-10-27 01:30:00.5'", "'2024-01-01'", "'1970-01-02 00:00:01'"),
    "TIME(2)": ("'-12:00:00.05'", "'0:00'", "'838:59:59'"),
    "DECIMAL(10,3)": ("-0.5", "0", "1234567.891"),
    "ENUM('a','b','c')": ("'c'", "'a'", "'b'"),
    "BIT(9)": ("b'100000001'", "b'0'", "b'1'"),
}


def test_values_of_all_types(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source)
    source.run("SET time_zone = '+05:45'")
    source.run(f"CREATE TABLE game.types (id INT PRIMARY KEY, {_TYPES})")
    source.run("CREATE TABLE game.pairs (a ENUM('x','y'), b VARCHAR(9), c INT, PRIMARY KEY (a, b))")
    source.run("CREATE TABLE game.one (a INT, b INT NOT NULL, UNIQUE (a), UNIQUE (b))")
    for number, values in enumerate(_VALUES):
        source.run(f"INSERT INTO game.types VALUES ({number}, {values})")
        source.run(f"INSERT INTO game.types VALUES ({number + 10}, {values})")
    for number, (key, texts) in enumerate(_KEYS.items()):
        source.run(f"CREATE TABLE game.key_{number} (id {key} NOT NULL PRIMARY KEY, n INT)")
        source.run(f"INSERT INTO game.key_{number} VALUES " + ",".join(f"({v},1)" for v in texts))
    source.run("INSERT INTO game.pairs VALUES ('x','1',1),('y','1',2)")
    source.run("INSERT INTO game.one VALUES (NULL,1),(NULL,2)")
    source.run("CREATE TABLE game.word (id INT PRIMARY KEY, e ENUM('a',''), n INT)")
    source.run("INSERT IGNORE INTO game.word VALUES (1, 'none', 1), (2, '', 1)")
    dump, begin = source.dump(tmp_path / "w.sql", NO_COORDINATES), source.moment()
    source.run("SET time_zone = 'SYSTEM'")
    for number in range(len(_VALUES)):
        source.run(f"UPDATE game.types SET a = 9 WHERE id = {number + 10}")
        source.run(f"DELETE FROM game.types WHERE id = {number}")
    for number in range(len(_KEYS)):
        source.run(f"UPDATE game.key_{number} SET n = n + 1")
    source.run("UPDATE game.pairs SET c = c + 1", "UPDATE game.one SET a = 5 WHERE b = 1")
    source.run("UPDATE game.word SET n = 2")
    ledger, moment = world.load(dump), source.moment()
    found = find(world, ledger, source.logs())
    assert (found.log_name, found.position) == (begin.log_name, begin.position)
    changed = 2 * len(_VALUES) + 3 * len(_KEYS) + 2 + 1 + 2
    assert found.evidence.rows == changed + 1 + 20  # the others were only inserted
    assert found.evidence.not_later == changed
    go_to(world, ledger, found, source.logs(), moment)


def test_no_row_that_speaks(source: Source, world: LoadServer, tmp_path: Path) -> None:
    _make(source, key="")
    dump = source.dump(tmp_path / "w.sql", NO_COORDINATES)
    _go_on(source)
    message = refuse(source, world, dump)
    assert "change no row that can be compared with the dump (" in message
    assert "game.player: no primary key" in message


@pytest.fixture
def backups(source: Source, tmp_path: Path) -> Path:
    """A folder with a dump without coordinates, and logs from before and after it."""
    _make(source)
    folder = tmp_path / "backups"
    (folder / "host1").mkdir(parents=True)
    source.dump(folder / "host1" / f"host1_{datetime.now(UTC):%Y%m%d_%H%M%S}.sql", NO_COORDINATES)
    _go_on(source)
    for log in source.logs():
        shutil.copy(log, folder / "host1")
    return folder


@pytest.fixture
def _down(cli: Cli) -> Iterator[None]:
    yield
    cli("down")


@pytest.mark.usefixtures("_down")
def test_as_a_user_runs_it(source: Source, backups: Path, cli: Cli) -> None:
    moment = source.moment()
    position = f"{moment.log_name}:{moment.position}"
    done = cli("up", backups, "--at-position", position)
    assert done.code == 0, done.stderr
    assert "does not say where it stands in the binary logs" in done.stderr
    assert (
        "by its content: 20 rows of 1 table and 3 definitions fit exactly one place" in done.stderr
    )
    asked = cli("query", "SELECT SUM(score) AS score FROM player", "--format", "csv")
    assert asked.lines[1:] == [f"host1,{sum(range(1, 21))}"]
    assert (
        "found by content: 20 rows of 1 table and 3 definitions fit exactly one"
        in cli("report").stdout
    )
    receipt = json.loads(cli("report", "host1", "--format", "json").stdout)["host1"]["receipt"]
    assert receipt["by_content"] == {
        "rows": 20,
        "tables": 1,
        "definitions": 3,
        "not_earlier": 23,
        "not_later": 20,
    }
    assert receipt["transactions"] == 20

    moved = cli("seek", "--step", "back")
    assert moved.code == 0, moved.stderr
    assert "by its content" not in moved.stderr
    asked = cli("query", "SELECT SUM(score) AS score FROM player", "--format", "csv")
    assert asked.lines[1:] == [f"host1,{sum(range(1, 20))}"]
    first = receipt["first"]
    refused = cli("seek", "--at-position", f"{first['log_name']}:157")
    assert refused.code == 1
    assert cli("down").code == 0

    again = cli("up", backups, "--at-position", position)
    assert again.code == 0, again.stderr
    assert "from its baseline" in again.stderr
    assert "by its content" not in again.stderr


@pytest.mark.usefixtures("_down")
def test_a_dump_that_turns_out_to_be_too_new(source: Source, backups: Path, cli: Cli) -> None:
    source.run("UPDATE game.player SET score = 1000 WHERE id = 1")
    moment = source.moment()
    source.run("UPDATE game.player SET score = 2000 WHERE id = 1")
    now, folder = datetime.now(UTC), backups / "host1"
    names = [f"host1_{now + timedelta(hours=hours):%Y%m%d_%H%M%S}.sql" for hours in (-3, -2, 9)]
    (first,) = folder.glob("*.sql")
    first.rename(folder / names[0])
    source.dump(folder / names[1], NO_COORDINATES)
    source.dump(folder / names[2], NO_COORDINATES)
    source.run("UPDATE game.player SET score = 3000 WHERE id = 1")
    for log in source.logs():
        shutil.copy(log, backups / "host1")
    done = cli("up", backups, "--at-position", f"{moment.log_name}:{moment.position}")
    assert done.code == 0, done.stderr
    assert names[2] not in done.stderr
    assert f"is before the dump's own position; taking {names[0]}" in done.stderr
    asked = cli("query", "SELECT score FROM player WHERE id = 1", "--format", "csv")
    assert asked.lines[1:] == ["host1,1000"]
    # Whoever may only read sees the foreign keys as well.
    asked = cli("query", "SELECT COUNT(*) FROM information_schema.referential_constraints")
    assert "1" in asked.stdout


@pytest.mark.usefixtures("_down")
def test_a_world_whose_dump_fits_nowhere_fails(source: Source, backups: Path, cli: Cli) -> None:
    (dump,) = (backups / "host1").glob("*.sql")
    text = dump.read_text("utf-8")
    dump.write_text(text.replace("(7,0,", "(7,8,"), "utf-8")
    done = cli("up", backups, "--at", "2099-01-01 00:00+00:00")
    assert done.code == 1
    assert "its rows fit no place" in done.stderr
    assert cli("up", backups, "--no-binlogs").code == 0


def test_rows_that_foreign_keys_delete_without_the_log(
    installation: Installation,
    engine: ProcessEngine,
    cache_dir: Path,
    make_folder: Callable[[], Path],
    world: LoadServer,
    tmp_path: Path,
) -> None:
    options = "--innodb-native-foreign-keys=ON"
    with running_source(installation, engine, cache_dir, make_folder, options) as source:
        _make(source)
        source.run("DROP TABLE game.item")
        source.run(
            "CREATE TABLE game.item (id INT PRIMARY KEY, player INT, FOREIGN KEY (player)"
            " REFERENCES game.player (id) ON DELETE CASCADE ON UPDATE CASCADE)"
        )
        source.run("INSERT INTO game.item VALUES (1, 1), (2, 2), (3, 3), (4, 4)")
        source.run("DELETE FROM game.player WHERE id = 1", "INSERT INTO game.item VALUES (1, 2)")
        source.run("DELETE FROM game.player WHERE id = 2")
        source.run("UPDATE game.player SET id = 33 WHERE id = 3")
        source.run("INSERT INTO game.item VALUES (5, 4)")
        dump, begin = source.dump(tmp_path / "w.sql", NO_COORDINATES), source.moment()
        source.run("UPDATE game.item SET id = 55 WHERE id = 5")
        source.run("DELETE FROM game.player WHERE id = 4")
        source.run("UPDATE game.player SET score = 9 WHERE id = 5")
        ledger, moment = world.load(dump), source.moment()
        found = find(world, ledger, source.logs())
        assert (found.log_name, found.position) == (begin.log_name, begin.position)
        go_to(world, ledger, found, source.logs(), moment)
        assert content_of(world) == moment.content
