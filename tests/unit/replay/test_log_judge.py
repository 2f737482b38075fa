import pytest

from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.table_map import TableName
from rewound.dump.judging.dump_filter import DumpFilter
from tests.unit.replay.judging import (
    MARIADB,
    make_judge,
    make_query,
    rules_of,
    sent,
    verdicts_on,
)


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("CREATE TABLE t (a INT)", ["CREATE TABLE t (a INT)"]),
        ("CREATE TABLE t (a INT) START TRANSACTION", ["CREATE TABLE t (a INT)"]),
        ("/* app */ DROP TABLE t", ["DROP TABLE t"]),
        (" \n\tDROP TABLE t", ["DROP TABLE t"]),
        ("TRUNCATE t", ["TRUNCATE t"]),
        ("RENAME TABLE a TO b", ["RENAME TABLE a TO b"]),
        (
            "RENAME TABLES a TO `x,y`, game.c TO d",
            ["RENAME TABLE a TO `x,y`", "RENAME TABLE game.c TO d"],
        ),
        ("ALTER TABLE a RENAME TO b", ["ALTER TABLE a RENAME TO b"]),
        ("DROP INDEX i ON t", ["ALTER TABLE t DROP INDEX i"]),
        (
            "DROP INDEX `i x` ON game.`t` ALGORITHM=INPLACE",
            ["ALTER TABLE game.`t` DROP INDEX `i x`"],
        ),
        ("ALTER VIEW v AS SELECT 1", ["CREATE OR REPLACE VIEW v AS SELECT 1"]),
        (
            "ALTER ALGORITHM=MERGE SQL SECURITY DEFINER VIEW v AS SELECT 1",
            ["CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW v AS SELECT 1"],
        ),
        ("ALTER TABLE view ADD COLUMN a INT", ["ALTER TABLE view ADD COLUMN a INT"]),
        ("CREATE DATABASE other", ["CREATE DATABASE other"]),
    ],
)
def test_statements_become_those_of_dumps(text: str, statements: list[str]) -> None:
    verdicts = verdicts_on(make_judge(), make_query(text))
    assert rules_of(verdicts) == []
    assert sent(verdicts) == statements


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("INSERT INTO t VALUES (1)", "log-statement"),
        ("REPLACE INTO t VALUES (1)", "log-statement"),
        ("DELETE FROM t", "log-statement"),
        ("CREATE TABLE t SELECT 1 AS a", "log-statement"),
        ("CREATE TABLE t AS TABLE s", "log-statement"),
        ("SET SESSION foreign_key_checks=0", "log-session"),
        ("SET @a=1", "log-session"),
        ("USE game", "log-session"),
        ("LOCK TABLES t WRITE", "log-session"),
        ("UNLOCK TABLES", "log-session"),
        ("START TRANSACTION", "log-session"),
        ("UPDATE t SET a=1", "unknown-statement"),
        ("CREATE TEMPORARY TABLE t (a INT)", "unknown-statement"),
        ("DROP INDEX IF EXISTS i ON t", "unknown-statement"),
        ("RENAME TABLE a", "unknown-statement"),
        ("CREATE FUNCTION f RETURNS INT SONAME 'x.so'", "loadable-function"),
        ("garbage", "unknown-statement"),
        ("DROP TABLE IF EXISTS other.t", "log-database-missing"),
        ("CREATE TABLE other.t (a INT)", "log-database-missing"),
    ],
)
def test_what_is_refused(text: str, rule: str) -> None:
    verdicts = verdicts_on(make_judge(), make_query(text))
    assert rules_of(verdicts) == [rule]
    assert sent(verdicts) == []
    assert verdicts[-1].refusal is not None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("DROP TEMPORARY TABLE t", "log-temporary-table"),
        ("DROP /*!40005 TEMPORARY */ TABLE IF EXISTS `t`", "log-temporary-table"),
        ("ALTER EVENT e DISABLE", "log-altered-object"),
        ("ALTER DEFINER=`a`@`%` EVENT e ON COMPLETION PRESERVE", "log-altered-object"),
        ("ALTER PROCEDURE p COMMENT 'x'", "log-altered-object"),
        ("alter function f SQL SECURITY INVOKER", "log-altered-object"),
        ("CREATE USER x", "accounts"),
        ("RENAME USER x TO y", "accounts"),
        ("SET PASSWORD FOR x='y'", "accounts"),
        ("SET GLOBAL general_log=1", "global-setting"),
        ("FLUSH TABLES", "flush"),
        ("ANALYZE TABLE t", "table-maintenance"),
        ("DROP TABLE mysql.user", "system-schema"),
        ("DROP DATABASE sys", "system-schema"),
    ],
)
def test_what_is_skipped(text: str, rule: str) -> None:
    verdicts = verdicts_on(make_judge(), make_query(text))
    assert rules_of(verdicts) == [rule]
    assert sent(verdicts) == []
    assert verdicts[-1].refusal is None


def test_a_statement_runs_in_the_session_that_the_log_states() -> None:
    judge = make_judge()
    query = make_query('CREATE TABLE "t" ("a" INT)', sql_mode=4, time_zone="+05:30", flags=1 << 26)
    found = judge.judge(query, at_s=1_795_951_048, position=4)
    statements = [sql for verdict in found for sql in verdict.sql]
    assert b'USE "game"' in statements or b"USE `game`" in statements
    assert statements[-1] == b'CREATE TABLE "t" ("a" INT)'
    assert any(b"ANSI_QUOTES" in sql for sql in statements)
    # The next one has a session of its own.
    verdicts = verdicts_on(judge, make_query('CREATE TABLE "t" ("a" INT)', sql_mode=0))
    assert verdicts[-1].refusal is not None


def test_a_schema_that_is_not_here_is_not_entered() -> None:
    found = make_judge().judge(make_query("DROP TABLE a.t", schema="gone"), at_s=1, position=4)
    assert not any(sql.startswith(b"USE `gone`") for verdict in found for sql in verdict.sql)


def test_an_unknown_collation_is_an_error() -> None:
    with pytest.raises(MalformedEvent, match="collation 9999"):
        make_judge().judge(
            make_query("DROP TABLE t", collations=(9999, 45, 45)), at_s=1, position=4
        )


@pytest.mark.parametrize(
    ("table", "part", "has_rows", "rule"),
    [
        (("game", "player"), DumpFilter(), True, None),
        (("mysql", "user"), DumpFilter(), False, "system-schema"),
        (("MySQL", "user"), DumpFilter(), False, "system-schema"),
        (("game", "item"), DumpFilter(skip_tables=("item",)), False, "not-selected"),
        (("game", "item"), DumpFilter(only_tables=("game.i*",)), True, None),
        (("other", "item"), DumpFilter(only_schemas=("game",)), False, "not-selected"),
    ],
)
def test_whose_rows_are_replayed(
    table: tuple[str, str], part: DumpFilter, has_rows: bool, rule: str | None
) -> None:
    judge = make_judge(part=part)
    name = TableName(*table)
    assert judge.has_rows_of(name) is has_rows
    if rule is not None:
        assert judge.name_rule(name).rule.name == rule


ONLY, SKIP = DumpFilter(only_tables=("player*",)), DumpFilter(skip_tables=("item*",))


@pytest.mark.parametrize(
    ("text", "part", "outcome"),
    [
        ("DROP TABLE player, item", ONLY, ["DROP TABLE `player`"]),
        ("DROP TABLE IF EXISTS game.item, `player`", SKIP, ["DROP TABLE IF EXISTS `player`"]),
        ("DROP TABLE player, player2", ONLY, ["DROP TABLE player, player2"]),
        ("DROP VIEW item_view, player_view", SKIP, ["DROP VIEW `player_view`"]),
        ("DROP TRIGGER tr", SKIP, ["DROP TRIGGER IF EXISTS `tr`"]),
        ("DROP TRIGGER game.tr", ONLY, ["DROP TRIGGER IF EXISTS `game`.`tr`"]),
        ("RENAME TABLE player TO player_old", ONLY, ["RENAME TABLE player TO player_old"]),
        ("RENAME TABLE player TO old", ONLY, "log-selection"),
        ("RENAME TABLE new TO player", ONLY, "log-selection"),
        ("RENAME TABLE item TO other", SKIP, "log-selection"),
        ("RENAME TABLE item TO item2", SKIP, "not-selected"),
        ("ALTER TABLE item RENAME AS game.player", SKIP, "log-selection"),
        ("CREATE TABLE player2 LIKE item", ONLY, "log-selection"),
        ("CREATE TABLE player2 (LIKE `game`.`item`)", ONLY, "log-selection"),
        ("CREATE TABLE player2 LIKE player", ONLY, ["CREATE TABLE player2 LIKE player"]),
        (
            "ALTER TABLE player EXCHANGE PARTITION p WITH TABLE item",
            ONLY,
            "log-selection",
        ),
        ("ALTER TABLE item ADD COLUMN a INT", SKIP, "not-selected"),
        (
            "CREATE TABLE player3 (a INT, FOREIGN KEY (a) REFERENCES item (id))",
            ONLY,
            ["CREATE TABLE player3 (a INT, FOREIGN KEY (a) REFERENCES item (id))"],
        ),
        ("CREATE PROCEDURE p() SELECT 1", ONLY, "not-selected"),
        (
            "CREATE TABLE game.t LIKE other.item",
            DumpFilter(only_schemas=("game",)),
            "log-selection",
        ),
        (
            "CREATE TABLE game.t LIKE game.item",
            DumpFilter(only_schemas=("game",)),
            ["CREATE TABLE game.t LIKE game.item"],
        ),
    ],
)
def test_parts_of_a_dump(text: str, part: DumpFilter, outcome: list[str] | str) -> None:
    verdicts = verdicts_on(make_judge(part=part), make_query(text))
    if isinstance(outcome, str):
        assert (rules_of(verdicts), sent(verdicts)) == ([outcome], [])
    else:
        assert sent(verdicts) == outcome


_LONGTEXT = "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("CREATE TABLE t (a JSON)", [f"CREATE TABLE t (a {_LONGTEXT})"]),
        (
            "CREATE TABLE t (json JSON NOT NULL, b INT)",
            [f"CREATE TABLE t (json {_LONGTEXT} NOT NULL, b INT)"],
        ),
        ("CREATE TABLE t (json INT, `JSON` INT)", ["CREATE TABLE t (json INT, `JSON` INT)"]),
        ("CREATE TABLE t (a INT, KEY json (a))", ["CREATE TABLE t (a INT, KEY json (a))"]),
        ("ALTER TABLE t DROP COLUMN json", ["ALTER TABLE t DROP COLUMN json"]),
        ("ALTER TABLE t DROP json, ADD b INT AFTER json", None),
        (
            "ALTER TABLE t CHANGE json json JSON, MODIFY b JSON DEFAULT NULL",
            [f"ALTER TABLE t CHANGE json json {_LONGTEXT}, MODIFY b {_LONGTEXT} DEFAULT NULL"],
        ),
        ("ALTER TABLE t RENAME COLUMN json TO json", None),
        (
            "CREATE OR REPLACE PROCEDURE game.`p`() SELECT 1",
            ["DROP PROCEDURE IF EXISTS game.`p`", "CREATE PROCEDURE game.`p`() SELECT 1"],
        ),
        (
            "CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a=1",
            [
                "DROP TRIGGER IF EXISTS tr",
                "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a=1",
            ],
        ),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", ["CREATE OR REPLACE VIEW v AS SELECT 1"]),
        (
            "CREATE OR REPLACE TABLE t (a JSON)",
            ["DROP TABLE IF EXISTS `t`", f"CREATE TABLE t (a {_LONGTEXT})"],
        ),
        ("CREATE VIEW v AS SELECT a AS json, b AS c FROM t", None),
    ],
)
def test_statements_of_mariadb(text: str, statements: list[str] | None) -> None:
    verdicts = verdicts_on(make_judge(MARIADB), make_query(text))
    assert sent(verdicts) == (statements or [text])
    assert all(verdict.refusal is None for verdict in verdicts)


def test_mysqls_json_stays_what_it_is() -> None:
    verdicts = verdicts_on(make_judge(), make_query("CREATE TABLE t (a JSON)"))
    assert sent(verdicts) == ["CREATE TABLE t (a JSON)"]


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT", "ALTER TABLE t ADD COLUMN a INT"),
        ("ALTER TABLE IF EXISTS t DROP IF EXISTS a", "ALTER TABLE t DROP a"),
        ("CREATE UNIQUE INDEX IF NOT EXISTS i ON t (a)", "CREATE UNIQUE INDEX i ON t (a)"),
        ("DROP INDEX IF EXISTS i ON t", "ALTER TABLE t DROP INDEX i"),
    ],
)
def test_mariadbs_if_exists(text: str, statement: str) -> None:
    verdicts = verdicts_on(make_judge(MARIADB), make_query(text))
    assert sent(verdicts) == [statement]
    assert rules_of(verdicts) == ["log-if-exists"]


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT, ADD b INT",
        "CREATE TABLE IF NOT EXISTS t (a INT)",
        "DROP TABLE IF EXISTS t",
        "DROP VIEW IF EXISTS v",
    ],
)
def test_if_exists_that_stays(text: str) -> None:
    verdicts = verdicts_on(make_judge(MARIADB), make_query(text))
    assert sent(verdicts) == [text]
    assert rules_of(verdicts) == []


@pytest.mark.parametrize(
    ("number", "statement", "rules"),
    [
        (None, "CREATE TABLE t (a TEXT) CHARSET=utf8mb4", []),
        (255, "CREATE TABLE t (a TEXT) CHARSET=utf8mb4", []),
        (
            45,
            "CREATE TABLE t (a TEXT) CHARSET=utf8mb4 COLLATE utf8mb4_general_ci",
            ["default-collation"],
        ),
    ],
)
def test_the_collation_of_utf8mb4_is_that_of_the_log(
    number: int | None, statement: str, rules: list[str]
) -> None:
    query = make_query(
        "CREATE TABLE t (a TEXT) CHARSET=utf8mb4", default_collation_for_utf8mb4=number
    )
    verdicts = verdicts_on(make_judge(), query)
    assert (sent(verdicts), rules_of(verdicts)) == ([statement], rules)


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("CREATE TABLE t (a INT) START TRANSACTION", "CREATE TABLE t (a INT)"),
        (
            "CREATE TABLE t (a INT) START TRANSACTION ROW_FORMAT=DYNAMIC",
            "CREATE TABLE t (a INT) ROW_FORMAT=DYNAMIC",
        ),
        (
            "CREATE TABLE t (a INT COMMENT 'START TRANSACTION')",
            "CREATE TABLE t (a INT COMMENT 'START TRANSACTION')",
        ),
    ],
)
def test_the_rows_of_a_table_that_a_select_fills_are_not_its_statements(
    text: str, sql: str
) -> None:
    assert sent(verdicts_on(make_judge(), make_query(text)))[-1] == sql


def test_a_definition_in_the_zone_of_the_host_is_noted() -> None:
    text = "CREATE TABLE t (a TIMESTAMP DEFAULT '2000-01-01 00:00:00')"
    for zone, noted in (("SYSTEM", True), ("+00:00", False), (None, False)):
        verdicts = verdicts_on(make_judge(), make_query(text, time_zone=zone))
        assert ("log-host-zone" in rules_of(verdicts)) is noted
        assert verdicts[-1].refusal is None
