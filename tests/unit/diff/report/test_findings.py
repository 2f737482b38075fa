from decimal import Decimal

import pytest

from rewound.diff.report.document import describe
from rewound.diff.report.findings import Measure, find_outliers
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
    return [(finding.world, finding.measure) for finding in found]


def test_a_world_that_changed_unlike_the_others_is_found_with_what_it_did():
    worlds = {
        "host1": make_world(190, changed=80),
        "host2": make_world(279, changed=82),
        "host3": make_world(195, changed=78),
    }
    [finding] = find_outliers(worlds)
    assert (finding.world, finding.table, finding.column) == ("host2", PLAYER, "score")
    assert (finding.value, finding.low, finding.high, finding.rows) == (279, 190, 195, 82)
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
