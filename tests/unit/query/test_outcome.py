from rewound.mysql.columns import Column, ColumnType
from rewound.query.outcome import Outcome, summarise

COLUMNS = (Column("n", ColumnType.INTEGER, 64),)


def test_every_world_is_in_exactly_one_place():
    summary = summarise(
        {
            "b": Outcome(COLUMNS, 2),
            "a": Outcome(COLUMNS, 1, is_cut=True),
            "c": Outcome(COLUMNS),
            "d": Outcome(error="broke"),
            "e": Outcome(COLUMNS, 3, error="broke in the middle"),
            "f": Outcome(changed_rows=4),
        }
    )
    assert summary.answered == ("b", "a", "f")
    assert summary.empty == ("c",)
    assert summary.failed == {"d": "broke", "e": "broke in the middle"}
    assert summary.cut == ("a",)
    assert (summary.row_count, summary.changed_rows, summary.world_count) == (6, 4, 6)


def test_nobody_asked_is_an_empty_summary():
    assert summarise({}).world_count == 0
