"""Which rows go to workers, which statements wait for them, and which are not executed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from rewound.dump.file.location import one_file
from rewound.dump.file.part_lines import PartLines
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.verdict import Verdict
from rewound.dump.script import Script
from rewound.dump.text.statement import Kind
from rewound.load.counters import LoadCounters
from rewound.load.dispatch import Dispatcher
from rewound.load.objects import TableKey
from rewound.load.rows import Batch
from rewound.load.text_rows_plan import TextRowsPlan
from rewound.mysql.client import ResultSet, Value

CREATE = "CREATE TABLE t (id int PRIMARY KEY, name varchar(9));"
ROWS = "INSERT INTO t VALUES " + ",".join(f"({number},'a')" for number in range(1, 600)) + ";"
"""Long enough that the splitter masks its text, without which rows stay in the dump's session."""
PRIMARY_KEY, NO_KEY = "PRI", ""


@dataclass
class FakeServer:
    """Answers what the dispatcher asks about the session and about the table `t`."""

    checks_foreign_keys: bool = False
    has_defaults: bool = True
    connection_set: str = "utf8mb4"
    has_foreign_keys: bool = False
    key: str = PRIMARY_KEY
    executed: list[str] = field(default_factory=list)

    def query(self, sql: str) -> ResultSet:
        if "information_schema.columns" in sql:
            columns = [
                ("id", "int", 0, None, "", self.key),
                ("name", "varchar", 1, "utf8mb4", "", ""),
            ]
            return ResultSet((), tuple(columns))
        if "information_schema.tables" in sql:
            return ResultSet((), ((1, int(self.has_foreign_keys)),))
        values: dict[str, Value] = {
            "@@SESSION.foreign_key_checks": int(self.checks_foreign_keys),
            "@@SESSION.character_set_client": "utf8mb4",
            "@@SESSION.character_set_connection": self.connection_set,
        }
        names = sql.removeprefix("SELECT ").split(", ")[:-1]
        return ResultSet((), ((*(values.get(name, "") for name in names), self.has_defaults),))

    def execute_sql(self, sql: str) -> None:
        self.executed.append(sql)


@dataclass
class NotedLoad:
    """Notes what the dispatcher gives to workers and to the dump's own session."""

    batches: list[tuple[TableKey, Batch, bool]] = field(default_factory=list)
    waits: list[set[TableKey] | None] = field(default_factory=list)
    own: list[Verdict] = field(default_factory=list)
    fires: bool = False

    def add(self, key: TableKey, batch: Batch, *, keeps_order: bool) -> None:
        self.batches.append((key, batch, keeps_order))

    def wait_for(self, tables: set[TableKey] | None = None) -> None:
        self.waits.append(tables)

    def forget(self, keys: Iterable[TableKey]) -> None: ...

    def meets_triggers(self, verdict: Verdict) -> bool:
        return self.fires and verdict.kind is Kind.INSERT

    def execute_or_defer(self, verdict: Verdict) -> None:
        self.own.append(verdict)


def dispatch(
    text: str, server: FakeServer, load: NotedLoad | None = None, *, large_table_bytes: int = 0
) -> tuple[NotedLoad, LoadCounters]:
    """Dispatch the statements of a dump, and return what became of them."""
    load, counters = load or NotedLoad(), LoadCounters()
    script = Script(REFERENCE_SERVER, schema="g", regroup=False)
    dispatcher = Dispatcher(
        cast(Any, load),
        cast(Any, load),
        counters,
        connection=cast(Any, server),
        metadata_connection=cast(Any, server),
        text_rows=TextRowsPlan(cast(Any, server), PartLines(one_file(Path("dump.sql")))),
        session=lambda: script.session,
        server_version=REFERENCE_SERVER.version_number,
        large_table_bytes=large_table_bytes,
    )
    for verdict in script.iter_verdicts([f"USE g;{CREATE}{text}\n".encode()]):
        counters.add_statement(verdict)
        dispatcher.dispatch(verdict)
    return load, counters


def own_kinds(load: NotedLoad) -> list[Kind]:
    return [verdict.kind for verdict in load.own][2:]


def test_rows_of_literals_go_to_workers_as_fields():
    load, _ = dispatch(ROWS, FakeServer())
    [(key, batch, keeps_order)] = load.batches
    assert (key, keeps_order) == (("g", "t"), False)
    assert batch.fields is not None
    assert own_kinds(load) == []


def test_rows_of_a_table_without_a_primary_key_keep_their_order():
    load, _ = dispatch(ROWS, FakeServer(key=NO_KEY))
    [(_, _, keeps_order)] = load.batches
    assert keeps_order


def test_rows_go_as_sql_if_the_server_converts_literals():
    load, _ = dispatch(ROWS, FakeServer(connection_set="latin1"))
    [(_, batch, _)] = load.batches
    assert batch.fields is None


def test_a_table_is_large_from_so_many_bytes_of_inserts_on():
    load, _ = dispatch(ROWS * 3, FakeServer(), large_table_bytes=2 * len(ROWS) - 2)
    assert own_kinds(load) == [Kind.INSERT]
    assert len(load.batches) == 2


@pytest.mark.parametrize(
    ("server", "rows"),
    [
        (FakeServer(has_foreign_keys=True, checks_foreign_keys=True), ROWS),
        (FakeServer(has_defaults=False), ROWS),
        (FakeServer(), ROWS.replace("(7,'a')", "(7,CONCAT('a','b'))")),
        (FakeServer(), f"SET SESSION TRANSACTION READ ONLY;{ROWS}"),
    ],
    ids=["checked foreign keys", "a setting of the session", "a computed value", "read only"],
)
def test_rows_stay_in_the_dumps_own_session(server: FakeServer, rows: str):
    load, _ = dispatch(rows, server)
    assert load.batches == []
    assert own_kinds(load)[-1] is Kind.INSERT


@pytest.mark.parametrize(
    "server", [FakeServer(has_foreign_keys=True), FakeServer(checks_foreign_keys=True)]
)
def test_foreign_keys_keep_no_rows_unless_there_are_some_and_they_are_checked(server: FakeServer):
    load, _ = dispatch(ROWS, server)
    assert len(load.batches) == 1


def test_a_statement_that_fires_triggers_waits_for_all_rows():
    load = NotedLoad(fires=True)
    dispatch(ROWS, FakeServer(), load)
    assert load.waits[-1] is None
    assert load.batches == []
    assert own_kinds(load) == [Kind.INSERT]


def test_a_statement_that_could_meet_rows_waits_for_them():
    load, _ = dispatch(f"{ROWS}DELETE FROM t;", FakeServer())
    assert load.waits[-1] is None
    assert own_kinds(load) == [Kind.DELETE]


def test_locks_and_switched_keys_are_counted_and_not_executed():
    text = (
        "LOCK TABLES `t` WRITE;/*!40000 ALTER TABLE `t` DISABLE KEYS */;"
        f"{ROWS}/*!40000 ALTER TABLE `t` ENABLE KEYS */;UNLOCK TABLES;"
    )
    load, counters = dispatch(text, FakeServer())
    assert own_kinds(load) == []
    assert {use.rule: use.count for use in counters.rules()} == {
        "lock-not-taken": 2,
        "keys-not-switched": 2,
    }


def test_a_lock_of_a_table_that_does_not_exist_is_for_the_server_to_refuse():
    load, _ = dispatch("LOCK TABLES `missing` WRITE;", FakeServer())
    assert own_kinds(load) == [Kind.LOCK]


def test_the_dumps_own_transaction_ends_before_rows_go_to_workers():
    server = FakeServer()
    dispatch(f"BEGIN;{ROWS}{ROWS}", server)
    assert server.executed == ["COMMIT"]
