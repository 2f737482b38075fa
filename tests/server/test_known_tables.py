"""What a dump's tables decide about its rows: the values are the client's, or a rule says why."""

from decimal import Decimal

import pytest

from rewound.errors import LoadError
from rewound.load.ledger import find_imbalances
from rewound.load.options import LoadMethod, LoadOptions
from tests.conftest import Dumps
from tests.server.load_server import LoadServer

NUMBERED = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s VARCHAR(9), p INT);\n"
ROWS = "SELECT GROUP_CONCAT(id, s, COALESCE(p, '') ORDER BY id) FROM game.t"


@pytest.mark.parametrize("method", list(LoadMethod))
@pytest.mark.parametrize(
    ("inserts", "rows", "rule"),
    [
        ("INSERT INTO t VALUES (0,'a',1),(0,'b',1);\n", "1a1,2b1", "zero-numbered"),
        # Each row by itself: a script written by hand.
        (
            "INSERT INTO t VALUES (0,'a',1);\nINSERT INTO t VALUES (0,'b',1);\n"
            "INSERT INTO t VALUES (0,'c',LAST_INSERT_ID());\n",
            "1a1,2b1,3c2",
            "zero-numbered",
        ),
        (
            "INSERT INTO t VALUES (0,'a',1);\nINSERT INTO t VALUES (7,'b',LAST_INSERT_ID());\n",
            "1a1,7b1",
            "zero-numbered",
        ),
        ("INSERT INTO t VALUES ('0','a',1);\nINSERT INTO t VALUES ('4','b',1);\n", "0a1,4b1", ""),
        (
            "INSERT INTO t (s,p,id) VALUES ('a',0,3);\nREPLACE INTO t VALUES (0,'z',1);\n",
            "0z1,3a0",
            "",
        ),
        ("INSERT INTO t VALUES (0,'a',NULL);\n", "0a", ""),
    ],
)
def test_a_zero_is_a_number_or_means_the_next_one(
    world: LoadServer, dumps: Dumps, method: LoadMethod, inserts: str, rows: str, rule: str
):
    dump = dumps.write(f"SET sql_mode = '';\n{NUMBERED}{inserts}")
    ledger = world.load(dump, LoadOptions(method=method))
    assert find_imbalances(ledger) == []
    assert world.ask(ROWS) == rows
    assert (rule or "zero-kept") in {use.rule for use in ledger.rules}


def test_a_table_without_its_mode_goes_the_fast_way_and_keeps_its_zero(
    world: LoadServer, dumps: Dumps
):
    inserts = [f"INSERT INTO t VALUES ({number},'{number}',0);\n" for number in range(1000)]
    function = "CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;\n"
    dump = dumps.write(f"SET sql_mode = 'ANSI';\n{NUMBERED}{''.join(inserts)}{function}")
    ledger = world.load(dump, LoadOptions(large_table_bytes=0))
    assert find_imbalances(ledger) == []
    assert "rows-as-fields" in {use.rule for use in ledger.rules}
    assert world.ask("SELECT COUNT(*) FROM game.t WHERE id = s") == 1000
    mode = str(world.ask("SELECT sql_mode FROM information_schema.routines WHERE routine_name='f'"))
    assert "NO_AUTO_VALUE_ON_ZERO" not in mode
    assert "ANSI" in mode


GENERATED = (
    "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s VARCHAR(20) CHARACTER SET latin1,"
    " u VARCHAR(30) AS (CONCAT(UPPER(`s`), ')`')) VIRTUAL COMMENT 'GENERATED ALWAYS AS (x)',"
    " f FLOAT AS (id / 3) STORED, b VARBINARY(9) AS (UNHEX(HEX(s))) STORED,"
    " j JSON AS (JSON_ARRAY(s)) VIRTUAL, KEY (u));\n"
).replace("id / 3", "LENGTH(s) / 3")


@pytest.mark.parametrize("method", list(LoadMethod))
def test_values_of_generated_columns_are_compared_as_their_column_holds_them(
    world: LoadServer, dumps: Dumps, method: LoadMethod
):
    rows = "(1,'é','É)`',0.3333,'\\xe9','[\\\"é\\\"]'),(2,NULL,NULL,NULL,NULL,'[null]')"
    text = f"SET NAMES utf8mb4;\n{GENERATED}LOCK TABLES t WRITE;\nREPLACE INTO t VALUES {rows};\n"
    dump = dumps.write(text.encode().replace(b"'\\xe9'", b"0xe9"))
    ledger = world.load(dump, LoadOptions(method=method))
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT CONCAT(u, f, HEX(b), j) FROM game.t WHERE id = 1") == (
        'É)`0.3333E9["é"]'
    )


def test_a_value_of_a_generated_column_that_the_server_computes_otherwise_is_damage(
    world: LoadServer, dumps: Dumps
):
    table = "CREATE TABLE t (a INT, s VARCHAR(9) AS (CONCAT(a, 'x')));\n"
    ledger = world.load(
        dumps.write(f"{table}INSERT INTO t VALUES (1,'1x'),(2,'2X'),(3,'other');\n")
    )
    [imbalance] = find_imbalances(ledger)
    difference = "the dump has 2X, but the server computes 2x (2 rows)"
    assert imbalance.startswith(f"rule generated-differs: game.t: s: {difference}")
    tables = "SELECT GROUP_CONCAT(table_name) FROM information_schema.tables"
    assert world.ask(f"{tables} WHERE table_schema = 'game'") == "t"


ROUNDING = (
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n"
    "CREATE TABLE t (id INT PRIMARY KEY, price DECIMAL(10,2), s VARCHAR(9), at DATETIME,"
    " gross DECIMAL(10,2) AS (price * 1.19) STORED, third DECIMAL(10,1) AS (price / 3) VIRTUAL,"
    " day DATE AS (at) STORED, n INT AS (s + 0) STORED, KEY (third));\n"
)


@pytest.mark.parametrize("method", list(LoadMethod))
@pytest.mark.parametrize("columns", ["", "(id,price,s,at)"])
def test_what_the_server_rounds_in_a_generated_column_is_no_damage(
    world: LoadServer, dumps: Dumps, method: LoadMethod, columns: str
):
    stated = "" if columns else ",2.37,0.7,'2024-06-18',7"
    rows = ",".join(f"({n},1.99,'7x','2024-06-18 21:15:08'{stated})" for n in range(500))
    dump = dumps.write(f"{ROUNDING}INSERT INTO t {columns} VALUES {rows};\n")
    ledger = world.load(dump, LoadOptions(method=method, large_table_bytes=0))
    assert find_imbalances(ledger) == []
    sums = "SELECT CONCAT_WS(' ', SUM(gross), SUM(third), MAX(day), SUM(n)) FROM game.t"
    assert world.ask(sums) == "1185.00 350.0 2024-06-18 3500"
    if columns and method is LoadMethod.FAST:
        assert "rows-as-fields" in {use.rule for use in ledger.rules}


@pytest.mark.parametrize("method", list(LoadMethod))
def test_what_the_server_rounds_in_a_default_that_no_row_states_is_no_damage(
    world: LoadServer, dumps: Dumps, method: LoadMethod
):
    ledger = world.load(
        dumps.write(
            "CREATE TABLE t (id INT PRIMARY KEY, d DECIMAL(4,2) DEFAULT (1/3));\n"
            "INSERT INTO t (id) VALUES (1),(2);\n"
        ),
        LoadOptions(method=method),
    )
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT SUM(d) FROM game.t") == Decimal("0.66")


def test_what_is_cut_beside_a_generated_column_is_damage(world: LoadServer, dumps: Dumps):
    ledger = world.load(
        dumps.write(f"{ROUNDING}INSERT INTO t (id,price) VALUES (1,1.999),(2,1.99);\n")
    )
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith("rule value-cut: Data truncated for column 'price' at row 1")


ENUMS = "CREATE TABLE t (id INT PRIMARY KEY, k ENUM('a','b') NOT NULL, s SET('x'), n TINYINT);\n"


@pytest.mark.parametrize("mode", ["", "STRICT_TRANS_TABLES"])
@pytest.mark.parametrize("large_table_bytes", [0, 1 << 20])
def test_an_empty_enum_is_not_damage_in_any_mode(
    world: LoadServer, dumps: Dumps, mode: str, large_table_bytes: int
):
    rows = "".join(f"INSERT INTO t VALUES ({number},'','x',{number});\n" for number in range(4))
    dump = dumps.write(
        f"SET sql_mode = '{mode}';\n{ENUMS}{rows}INSERT INTO t VALUES (9,'b','',1);\n"
    )
    ledger = world.load(dump, LoadOptions(large_table_bytes=large_table_bytes))
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT GROUP_CONCAT(id, k + 0) FROM game.t") == "00,10,20,30,92"


@pytest.mark.parametrize(
    "rows",
    ["(NULL,''),(7,LAST_INSERT_ID())", "(NULL,'')", "(3,@a),(4,'')"],
)
def test_only_rows_of_literals_are_sent_again_for_an_empty_enum(
    world: LoadServer, dumps: Dumps, rows: str
):
    table = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, k ENUM('a','b'));\n"
    with pytest.raises(LoadError, match="MySQL error"):
        world.load(dumps.write(f"{table}INSERT INTO t VALUES {rows};\n"))


@pytest.mark.parametrize(
    ("mode", "row", "rule"),
    [
        ("", "(1,'q','x',1)", "value-cut"),
        ("", "(1,'','y',1)", "value-cut"),
        ("STRICT_TRANS_TABLES", "(1,'','y',1)", "value-cut"),
        ("STRICT_TRANS_TABLES", "(1,'q','x',1)", "value-cut"),
        ("STRICT_TRANS_TABLES", "(1,'','x',300)", "number-clipped"),
    ],
)
def test_other_values_that_are_cut_beside_an_empty_enum_are_damage(
    world: LoadServer, dumps: Dumps, mode: str, row: str, rule: str
):
    ledger = world.load(
        dumps.write(f"SET sql_mode = '{mode}';\n{ENUMS}INSERT INTO t VALUES (0,'','x',1),{row};\n")
    )
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith(f"rule {rule}: ")
