"""Comparing rows in the servers gives the same answer as comparing them one by one.

`REWOUND_TEST_EXAMPLES` sets how many pairs of tables are tried, `REWOUND_TEST_SEED` which.
Sizes of ranges and batches are tiny, so that few rows go through all that many would.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from itertools import chain

import pytest

from rewound.diff.rows.by_key import Sizes
from rewound.diff.rows.plan import RowOptions
from rewound.diff.rows.row_changes import RowChange
from rewound.diff.schema.comparison import Change
from rewound.diff.worlds import SchemaPair, TableOutcome, WorldOptions, compare_worlds
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from tests.server.load_server import LoadServer
from tests.server.plain_comparison import Found, compare_plainly, compared_columns, read_value
from tests.server.random_pair import Pair, make_pair

EXAMPLES = int(os.environ.get("REWOUND_TEST_EXAMPLES", "200"))
SEED = os.environ.get("REWOUND_TEST_SEED", "1")

_SCHEMAS = ("was", "is_now")
_MODE = "SET sql_mode = 'ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'"


@pytest.fixture(scope="module")
def connection(server: LoadServer) -> Iterator[Connection]:
    with Connection(server.root) as connection:
        connection.execute_sql(_MODE)
        yield connection


def test_rows_differ_as_they_do_one_by_one(server: LoadServer, connection: Connection) -> None:
    kinds: Counter[str] = Counter()
    for number in range(EXAMPLES):
        rng = random.Random(f"{SEED}-{number}")
        pair = make_pair(rng)
        _make(connection, pair)
        options = _draw_options(rng, pair)
        expected, same = compare_plainly(connection, _SCHEMAS, pair)
        case = f"case {SEED}-{number}: {options}\n" + ";\n".join(chain(*pair.statements))
        found, outcome, _ = _compare(server.root, pair, options)
        assert outcome.error is None, f"{outcome.error}\n{case}"
        assert outcome.diff is not None
        assert found == expected, case
        assert outcome.diff.same == same, case
        assert set(outcome.diff.key) == set(pair.key), case
        totals = Counter(dict.fromkeys(("added", "removed", "changed"), 0))
        for (kind, _, _), times in expected.items():
            totals[kind] += times
        diff = outcome.diff
        assert totals == {"added": diff.added, "removed": diff.removed, "changed": diff.changed}
        kinds.update(totals)
        kinds.update(equal=not expected, keyless=not pair.key)
    assert min(kinds[kind] for kind in ("added", "removed", "changed", "equal", "keyless")) > 0


def _make(connection: Connection, pair: Pair) -> None:
    for schema, statements in zip(_SCHEMAS, pair.statements, strict=True):
        connection.execute_sql(f"CREATE DATABASE IF NOT EXISTS {schema}")
        connection.execute_sql(f"USE {schema}")
        connection.execute_sql("DROP TABLE IF EXISTS t")
        for statement in statements:
            connection.execute_sql(statement)


def _draw_options(rng: random.Random, pair: Pair) -> RowOptions:
    return RowOptions(
        columns=pair.restrict,
        ignore_columns=["N", *pair.ignored],
        where=pair.where,
        label_columns=rng.choice(((), ("*",), None)),
        float_tolerance=pair.tolerance,
        is_exhaustive=rng.random() < 0.2,
        sizes=Sizes(
            range_rows=rng.choice((1, 2, 3, 5, 8, 100)),
            fetched_rows=rng.choice((1, 2, 5, 100)),
            fetched_bytes=rng.choice((1, 50, 1000)),
            exhaustive_rows=rng.choice((1, 2, 5, 100)),
        ),
    )


def _compare(
    endpoint: Endpoint, pair: Pair, options: RowOptions
) -> tuple[Found, TableOutcome, list[RowChange]]:
    changes: list[RowChange] = []
    worlds = compare_worlds(
        endpoint,
        endpoint,
        [SchemaPair(*_SCHEMAS)],
        WorldOptions(rows=options),
        emit=lambda _, change, __: changes.append(change),
    )
    outcome = worlds.tables["was", "t"]
    columns = [] if outcome.diff is None else outcome.diff.columns
    families = {column.name: column.family for column in compared_columns(pair)}
    found: Found = Counter()
    for change in changes:
        before, after = (
            None
            if row is None
            else tuple(
                read_value(families[column.name], cell)
                for column, cell in zip(columns, row, strict=True)
            )
            for row in (change.before, change.after)
        )
        found[change.change.value, before, after] += change.times
        if outcome.diff is not None:
            assert len(change.label) == len(outcome.diff.labels)
        if change.change is Change.CHANGED:
            assert change.before is not None
            assert change.after is not None
            assert all(change.before[place] != change.after[place] for place in change.changed)
    return found, outcome, changes
