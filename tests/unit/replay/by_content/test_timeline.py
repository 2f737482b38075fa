"""Rows over the logs: their chains, the eras that end them, the sample that bounds them."""

from rewound.binlog.rows.values import LoggedChange
from rewound.replay.by_content.chains import ABSENT, Boundaries
from rewound.replay.by_content.comparable import ComparedTable
from rewound.replay.by_content.timeline import Timeline, is_table_as
from rewound.replay.columns import TableColumn

ID, SCORE = (
    TableColumn(name, "int", "int", False, None, None, None, None) for name in ("id", "score")
)
T, U = ("game", "t"), ("game", "u")


def timeline(most_touches: int = 1000, first: int = 0) -> Timeline:
    table = ComparedTable((ID, SCORE), (0,), (0, 1))
    return Timeline(first, lambda key: table if key == T else "why not", most_touches=most_touches)


def update(row: int, before: int, after: int) -> LoggedChange:
    return LoggedChange((row, before), (row, after))


def test_a_changed_key_is_one_row_less_and_one_more() -> None:
    made = timeline()
    made.add_change(2, T, LoggedChange((1, 5), (2, 5)))
    made.end(9)
    ((_, era),) = made.iter_eras()
    (old,), (new,) = era.chains[1,].touches, era.chains[2,].touches
    assert old.before != ABSENT
    assert (old.after, new.before) == (ABSENT, ABSENT)
    assert new.after != ABSENT


def test_inserts_and_deletes() -> None:
    made = timeline()
    made.add_change(2, T, LoggedChange(None, (1, 5)))
    made.add_change(4, T, LoggedChange((1, 5), None))
    ((_, era),) = made.iter_eras()
    first, second = era.chains[1,].touches
    assert (first.before, second.after) == (ABSENT, ABSENT)
    assert first.after == second.before


def test_rows_of_tables_that_are_not_compared() -> None:
    made = timeline()
    made.add_change(2, U, update(1, 2, 3))
    assert [*made.iter_eras()] == []
    assert made.tables[U].compared == "why not"


def test_a_definition_ends_the_era_of_its_table() -> None:
    made = timeline(first=1)
    made.add_change(2, T, update(1, 2, 3))
    made.end_table(5, T)
    made.end_table(6, T)  # nothing was between: the era begins later
    made.end_table(6, U)
    made.add_change(8, T, update(1, 3, 4))
    made.end(9)
    eras = [era for _, era in made.iter_eras()]
    assert [(era.first, era.last) for era in eras] == [(1, 5), (7, 9)]
    assert made.get_table(U).era.first == 7


def test_what_is_not_known_ends_all() -> None:
    made = timeline()
    made.add_change(2, T, update(1, 2, 3))
    made.set_table_there(3, U, is_there=True, was_there=False)
    made.end_all(5)
    made.set_table_there(7, U, is_there=False, was_there=True)
    made.end(9)
    assert [(era.first, era.last) for _, era in made.iter_eras()] == [(0, 5)]
    assert [chain.era for chain in made.existence[U]] == [Boundaries(0, 5), Boundaries(6, 9)]
    assert made.get_table(("game", "new")).era.first == 6
    for chain in made.existence[U]:
        chain.settle(chain.era.last, lambda image: is_table_as(image, is_there=True))
    assert [chain.misfits for chain in made.existence[U]] == [[(0, 3)], [(8, 9)]]


def test_a_sample_has_whole_chains_of_few_rows() -> None:
    whole, sampled = timeline(), timeline(most_touches=100)
    for made in (whole, sampled):
        for number in range(900):
            made.add_change(number, T, update(number % 60, number, number + 60))
        made.end(900)
    assert not whole.is_sampled
    assert sampled.is_sampled
    ((_, every),), ((_, some),) = whole.iter_eras(), sampled.iter_eras()
    assert 0 < sum(len(chain.touches) for chain in some.chains.values()) <= 100
    for key, chain in some.chains.items():
        assert chain.touches == every.chains[key].touches
