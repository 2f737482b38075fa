"""What a dump sets in its session: each class of variables, tried on the real server."""

import pytest

from rewound.dump import variables
from rewound.load.ledger import Ledger, find_imbalances
from rewound.mysql.client import Connection
from tests.conftest import Dumps
from tests.server.load_server import LoadServer

# NULL has no meaning for most variables, so none of these may have it by itself.
TABLE = "CREATE TABLE t (id INT PRIMARY KEY);\nINSERT INTO t VALUES (1);\n"


def used(ledger: Ledger) -> dict[str, int]:
    return {use.rule: use.count for use in ledger.rules}


@pytest.mark.parametrize("name", sorted(variables.EXECUTED))
def test_what_is_sent_can_be_set_by_the_loader(server: LoadServer, name: str):
    with Connection(server.loader) as connection:
        connection.execute(f"SET SESSION {name} = @@SESSION.{name}")


def test_only_a_foreign_variable_is_one_that_the_server_lacks(server: LoadServer):
    with Connection(server.root) as connection:
        known = set(connection.names("SHOW SESSION VARIABLES"))
    assert known & variables.FOREIGN == set()
    assert (variables.EXECUTED | variables.TUNING) - known == set()


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
