"""Tables without a key that were dumped too late: they get rows that they have already."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rewound.errors import ReplayError
from rewound.load.log_receipt import LogReceipt
from tests.server.load_server import LoadServer
from tests.server.planted import NO_GTIDS, History, tell
from tests.server.replaying import Source, restore

_TABLE = "CREATE TABLE game.event (at INT, what VARCHAR(9))"
_TYPES = (
    "CREATE TABLE game.event (a INT, b VARCHAR(9) COLLATE utf8mb4_0900_ai_ci, c CHAR(4),"
    " d DECIMAL(9,3), e ENUM('','b'), f FLOAT, g SET('x','y'), h TIMESTAMP(3) NULL, i JSON,"
    " j BLOB, k BIT(5), l POINT, m DOUBLE, n INT AS (a + 1), o INT NULL UNIQUE)"
)
_TYPED_ROW = (
    "INSERT INTO game.event (a,b,c,d,e,f,g,h,i,j,k,l,m,o) VALUES ({n},'Bob','x',1.5,'b',1.23456789,"
    "'x,y','2026-03-03 02:30:00.123','{{\"a\": [1, 2.0]}}',x'00ff',b'101',POINT(1,2),0.1,NULL)"
)


@pytest.fixture
def no_gtids(source: Source) -> Iterator[Source]:
    modes = ("ON_PERMISSIVE", "OFF_PERMISSIVE", "OFF")
    source.run(*(f"SET GLOBAL gtid_mode={mode}" for mode in modes))
    yield source
    source.run(*(f"SET GLOBAL gtid_mode={mode}" for mode in (*reversed(modes[:2]), "ON")))


def tell_late(
    source: Source, folder: Path, table: str, inserts: Sequence[str], after: Sequence[str] = ()
) -> History:
    """A dump that has the inserts, and states the place before them."""
    history = tell(source, folder, *after, before=(table, *inserts), dump=NO_GTIDS)
    points = history.points(0)
    first = points[len(points) - len(after) - len(inserts)]
    history.move_dump("binlog.000001", first.start)
    return history


def receipt_of(history: History, world: LoadServer, **options: bool) -> LogReceipt:
    ledger = restore(world, history.dump, history.logs, history.target, **options)
    assert ledger.receipt is not None
    return ledger.receipt


def insert(*rows: int) -> list[str]:
    return [f"INSERT INTO game.event VALUES ({row},'login')" for row in rows]


@pytest.mark.parametrize(
    ("table", "inserts"),
    [
        (_TABLE, insert(1, 2, 3)),
        (_TABLE, ["INSERT INTO game.event VALUES (1,'a'),(2,'b'),(3,'c'),(4,NULL)"]),
        (_TYPES, [_TYPED_ROW.format(n=n) for n in range(3)]),
    ],
    ids=["transactions", "rows", "types"],
)
def test_rows_that_are_in_the_dump_already_are_refused(
    no_gtids: Source, world: LoadServer, tmp_path: Path, table: str, inserts: list[str]
) -> None:
    history = tell_late(
        no_gtids, tmp_path, table, inserts, after=["CREATE TABLE game.new (id INT)"]
    )
    with pytest.raises(ReplayError) as caught:
        history.restore(world)
    assert "it inserts rows that the dump has already" in str(caught.value)
    assert "of the first" in (caught.value.quoted or "")
    assert "game.event" in (caught.value.quoted or "")


def test_fewer_of_them_are_told(no_gtids: Source, world: LoadServer, tmp_path: Path) -> None:
    history = tell_late(no_gtids, tmp_path, _TABLE, insert(1, 2), after=insert(3, 4, 5))
    receipt = receipt_of(history, world)
    (finding,) = receipt.findings
    assert "2 of the first 5 rows that the logs insert into game.event" in finding
    assert world.ask("SELECT COUNT(*) FROM game.event") == 7


def test_without_comparing_the_table_is_among_what_is_not_proved(
    no_gtids: Source, world: LoadServer, tmp_path: Path
) -> None:
    history = tell_late(no_gtids, tmp_path, _TABLE, insert(1, 2, 3))
    receipt = receipt_of(history, world, verify_images=False)
    assert any("that game.event was dumped at the moment" in text for text in receipt.not_proved)


@pytest.mark.parametrize(
    "after",
    [
        [*insert(1), "INSERT INTO game.event VALUES (1,'login'),(1,'login'),(2,'login')"],
        ["DELETE FROM game.event", *insert(1, 2, 3, 4)],
        ["TRUNCATE game.event", *insert(1, 2, 3, 4)],
        ["UPDATE game.event SET at = at + 9", *insert(1, 2, 3, 4)],
        ["CREATE TABLE game.e2 LIKE game.event", "INSERT INTO game.e2 SELECT * FROM game.event"],
        [*insert(9), *insert(1, 2, 3, 4)],
    ],
    ids=["again", "deleted", "truncated", "updated", "copied", "after-a-new-one"],
)
def test_rows_that_come_back_are_replayed(
    source: Source, world: LoadServer, tmp_path: Path, after: list[str]
) -> None:
    history = tell(source, tmp_path, *after, before=(_TABLE, *insert(1, 2, 3, 4)))
    history.restore(world)
    history.require_equal(world)


def test_rows_that_are_alike_everywhere_are_replayed(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    history = tell(source, tmp_path, *insert(1, 2, 3, 1), before=(_TABLE, *insert(1, 2, 3, 1)))
    receipt = receipt_of(history, world)
    history.require_equal(world)
    assert receipt.findings == ()
    assert any("that game.event was dumped at the moment" in text for text in receipt.not_proved)


def test_a_table_with_a_key_is_not_named(source: Source, world: LoadServer, tmp_path: Path) -> None:
    table = "CREATE TABLE game.event (at INT NOT NULL UNIQUE, what VARCHAR(9))"
    history = tell(source, tmp_path, *insert(3, 4), before=(table, *insert(1, 2)))
    receipt = receipt_of(history, world)
    assert not any("game.event was dumped" in text for text in receipt.not_proved)


def test_rows_that_a_definition_numbers_are_told(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    number = "ALTER TABLE game.event ADD id INT AUTO_INCREMENT PRIMARY KEY"
    history = tell(source, tmp_path, number, before=(_TABLE, *insert(1, 2)))
    (finding,) = receipt_of(history, world).findings
    assert "rows may have each other's numbers" in finding or "numbered in the order" in finding
    with_key = "CREATE TABLE game.event (at INT PRIMARY KEY, what VARCHAR(9))"
    number = "ALTER TABLE game.event ADD id INT AUTO_INCREMENT UNIQUE"
    history = tell(source, tmp_path, number, before=(with_key, *insert(1, 2)))
    assert receipt_of(history, world).findings == ()


def test_generated_columns_are_not_proved(
    source: Source, world: LoadServer, tmp_path: Path
) -> None:
    tables = (
        "CREATE TABLE game.event (at INT, what VARCHAR(9), day DATE AS (DATE(FROM_UNIXTIME(at))))",
        "CREATE TABLE game.plain (id INT PRIMARY KEY)",
    )
    after = ("INSERT INTO game.event (at) VALUES (1)", "INSERT INTO game.plain VALUES (1)")
    history = tell(source, tmp_path, *after, before=tables)
    texts = [text for text in receipt_of(history, world).not_proved if "generated" in text]
    assert len(texts) == 1
    assert "in game.event: they are computed here" in texts[0]
