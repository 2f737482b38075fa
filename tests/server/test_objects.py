"""Views, triggers and keys: made when their time has come, as the dumped server had them."""

import re
from dataclasses import replace

import pytest

from rewound.dump.file.location import one_file
from rewound.dump.text import splitter
from rewound.errors import LoadError
from rewound.load import statement_watch
from rewound.load.ledger import ForeignKeys, find_imbalances
from rewound.load.options import LoadMethod, LoadOptions
from rewound.load.verification import verify_dump
from tests.conftest import Dumps
from tests.server.load_server import LoadServer, used

CREATE = "CREATE TABLE t (id INT PRIMARY KEY, n TINYINT, s VARCHAR(20));\n"


def test_a_trigger_fires_for_the_rows_after_it_and_no_others(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            f"{CREATE}CREATE TABLE log (id INT);\nCREATE TABLE other (id INT);\n"
            "INSERT INTO other VALUES (1);\nINSERT INTO t VALUES (1, 1, 'a');\n"
            "CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n + 1;\n"
            "CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW PRECEDES one SET NEW.n = 10;\n"
            "CREATE TRIGGER three AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.n);\n"
            "INSERT INTO t VALUES (2, 1, 'b'), (3, 1, 'c');\nDROP TRIGGER three;\n"
            "INSERT INTO t VALUES (4, 1, 'd');\nDROP TRIGGER two;\nDROP TRIGGER one;\n"
            "INSERT INTO t VALUES (5, 1, 'e');\n"
            "CREATE TRIGGER four AFTER DELETE ON t FOR EACH ROW DELETE FROM other;\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT GROUP_CONCAT(n ORDER BY id) FROM game.t") == "1,11,11,11,1"
    assert world.ask("SELECT GROUP_CONCAT(id) FROM game.log") == "11,11"
    by_others = {table.table: table.by_others for table in ledger.tables}
    assert by_others == {"t": 0, "log": 2, "other": 0}
    assert used(ledger)["trigger-last"] == 4
    assert used(ledger)["trigger-fires"] == 2


@pytest.mark.parametrize("method", list(LoadMethod))
@pytest.mark.parametrize(
    "body",
    ["DO SLEEP(1000)", "w: LOOP SET @x = 1; END LOOP", "CALL p()"],
)
def test_a_trigger_that_never_ends_fails_its_world(
    world: LoadServer,
    dumps: Dumps,
    method: LoadMethod,
    body: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(statement_watch, "FIRST_NOTE_S", 0.1)
    notes: list[str] = []
    dump = dumps.write(
        f"{CREATE}DELIMITER ;;\nCREATE PROCEDURE p() REPEAT SET @x = 1; UNTIL @x = 2 END REPEAT;;\n"
        f"CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW {body};;\nDELIMITER ;\n"
        "INSERT INTO t VALUES (1, 1, 'a');\n"
    )
    with pytest.raises(LoadError, match=r"line 13: the triggers of t did not finish") as e:
        world.load(dump, LoadOptions(method=method, trigger_timeout_s=3), note=notes.append)
    assert re.fullmatch(r"line 13 has been running for \d s: INSERT INTO t VALUES .*", notes[0])
    assert e.value.hint == "--skip-table game.t leaves the table out"


@pytest.mark.parametrize(
    "statements",
    [
        "REPLACE INTO t VALUES (1, 1, 'a');\n",
        "INSERT INTO t VALUES (1, 1, 'a');\nDELETE FROM t;\n",
        "TRUNCATE t;\nALTER TABLE t RENAME TO u;\nINSERT INTO u VALUES (1, 1, 'a');\n",
    ],
)
def test_whatever_writes_to_a_table_fires_its_triggers(
    world: LoadServer, dumps: Dumps, statements: str
):
    trigger = "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW CALL p(NEW.id);\n"
    routine = "CREATE PROCEDURE p(n INT) INSERT INTO log VALUES (n);\n"
    ledger = world.load(
        dumps.write(f"{CREATE}CREATE TABLE log (id INT);\n{routine}{trigger}{statements}")
    )
    assert world.ask("SELECT COUNT(*) FROM game.log") == 1
    assert find_imbalances(ledger) == []


def test_a_trigger_that_cannot_fire_leaves_the_rows_alone(
    world: LoadServer, dumps: Dumps, monkeypatch: pytest.MonkeyPatch
):
    # Any INSERT is long enough for the fast way.
    monkeypatch.setattr(splitter, "SHORT_BYTES", 0)
    ledger = world.load(
        dumps.write(
            f"{CREATE}CREATE TABLE log (id INT);\n"
            "CREATE TRIGGER one AFTER UPDATE ON t FOR EACH ROW INSERT INTO log VALUES (1);\n"
            "CREATE TRIGGER two BEFORE DELETE ON t FOR EACH ROW DELETE FROM log;\n"
            "INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'b');\n"
            "INSERT INTO t VALUES (3, 1, 'c') ON DUPLICATE KEY UPDATE n = 2;\n"
        ),
        LoadOptions(large_table_bytes=0),
    )
    assert find_imbalances(ledger) == []
    assert used(ledger)["trigger-fires"] == 1
    assert "rows-as-fields" in used(ledger)


@pytest.mark.parametrize("method", list(LoadMethod))
@pytest.mark.parametrize("value", ["'日'".encode(), b"'x\xffy'"])
def test_text_that_is_lost_between_two_character_sets_is_damage(
    world: LoadServer, dumps: Dumps, value: bytes, method: LoadMethod
):
    names = b"SET NAMES utf8mb4;\nSET character_set_connection = latin1;\n"
    rows = b"INSERT INTO t VALUES (1, 1, 'e'), (2, 1, %b);\n" % value
    ledger = world.load(
        dumps.write(CREATE.encode() + names + rows),
        LoadOptions(method=method, large_table_bytes=0),
    )
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith("rule characters-lost: ")


def test_rows_in_a_read_only_transaction_are_refused_as_by_the_server(
    world: LoadServer, dumps: Dumps
):
    for begin in ("START TRANSACTION READ ONLY", "SET SESSION TRANSACTION READ ONLY"):
        dump = dumps.write(f"{CREATE}{begin};\nINSERT INTO t VALUES (1, 1, 'a');\n")
        with pytest.raises(LoadError, match="error 1792"):
            world.load(dump, LoadOptions(large_table_bytes=0))
        world.clear()


def test_deleted_and_exchanged_rows_are_listed_apart(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            "CREATE TABLE p (id INT PRIMARY KEY);\nCREATE TABLE c (id INT PRIMARY KEY, p INT,"
            " FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE);\n"
            "CREATE TABLE parts (id INT PRIMARY KEY) PARTITION BY RANGE (id)"
            " (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20));\n"
            "CREATE TABLE one (id INT PRIMARY KEY);\n"
            "INSERT INTO p VALUES (1), (2);\nINSERT INTO c VALUES (1, 1), (2, 2), (3, NULL);\n"
            "INSERT INTO parts VALUES (1), (2), (11);\nINSERT INTO one VALUES (3);\n"
            "DELETE FROM p;\n"
            "ALTER TABLE parts EXCHANGE PARTITION a WITH TABLE one;\n"
            "ALTER TABLE parts DROP PARTITION b;\nALTER TABLE one RENAME TO two;\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert {table.table: (table.rows_in_dump, table.by_others) for table in ledger.tables} == {
        "p": (0, 0),
        "c": (3, -2),
        "parts": (3, -2),
        "two": (1, 1),
    }
    assert used(ledger)["rows-moved"] == 3


@pytest.mark.parametrize("method", list(LoadMethod))
def test_what_keeps_its_mode_has_the_servers_default_one_where_the_dump_sets_none(
    world: LoadServer, dumps: Dumps, method: LoadMethod
):
    ledger = world.load(
        dumps.write(
            f"{CREATE}CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;\n"
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.s = @@sql_mode;\n"
            "CREATE TABLE d (d DATE);\nINSERT INTO d VALUES ('0000-00-00');\n"
        ),
        LoadOptions(method=method),
    )
    assert find_imbalances(ledger) == []
    default = world.ask("SELECT @@GLOBAL.sql_mode")
    assert (
        world.ask("SELECT sql_mode FROM information_schema.routines WHERE routine_name = 'f'")
        == default
    )
    assert (
        world.ask("SELECT sql_mode FROM information_schema.triggers WHERE trigger_name = 'tr'")
        == default
    )
    assert "NO_ZERO_DATE" in str(default)
    assert world.ask("SELECT COUNT(*) FROM game.d") == 1


def test_a_dump_that_ends_in_a_transaction_needs_the_users_word(world: LoadServer, dumps: Dumps):
    rows = "INSERT INTO t VALUES (1, 1, 'a');\n"
    whole = f"{CREATE}SET autocommit=0;\n{rows}COMMIT;\nSTART TRANSACTION;\n"
    assert find_imbalances(world.load(dumps.write(whole))) == []
    world.clear()
    dump = dumps.write(f"{CREATE}BEGIN;\n{rows}")
    ledger = world.load(dump)
    [imbalance] = find_imbalances(ledger)
    assert [problem.text for problem in verify_dump(one_file(dump), LoadOptions()).problems] == [
        imbalance
    ]
    assert imbalance.startswith("rule transaction-open: the rows from line ")
    assert find_imbalances(replace(ledger, allowed=("transaction-open",))) == []
    assert world.ask("SELECT COUNT(*) FROM game.t") == 1


def test_a_trigger_keeps_the_session_that_it_was_written_for(world: LoadServer, dumps: Dumps):
    text = (
        f"{CREATE}SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';\nSET NAMES latin1;\n"
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.\"s\" = 'ä' || 'b';\n"
        "SET NAMES utf8mb4;\nSET sql_mode = '';\nINSERT INTO t VALUES (1, 1, 'a');\n"
    )
    ledger = world.load(dumps.write(text.encode("latin-1")))
    assert find_imbalances(ledger) == []
    world.execute("INSERT INTO game.t VALUES (2, 2, 'x')")
    assert world.ask("SELECT s FROM game.t WHERE id = 2") == "äb"
    facts = "SELECT CONCAT_WS('|', sql_mode, character_set_client) FROM information_schema.triggers"
    assert world.ask(f"{facts} WHERE trigger_name = 'tr'") == "PIPES_AS_CONCAT,ANSI_QUOTES|latin1"


@pytest.mark.parametrize(
    ("statements", "left"),
    [
        ("DROP TRIGGER tr;\n", 0),
        ("DROP TRIGGER IF EXISTS tr;\n", 0),
        (f"DROP TABLE t;\n{CREATE}", 0),
        ("DROP DATABASE game;\nCREATE DATABASE game;\nUSE game;\n" + CREATE, 0),
        ("DROP TRIGGER IF EXISTS other;\n", 1),
    ],
)
def test_what_the_dump_drops_again_is_not_made(
    world: LoadServer, dumps: Dumps, statements: str, left: int
):
    trigger = "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 1;\n"
    ledger = world.load(dumps.write(f"{CREATE}{trigger}{statements}"))
    assert find_imbalances(ledger) == []
    assert len(ledger.objects) == left
    count = "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'game'"
    assert world.ask(count) == left


def test_views_come_in_the_order_that_they_need(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            "CREATE VIEW a AS SELECT id FROM b;\nCREATE VIEW b AS SELECT id, f() AS x FROM c;\n"
            f"CREATE VIEW c AS SELECT id, n FROM t;\n{CREATE}INSERT INTO t VALUES (7, 1, 'a');\n"
            "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT id FROM game.a") == 7
    assert used(ledger)["view-later"] == 3
    assert not any(each.is_broken for each in ledger.objects)


def test_broken_views_are_kept_and_listed(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            f"{CREATE}CREATE VIEW outer_view AS SELECT x FROM inner_view;\n"
            "CREATE VIEW inner_view AS SELECT gone.x AS x, t.id FROM gone JOIN t"
            " ON gone.id = t.id;\nCREATE VIEW far AS SELECT y FROM nowhere.gone WHERE z > 1;\n"
            "CREATE VIEW good AS SELECT id FROM t;\n"
        )
    )
    assert find_imbalances(ledger) == []
    broken = {each.name for each in ledger.objects if each.is_broken}
    assert broken == {"outer_view", "inner_view", "far"}
    assert used(ledger)["view-broken"] == 3
    assert world.schemas() == {"game"}
    tables = "SELECT GROUP_CONCAT(table_name) FROM information_schema.tables"
    assert world.ask(f"{tables} WHERE table_schema='game' AND table_type='BASE TABLE'") == "t"
    shown = world.ask("SELECT view_definition FROM information_schema.views WHERE table_name='far'")
    assert "`nowhere`.`gone`" in str(shown)


def test_a_view_that_cannot_be_made_fails_the_world_unless_allowed(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(f"{CREATE}CREATE VIEW v AS SELECT nothing, missing(id) AS m FROM t;\n")
    )
    [problem] = find_imbalances(ledger)
    assert problem.startswith("rule object-lost: view game.v: ")
    assert find_imbalances(replace(ledger, allowed=("object-lost",))) == []


def test_foreign_keys_are_looked_up_where_asked(world: LoadServer, dumps: Dumps):
    dump = dumps.write(
        "SET FOREIGN_KEY_CHECKS=0;\n"
        "CREATE TABLE c (a INT, b INT, CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES p (x, y),\n"
        " CONSTRAINT self FOREIGN KEY (a) REFERENCES q (x));\n"
        "CREATE TABLE p (x INT, y INT, PRIMARY KEY (x, y));\nCREATE TABLE q (x INT PRIMARY KEY);\n"
        "INSERT INTO p VALUES (1, 1);\nINSERT INTO q VALUES (1),(2);\n"
        "INSERT INTO c VALUES (1, 1), (1, NULL), (NULL, 5), (2, 1), (2, 2);\n"
    )
    ledger = world.load(dump)
    assert ledger.foreign_keys == ForeignKeys(count=2)
    assert find_imbalances(ledger) == []
    world.clear()
    ledger = world.load(dump, LoadOptions(check_foreign_keys=True))
    assert find_imbalances(ledger) == [
        "foreign key fk of table game.c: 2 rows without a match in game.p"
    ]


def test_the_next_number_is_the_one_that_the_dump_states(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            "CREATE TABLE a (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=500;\n"
            "INSERT INTO a VALUES (7);\n"
            "CREATE TABLE b (id INT PRIMARY KEY);\nINSERT INTO b VALUES (3);\n"
            "ALTER TABLE b MODIFY id INT AUTO_INCREMENT, AUTO_INCREMENT=40;\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert [(t.auto_increment_in_dump, t.auto_increment) for t in ledger.tables] == [
        (500, 500),
        (40, 40),
    ]


def test_a_warning_in_another_character_set_is_read(world: LoadServer, dumps: Dumps):
    text = (
        f"SET sql_mode='';\nSET NAMES latin1;\n{CREATE}"
        f"INSERT INTO t VALUES (1, 1, '{'Ä' * 30}'), (2, 'ä', 'x');\n"
    )
    ledger = world.load(dumps.write(text.encode("latin-1")))
    assert {"value-cut", "value-invalid"} <= used(ledger).keys()


def test_names_in_another_character_set_are_the_servers(world: LoadServer, dumps: Dumps):
    text = (
        "SET NAMES latin1;\nCREATE TABLE `Größe` (id INT);\nINSERT INTO `Größe` VALUES (1);\n"
        "CREATE VIEW `Übersicht` AS SELECT id FROM `Größe`;\n"
    )
    ledger = world.load(dumps.write(text.encode("latin-1")))
    assert find_imbalances(ledger) == []
    assert [table.table for table in ledger.tables] == ["Größe"]
