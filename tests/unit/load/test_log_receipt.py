"""The receipt of a replay: what balances, and two that become one."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rewound.load.log_receipt import (
    ContentEvidence,
    HandlerCounts,
    ImageCounts,
    LogFileFacts,
    LoggedPoint,
    LoggedRows,
    LogReceipt,
    LogRule,
    find_log_imbalances,
    merge_receipts,
)

_AT = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)
RECEIPT = LogReceipt(
    target="binlog.000001:500",
    as_of=_AT,
    start_by="the dump's position",
    files=(LogFileFacts("/b/binlog.000001", "binlog.000001", "aa", "cc", 100, 500),),
    transactions=3,
    first=LoggedPoint("binlog.000001", 100, "u:1", _AT, True),
    last=LoggedPoint("binlog.000001", 400, "u:3", _AT, True),
    first_left_out=LoggedPoint("binlog.000001", 500, "u:4", _AT, True),
    tables=(LoggedRows("game", "player", 10, 3, 5, 1, 0, 0, 12),),
    read=HandlerCounts(3, 5, 1),
    server=HandlerCounts(3, 5, 1),
    definitions=("binlog.000001:200: CREATE INDEX …",),
    rules=(LogRule("definer", "rewritten", 2, "binlog.000001:200", "x"),),
    notes=("a",),
    findings=("f",),
    not_proved=("b",),
)


@pytest.mark.parametrize(
    ("server", "is_balanced"),
    [
        (HandlerCounts(3, 5, 1), True),
        (HandlerCounts(4, 4, 2), True),  # an update that moved a row to another partition
        (HandlerCounts(8, 0, 6), True),
        (HandlerCounts(2, 6, 0), False),
        (HandlerCounts(4, 5, 1), False),
        (HandlerCounts(3, 4, 1), False),
        (HandlerCounts(3, 5, 2), False),
        (HandlerCounts(0, 0, 0), False),
    ],
)
def test_the_server_has_to_count_what_it_was_sent(server: HandlerCounts, is_balanced: bool):
    found = find_log_imbalances(replace(RECEIPT, server=server))
    assert (found == []) is is_balanced
    assert all("the server counted" in text for text in found)


@pytest.mark.parametrize(
    ("rows", "is_balanced"),
    [
        (LoggedRows("g", "t", 10, 3, 5, 1, 0, 0, 12), True),
        (LoggedRows("g", "t", 10, 3, 5, 1, -12, 0, 0), True),
        (LoggedRows("g", "t", 10, 3, 5, 1, 0, -2, 10), True),
        (LoggedRows("g", "t", 10, 3, 5, 1, 0, 0, 11), False),
        (LoggedRows("g", "t", 0, 0, 0, 0, 0, 0, 1), False),
    ],
)
def test_the_rows_of_each_table_have_to_add_up(rows: LoggedRows, is_balanced: bool):
    found = find_log_imbalances(replace(RECEIPT, tables=(rows,)))
    assert (found == []) is is_balanced
    assert all(text.startswith("table g.t had") for text in found)


def test_two_receipts_become_one():
    later = replace(
        RECEIPT,
        target="binlog.000002:90",
        start_by="something else",
        files=(
            LogFileFacts("/b/binlog.000001", "binlog.000001", "aa", "cc", 500, 900),
            LogFileFacts("/b/binlog.000002", "binlog.000002", "bb", "dd", 4, 90),
        ),
        transactions=2,
        first=LoggedPoint("binlog.000001", 500, "u:4", _AT, True),
        last=LoggedPoint("binlog.000002", 50, "u:5", _AT, True),
        first_left_out=None,
        tables=(
            LoggedRows("game", "item", 0, 7, 0, 0, 0, 0, 7),
            LoggedRows("game", "player", 12, 1, 1, 1, -2, 0, 10),
        ),
        read=HandlerCounts(8, 1, 1),
        server=HandlerCounts(8, 1, 1),
        definitions=(),
        rules=(
            LogRule("definer", "rewritten", 1, "binlog.000002:50", "y"),
            LogRule("accounts", "skipped", 1, "binlog.000002:50", "z"),
        ),
        not_proved=("b", "c"),
    )
    merged = merge_receipts(RECEIPT, later)
    assert merged == replace(
        later,
        start_by="the dump's position",
        files=(replace(later.files[0], from_position=100), later.files[1]),
        transactions=5,
        first=RECEIPT.first,
        tables=(
            later.tables[0],
            LoggedRows("game", "player", 10, 4, 6, 2, -2, 0, 10),
        ),
        read=HandlerCounts(11, 6, 2),
        server=HandlerCounts(11, 6, 2),
        definitions=RECEIPT.definitions,
        rules=(replace(RECEIPT.rules[0], count=3), later.rules[1]),
    )
    assert find_log_imbalances(merged) == []


def test_a_first_receipt_stays_as_it_is():
    assert merge_receipts(None, RECEIPT) is RECEIPT


def test_nothing_more_replayed_keeps_the_last_transaction():
    nothing = replace(
        RECEIPT,
        files=(LogFileFacts("/b/binlog.000001", "binlog.000001", "aa", "cc", 500, 500),),
        transactions=0,
        first=None,
        last=None,
        tables=(),
        read=HandlerCounts(),
        server=HandlerCounts(),
        definitions=(),
        rules=(),
    )
    assert merge_receipts(RECEIPT, nothing) == RECEIPT


@pytest.mark.parametrize(
    ("earlier", "later", "merged"),
    [
        (None, None, None),
        (None, ImageCounts(5, 2, 3), ImageCounts(5, 2, 3)),
        (ImageCounts(5, 2, 3), None, ImageCounts(5, 2, 3)),
        (ImageCounts(5, 2, 1, 1, 1), ImageCounts(1, 0, 1), ImageCounts(6, 2, 2, 1, 1)),
    ],
)
def test_compared_rows_of_two_replays_add_up(
    earlier: ImageCounts | None, later: ImageCounts | None, merged: ImageCounts | None
):
    receipts = (replace(RECEIPT, images=images) for images in (earlier, later))
    found = merge_receipts(*receipts).images
    assert found == merged
    assert found is None or found.compared == found.same + found.asked


def test_rows_of_statements_are_the_servers_count():
    rows = LoggedRows("g", "t", 10, 3, 5, 1, 0, 0, 14, by_statements=2, has_statements=True)
    receipt = replace(RECEIPT, tables=(rows,))
    assert find_log_imbalances(receipt) == []
    more = replace(rows, before=14, inserted=0, deleted=0, counted=13, by_statements=-1)
    (merged,) = merge_receipts(receipt, replace(RECEIPT, tables=(more,))).tables
    assert (merged.by_statements, merged.has_statements, merged.counted) == (1, True, 13)


@pytest.mark.parametrize(
    ("evidence", "text"),
    [
        (
            ContentEvidence(7836, 4, 0, 5012, 4377),
            "content: 7,836 rows of 4 tables fit exactly one place; of these, 5,012 show that it is"
            " not earlier, and 4,377 that it is not later",
        ),
        (
            ContentEvidence(1, 1, 0, 1, 1),
            "content: 1 row of 1 table fits exactly one place; of these, 1 shows that it is not"
            " earlier, and 1 that it is not later",
        ),
        (
            ContentEvidence(1, 1, 2, 3, 1),
            "content: 1 row of 1 table and 2 definitions fit exactly one place; of these, 3 show"
            " that it is not earlier, and 1 that it is not later",
        ),
    ],
)
def test_what_shows_the_place_of_a_dump_is_a_sentence(evidence: ContentEvidence, text: str) -> None:
    assert str(evidence) == text
