"""Places in the chain of a row: which fit, what they show, and that the true one is among them."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.replay.by_content.chains import (
    ABSENT,
    Boundaries,
    Chain,
    Fit,
    RowImage,
    Touch,
    count_covering,
    find_fit,
    intersect,
    unite,
)

A, B, C = (RowImage(1, letter) for letter in (b"a", b"b", b"c"))


def chain(*touches: tuple[int, RowImage | None, RowImage | None], first: int = 0) -> Chain:
    made = Chain(first)
    for touch in touches:
        made.add(Touch(*touch))
    return made


def settled(made: Chain, here: RowImage, *, last: int = 10, may_vanish: bool = False) -> Chain:
    made.settle(last, lambda image: image == here, may_vanish=may_vanish)
    return made


@pytest.mark.parametrize(
    ("touches", "here", "misfits"),
    [
        ([(3, A, B)], A, [(4, 10)]),
        ([(3, A, B)], B, [(0, 3)]),
        ([(3, A, B)], C, [(0, 10)]),
        ([(3, ABSENT, B)], ABSENT, [(4, 10)]),
        ([(3, ABSENT, B)], B, [(0, 3)]),
        ([(3, A, ABSENT)], ABSENT, [(0, 3)]),
        ([(3, A, B), (5, B, A)], A, [(4, 5)]),
        ([(3, A, B), (5, B, A)], B, [(0, 3), (6, 10)]),
        ([(3, A, B), (5, C, A)], B, [(0, 10)]),  # a change that is not logged
        ([(3, None, B)], B, []),
        ([(3, A, None)], A, []),
        ([(3, A, B), (3, B, C)], C, [(0, 3)]),
        ([(3, A, B), (3, B, C)], B, [(0, 10)]),
        ([(3, A, B), (4, B, C)], B, [(0, 3), (5, 10)]),
    ],
)
def test_where_a_row_does_not_fit(
    touches: Sequence[tuple[int, RowImage, RowImage]],
    here: RowImage,
    misfits: list[tuple[int, int]],
) -> None:
    made = settled(chain(*touches), here)
    assert made.misfits == misfits
    for boundary in range(11):
        fits = all(not first <= boundary <= last for first, last in misfits)
        assert made.fits_at(boundary) is fits


@pytest.mark.parametrize(
    ("touches", "here", "misfits"),
    [
        ([(3, ABSENT, B)], ABSENT, [(4, 4)]),  # not inserted yet, or deleted already
        ([(3, ABSENT, B)], B, [(3, 3)]),  # or one of the same key was there before
        ([(3, A, B)], ABSENT, [(0, 4)]),
        ([(3, A, B)], A, [(4, 10)]),
        ([(3, A, ABSENT)], A, [(4, 10)]),
        ([(3, A, B), (5, ABSENT, C)], ABSENT, [(0, 4), (6, 6)]),
        ([(3, A, B), (5, ABSENT, C)], B, [(0, 3), (5, 10)]),
        ([(3, A, B), (4, ABSENT, C)], B, [(0, 10)]),
    ],
)
def test_rows_that_may_vanish(
    touches: Sequence[tuple[int, RowImage, RowImage]],
    here: RowImage,
    misfits: list[tuple[int, int]],
) -> None:
    made = settled(chain(*touches), here, may_vanish=True)
    assert made.misfits == misfits


@pytest.mark.parametrize(
    ("touches", "here", "not_earlier", "not_later"),
    [
        ([(3, A, B)], A, None, (2, 3)),
        ([(3, A, B)], B, (4, 10), None),
        ([(3, A, B)], C, None, None),
        ([(3, A, B), (5, B, C)], B, (4, 10), (2, 5)),
        ([(3, A, B), (5, B, A)], A, None, None),
        ([(3, A, B), (5, B, A)], B, (4, 10), (2, 5)),
        ([(3, A, B), (5, B, C), (7, C, B), (8, B, A)], B, (4, 10), (2, 8)),
    ],
)
def test_what_a_row_shows(
    touches: Sequence[tuple[int, RowImage, RowImage]],
    here: RowImage,
    not_earlier: Boundaries | None,
    not_later: Boundaries | None,
) -> None:
    made = settled(chain(*touches, first=2), here)
    assert made.find_limits() == (not_earlier, not_later)
    assert made.find_reach() == ((4, 10), (2, touches[-1][0]))


@pytest.mark.parametrize(
    ("misfits", "within", "fit"),
    [
        ([], [(0, 9)], (0, [(0, 9)])),
        ([(0, 3)], [(0, 9)], (0, [(4, 9)])),
        ([(0, 3), (6, 9)], [(0, 9)], (0, [(4, 5)])),
        ([(0, 9)], [(0, 9)], (1, [(0, 9)])),
        ([(0, 5), (4, 9)], [(0, 9)], (1, [(0, 3), (6, 9)])),
        ([(2, 3), (5, 6)], [(0, 9)], (0, [(0, 1), (4, 4), (7, 9)])),
        ([(0, 3)], [(1, 2)], (1, [(1, 2)])),
        ([(0, 3)], [(1, 2), (6, 7), (9, 9)], (0, [(6, 7), (9, 9)])),
        ([(0, 3)], [], None),
    ],
)
def test_where_most_fit(
    misfits: list[tuple[int, int]],
    within: list[tuple[int, int]],
    fit: tuple[int, list[tuple[int, int]]] | None,
) -> None:
    found = find_fit(
        [Boundaries(*each) for each in misfits], [Boundaries(*each) for each in within]
    )
    assert found == (None if fit is None else Fit(fit[0], tuple(Boundaries(*s) for s in fit[1])))


SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(-1, 6)).map(lambda s: Boundaries(s[0], sum(s)))
)


def covered(spans: Sequence[Boundaries]) -> set[int]:
    return {boundary for span in spans for boundary in range(span.first, span.last + 1)}


@given(SPANS, SPANS)
def test_spans_are_sets_of_boundaries(some: list[Boundaries], others: list[Boundaries]) -> None:
    united, other = unite(some), unite(others)
    assert covered(united) == covered(some)
    assert all(a.last + 1 < b.first for a, b in pairwise(united))
    assert covered(intersect(united, other)) == covered(some) & covered(others)
    whole = [span for span in some if span.first <= span.last]
    counts = count_covering(whole, range(30))
    assert counts == [sum(s.first <= b <= s.last for s in whole) for b in range(30)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[int, int]], int]:
    """Draw the states of a few rows after each transaction, and where a dump was taken."""
    states: list[dict[int, int]] = [draw(st.dictionaries(st.integers(0, 3), st.integers(0, 2)))]
    for _ in range(draw(st.integers(1, 12))):
        state = dict(states[-1])
        for row in draw(st.lists(st.integers(0, 3), max_size=2)):
            value = draw(st.none() | st.integers(0, 2))
            if value is None:
                state.pop(row, None)
            else:
                state[row] = value
        states.append(state)
    return states, draw(st.integers(0, len(states) - 1))


@given(histories(), st.randoms())
def test_rows_that_vanish_never_exclude_the_true_place(
    history: tuple[list[dict[int, int]], int], random: Random
) -> None:
    states, true = history
    made = Chain(0)
    for number, (before, after) in enumerate(pairwise(states)):
        is_deleted = 0 in before and 0 not in after
        # What deletes a row without the log having it changes another one.
        if before.get(0) != after.get(0) and not (is_deleted and random.random() < 0.5):
            made.add(Touch(number, image_of(before, 0), image_of(after, 0)))
    here = image_of(states[true], 0)
    made.settle(len(states) - 1, lambda image: image == here, may_vanish=True)
    assert made.fits_at(true)


def image_of(state: dict[int, int], row: int) -> RowImage:
    return RowImage(1, b"%d" % state[row]) if row in state else ABSENT


@given(histories())
def test_the_places_that_fit_are_those_of_the_same_content(
    history: tuple[list[dict[int, int]], int],
) -> None:
    """The true place is always among them, and no other one where any touched row differs."""
    states, true = history

    chains: dict[int, Chain] = {}
    for number, (before, after) in enumerate(pairwise(states)):
        for row in range(4):
            if before.get(row) != after.get(row):
                touch = Touch(number, image_of(before, row), image_of(after, row))
                chains.setdefault(row, Chain(0)).add(touch)
    last = len(states) - 1
    for row, made in chains.items():
        here = image_of(states[true], row)
        made.settle(last, lambda each, here=here: each == here)  # type: ignore[misc]
    misfits = [span for made in chains.values() for span in made.misfits]
    found = find_fit(misfits, [Boundaries(0, last)])
    assert found is not None
    assert found.misfits == 0
    assert covered(found.spans) == {
        boundary
        for boundary, state in enumerate(states)
        if all(state.get(row) == states[true].get(row) for row in chains)
    }
    for made in chains.values():
        not_earlier, not_later = made.find_limits()
        assert not_earlier is None or true >= not_earlier.first
        assert not_later is None or true <= not_later.last
