"""Transactions of nothing but rows are merged, whatever form they have in the log."""

from pathlib import Path

import pytest

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.errors import ReplayError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.server.load_server import LoadServer
from tests.server.planted import TABLES, tell
from tests.server.replaying import Source, count_binlog_statements, endpoint_of, restore

_COMPRESSED = "binlog_transaction_compression=ON"
_FORMS = [_COMPRESSED, "binlog_transaction_compression=OFF"]
_AND_ITEMS = (
    *TABLES,
    "CREATE TABLE game.item (id INT PRIMARY KEY, player INT)",
    "INSERT INTO game.item VALUES (1,1),(2,2)",
)
_INSERTS = [f"INSERT INTO game.player VALUES ({number},'x',1)" for number in range(20, 40)]


def read_players(endpoint: Endpoint) -> object:
    with Connection(endpoint) as connection:
        return connection.query("SELECT * FROM game.player ORDER BY id").rows


@pytest.mark.parametrize("setting", _FORMS)
@pytest.mark.parametrize("without", [(), ("item",)])
def test_transactions_of_nothing_but_rows_go_in_one_statement(
    source: Source, world: LoadServer, tmp_path: Path, setting: str, without: tuple[str, ...]
) -> None:
    told = tell(
        source,
        tmp_path,
        f"SET SESSION {setting}",
        *_INSERTS,
        "UPDATE game.player p, game.item i SET p.score = 7, i.player = 3 WHERE p.id = i.player",
        "INSERT INTO game.item VALUES (4,4)",
        before=_AND_ITEMS,
    )
    before = count_binlog_statements(world)
    receipt = restore(
        world,
        told.dump,
        told.logs,
        told.target,
        dump_filter=DumpFilter(skip_tables=without),
        verify_images=False,  # which would send more of them
    ).receipt
    assert receipt is not None
    assert receipt.transactions == 22
    assert count_binlog_statements(world) - before == 2  # the first has the FORMAT event
    assert sum(use.count for use in receipt.rules) == (2 if without else 0)
    assert read_players(world.root) == read_players(endpoint_of(source))


@pytest.mark.parametrize("setting", _FORMS)
def test_a_refused_transaction_is_found_among_those_that_are_merged(
    source: Source, world: LoadServer, tmp_path: Path, setting: str
) -> None:
    told = tell(
        source,
        tmp_path,
        f"SET SESSION {setting}",
        *_INSERTS[:10],
        "UPDATE game.player SET score = 5 WHERE id = 3",
        *_INSERTS[10:],
    )
    told.rewrite_dump(",(3,'eve',30)", "")
    with pytest.raises(ReplayError, match="a row that it changes is not here") as caught:
        told.restore(world)
    assert f"binlog.000001:{told.points()[-11].start}, " in str(caught.value)
