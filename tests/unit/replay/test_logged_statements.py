"""Which statements of a log may be executed again, and what they find in their session."""

import struct
from dataclasses import replace

import pytest

from rewound.binlog.events.header import LogEvent, take_event
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.query import Query
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.text.lexical import lexical_mode
from rewound.dump.text.tokens import iter_tokens
from rewound.replay.logged_statements import changes_rows, examine, iter_preparations
from rewound.replay.session_statements import LogServer
from tests.unit.binlog.made_log import make_event
from tests.unit.replay.judging import ALL, COLLATIONS, MYSQL, make_judge, make_query

_INTVAR, _RAND, _USER_VAR = 5, 13, 14
_SERVER = LogServer(MYSQL, COLLATIONS)


@pytest.mark.parametrize(
    ("text", "is_change"),
    [
        (b"INSERT INTO t VALUES (1)", True),
        (b"  /* app */ update t SET a = 1", True),
        (b"WITH x AS (SELECT 1) DELETE FROM t", True),
        (b"REPLACE t VALUES (1)", True),
        (b"/*! DELETE FROM t */", False),
        (b"LOAD DATA INFILE 'x' INTO TABLE t", False),
        (b"CREATE TABLE t SELECT 1", False),
        (b"UPDATES", False),
        (b"", False),
    ],
)
def test_which_statements_change_rows(text: bytes, is_change: bool) -> None:
    assert changes_rows(text) is is_change


@pytest.mark.parametrize(
    ("text", "hazard"),
    [
        ("INSERT INTO t VALUES (1)", None),
        ("UPDATE t SET sleep = 1, mysql = 2 WHERE benchmark = 3", None),
        ("UPDATE t SET a = 'mysql.user sleep(1); x'", None),
        ("DELETE t FROM t JOIN s USING (id)", None),
        ("WITH x AS (SELECT 1) UPDATE t SET a = 1", None),
        ("INSERT INTO t SELECT f(1) FROM game.s", None),
        ("WITH x AS (SELECT 1) SELECT 2", "it is not INSERT, REPLACE, UPDATE or DELETE"),
        ("SELECT 1", "it is not INSERT, REPLACE, UPDATE or DELETE"),
        ("", "it is not INSERT, REPLACE, UPDATE or DELETE"),
        ("DELETE FROM t; DROP TABLE t", "it consists of several statements"),
        ("INSERT INTO t SELECT 1 INTO OUTFILE '/x'", "it has OUTFILE"),
        ("INSERT INTO t SELECT 1 INTO DUMPFILE '/x'", "it has DUMPFILE"),
        ("UPDATE t SET a = Sleep (1)", "it calls SLEEP"),
        ("UPDATE t SET a = `get_LOCK`('x', 1)", "it calls GET_LOCK"),
        ("UPDATE t SET a = LOAD_FILE('/x')", "it calls LOAD_FILE"),
        ("UPDATE t SET a = (SELECT 1 FROM `Mysql`.user)", "it names schema mysql"),
        ("DELETE FROM sys . x", "it names schema sys"),
        ("UPDATE t SET a = uuid()", "it calls UUID, whose value would be that of this server"),
        ("UPDATE t SET a = USER ()", "it calls USER, whose value would be that of this server"),
        ("UPDATE t SET a = current_user", "it has CURRENT_USER, whose value would be that of this"),
        ("UPDATE t SET a = @@hostname", "it reads @@hostname, whose value would be that of this"),
        ("UPDATE t SET a = @@SESSION.`Server_Id`", "it reads @@session.server_id, whose"),
        ("UPDATE t SET a = @@global.time_zone", "it reads @@global.time_zone, whose"),
        ("UPDATE t SET a = @/**/@datadir", "it reads @@datadir, whose"),
        ("UPDATE t SET a = @@ session . x", "it reads @@"),
        ("UPDATE t SET a = @@session /**/ . x", "it reads @@session, whose"),
        ("UPDATE t SET a = (SELECT version(  ))", "it calls VERSION, whose"),
        ("INSERT INTO user (id, uuid, version) VALUES (1, 2, 3)", None),
        ("INSERT INTO game.user(id) VALUES (1)", None),
        ("REPLACE `user` (id) VALUES (REPLACE('a', 'b', NOW()))", None),
        ("WITH version (a) AS (SELECT 1) UPDATE t SET a = t.current_user, b = version", None),
        ("UPDATE t SET a = @@sql_mode, b = @@session.time_zone, c = @user, d = game.uuid()", None),
        ("UPDATE t SET a = RAND(), b = DATABASE(), c = LAST_INSERT_ID(), d = NOW()", None),
        ("DELETE FROM t /*!80000 , performance_schema.x */", "it names schema performance_schema"),
    ],
)
def test_what_is_never_executed(text: str, hazard: str | None) -> None:
    mode = lexical_mode("", "utf8mb4")
    found = examine(iter_tokens(text.encode(), mode, 90704), mode).hazard
    assert found == hazard or (hazard and found and found.startswith(hazard))


def test_all_names_of_a_statement_are_found() -> None:
    mode = lexical_mode("ANSI_QUOTES", "utf8mb4")
    text = b"UPDATE `a``b`, Game.T SET \"c d\" = f('g')"
    names = examine(iter_tokens(text, mode, 90704), mode).names
    assert {"a`b", "game", "t", "c d", "f"} <= names
    assert "g" not in names


def _variable(name: str, kind: int, value: bytes, *, collation: int = 255, flags: int = 0) -> bytes:
    body = struct.pack("<I", len(name)) + name.encode() + b"\0"
    return body + struct.pack("<BII", kind, collation, len(value)) + value + bytes([flags])


@pytest.mark.parametrize(
    ("kind", "body", "sql"),
    [
        (_INTVAR, struct.pack("<BQ", 1, 7), b"SET SESSION last_insert_id = 7"),
        (_INTVAR, struct.pack("<BQ", 2, 1 << 63), b"SET SESSION insert_id = 9223372036854775808"),
        (_RAND, struct.pack("<QQ", 5, 6), b"SET SESSION rand_seed1 = 5, rand_seed2 = 6"),
        (_USER_VAR, struct.pack("<I", 1) + b"x\x01", b"SET @`x` = NULL"),
        (
            _USER_VAR,
            _variable("a`b", 0, b"it's"),
            b"SET @`a``b` = _utf8mb4 X'69742773' COLLATE utf8mb4_0900_ai_ci",
        ),
        (_USER_VAR, _variable("x", 2, struct.pack("<q", -5)), b"SET @`x` = -5"),
        (
            _USER_VAR,
            _variable("x", 2, struct.pack("<Q", (1 << 64) - 1), flags=1),
            b"SET @`x` = CAST(18446744073709551615 AS UNSIGNED)",
        ),
        (_USER_VAR, _variable("x", 1, struct.pack("<d", 0.1)), b"SET @`x` = 0.1e0"),
        (_USER_VAR, _variable("x", 1, struct.pack("<d", 1e300)), b"SET @`x` = 1e+300"),
        (_USER_VAR, _variable("x", 4, b"\x02\x01\x7e\xfa"), b"SET @`x` = -1.5"),
    ],
)
def test_sessions_are_prepared_as_the_log_says(kind: int, body: bytes, sql: bytes) -> None:
    assert list(iter_preparations([_event(kind, body)], _SERVER)) == [sql]


@pytest.mark.parametrize(
    "body",
    [
        _variable("x", 0, b"y", collation=9999),
        _variable("x", 1, struct.pack("<d", float("inf"))),
        _variable("x", 2, b"\x01"),
    ],
)
def test_impossible_variables_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedEvent):
        list(iter_preparations([_event(_USER_VAR, body)], _SERVER))


def _event(kind: int, body: bytes) -> LogEvent:
    return take_event(make_event(kind, body), 4, has_checksum=True)


def test_a_change_is_executed_in_its_session() -> None:
    query = make_query("UPDATE t SET a = @x", sql_mode=4)
    preparations = [_event(_RAND, bytes(16))]
    change = make_judge().judge_change(query, preparations, at_s=5, position=4)
    last = change.verdicts[-1]
    assert last.sql == (b"SET SESSION rand_seed1 = 0, rand_seed2 = 0", b"UPDATE t SET a = @x")
    assert [use.rule.name for use in last.uses] == ["statement-replayed"]
    assert {"t", "a"} <= change.names
    session = b"\n".join(sql for verdict in change.verdicts[:-1] for sql in verdict.sql)
    assert b"USE `game`" in session
    assert b"ANSI_QUOTES" in session
    assert b"explicit_defaults" not in session  # not to be set in a transaction


@pytest.mark.parametrize(
    ("query", "part", "words"),
    [
        (
            replace(make_query("UPDATE t SET a = 1"), error=1062),
            ALL,
            "it failed on the source (error 1062)",
        ),
        (make_query("UPDATE t SET a = 1", "other"), ALL, "its database other is not here"),
        (make_query("UPDATE t SET a = 'x"), ALL, "it cannot be read"),
        (
            make_query("UPDATE t SET a = 1"),
            DumpFilter(skip_tables=("x",)),
            "with --skip-table x, other tables that it uses may not be here",
        ),
    ],
)
def test_a_change_that_cannot_be_executed_is_refused(
    query: Query, part: DumpFilter, words: str
) -> None:
    change = make_judge(part=part).judge_change(query, [], at_s=5, position=4)
    (verdict,) = change.verdicts
    assert verdict.sql == ()
    assert verdict.refusal is not None
    assert verdict.refusal.rule.name == "log-statement"
    assert words in verdict.refusal.detail
