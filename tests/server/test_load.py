"""Loading into a real server: what is executed, what is counted, and what stops a load."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.conftest import CLOSING_LINE, EXAMPLES, Dumps

from rewound.dump.judge import quote_name
from rewound.dump.rules import ALLOWABLE
from rewound.dump.target import SYSTEM_SCHEMAS
from rewound.engine.ports import pick_ports
from rewound.engine.process import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.errors import (
    DumpError,
    HostError,
    Interrupted,
    LoadError,
    MysqlError,
    StatementRefused,
)
from rewound.load.ledger import Ledger, TableCount, find_imbalances
from rewound.load.loader import LoadOptions, load_dump
from rewound.mysql.accounts import LOADER, ROOT, account_statements
from rewound.mysql.client import Connection, Value
from rewound.mysql.endpoint import Endpoint

CREATE = "CREATE TABLE t (id INT PRIMARY KEY, n TINYINT, s VARCHAR(20));\n"


@dataclass(frozen=True, slots=True)
class World:
    """A server to load into."""

    root: Endpoint
    loader: Endpoint

    def load(
        self,
        dump: Path,
        options: LoadOptions | None = None,
        *,
        cancelled: threading.Event | None = None,
    ) -> Ledger:
        return load_dump(
            self.loader,
            dump,
            options=options or LoadOptions(),
            progress=lambda bytes_read, table: None,
            cancelled=cancelled or threading.Event(),
        )

    def ask(self, sql: str) -> Value:
        with Connection(self.root) as connection:
            return connection.query(sql).rows[0][0]

    def schemas(self) -> set[str]:
        with Connection(self.root) as connection:
            names = connection.names("SELECT schema_name FROM information_schema.schemata")
        return {name for name in names if name.lower() not in SYSTEM_SCHEMAS}


@pytest.fixture(scope="module")
def server(engine: ProcessEngine, make_folder: Callable[[], Path]) -> Iterator[World]:
    folder = make_folder()
    passwords = dict.fromkeys(("root", "rewound", "dev", "reader"), "secret")
    spec = ServerSpec("load", folder, pick_ports(1, base=None)[0], 32 << 20, "secret")
    try:
        running = engine.start(spec)
        root = Endpoint(running.socket, running.host, running.port, ROOT, "secret")
        with Connection(root) as connection:
            for statement in account_statements(passwords):
                connection.execute(statement)
        yield World(root, Endpoint(running.socket, running.host, running.port, LOADER, "secret"))
    finally:
        engine.end_all(folder)
        shutil.rmtree(folder)


@pytest.fixture
def world(server: World) -> Iterator[World]:
    """The module's server, without any world in it."""
    yield server
    with Connection(server.root) as connection:
        for schema in server.schemas():
            connection.execute(b"DROP DATABASE " + quote_name(schema))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.gz")), ids=lambda path: path.name[:23])
def test_every_dump_of_the_sample_balances(world: World, path: Path):
    ledger = world.load(path)
    assert find_imbalances(ledger) == []
    assert ledger.schemas == ("game",)
    assert ledger.rows == sum(table.inserted for table in ledger.tables) > 3000
    assert ledger.dump.file_bytes == path.stat().st_size
    assert ledger.dump.is_whole
    assert ledger.dump.completed_at is not None
    assert len(ledger.dump.positions) == 1
    assert {rule.rule for rule in ledger.rules} == {
        "definer",
        "binary-log-setting",
        "replication-position",
        "event-disabled",
    }


def test_a_restored_event_is_disabled_and_programs_belong_to_the_loader(world: World):
    world.load(EXAMPLES / "host1_fulldump_20260303_211508.sql.gz")
    assert world.ask("SELECT GROUP_CONCAT(status) FROM information_schema.events") == "DISABLED"
    definers = "SELECT GROUP_CONCAT(DISTINCT definer) FROM information_schema"
    for table in ("routines", "views", "triggers", "events"):
        schema = {"views": "table_schema", "triggers": "trigger_schema"}.get(table, "")
        column = schema or ("event_schema" if table == "events" else "routine_schema")
        assert world.ask(f"{definers}.{table} WHERE {column} = 'game'") == "rewound@localhost"


@pytest.mark.parametrize(
    "statement",
    [
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "SELECT * FROM t INTO OUTFILE '/tmp/rewound-test-outfile'",
        "INSTALL PLUGIN p SONAME 'p.so'",
        "CREATE FUNCTION f RETURNS INTEGER SONAME 'f.so'",
        "SHUTDOWN",
        "CALL p()",
        "KILL 1",
        "\\! touch /tmp/rewound-test-shell",
    ],
)
def test_a_refused_statement_is_not_executed_and_is_shown(
    world: World, dumps: Dumps, statement: str
):
    dump = dumps.write(f"{CREATE}{statement};\nCREATE TABLE after_it (id INT);\n")
    with pytest.raises(StatementRefused) as caught:
        world.load(dump)
    assert caught.value.line == 9
    assert caught.value.path == dump
    assert caught.value.rule in caught.value.message
    assert statement.split()[0] in caught.value.excerpt
    assert f"{dump}, line 9: refused by rule" in caught.value.message
    assert world.ask("SELECT GROUP_CONCAT(table_name) FROM information_schema.tables"
                     " WHERE table_schema = 'game'") == "t"  # fmt: skip
    assert not Path("/tmp/rewound-test-outfile").exists()
    assert not Path("/tmp/rewound-test-shell").exists()


def test_an_sql_error_names_file_line_statement_and_the_servers_message(world: World, dumps: Dumps):
    long = ", ".join(f"({number}, 1, 'x')" for number in range(2, 100))
    dump = dumps.write(f"{CREATE}\nINSERT INTO t VALUES (1, 1, 'a');\n\nINSERT INTO t VALUES"
                       f" (1, 2, 'b'), {long};\n")  # fmt: skip
    with pytest.raises(LoadError) as caught:
        world.load(dump)
    first, second = caught.value.message.split("\n")
    assert first == (f"{dump}, line 12: MySQL error 1062: Duplicate entry '1' for key 't.PRIMARY'")
    assert second.strip().startswith("INSERT INTO t VALUES (1, 2, 'b'), (2, 1, 'x')")
    assert len(second.strip()) == 201


def test_rows_that_a_trigger_adds_are_an_imbalance(world: World, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            f"{CREATE}CREATE TABLE log (id INT);\n"
            "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.id);\n"
            "INSERT INTO log VALUES (1);\nINSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'b');\n"
        )
    )
    assert find_imbalances(ledger) == ["table game.log holds 3 rows where 1 were inserted"]


def test_rows_that_a_trigger_deletes_are_an_imbalance(world: World, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            f"{CREATE}CREATE TABLE log (id INT);\nINSERT INTO log VALUES (1), (2);\n"
            "CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW DELETE FROM log;\n"
            "INSERT INTO t VALUES (1, 1, 'a');\n"
        )
    )
    assert find_imbalances(ledger) == ["table game.log holds 0 rows where 2 were inserted"]


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ("(1, 300, 'a')", "number-clipped"),
        ("(1, 1, REPEAT('x', 21))", "value-cut"),
        ("(1, 'many', 'a')", "value-invalid"),
        ("(1, 1, 'a'), (NULL, 1, 'b')", "null-replaced"),
    ],
)
def test_a_value_that_the_server_changed_is_an_imbalance(
    world: World, dumps: Dumps, values: str, rule: str
):
    dump = dumps.write(f"SET sql_mode = '';\n{CREATE}INSERT INTO t VALUES {values};\n")
    ledger = world.load(dump)
    [imbalance] = find_imbalances(ledger)
    assert imbalance.startswith(f"rule {rule}: ")
    assert "1 times, first at line 10" in imbalance
    assert find_imbalances(replace(ledger, allowed=(rule,))) == []


def test_the_rules_that_may_be_allowed_are_all_tried_here():
    mark = next(
        m for m in test_a_value_that_the_server_changed_is_an_imbalance.pytestmark if m.args
    )
    assert {rule for _, rule in mark.args[1]} == {rule.name for rule in ALLOWABLE}


def test_inserts_that_ignore_and_replace_are_counted_by_what_they_leave(world: World, dumps: Dumps):
    ledger = world.load(
        dumps.write(
            f"{CREATE}INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'b');\n"
            "INSERT IGNORE INTO t VALUES (2, 2, 'c'), (3, 1, 'd');\n"
            "REPLACE INTO t VALUES (1, 9, 'z');\n"
            "REPLACE INTO t VALUES (2, 9, 'y'), (3, 9, 'x'), (4, 9, 'w');\n"
            "REPLACE INTO t VALUES (5, 9, 'v');\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert ledger.tables == (TableCount("game", "t", 9, 4, 5, 5),)


def test_rows_that_are_updated_are_told_from_new_ones(world: World, dumps: Dumps):
    update = "ON DUPLICATE KEY UPDATE n = VALUES(n)"
    ledger = world.load(
        dumps.write(
            f"{CREATE}INSERT INTO t VALUES (1, 1, 'a'), (2, 1, 'b') {update};\n"
            f"INSERT INTO t VALUES (2, 1, 'c'), (1, 7, 'd'), (3, 1, 'd') {update};\n"
            f"INSERT INTO t VALUES (4, 1, 'c') {update};\n"
            f"INSERT INTO t VALUES (4, 1, 'c') {update};\n"
            f"INSERT INTO t VALUES (4, 2, 'c') {update};\n"
        )
    )
    assert find_imbalances(ledger) == []
    assert ledger.tables == (TableCount("game", "t", 8, 4, 4, 4),)


def test_single_inserts_are_gathered_and_counted_each(world: World, dumps: Dumps):
    rows = "".join(f"INSERT INTO t VALUES ({n},{n % 100},'it''s;');\n" for n in range(5000))
    ledger = world.load(dumps.write(f"SET sql_mode = '';\n{CREATE}{rows}"))
    assert find_imbalances(ledger) == []
    assert ledger.tables == (TableCount("game", "t", 5000, 0, 5000, 5000),)
    assert ledger.executed["INSERT"] < 10
    assert "inserts-gathered" in {rule.rule for rule in ledger.rules}


def test_an_insert_of_40_mb_arrives_in_parts(world: World, dumps: Dumps):
    row = "('" + "x" * 999_990 + "')"
    insert = "INSERT INTO b VALUES " + ",".join([row] * 40) + ";\n"
    ledger = world.load(dumps.write(f"CREATE TABLE b (v LONGTEXT);\n{insert}"))
    assert find_imbalances(ledger) == []
    assert ledger.tables == (TableCount("game", "b", 40, 0, 40, 40),)
    assert "insert-cut" in {rule.rule for rule in ledger.rules}


def test_all_bytes_arrive_as_they_are_in_the_dump(world: World, dumps: Dumps):
    everything = bytes(range(256))
    quoted = everything.replace(b"\\", b"\\\\").replace(b"'", b"\\'").replace(b"\0", b"\\0")
    insert = b"INSERT INTO b VALUES (_binary '" + quoted + b"');\n"
    ledger = world.load(dumps.write(b"CREATE TABLE b (v BLOB);\n" + insert))
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT v FROM game.b") == everything


def test_a_latin1_dump_keeps_its_text(world: World, dumps: Dumps):
    sql = (
        "SET NAMES latin1;\nCREATE TABLE l (s VARCHAR(20)) DEFAULT CHARSET=latin1;\n"
        "INSERT INTO l VALUES ('Müller');\n"
    )
    ledger = world.load(dumps.write(sql.encode("latin-1")))
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT s FROM game.l") == "Müller"
    assert world.ask("SELECT HEX(s) FROM game.l") == "4DFC6C6C6572"


def test_a_statement_of_20_mb_is_one_statement(world: World, dumps: Dumps):
    size = 20 << 20
    insert = b"INSERT INTO b VALUES ('" + b"x" * size + b"');\n"
    ledger = world.load(
        dumps.write(b"CREATE TABLE b (v LONGBLOB);\n" + insert, name="host1-20260302.sql.gz")
    )
    assert find_imbalances(ledger) == []
    assert world.ask("SELECT LENGTH(v) FROM game.b") == size


def test_a_dump_without_its_closing_line_is_an_imbalance(world: World, dumps: Dumps):
    ledger = world.load(dumps.write(CREATE, closing=""))
    assert find_imbalances(ledger) == [
        "the closing line (-- Dump completed) is missing: the dump is cut off"
    ]


def test_a_dump_without_any_comments_needs_the_users_word(world: World, dumps: Dumps):
    dump = dumps.write(CREATE, header="", closing="")
    ledger = world.load(dump, LoadOptions(schema="shop"))
    [imbalance] = find_imbalances(ledger)
    assert "completeness cannot be proved" in imbalance


def test_the_users_word_accepts_a_dump_without_any_comments(world: World, dumps: Dumps):
    dump = dumps.write(CREATE, header="", closing="")
    ledger = world.load(dump, LoadOptions(schema="shop", allow_unfinished=True))
    assert find_imbalances(ledger) == []
    assert ledger.schemas == ("shop",)


def test_a_dump_that_names_no_database_is_refused_without_schema(world: World, dumps: Dumps):
    with pytest.raises(StatementRefused, match="no-database"):
        world.load(dumps.write(CREATE, header=""))


def test_a_cut_off_gzip_is_a_dump_error(world: World, dumps: Dumps):
    dump = dumps.write(CREATE * 1, name="host1-20260302.sql.gz")
    dump.write_bytes(dump.read_bytes()[:-12])
    with pytest.raises(DumpError, match="cut off"):
        world.load(dump)


def test_a_cancelled_load_ends_at_the_next_statement(world: World, dumps: Dumps):
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Interrupted):
        world.load(dumps.write(CREATE), cancelled=cancelled)
    assert world.schemas() == set()


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT user FROM mysql.user", 1142),
        ("CREATE USER 'x'@'%'", 1227),
        ("GRANT ALL ON *.* TO 'dev'@'%'", 1045),
        ("SET GLOBAL local_infile = ON", 1227),
        ("SELECT 1 INTO OUTFILE '/tmp/rewound-test-outfile'", 1045),
        ("SHUTDOWN", 1227),
        ("CREATE TABLE mysql.x (id INT)", 1142),
    ],
)
def test_the_loaders_account_may_do_nothing_outside_of_worlds(world: World, sql: str, number: int):
    with Connection(world.loader) as connection, pytest.raises(MysqlError) as caught:
        connection.execute(sql)
    assert caught.value.number in (number, 1044, 1142, 1227)


def test_the_loaders_account_reads_no_file_of_the_host(world: World):
    with Connection(world.loader) as connection:
        assert connection.query("SELECT LOAD_FILE('/etc/passwd')").rows == ((None,),)


def test_a_view_cannot_show_the_accounts(world: World, dumps: Dumps):
    dump = dumps.write("CREATE VIEW v AS SELECT user, authentication_string FROM mysql.user;\n")
    with pytest.raises(LoadError, match="denied"):
        world.load(dump)


def test_no_room_for_the_rows_is_the_hosts_fault_and_no_defect_of_the_dump(
    world: World, dumps: Dumps
):
    # A full table of ENGINE=MEMORY says what a full disk says.
    rows = ", ".join(["(REPEAT('x', 1000))"] * 1000)
    insert = f"INSERT INTO m VALUES {rows};\n"
    dump = dumps.write("CREATE TABLE m (s VARCHAR(1000)) ENGINE=MEMORY;\n" + insert * 20)
    with pytest.raises(HostError, match=r"line \d+: MySQL error 1114") as caught:
        world.load(dump)
    assert "free some disk space" in str(caught.value.hint)


def test_a_closing_line_inside_a_value_does_not_count(world: World, dumps: Dumps):
    value = CLOSING_LINE.strip()
    dump = dumps.write(
        f"CREATE TABLE c (s TEXT);\nINSERT INTO c VALUES ('\n{value}\n');\n", closing=""
    )
    assert "cut off" in find_imbalances(world.load(dump))[0]
