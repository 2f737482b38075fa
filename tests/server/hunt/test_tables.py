"""What follows from a table's definition: its engine, its numbers, its computed columns."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.options import LoadMethod, LoadOptions
from tests.conftest import Cli, Dumps
from tests.server.load_server import LoadServer, used

HuntSource = Callable[[str], Path]
METHODS = pytest.mark.parametrize("method", list(LoadMethod))


def load(world: LoadServer, source: Path, method: LoadMethod = LoadMethod.FAST) -> Ledger:
    """Load the one dump of a SOURCE, and require its proof."""
    [dump] = source.iterdir()
    options = LoadOptions(schema="shop", allow_unfinished=True, method=method)
    ledger = world.load(dump, options)
    assert find_imbalances(ledger) == []
    return ledger


@pytest.mark.parametrize(
    ("name", "table", "rows"),
    [("engines/memory", "session", 3), ("adversary/f01", "m", 2)],
)
def test_rows_of_memory_outlive_the_restart_and_reset(
    hunt_source: HuntSource, cli: Cli, name: str, table: str, rows: int
):
    try:
        done = cli("up", hunt_source(name), "--schema", "shop")
        assert done.code == 0, done.stderr
        assert "volatile-engine" in cli("report").stdout
        question = f"SELECT COUNT(*) n, MIN(engine) e FROM {table} JOIN information_schema.tables"
        question += f" ON table_name = '{table}'"
        for _ in range(2):
            answer = cli("query", question, "--schema", "shop", "--format", "csv")
            assert answer.stdout.splitlines()[1].split(",")[1:] == [str(rows), "InnoDB"]
            assert cli("reset").code == 0
    finally:
        cli("down")


@pytest.mark.parametrize(
    ("name", "table", "rows"), [("engines/merge", "logs", 3), ("adversary/f13", "m", 2)]
)
def test_a_table_of_merge_shows_rows_and_has_none(
    hunt_source: HuntSource, world: LoadServer, name: str, table: str, rows: int
):
    ledger = load(world, hunt_source(name))
    assert world.ask(f"SELECT COUNT(*) FROM shop.{table}") == rows
    assert ledger.rows == rows


def test_a_table_of_merge_is_served_after_every_start(cli: Cli, dumps: Dumps):
    dumps.write(
        "CREATE TABLE a (x INT, KEY (x)) ENGINE=MyISAM; INSERT INTO a VALUES (1);"
        "CREATE TABLE b LIKE a; INSERT INTO b VALUES (2);"
        "CREATE TABLE m (x INT, KEY (x)) ENGINE=MERGE UNION=(a, b);\n",
        name="a_fulldump_20260302_211500.sql",
    )
    try:
        assert cli("up", dumps.folder).code == 0
        for again in (["reset"], ["down"], ["up", dumps.folder]):
            assert cli(*again).code == 0
        answer = cli("query", "SELECT COUNT(*), SUM(x) FROM m", "--format", "csv")
        assert answer.lines[1] == "a,2,3"
    finally:
        cli("down")


@METHODS
def test_rows_that_ask_for_the_last_number_get_that_of_the_row_before(
    hunt_source: HuntSource, world: LoadServer, method: LoadMethod
):
    load(world, hunt_source("adversary/f07-"), method)
    parents = "SELECT GROUP_CONCAT(id, '<', parent ORDER BY id) FROM shop.node"
    assert world.ask(parents) == "1<0,2<1,3<2,4<3"


@METHODS
def test_numbers_that_the_server_chooses_are_those_of_the_client(
    hunt_source: HuntSource, world: LoadServer, method: LoadMethod
):
    load(world, hunt_source("adversary/f07b"), method)
    joined = (
        "SELECT GROUP_CONCAT(t.id, n ORDER BY id) FROM shop.t LEFT JOIN shop.child ON t_id = id"
    )
    assert world.ask(joined) == "50a,51b,52z"
    assert world.ask("SELECT COUNT(*) FROM shop.child JOIN shop.t ON t_id = id") == 2


@METHODS
@pytest.mark.parametrize(
    ("name", "table", "rows"),
    [
        ("nomode/navicat", "SELECT GROUP_CONCAT(store_id, code) FROM shop.store", "0admin,2de,5fr"),
        ("nomode/compact", "SELECT GROUP_CONCAT(uid, name) FROM shop.users", "0,1root,6mia"),
        (
            "zero2/sequelace",
            "SELECT GROUP_CONCAT(store_id, code) FROM shop.store",
            "0admin,2de,5fr",
        ),
    ],
)
def test_a_row_keeps_the_number_0(
    hunt_source: HuntSource,
    world: LoadServer,
    name: str,
    table: str,
    rows: str,
    method: LoadMethod,
):
    ledger = load(world, hunt_source(name), method)
    assert world.ask(table) == rows
    assert used(ledger)["zero-kept"] == 1
    modes = "SELECT GROUP_CONCAT(sql_mode) FROM information_schema.triggers"
    assert world.ask(f"{modes} WHERE trigger_schema = 'shop'") in (None, "STRICT_TRANS_TABLES")


@METHODS
def test_generated_columns_stated_with_values_are_computed_and_compared(
    hunt_source: HuntSource, world: LoadServer, method: LoadMethod
):
    ledger = load(world, hunt_source("gencol/stored"), method)
    assert (
        world.ask("SELECT GROUP_CONCAT(id, ':', total) FROM shop.line") == "1:10.00,2:6.00,3:10.00"
    )
    assert used(ledger)["generated-value"] == 1
    assert "generated-differs" not in used(ledger)


@METHODS
def test_an_empty_enum_is_stored_as_the_source_had_it(
    hunt_source: HuntSource, world: LoadServer, method: LoadMethod
):
    ledger = load(world, hunt_source("legacy/enumempty"), method)
    kinds = world.ask("SELECT GROUP_CONCAT(CONCAT(kind + 0, kind, flags) ORDER BY id) FROM shop.t")
    assert kinds == "1ax,0,2bx,y"
    assert used(ledger)["empty-enum"] == 1


def test_names_that_were_not_told_apart_by_case_get_a_server_that_does_not(
    hunt_source: HuntSource, cli: Cli
):
    try:
        done = cli("up", hunt_source("fkcase/wintrigger"), "--schema", "shop", timeout_s=240)
        assert done.code == 0, done.stderr
        assert "names-folded" in cli("report").stdout
        for table in ("player", "Player"):
            sql = f"SELECT name, @@lower_case_table_names FROM {table}"
            answer = cli("query", sql, "--schema", "shop", "--format", "csv")
            assert answer.stdout.splitlines()[1].split(",")[1:] == ["a", "1"]
    finally:
        cli("down")
