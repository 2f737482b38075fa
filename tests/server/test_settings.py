"""What a dump sets in its session: each class of variables, tried on the real server."""

import pytest

from rewound.dump.settings import variables
from rewound.errors import LoadError
from rewound.load.ledger import find_imbalances
from rewound.load.options import LoadOptions
from rewound.mysql.client import Connection
from tests.conftest import Dumps
from tests.server.load_server import LoadServer, used

# NULL has no meaning for most variables, so none of these may have it by itself.
TABLE = "CREATE TABLE t (id INT PRIMARY KEY);\nINSERT INTO t VALUES (1);\n"


@pytest.mark.parametrize("name", sorted(variables.EXECUTED))
def test_what_is_sent_can_be_set_by_the_loader(server: LoadServer, name: str):
    with Connection(server.loader) as connection:
        connection.execute_sql(f"SET SESSION {name} = @@SESSION.{name}")


def test_only_a_foreign_variable_is_one_that_the_server_lacks(server: LoadServer):
    with Connection(server.root) as connection:
        known = set(connection.names("SHOW SESSION VARIABLES"))
    assert known & variables.FOREIGN == set()
    assert (variables.EXECUTED | variables.TUNING) - known == set()


def test_tables_of_loose_servers_are_taken_and_the_rule_says_so(world: LoadServer, dumps: Dumps):
    columns = ", ".join(f"c{number} TEXT" for number in range(220))
    text = (
        f"SET sql_mode = '';\nCREATE TABLE wide (id INT PRIMARY KEY, {columns});\n"
        "INSERT INTO wide (id) VALUES (1);\n"
        "CREATE TABLE compact (a VARCHAR(1000), KEY (a)) CHARSET=latin1 ROW_FORMAT=COMPACT;\n"
        "CREATE TABLE fixed (a INT) ROW_FORMAT=DYNAMIC KEY_BLOCK_SIZE=8;\n"
    )
    ledger = world.load(dumps.write(text))
    assert find_imbalances(ledger) == []
    assert used(ledger)["loose-innodb"] == 3
    assert ledger.server_settings == {"innodb_strict_mode": "OFF"}


def test_a_row_that_is_too_long_for_its_table_fails(world: LoadServer, dumps: Dumps):
    columns = ", ".join(f"c{number} TEXT" for number in range(220))
    values = ", ".join(["'" + 40 * "x" + "'"] * 220)
    text = f"CREATE TABLE wide ({columns});\nINSERT INTO wide VALUES ({values});\n"
    with pytest.raises(LoadError, match="Row size too large"):
        world.load(dumps.write(text))


@pytest.mark.parametrize(
    ("query", "is_loose"),
    [
        ("SELECT kind, name, COUNT(*) FROM fruit GROUP BY kind", True),
        ("SELECT name, COUNT(*) FROM fruit", True),
        ("SELECT DISTINCT kind FROM fruit ORDER BY name", True),
        ("SELECT kind, COUNT(*) FROM fruit GROUP BY kind", False),
    ],
)
def test_a_view_that_needs_another_sql_mode_gets_it(
    world: LoadServer, dumps: Dumps, query: str, is_loose: bool
):
    text = (
        "SET sql_mode = '';\nCREATE TABLE fruit (id INT PRIMARY KEY, name TEXT, kind INT);\n"
        f"CREATE VIEW v AS {query};\nCREATE VIEW w AS SELECT * FROM v;\n"
    )
    ledger = world.load(dumps.write(text))
    assert find_imbalances(ledger) == []
    assert used(ledger).get("full-group-by-off", 0) == (2 if is_loose else 0)
    assert ("sql_mode" in ledger.server_settings) is is_loose
    assert "ONLY_FULL_GROUP_BY" not in ledger.server_settings.get("sql_mode", "")


def test_names_in_bytes_that_pythons_codecs_lack(world: LoadServer, dumps: Dumps):
    text = (
        b"SET NAMES latin1;\nCREATE TABLE `a\x81\xe9` (`id` int, `b\x9d` int);\n"
        b"INSERT INTO `a\x81\xe9` VALUES (1, 2);\nCREATE VIEW `v\x8d` AS SELECT 1 AS x;\n"
    )
    ledger = world.load(dumps.write(text))
    assert find_imbalances(ledger) == []
    assert [table.table for table in ledger.tables] == ["a\x81\xe9"]
    text = b"SET NAMES cp1251;\nCREATE TABLE `a\x98` (`id` int);\nINSERT INTO `a\x98` VALUES (1);\n"
    world.clear()
    options = LoadOptions(allowed=frozenset({"characters-lost"}))
    assert find_imbalances(world.load(dumps.write(text), options)) == []


def test_settings_that_decide_nothing_are_skipped(world: LoadServer, dumps: Dumps):
    skipped = [
        *("sort_buffer_size = 1048576", "profiling = 0", "wait_timeout = 1", "lc_messages = x"),
        *("max_allowed_packet = 1024", "sql_select_limit = 0", "optimizer_switch = 'a=on'"),
        *("query_cache_type = 0", "aria_sort_buffer_size = 1", "innodb_support_xa = 0"),
        *("innodb_strict_mode = 0", "sql_require_primary_key = 1", "character_set_database = x"),
    ]
    text = "".join(f"SET SESSION {each};\n" for each in skipped)
    text += "SET @q = @@query_cache_type, @e = @@default_storage_engine;\n"
    ledger = world.load(dumps.write(f"{text}SET @@default_storage_engine = @e;\n{TABLE}"))
    assert find_imbalances(ledger) == []
    names = ("tuning-setting", "foreign-variable", "setting-decided")
    assert [used(ledger)[name] for name in names] == [7, 4, 3]
