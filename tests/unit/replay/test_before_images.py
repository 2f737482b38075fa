"""Which before-images the server is asked about, and which follow from the replay itself."""

from collections.abc import Sequence

import pytest

from rewound.binlog.events.table_map import TableMap
from rewound.binlog.rows.row_counts import FoundRows, LoggedRowCounter, TableMaps
from rewound.load.log_receipt import ImageCounts
from rewound.replay.before_images import BeforeImages
from tests.unit.binlog.made_log import (
    DELETE_ROWS,
    TABLE_MAP,
    UPDATE_ROWS,
    WRITE_ROWS,
    make_event,
    rows_body,
    table_map_body,
)

Row = tuple[int, int]
_KINDS = {"insert": WRITE_ROWS, "update": UPDATE_ROWS, "delete": DELETE_ROWS}


def image(row: Row) -> bytes:
    return b"\0" + b"".join(value.to_bytes(4, "little") for value in row)


class Replayed:
    """Row events of one table of two INT columns, and what becomes of them."""

    def __init__(self, key: Sequence[int] = (0,)) -> None:
        self.images = BeforeImages(lambda _table: key)
        self._maps = TableMaps()
        self._table_id = 101

    def take(
        self,
        *changes: tuple[str, Row] | tuple[str, Row, Row],
        is_alone: bool = False,
        extra: int = 0,
    ) -> bool:
        found: list[FoundRows] = []
        counter = LoggedRowCounter(self._maps, found)
        table_map = table_map_body(self._table_id, b"game", b"t", b"\x03\x03")
        self._table_id += 1  # as after FLUSH TABLES
        events = [make_event(TABLE_MAP, table_map)]
        for kind, *rows in changes:
            body = rows_body(
                self._table_id - 1, b"".join(map(image, rows)), columns=2, images=len(rows)
            )
            if extra:
                body = body[:8] + b"\x07\0\x01\0\0\0\0" + body[10:]
            events.append(make_event(_KINDS[kind], body))
        for event in events:
            counter.take(event, len(event) - 4)
        return self.images.take(found, is_alone=is_alone)

    def asked(self) -> list[bytes]:
        """End the batch; return the images that the server is asked about."""
        unknown = self.images.take_unknown()
        self.images.count_compared()
        return [each for images in unknown.values() for each in images]


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("key", [(0,), (1,), (0, 1)])
def test_the_server_is_asked_about_rows_that_the_replay_has_not_written(
    key: tuple[int, ...], extra: int
) -> None:
    replayed = Replayed(key)
    assert replayed.take(("update", (1, 5), (1, 6)), ("delete", (2, 7)), extra=extra)
    assert replayed.asked() == [image((1, 5)), image((2, 7))]
    assert replayed.images.counts.stated == 2


@pytest.mark.parametrize("extra", [0, 1])
@pytest.mark.parametrize("ends_batch", [False, True])
def test_it_is_not_asked_about_rows_that_the_replay_has_written(
    ends_batch: bool, extra: int
) -> None:
    replayed = Replayed()
    assert replayed.take(("update", (1, 5), (1, 6)), ("insert", (3, 3)), extra=extra)
    assert replayed.take(("update", (8, 8), (9, 8)), extra=extra)
    if ends_batch:
        assert replayed.asked() == [image((1, 5)), image((8, 8))]
    assert replayed.take(("update", (1, 6), (1, 7)), ("update", (9, 8), (9, 9)), extra=extra)
    assert replayed.take(("update", (3, 3), (4, 3)), ("delete", (4, 3)), extra=extra)
    asked = replayed.asked()
    assert asked == ([] if ends_batch else [image((1, 5)), image((8, 8))])
    assert replayed.images.counts == ImageCounts(stated=6, same=4)


def test_a_row_that_was_deleted_and_inserted_again_is_followed() -> None:
    replayed = Replayed()
    assert replayed.take(("delete", (1, 5)), ("insert", (1, 6)), ("update", (1, 6), (1, 7)))
    assert replayed.asked() == [image((1, 5))]
    assert replayed.take(("delete", (1, 7)))
    assert replayed.asked() == []


def test_what_cannot_follow_from_the_batch_waits_for_its_end() -> None:
    replayed = Replayed()
    assert replayed.take(("update", (1, 5), (1, 6)))
    assert not replayed.take(("update", (2, 1), (2, 2)), ("update", (1, 9), (1, 10)))
    assert replayed.asked() == [image((1, 5))]
    changes = ("update", (2, 1), (2, 2)), ("update", (1, 9), (1, 10))
    assert replayed.take(*changes, is_alone=True)
    assert replayed.asked() == [image((2, 1)), image((1, 9))]
    assert replayed.images.counts == ImageCounts(stated=3)


def test_what_cannot_follow_within_one_transaction_is_counted() -> None:
    replayed = Replayed()
    changes = ("update", (1, 5), (1, 6)), ("update", (1, 9), (1, 10))
    assert not replayed.take(*changes)
    assert replayed.asked() == []
    assert replayed.take(*changes, is_alone=True)
    assert replayed.asked() == [image((1, 5))]
    assert replayed.images.counts == ImageCounts(stated=2, repeated=1)


def test_after_another_change_nothing_is_known() -> None:
    replayed = Replayed()
    assert replayed.take(("update", (1, 5), (1, 6)))
    replayed.asked()
    replayed.images.forget()
    assert replayed.take(("update", (1, 6), (1, 7)))
    assert replayed.asked() == [image((1, 6))]


def test_tables_that_the_server_compares_itself_are_left_to_it() -> None:
    replayed = Replayed(key=())
    assert replayed.take(("update", (1, 5), (1, 6)), ("delete", (1, 9)))
    assert replayed.asked() == []
    assert replayed.images.counts == ImageCounts()


def test_the_key_is_asked_for_once_per_table_map() -> None:
    seen: list[TableMap] = []

    def find_key(table: TableMap) -> Sequence[int]:
        seen.append(table)
        return (0,)

    images = BeforeImages(find_key)
    found: list[FoundRows] = []
    counter = LoggedRowCounter(TableMaps(), found)
    for kind, body in [
        (TABLE_MAP, table_map_body(1, b"game", b"t", b"\x03\x03")),
        (DELETE_ROWS, rows_body(1, image((1, 1)), columns=2)),
        (DELETE_ROWS, rows_body(1, image((2, 1)), columns=2)),
    ]:
        event = make_event(kind, body)
        counter.take(event, len(event) - 4)
    assert images.take(found)
    assert [str(table.name) for table in seen] == ["game.t"]
