import pytest

from rewound.binlog.events.table_map import TableName
from rewound.binlog.rows.row_counts import ChangedRows
from rewound.dump.judging.judge import Judge
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.load.objects import TableKey
from rewound.replay.row_balance import RowBalance

PLAYER, ITEM = ("game", "player"), ("game", "item")


def add(balance: RowBalance, statement: str, counts: dict[TableKey, int | None]) -> None:
    """Record a statement after which the server counts so many rows."""
    judge = Judge(REFERENCE_SERVER, default_schema="game")
    judge.schemas.created.add("game")
    verdict = judge.judge(statement.encode(), 1)
    assert verdict.sql, verdict.uses
    balance.add_definition(verdict, counts.get)


def shown(
    balance: RowBalance, counted: dict[TableKey, int], *reachable: TableKey
) -> dict[str, tuple[int, ...]]:
    return {
        rows.table: (
            *(rows.before, rows.inserted, rows.updated, rows.deleted),
            *(rows.by_definitions, rows.by_cascades, rows.counted),
        )
        for rows in balance.compare(counted, reachable.__contains__)
    }


def test_rows_of_transactions_add_up() -> None:
    balance = RowBalance({PLAYER: 10, ITEM: 5})
    balance.add_rows({TableName(*PLAYER): ChangedRows(3, 2, 1)})
    balance.add_rows({TableName(*PLAYER): ChangedRows(1, 0, 0)})
    assert shown(balance, {PLAYER: 13, ITEM: 5}) == {"player": (10, 4, 2, 1, 0, 0, 13)}


def test_an_excess_is_shown_also_of_tables_that_were_not_touched() -> None:
    balance = RowBalance({PLAYER: 10, ITEM: 5})
    assert shown(balance, {PLAYER: 10, ITEM: 4}) == {"item": (5, 0, 0, 0, 0, 0, 4)}
    assert shown(balance, {PLAYER: 10, ITEM: 4}, ITEM) == {"item": (5, 0, 0, 0, 0, -1, 4)}


@pytest.mark.parametrize(
    ("statement", "counts", "counted", "expected"),
    [
        ("TRUNCATE TABLE player", {}, {PLAYER: 0, ITEM: 5}, {"player": (10, 1, 0, 0, -11, 0, 0)}),
        ("DROP TABLE player", {}, {ITEM: 5}, {}),
        ("DROP TABLE player, item", {}, {}, {}),
        (
            "ALTER TABLE player RENAME TO p2",
            {},
            {("game", "p2"): 11, ITEM: 5},
            {"p2": (10, 1, 0, 0, 0, 0, 11)},
        ),
        (
            "ALTER TABLE player ADD COLUMN x INT",
            {},
            {PLAYER: 11, ITEM: 5},
            {"player": (10, 1, 0, 0, 0, 0, 11)},
        ),
        (
            "ALTER TABLE player TRUNCATE PARTITION p1",
            {PLAYER: 4},
            {PLAYER: 4, ITEM: 5},
            {"player": (10, 1, 0, 0, -7, 0, 4)},
        ),
        (
            "ALTER TABLE player EXCHANGE PARTITION p1 WITH TABLE item",
            {PLAYER: 6, ITEM: 10},
            {PLAYER: 6, ITEM: 10},
            {"player": (10, 1, 0, 0, -5, 0, 6), "item": (5, 0, 0, 0, 5, 0, 10)},
        ),
        (
            "CREATE TABLE new (a INT)",
            {("game", "new"): 0},
            {PLAYER: 11, ITEM: 5, ("game", "new"): 0},
            {"player": (10, 1, 0, 0, 0, 0, 11), "new": (0, 0, 0, 0, 0, 0, 0)},
        ),
        (
            "CREATE INDEX i ON player (a)",
            {},
            {PLAYER: 11, ITEM: 5},
            {"player": (10, 1, 0, 0, 0, 0, 11)},
        ),
        ("DROP DATABASE game", {}, {}, {}),
    ],
)
def test_definitions_that_move_rows(
    statement: str,
    counts: dict[TableKey, int | None],
    counted: dict[TableKey, int],
    expected: dict[str, tuple[int, ...]],
) -> None:
    balance = RowBalance({PLAYER: 10, ITEM: 5})
    balance.add_rows({TableName(*PLAYER): ChangedRows(1, 0, 0)})
    add(balance, statement, counts)
    assert shown(balance, counted) == expected
    assert balance.tables == set(counted)


def test_a_table_that_comes_again_has_no_rows_of_the_old_one() -> None:
    balance = RowBalance({PLAYER: 10})
    add(balance, "DROP TABLE player", {})
    add(balance, "CREATE TABLE player (a INT)", {PLAYER: 0})
    balance.add_rows({TableName(*PLAYER): ChangedRows(2, 0, 0)})
    assert shown(balance, {PLAYER: 2}) == {"player": (0, 2, 0, 0, 0, 0, 2)}


def test_tables_that_are_renamed_in_a_circle() -> None:
    balance = RowBalance({PLAYER: 10, ITEM: 5})
    for statement in ("player RENAME TO t", "item RENAME TO player", "t RENAME TO item"):
        add(balance, f"ALTER TABLE {statement}", {})
    assert {key: rows[0] for key, rows in shown(balance, {PLAYER: 5, ITEM: 10}).items()} == {
        "player": 5,
        "item": 10,
    }


def test_statements_leave_the_count_to_the_server() -> None:
    balance = RowBalance({PLAYER: 10, ITEM: 5})
    balance.add_change([PLAYER])
    balance.add_rows({TableName(*PLAYER): ChangedRows(3, 0, 0)})
    player, item = balance.compare({PLAYER: 20, ITEM: 6}, lambda _key: False)[::-1]
    assert (player.by_statements, player.has_statements) == (7, True)
    assert (item.by_statements, item.has_statements) == (0, False)  # an imbalance
