"""Which key the rows of two sides are matched by, and what is equal and in what order."""

import pytest

from rewound.diff.rows.keys import find_key
from rewound.diff.schema.definitions import ColumnDefinition, KeyPart, TableDefinition
from tests.unit.diff.sample_tables import AB, TEXT, choose, column, key, table


@pytest.mark.parametrize(
    ("made", "chosen"),
    [
        (table(AB, key("PRIMARY", "a")), "PRIMARY"),
        (table(AB, key("u", "b"), key("PRIMARY", "a", "b")), "PRIMARY"),
        (table(AB, key("two", "a", "b"), key("one", "b")), "one"),
        (table(AB, key("z", "a"), key("y", "b")), "y"),
        (table([column("a", TEXT), column("b")], key("a", "a"), key("b", "b")), "b"),
        (table(AB), None),
        (table(AB, key("k", "a", is_unique=False)), None),
        (table(AB, key("k", "a", is_visible=False)), None),
        (table(AB, key("k", KeyPart("a", prefix_length=4))), None),
        (table(AB, key("k", KeyPart(None, expression="a + 1"))), None),
    ],
)
def test_the_primary_key_else_the_smallest_unique_one(made: TableDefinition, chosen: str | None):
    found = choose(made)
    assert (None if found is None else found.name) == chosen


def test_a_unique_key_over_a_column_that_takes_null_matches_no_rows():
    nullable = [column("a", is_nullable=True), column("b")]
    assert choose(table(nullable, key("k", "a"))) is None
    assert choose(table(AB, key("k", "a")), table(nullable, key("k", "a"))) is None


def test_a_column_that_cannot_be_compared_makes_no_key():
    made = table(AB, key("PRIMARY", "a", "b"))
    assert find_key(made, made, usable={"a"}) is None


def test_both_sides_need_a_key_over_the_same_columns():
    before = table(AB, key("PRIMARY", "a"), key("u", "b"))
    found = choose(before, table(AB, key("PRIMARY", "b")))
    assert found is not None
    assert (found.before_index, found.after_index) == ("u", "PRIMARY")
    assert choose(before, table(AB, key("PRIMARY", "a", "b"))) is None


@pytest.mark.parametrize(
    ("before", "after", "is_ordered"),
    [
        (column("a"), column("a", type="bigint", base="bigint"), True),
        (column("a"), column("a", type="decimal(5,2)", base="decimal", scale=2), True),
        (column("a"), column("a", type="double", base="double"), False),
        (column("a", TEXT), column("a", TEXT), True),
        (column("a", TEXT), column("a", TEXT, collation="utf8mb4_bin"), False),
        (column("a", type="date", base="date"), column("a", type="date", base="date"), True),
        (column("a", type="date", base="date"), column("a", type="time", base="time"), False),
        (
            column("a", TEXT, type="enum('x','y')", base="enum"),
            column("a", TEXT, type="enum('y','x')", base="enum"),
            False,
        ),
    ],
)
def test_ranges_mean_the_same_only_where_both_sides_sort_alike(
    before: ColumnDefinition, after: ColumnDefinition, is_ordered: bool
):
    found = choose(table([before], key("PRIMARY", "a")), table([after], key("PRIMARY", "a")))
    assert found is not None
    assert found.is_ordered is is_ordered


def test_columns_in_another_order_are_the_same_key_but_not_the_same_ranges():
    found = choose(table(AB, key("PRIMARY", "a", "b")), table(AB, key("PRIMARY", "b", "a")))
    assert found is not None
    assert not found.is_ordered


def test_a_key_that_rises_and_falls_has_no_ranges():
    mixed = key("PRIMARY", "a", KeyPart("b", is_descending=True))
    found = choose(table(AB, mixed))
    assert found is not None
    assert not found.is_ordered


def test_texts_are_the_same_key_by_the_weights_of_their_collation():
    found = choose(table([column("a", TEXT)], key("PRIMARY", "a")))
    assert found is not None
    [only] = found.columns
    assert found.has_weights
    assert (only.before_identity, only.before_token) == ("HEX(WEIGHT_STRING(`a`))", "HEX(`a`)")
    assert only.literal("61") == "_utf8mb4 X'61' COLLATE utf8mb4_0900_ai_ci"


def test_texts_of_two_collations_are_the_same_key_by_their_bytes():
    other = column("a", TEXT, collation="utf8mb4_bin")
    found = choose(
        table([column("a", TEXT)], key("PRIMARY", "a")), table([other], key("PRIMARY", "a"))
    )
    assert found is not None
    assert not found.has_weights


@pytest.mark.parametrize(
    ("made", "smaller", "larger"),
    [
        (column("a"), "9", "10"),
        (column("a", type="decimal(5,2)", base="decimal", scale=2), "-9.50", "10.00"),
        (column("a", type="double", base="double"), "9e-1", "1e1"),
        (column("a", type="time", base="time"), "-10:00:00", "-09:00:00"),
        (column("a", type="time", base="time"), "99:00:00", "100:00:00"),
        (column("a", type="date", base="date"), "2026-03-02", "2026-03-10"),
        (column("a", TEXT), "1C47", "1C471C47"),
    ],
)
def test_rows_are_sorted_as_the_server_sorts_them(
    made: ColumnDefinition, smaller: str, larger: str
):
    found = choose(table([made], key("PRIMARY", "a")))
    assert found is not None
    assert found.rank([smaller]) < found.rank([larger])
    assert not found.rank([larger]) < found.rank([smaller])


def test_blanks_at_the_end_weigh_nothing_where_the_collation_pads():
    padded = column("a", TEXT, collation="utf8mb4_general_ci", blank="0020")
    found = choose(table([padded], key("PRIMARY", "a")))
    assert found is not None
    same, shorter = found.rank(["0061"]), found.rank(["00610020"])
    assert not same < shorter
    assert not shorter < same
    # A tabulator sorts before a blank, so it sorts before nothing at all.
    assert found.rank(["00610009"]) < found.rank(["0061"])
