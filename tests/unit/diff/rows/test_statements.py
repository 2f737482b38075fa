"""The SQL of one side of a comparison: what it counts, hashes and reads, and of which rows."""

import pytest

from rewound.diff.rows.canonical_form import pair_columns
from rewound.diff.rows.keys import ChosenKey
from rewound.diff.rows.ranges import KeyRange
from rewound.diff.rows.statements import SideSql, write_sides
from rewound.diff.schema.definitions import ColumnDefinition
from tests.unit.diff.sample_tables import TEXT, choose, column, key, table

ID, SCORE, NAME = column("id"), column("score"), column("name", TEXT)
HASH = "SHA2(CONCAT_WS(X'FF',`id`,`score`),256)"


def write(
    *labels: ColumnDefinition, key: ChosenKey | None, where: str | None = None
) -> tuple[SideSql, SideSql]:
    return write_sides(
        "`g`.`before`",
        "`g`.`after`",
        columns=[pair_columns(each, each) for each in (ID, SCORE)],
        labels=[pair_columns(each, each) for each in labels],
        key=key,
        where=where,
    )


@pytest.fixture
def by_id() -> ChosenKey:
    before = table([ID, SCORE, NAME], key("PRIMARY", "id"))
    after = table([ID, SCORE, NAME], key("by_id", "id"))
    found = choose(before, after)
    assert found is not None
    return found


def test_each_side_reads_its_own_table_by_its_own_index(by_id: ChosenKey):
    before, after = write(key=by_id)
    assert before.ends() == ("SELECT MIN(`id`),MAX(`id`) FROM `g`.`before` FORCE INDEX (`PRIMARY`)")
    assert after.ends() == "SELECT MIN(`id`),MAX(`id`) FROM `g`.`after` FORCE INDEX (`by_id`)"


def test_a_fingerprint_covers_the_compared_columns_of_a_range(by_id: ChosenKey):
    before, _ = write(NAME, key=by_id)
    assert before.fingerprint(KeyRange(("4",), ("9",))) == (
        f"SELECT COUNT(*),BIT_XOR(UNHEX({HASH}))"
        " FROM `g`.`before` FORCE INDEX (`PRIMARY`) WHERE `id` BETWEEN 5 AND 9"
    )


def test_entries_hold_the_key_before_the_hash(by_id: ChosenKey):
    before, _ = write(key=by_id)
    assert before.entries(KeyRange()) == (
        f"SELECT COUNT(*),GROUP_CONCAT(CONCAT_WS(',',`id`),'|',LEFT({HASH},32) SEPARATOR ';')"
        " FROM `g`.`before` FORCE INDEX (`PRIMARY`)"
    )


def test_a_boundary_comes_after_so_many_rows_in_the_order_of_the_key(by_id: ChosenKey):
    before, _ = write(key=by_id)
    assert before.boundary(KeyRange(("4",)), offset=100) == (
        "SELECT `id` FROM `g`.`before` FORCE INDEX (`PRIMARY`) WHERE `id` > 4"
        " ORDER BY `id` LIMIT 1 OFFSET 100"
    )


def test_rows_that_differ_are_read_with_the_columns_that_name_them(by_id: ChosenKey):
    before, _ = write(NAME, key=by_id)
    read, _, condition = before.rows_by_key([("4",), ("9",)]).partition(" WHERE ")
    name = pair_columns(NAME, NAME).before.value
    assert read == (
        f"SELECT CONCAT_WS(',',`id`),`id`,`score`,{name} FROM `g`.`before` FORCE INDEX (`PRIMARY`)"
    )
    assert condition == "`id` IN (4,9)"


def test_every_statement_about_a_range_keeps_to_the_condition(by_id: ChosenKey):
    before, _ = write(key=by_id, where="score > 1 OR score < -1")
    keys = KeyRange(("4",), ("9",))
    for sql in (
        before.fingerprint(keys),
        before.entries(keys),
        before.boundary(keys, offset=1),
        before.rows_in(keys, limit=5),
    ):
        assert " WHERE (score > 1 OR score < -1) AND `id` BETWEEN 5 AND 9" in sql
    assert before.ends().endswith(" WHERE (score > 1 OR score < -1)")


def test_without_a_key_buckets_are_counted_and_summed_by_the_hash_of_the_row():
    before, _ = write(key=None)
    assert before.buckets() == (
        f"SELECT LEFT({HASH},3) AS bucket,COUNT(*),BIT_XOR(UNHEX({HASH})),"
        f"SUM(CAST(CONV(RIGHT({HASH},15),16,10) AS UNSIGNED)) FROM `g`.`before` GROUP BY bucket"
    )


@pytest.mark.parametrize(
    ("buckets", "condition"),
    [
        (["0a1", "fff"], f" WHERE LEFT({HASH},3) IN ('0a1','fff') AND (score > 1)"),
        (None, " WHERE (score > 1)"),
    ],
)
def test_rows_of_buckets_come_in_the_order_of_their_hashes(
    buckets: list[str] | None, condition: str
):
    before, _ = write(key=None, where="score > 1")
    assert before.rows_of_buckets(buckets) == (
        f"SELECT UNHEX({HASH}) AS hash,`id`,`score` FROM `g`.`before`{condition} ORDER BY hash"
    )


def test_rows_that_no_column_is_compared_of_are_all_alike():
    before, _ = write_sides("a", "b", columns=[], key=None, where=None)
    assert before.row_hash == "SHA2(CONCAT_WS(X'FF',_binary''),256)"


def test_what_needs_a_key_refuses_a_table_without_one():
    before, _ = write(key=None)
    with pytest.raises(ValueError, match="is compared without a key"):
        before.ends()
