"""Changes that are logged as statements: executed again if allowed, refused if hostile."""

from pathlib import Path
from random import Random

import pytest

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.errors import ReplayError
from rewound.load.log_receipt import LogReceipt
from rewound.replay.target import AtPosition
from tests.server.load_server import LoadServer
from tests.server.planted import NO_GTIDS, TABLES, History, made, tell
from tests.server.replaying import Source, restore
from tests.unit.binlog.made_log import MadeLog, query_body

_ALLOWED = frozenset({"statement-replayed"})
_AS_ROWS = "SET SESSION binlog_format=ROW"
_TABLES = """
CREATE TABLE game.player (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(60), score DOUBLE,
  at TIMESTAMP(6) NULL, day DATETIME NULL, note TEXT CHARACTER SET latin1, n BIGINT UNSIGNED,
  d DECIMAL(20,6), g INT AS (LENGTH(name)) STORED, KEY (score));
CREATE TABLE game.item (id BIGINT AUTO_INCREMENT PRIMARY KEY, player INT, label VARCHAR(20));
CREATE TABLE game.history (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(99), at TIMESTAMP(6));
CREATE TABLE game.bare (a INT, b VARCHAR(99)) ENGINE=MyISAM;
CREATE TRIGGER game.noted AFTER INSERT ON game.item FOR EACH ROW
  INSERT INTO game.history (what, at) VALUES (CONCAT('item ', NEW.id), NOW(6));
CREATE TRIGGER game.removed BEFORE DELETE ON game.player FOR EACH ROW
  DELETE FROM game.item WHERE player = OLD.id;
CREATE FUNCTION game.twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2
"""
_CHANGES = (
    "INSERT INTO game.player (name, score, at) VALUES ('ann', RAND(), NOW(6)), ('bob', RAND(),"
    " NOW())",
    "INSERT INTO game.player (name, day, note) VALUES ('b\u00f8b \u96ea', CURDATE(), 'caf\u00e9')",
    "INSERT INTO game.item (player, label) VALUES (LAST_INSERT_ID(), 'last')",
    "INSERT INTO game.item (player, label) SELECT id, name FROM game.player ORDER BY id LIMIT 2",
    "UPDATE game.player SET score = score + RAND() * 10, at = CURRENT_TIMESTAMP WHERE id % 2",
    "UPDATE game.player SET name = @text, n = @whole, d = @exact, score = @real ORDER BY id"
    " LIMIT 1",
    "UPDATE game.player SET n = @big, note = @nothing ORDER BY id DESC LIMIT 1",
    "UPDATE game.player SET day = FROM_UNIXTIME(86400 * 200), name = DAYNAME('2026-03-03')",
    "UPDATE game.player SET n = game.twice(id), day = '2026-03-29 02:30:00'",
    "DELETE FROM game.player ORDER BY id LIMIT 1",
    "REPLACE INTO game.player (id, name) VALUES (2, 'two'), (50, \"fif`ty\")",
    "INSERT IGNORE INTO game.player (id, name) VALUES (0, 'zero')",
    "INSERT INTO game.bare VALUES (1, 'a'), (2, @text)",
    "UPDATE game.bare SET b = CONCAT(LEFT(b, 9), RAND())",
    "UPDATE game.player p JOIN game.item i ON i.player = p.id SET p.name = 'joined', i.label = 'x'",
    "WITH few AS (SELECT id FROM game.player ORDER BY id LIMIT 3) UPDATE game.player SET score = 9"
    " WHERE id IN (SELECT id FROM few)",
    "INSERT IGNORE INTO game.player (id, name) VALUES (2, 'dup'), (77, '-- x; /* y')",
    "INSERT INTO game.player (id, name) VALUES (2, 'x') ON DUPLICATE KEY UPDATE score = score + id",
)
_SETTINGS = (
    "time_zone='+05:30'",
    "time_zone='Europe/Berlin'",
    "time_zone='+00:00'",
    "sql_mode='ANSI_QUOTES,NO_ZERO_DATE'",
    "sql_mode='NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO'",
    "sql_mode='PIPES_AS_CONCAT,STRICT_ALL_TABLES'",
    "sql_mode=DEFAULT",
    "auto_increment_increment=7, auto_increment_offset=3",
    "auto_increment_increment=1, auto_increment_offset=1",
    "lc_time_names='de_DE'",
    "timestamp=1700000000.25",
    "timestamp=DEFAULT",
    "@text='it''s \u00fc', @whole=42, @exact=-1.5, @real=1e0/3, @big=18446744073709551615,"
    " @nothing=NULL",
    "@text=_latin1 X'E9', @whole=-0, @exact=12345.000001, @real=1e300, @big=1, @nothing=''",
)


def receipt_of(history: History, world: LoadServer) -> LogReceipt:
    ledger = restore(world, history.dump, history.logs, history.target, allowed=_ALLOWED)
    assert ledger.receipt is not None
    return ledger.receipt


@pytest.mark.parametrize("binlog_format", ["STATEMENT", "MIXED"])
@pytest.mark.parametrize("seed", range(4))
def test_statements_that_are_executed_again_give_the_same_rows(
    source: Source, world: LoadServer, tmp_path: Path, binlog_format: str, seed: int
) -> None:
    random = Random(f"{binlog_format} {seed}")
    before = [text.strip() for text in _TABLES.split(";\n") if text.strip()]
    steps = ["SET @text='x', @whole=1, @exact=1.5, @real=0.1e0, @big=2, @nothing=NULL"]
    for _ in range(60):
        if random.randrange(3) == 0:
            steps.append(f"SET {random.choice(_SETTINGS)}")
        change = random.choice(_CHANGES)
        if '"' in change:
            steps.append("SET sql_mode=DEFAULT")
        steps.append(change)
        if random.randrange(12) == 0:
            steps += ["BEGIN", random.choice(_CHANGES[:6]), random.choice(_CHANGES[:6]), "COMMIT"]
        if random.randrange(12) == 0:
            steps += [_AS_ROWS, random.choice(_CHANGES[:6])]
            steps.append(f"SET SESSION binlog_format={binlog_format}")
        if random.randrange(20) == 0:
            steps.append("FLUSH BINARY LOGS")
    reset = "SET sql_mode=DEFAULT, time_zone=DEFAULT, timestamp=DEFAULT, lc_time_names=DEFAULT"
    numbers = "SET auto_increment_increment=1, auto_increment_offset=1"
    told = tell(
        source,
        tmp_path,
        f"SET SESSION binlog_format={binlog_format}",
        *steps,
        reset,
        numbers,
        _AS_ROWS,
        before=before,
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    rule = next(use for use in receipt.rules if use.rule == "statement-replayed")
    assert rule.count > 5
    assert any("that the rows of game.bare" in text for text in receipt.not_proved)
    assert any("--allow" in text or "statement-replayed" in text for text in receipt.findings)


def test_without_the_option_they_are_refused_by_name(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION binlog_format=STATEMENT",
        "UPDATE game.player SET score = 7",
        _AS_ROWS,
    )
    with pytest.raises(ReplayError, match="refused by rule statement-replayed") as caught:
        told.restore(world)
    assert "UPDATE game.player SET score = 7" in str(caught.value)
    assert caught.value.hint is not None
    assert "--allow statement-replayed" in caught.value.hint


def test_only_the_tables_of_statements_are_not_proved(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION binlog_format=STATEMENT",
        "INSERT INTO game.player VALUES (4,'d',4),(5,'e',5)",
        "DELETE FROM game.player WHERE id = 1",
        _AS_ROWS,
        "INSERT INTO game.other VALUES (1)",
        "UPDATE game.player SET score = score + 1",
        before=(*TABLES, "CREATE TABLE game.other (a INT)"),
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    tables = {rows.table: (rows.by_statements, rows.has_statements) for rows in receipt.tables}
    assert tables == {"player": (1, True), "other": (0, False)}
    assert receipt.read == receipt.server
    assert receipt.read.inserted == 1
    assert receipt.images is not None
    assert receipt.images.asked == 4  # rows that statements have changed are compared too


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM mysql.user", "it names schema mysql"),
        ("DELETE FROM `mysql` . `user`", "it names schema mysql"),
        ("DELETE FROM player/*!, mysql.user*/", "it names schema mysql"),
        ("INSERT INTO player (name) SELECT user FROM MySQL.user", "it names schema mysql"),
        ("UPDATE player SET score = SLEEP(100)", "it calls SLEEP"),
        ("UPDATE player SET score = `sleep`(100)", "it calls SLEEP"),
        ("UPDATE player SET score = BENCHMARK (1e9, 1)", "it calls BENCHMARK"),
        ("UPDATE player SET name = LOAD_FILE('/etc/passwd')", "it calls LOAD_FILE"),
        ("INSERT INTO player SELECT 1,2,3 INTO OUTFILE '/tmp/x'", "it has OUTFILE"),
        ("UPDATE player SET score = 1; DROP TABLE player", "it consists of several statements"),
        ("CALL p()", "it is not INSERT, REPLACE, UPDATE or DELETE"),
        ("DO SLEEP(1)", "it is not INSERT"),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "it is not INSERT"),
        ("DROP TABLE player", "it is not INSERT"),
        ("SET GLOBAL max_connections = 1", "it is not INSERT"),
        ("GRANT ALL ON *.* TO x", "it is not INSERT"),
        ("UPDATE player SET name = 'x", "cannot be read"),
    ],
)
def test_hostile_statements_are_refused(
    source: Source, world: LoadServer, tmp_path: Path, statement: str, words: str
) -> None:
    log = MadeLog()
    log.add_transaction(
        (2, query_body(b"BEGIN")),
        (2, query_body(b"UPDATE player SET score = 99")),
        (2, query_body(statement.encode())),
        (2, query_body(b"COMMIT")),
    )
    told = made(tell(source, tmp_path, dump=NO_GTIDS), log, tmp_path)
    target = AtPosition(told.logs[0].name, log.position)
    with pytest.raises(ReplayError, match="refused by rule log-statement") as caught:
        restore(world, told.dump, told.logs, target, allowed=_ALLOWED)
    assert words in str(caught.value)
    assert world.ask("SELECT SUM(score) FROM game.player") == 60


def test_statements_are_refused_where_other_tables_may_be_missing(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET SESSION binlog_format=STATEMENT",
        "UPDATE game.player SET score = 7",
        _AS_ROWS,
    )
    part = DumpFilter(only_tables=("player",))
    with pytest.raises(ReplayError, match="with --only-table player, other tables"):
        restore(world, told.dump, told.logs, told.target, allowed=_ALLOWED, dump_filter=part)


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE game.copy AS SELECT * FROM game.player",),
        ("CREATE TEMPORARY TABLE game.tmp (a INT)", "DROP TEMPORARY TABLE game.tmp"),
    ],
)
def test_other_changes_as_statements_stay_refused(
    source: Source, world: LoadServer, tmp_path: Path, statements: tuple[str, ...]
) -> None:
    told = tell(source, tmp_path, "SET SESSION binlog_format=STATEMENT", *statements, _AS_ROWS)
    with pytest.raises(ReplayError, match="refused by rule"):
        restore(world, told.dump, told.logs, told.target, allowed=_ALLOWED)


def test_the_session_of_a_statement_is_its_own(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "SET NAMES latin1",
        "SET sql_mode='ANSI_QUOTES', time_zone='+05:00'",
        "SET SESSION binlog_format=STATEMENT",
        "UPDATE game.t SET at = '2026-03-03 02:00:00'",
        "SET NAMES utf8mb4",
        "SET sql_mode=DEFAULT, time_zone=DEFAULT",
        _AS_ROWS,
        "UPDATE game.t SET größe = größe + 1",
        before=(
            "CREATE TABLE game.t (größe INT PRIMARY KEY, at TIMESTAMP)",
            "INSERT INTO game.t (größe, at) VALUES (1, NOW())",
        ),
    )
    receipt = receipt_of(told, world)
    told.require_equal(world)
    assert receipt.images is not None
    assert receipt.images.asked == 1


def test_a_statement_with_another_result_shows_itself_at_the_next_row(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    told = tell(
        source,
        tmp_path,
        "UPDATE game.player SET score = 11 WHERE id = 1",
        "SET SESSION sql_log_bin=0",
        "INSERT INTO game.unlogged VALUES (1)",
        "SET SESSION sql_log_bin=1, binlog_format=STATEMENT",
        "UPDATE game.player SET score = IF((SELECT COUNT(*) FROM game.unlogged), score, 99)"
        " WHERE id = 1",
        _AS_ROWS,
        "UPDATE game.player SET score = 12 WHERE id = 1",
        before=(*TABLES, "CREATE TABLE game.unlogged (a INT)"),
    )
    with pytest.raises(ReplayError, match="a statement that was executed again") as caught:
        receipt_of(told, world)
    assert "score is '99' here, '11' in the log" in str(caught.value)


@pytest.mark.parametrize(
    ("program", "statement", "words"),
    [
        (
            "CREATE FUNCTION game.nap(x INT) RETURNS INT NO SQL RETURN SLEEP(x)",
            "UPDATE game.player SET score = game.nap(0)",
            "it may run function game.nap, which calls SLEEP",
        ),
        (
            "CREATE TRIGGER game.t BEFORE INSERT ON game.player FOR EACH ROW"
            " SET NEW.name = LEFT(UUID(), 20)",
            "INSERT INTO game.player VALUES (4, 'd', 4)",
            "it may run trigger game.t, which calls UUID",
        ),
        (
            "CREATE VIEW game.v AS SELECT id, USER() AS h FROM game.player",
            "UPDATE game.player p JOIN game.v ON v.id = p.id SET name = LEFT(h, 20)",
            "it may run view game.v, which calls USER",
        ),
    ],
)
def test_programs_that_wait_or_read_what_is_the_servers_own_are_refused(
    source: Source,
    world: LoadServer,
    tmp_path: Path,
    program: str,
    statement: str,
    words: str,
) -> None:
    told = tell(
        source,
        tmp_path,
        program,
        "SET SESSION binlog_format=STATEMENT",
        statement,
        _AS_ROWS,
    )
    with pytest.raises(ReplayError, match="refused by rule log-statement") as caught:
        restore(world, told.dump, told.logs, told.target, allowed=_ALLOWED)
    assert words in str(caught.value)


def test_a_statement_that_does_not_end_is_stopped(
    source: Source, world: LoadServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rewound.replay.statement_replay._LEAST_S", 2.0)
    log = MadeLog()
    log.add_transaction(
        (2, query_body(b"BEGIN")),
        (2, query_body(b"UPDATE player SET score = busy(id - id)")),
        (2, query_body(b"COMMIT")),
    )
    busy = (
        "CREATE FUNCTION game.busy(x INT) RETURNS INT NO SQL"
        " BEGIN WHILE x < 1 DO SET @y = 1; END WHILE; RETURN x; END"
    )
    told = made(tell(source, tmp_path, before=(*TABLES, busy), dump=NO_GTIDS), log, tmp_path)
    target = AtPosition(told.logs[0].name, log.position)
    with pytest.raises(ReplayError, match=r"has not ended after 2 s; its server took 0 s"):
        restore(world, told.dump, told.logs, target, allowed=_ALLOWED)


@pytest.mark.parametrize(
    ("statement", "rule", "offers_allow"),
    [
        ("UPDATE player SET score = 1", "statement-replayed", True),
        ("INSERT INTO mysql.user (user) VALUES ('x')", "log-statement: it names schema", False),
        ("UPDATE player SET score = SLEEP(1)", "log-statement: it calls SLEEP", False),
        ("UPDATE player SET score = RAND()", "statement-replayed", True),
        ("CREATE FUNCTION f RETURNS STRING SONAME 'udf.so'", "loadable-function", False),
        ("INSTALL PLUGIN x SONAME 'y.so'", "unknown-statement", False),
    ],
)
def test_hints_about_statements_of_a_log_speak_of_logs(
    source: Source,
    world: LoadServer,
    tmp_path: Path,
    statement: str,
    rule: str,
    *,
    offers_allow: bool,
) -> None:
    log = MadeLog()
    body = [(2, query_body(statement.encode()))]
    if not statement.startswith(("CREATE", "INSTALL")):
        body = [(2, query_body(b"BEGIN")), *body, (2, query_body(b"COMMIT"))]
    log.add_transaction(*body)
    told = made(tell(source, tmp_path, dump=NO_GTIDS), log, tmp_path)
    target = AtPosition(told.logs[0].name, log.position)
    with pytest.raises(ReplayError, match=f"refused by rule {rule}") as caught:
        restore(world, told.dump, told.logs, target)
    assert caught.value.hint is not None
    assert "ask for a moment before it" in caught.value.hint
    assert ("--allow statement-replayed" in caught.value.hint) is offers_allow
    assert "copy of the dump" not in caught.value.hint
