"""What the server refuses of a dump is lost by name, or made as the dump states it."""

from dataclasses import replace

import pytest

from rewound.load.ledger import find_hint, find_imbalances
from rewound.load.options import LoadMethod, LoadOptions
from tests.conftest import Dumps
from tests.server.load_server import LoadServer, used

ROWS = "CREATE TABLE t (id INT PRIMARY KEY);\nINSERT INTO t VALUES (1), (2);\n"
PARENT = "CREATE TABLE p (id INT PRIMARY KEY, x INT);\nINSERT INTO p VALUES (1, 1);\n"
UNCHECKED = "SET FOREIGN_KEY_CHECKS=0;\n"
LATER = "CREATE TABLE p (id BIGINT PRIMARY KEY);\nINSERT INTO p VALUES (1);\n"


def indexes(world: LoadServer, table: str) -> str:
    return str(
        world.ask(
            "SELECT GROUP_CONCAT(column_name ORDER BY index_name) FROM"
            " information_schema.statistics WHERE table_schema = 'game'"
            f" AND table_name = '{table}' AND seq_in_index = 1"
        )
    )


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ("CREATE PROCEDURE lost() BEGIN SELECT id, rank FROM t; END", "procedure"),
        ("CREATE PROCEDURE lost() CALL mysql.lambda_async(1", "procedure"),
        ("CREATE FUNCTION lost() RETURNS INT RETURN NEXTVAL(FOR s)", "function"),
        ("CREATE TRIGGER lost BEFORE INSERT ON gone FOR EACH ROW SET @a = 1", "trigger"),
        ("CREATE TRIGGER lost BEFORE INSERT ON t FOR EACH ROW SET NEW.gone = 1", "trigger"),
        ("CREATE VIEW lost AS SELECT rank FROM t ORDER BY rank FETCH FIRST", "view"),
        ("CREATE VIEW lost AS SELECT gone(id) FROM t", "view"),
        ("CREATE VIEW lost AS SELECT * FROM mysql.user", "view"),
        ("CREATE EVENT lost ON SCHEDULE EVERY 1 DAY DO rank", "event"),
    ],
)
def test_a_stored_object_that_is_refused_fails_the_world_by_name_unless_allowed(
    world: LoadServer, dumps: Dumps, definition: str, kind: str
):
    text = (
        f"{ROWS}DELIMITER ;;\n{definition} ;;\nDELIMITER ;\nCREATE VIEW kept AS SELECT id FROM t;\n"
    )
    ledger = world.load(dumps.write(text))
    [problem] = find_imbalances(ledger)
    assert problem.startswith(f"rule object-lost: {kind} game.lost: ")
    assert "--allow object-lost" in problem
    assert find_hint(ledger) == "to restore it anyway: --allow object-lost"
    assert find_imbalances(replace(ledger, allowed=("object-lost",))) == []
    assert [each.name for each in ledger.objects if each.lost] == ["lost"]
    assert world.ask("SELECT COUNT(*) FROM game.kept") == 2


def test_an_object_that_is_dropped_or_made_after_all_is_not_lost(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            f"{ROWS}CREATE PROCEDURE a() SELECT id, rank FROM t;\nDROP PROCEDURE IF EXISTS a;\n"
            "CREATE PROCEDURE b() SELECT id, rank FROM t;\nCREATE PROCEDURE b() SELECT id FROM t;\n"
        )
    )
    assert [(each.name, each.lost) for each in ledger.objects] == [("b", "")]


@pytest.mark.parametrize(
    ("text", "indexed"),
    [
        (
            f"{PARENT}CREATE TABLE c (id INT PRIMARY KEY, pid BIGINT,"
            " CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (id));\n",
            "pid,id",
        ),
        (
            f"{PARENT}CREATE TABLE c (id INT PRIMARY KEY, pid BIGINT, KEY k (pid, id),"
            " CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (id),"
            " CONSTRAINT g FOREIGN KEY (id) REFERENCES p (id));\n",
            "pid,id",
        ),
        (
            f"{PARENT}CREATE TABLE c (FOREIGN KEY (pid) REFERENCES p (x), pid INT);\n",
            "pid",
        ),
        (
            f"{PARENT}CREATE TABLE c (pid INT,"
            " CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (no));\n",
            "pid",
        ),
        (
            f"{PARENT}CREATE TABLE c (id INT, pid BIGINT, KEY k (pid));\nALTER TABLE c"
            " ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (id), ADD KEY (id);\n",
            "id,pid",
        ),
        (
            f"{PARENT}CREATE TABLE c (id INT, pid BIGINT, KEY k (pid));\nALTER TABLE c"
            " ADD CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (id);\n",
            "pid",
        ),
        (
            f"{UNCHECKED}CREATE TABLE c (pid INT, KEY k (pid),"
            f" CONSTRAINT f FOREIGN KEY (pid) REFERENCES p (id));\n{LATER}",
            "pid",
        ),
        (
            f"CREATE TABLE c (pid INT, FOREIGN KEY (pid) REFERENCES p (id));\n{LATER}",
            "pid",
        ),
    ],
)
@pytest.mark.parametrize("method", LoadMethod)
def test_a_foreign_key_that_is_refused_is_lost_with_its_index_kept(
    world: LoadServer, dumps: Dumps, text: str, indexed: str, method: LoadMethod
):
    ledger = world.load(dumps.write(text), LoadOptions(method=method))
    [problem] = find_imbalances(ledger)
    assert problem.startswith("rule foreign-key-lost: ")
    assert " of table game.c: MySQL error " in problem
    assert "--allow foreign-key-lost" in problem
    assert len(ledger.foreign_keys.lost) == 1
    assert ledger.rows == 1
    assert indexes(world, "c") == indexed


def test_a_table_whose_parent_comes_later_is_restored_and_looked_up(
    world: LoadServer, dumps: Dumps
):
    child = (
        "CREATE TABLE c (id INT PRIMARY KEY, pid INT, CONSTRAINT f FOREIGN KEY (pid)"
        " REFERENCES p (id));\nINSERT INTO c VALUES (1, %d);\n"
    )
    ledger = world.load(dumps.write(child % 1 + PARENT))
    assert find_imbalances(ledger) == []
    assert used(ledger)["parent-later"] == 1
    assert ledger.foreign_keys.is_checked
    assert ledger.foreign_keys.count == 1
    world.clear()
    [problem] = find_imbalances(world.load(dumps.write(child % 9 + PARENT)))
    assert problem == "foreign key f of table game.c: 1 row without a match in game.p"


@pytest.mark.parametrize("notes", [0, 1])
def test_an_event_whose_time_is_over_is_the_one_that_the_dump_states(
    world: LoadServer, dumps: Dumps, notes: int
):
    ledger = world.load(
        dumps.write(
            f"{ROWS}SET sql_notes = {notes};\n"
            "CREATE EVENT e ON SCHEDULE AT '2024-06-19 00:00:00' ON COMPLETION NOT PRESERVE ENABLE"
            " DO DELETE FROM t;\n"
            "CREATE EVENT f ON SCHEDULE AT '2024-06-19 00:00:00' ON COMPLETION PRESERVE"
            " DO DELETE FROM t;\n"
            "CREATE EVENT g ON SCHEDULE AT '2037-06-19 00:00:00' DO DELETE FROM t;\n"
            "CREATE EVENT h ON SCHEDULE EVERY 1 DAY STARTS '2024-06-19 00:00:00'"
            " ENDS '2024-07-19 00:00:00' DO DELETE FROM t;\n"
            "CREATE TABLE later (at DATETIME);\nINSERT INTO later VALUES (NOW());\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert used(ledger)["event-past"] == 2
    shown = world.ask(
        "SELECT GROUP_CONCAT(event_name, ' ', COALESCE(execute_at, ends), ' ', on_completion,"
        " ' ', status"
        " ORDER BY event_name SEPARATOR '; ') FROM information_schema.events"
    )
    assert shown == (
        "e 2024-06-19 00:00:00 NOT PRESERVE DISABLED; f 2024-06-19 00:00:00 PRESERVE DISABLED;"
        " g 2037-06-19 00:00:00 NOT PRESERVE DISABLED; h 2024-07-19 00:00:00 NOT PRESERVE DISABLED"
    )
    assert world.ask("SELECT YEAR(at) > 2020 FROM game.later") == 1


def test_statistics_and_reserved_files_are_left_out(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            "CREATE TABLE t (id INT PRIMARY KEY) /*!80023 AUTOEXTEND_SIZE=4294967296 */"
            " ENGINE=InnoDB;\nINSERT INTO t VALUES (1);\n"
            "/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `id` WITH 100 BUCKETS */;\n"
            "ALTER TABLE t AUTOEXTEND_SIZE 4M;\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert used(ledger)["file-size"] == 2
    assert used(ledger)["table-maintenance"] == 1
    size = "SELECT file_size < 1000000 FROM information_schema.innodb_tablespaces"
    assert world.ask(f"{size} WHERE name = 'game/t'") == 1


def test_routines_and_libraries_in_javascript_are_those_of_the_dump(
    world: LoadServer, dumps: Dumps
):
    body = '$JAVASCRIPT$ let a = "$$"; for(;;){ /* it\'s */ break } return n $JAVASCRIPT$'
    ledger = world.load(
        dumps.write(
            "DELIMITER ;;\nCREATE LIBRARY `l` LANGUAGE JAVASCRIPT\n"
            "AS $$ export function f(n) { for(;;) return n } $$ ;;\n"
            f"CREATE FUNCTION g(n INT) RETURNS INT LANGUAGE JAVASCRIPT\nAS {body} ;;\n"
            "DELIMITER ;\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert [(each.kind, each.name, each.is_there) for each in ledger.objects] == [
        ("library", "l", True),
        ("function", "g", True),
    ]
    stored = "SELECT routine_definition FROM information_schema.routines"
    assert str(world.ask(f"{stored} WHERE routine_name = 'g'")) in body
