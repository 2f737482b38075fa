from decimal import Decimal

import pytest

from rewound.diff.report.finding_report import describe
from rewound.diff.report.findings import Measure, find_outliers, judge
from rewound.diff.rows.canonical_form import CanonicalForm
from rewound.diff.rows.column_statistics import ColumnDelta, NumericDelta
from rewound.diff.rows.row_changes import TableDiff
from rewound.diff.schema.comparison import Change, SchemaChange
from rewound.diff.schema.definitions import ObjectKind
from rewound.diff.worlds import TableOutcome, WorldDiff

PLAYER = ("game", "player")


def make_world(
    mean: int = 0,
    *,
    changed: int = 0,
    rows: int = 100,
    rose: int | None = None,
    added: int = 0,
    definitions: tuple[SchemaChange, ...] = (),
) -> WorldDiff:
    """A world whose players' scores changed by this much on average."""
    moved = changed if rose is None else rose
    numbers = NumericDelta(
        Decimal(mean * changed), Decimal(mean), Decimal(mean), Decimal(mean), moved, changed - moved
    )
    measures = (
        [ColumnDelta("score", CanonicalForm.INTEGER, changed, 0, 0, numbers)] if changed else []
    )
    diff = TableDiff(added, 0, changed, rows - changed, (), (), ("id",))
    return WorldDiff(definitions, frozenset(), {PLAYER: TableOutcome(diff, tuple(measures))})


def find(*worlds: WorldDiff) -> list[tuple[str, Measure]]:
    found = find_outliers({f"w{number}": world for number, world in enumerate(worlds, 1)})
    return [(",".join(finding.worlds), finding.measure) for finding in found]


def test_a_world_that_changed_unlike_the_others_is_found_with_what_it_did():
    worlds = {
        "host1": make_world(190, changed=80),
        "host2": make_world(279, changed=82),
        "host3": make_world(195, changed=78),
    }
    [finding] = find_outliers(worlds)
    assert (finding.worlds, finding.table, finding.column) == (("host2",), PLAYER, "score")
    assert (finding.values, finding.low, finding.high, finding.rows) == ((279,), 190, 195, 82)
    assert describe(finding) == (
        "host2: where player.score changed, the average change is +279.00; elsewhere +190.00"
        " to +195.00"
    )


@pytest.mark.parametrize("means", [(190, 190, 190, 190), (190, 192, 188, 199), (100, 104, 96, 103)])
def test_worlds_that_changed_alike_do_not_stand_out(means: tuple[int, ...]):
    assert find(*(make_world(mean, changed=80) for mean in means)) == []


def test_two_worlds_are_too_few_to_tell():
    assert find(make_world(1, changed=80), make_world(1000, changed=80)) == []


def test_a_mean_of_few_values_says_nothing():
    assert find(*(make_world(mean, changed=4) for mean in (1, 1, 1000))) == []


def test_a_change_in_one_world_alone_is_found():
    worlds = [make_world() for _ in range(4)]
    assert find(*worlds, make_world(5, changed=30)) == [("w5", Measure.SHARE_CHANGED)]


def test_one_row_by_chance_is_not():
    worlds = [make_world() for _ in range(4)]
    assert find(*worlds, make_world(5, changed=1)) == []


def test_a_world_where_values_fell_is_found():
    worlds = [make_world(1, changed=50, rose=49) for _ in range(3)]
    assert find(*worlds, make_world(1, changed=50, rose=5)) == [("w4", Measure.SHARE_ROSE)]


def test_the_most_striking_comes_first():
    worlds = [make_world(100, changed=50, added=10) for _ in range(4)]
    odd = make_world(1000, changed=50, added=40)
    assert find(*worlds, odd) == [("w5", Measure.MEAN_CHANGE), ("w5", Measure.SHARE_ADDED)]


def test_half_of_the_worlds_hide_each_other():
    assert find(*(make_world(mean, changed=50) for mean in (100, 100, 300, 300))) == []


def test_definitions_that_changed_in_most_worlds_only_are_found():
    change = SchemaChange(Change.ADDED, ObjectKind.COLUMN, "game", "player", "title")
    worlds = [make_world(definitions=(change,)) for _ in range(3)]
    assert find(*worlds, make_world()) == [("w4", Measure.DEFINITIONS)]
    assert find(*worlds[:2], make_world(), make_world()) == []


def test_other_definitions_come_before_all_else():
    change = SchemaChange(Change.ADDED, ObjectKind.COLUMN, "game", "player", "title")
    worlds = [make_world(5, changed=80, definitions=(change,)) for _ in range(4)]
    assert find(make_world(5000, changed=80), *worlds) == [
        ("w1", Measure.DEFINITIONS),
        ("w1", Measure.MEAN_CHANGE),
    ]


def test_several_odd_worlds_are_one_finding_and_not_elsewhere():
    means = {"asia-3": 279, "eu-1": 279, "eu-4": 281, **{f"us-{n}": 190 + n for n in range(1, 6)}}
    worlds = {name: make_world(mean, changed=80) for name, mean in means.items()}
    [finding] = find_outliers(worlds)
    assert finding.values == (279, 279, 281)
    assert describe(finding) == (
        "asia-3, eu-[1,4]: where player.score changed, the average change is +279.00 to +281.00;"
        " elsewhere +191.00 to +195.00"
    )


def test_worlds_above_and_below_are_two_findings_that_leave_each_other_out():
    found = find_outliers(
        {
            f"w{n}": make_world(mean, changed=80)
            for n, mean in enumerate((1, 100, 101, 99, 100, 900))
        }
    )
    assert [(each.worlds, each.low, each.high) for each in found] == [
        (("w5",), 99, 101),
        (("w0",), 99, 101),
    ]


def test_definitions_that_changed_in_other_ways_are_a_finding_for_each_way():
    change = SchemaChange(Change.ADDED, ObjectKind.COLUMN, "game", "player", "title")
    worlds = [make_world(definitions=(change,)) for _ in range(4)]
    assert find(*worlds, make_world(), make_world()) == [("w5,w6", Measure.DEFINITIONS)]


@pytest.mark.parametrize(
    ("rows", "is_judged"),
    [((4, 5, 8), False), ((20, 20, 19), False), ((20, 20, 20), True), ((500, 2, 500, 500), True)],
)
def test_tables_of_few_rows_are_not_judged(rows: tuple[int, ...], is_judged: bool):
    worlds = {f"w{n}": make_world(5, changed=each, rows=each) for n, each in enumerate(rows)}
    judgement = judge(worlds)
    assert judgement.findings == ()
    assert judgement.unjudged == (() if is_judged else (PLAYER,))


def test_what_stands_out_in_few_rows_counts_as_judged():
    worlds = {f"w{n}": make_world(5, changed=6, rows=6) for n in range(5)}
    judgement = judge(worlds | {"odd": make_world(500, changed=6, rows=6)})
    assert [finding.worlds for finding in judgement.findings] == [("odd",)]
    assert judgement.unjudged == ()


def test_shares_of_few_rows_are_no_finding():
    worlds = {f"w{n}": make_world(5, changed=3, rows=3) for n in range(5)}
    judgement = judge(worlds | {"odd": make_world(rows=2)})
    assert judgement.findings == ()
    assert judgement.unjudged == (PLAYER,)


def test_tables_that_did_not_change_need_no_judgement():
    assert judge({f"w{n}": make_world(rows=3) for n in range(3)}).unjudged == ()


def test_a_world_of_few_values_goes_with_others_that_stand_out_but_not_alone():
    worlds = {f"w{n}": make_world(5, changed=80) for n in range(5)}
    few = make_world(300, changed=4, rows=5)
    assert find_outliers(worlds | {"few": few}) == []
    [finding] = find_outliers(worlds | {"few": few, "odd": make_world(310, changed=80)})
    assert (finding.worlds, finding.low, finding.high) == (("few", "odd"), 5, 5)
