import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.binlog.gtids import Gtid, GtidSet, parse_gtid
from tests.unit.binlog.made_log import UUID

OTHER = "11111111-2222-3333-4444-555555555555"
_NUMBERS = st.sets(st.integers(1, 40))


@pytest.mark.parametrize(
    ("text", "gtid", "server"),
    [
        (f"{UUID}:9", Gtid(UUID, 9), UUID),
        (f" {UUID.upper()}:9", Gtid(UUID, 9), UUID),
        (f"{UUID}:tag_1:9", Gtid(f"{UUID}:tag_1", 9), UUID),
        ("0-5-3", Gtid("0-5", 3), None),
    ],
)
def test_gtids_of_both_kinds_are_read_and_written(text: str, gtid: Gtid, server: str | None):
    assert parse_gtid(text) == gtid
    assert str(gtid) == text.strip().lower()
    assert gtid.server_uuid == server


@pytest.mark.parametrize(
    "text",
    ["", "9", UUID, f"{UUID}:", f"{UUID}:a-b:1", "1-2", "x:1", f"{UUID}:0", "0-1-0"],
)
def test_what_is_no_gtid_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a GTID"):
        parse_gtid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{UUID}:1-109",
        f"{UUID}:1-109:111:tag1:1-2:tag2:5",
        f"{OTHER}:77-78,{UUID}:1-21:tag1:1",
    ],
)
def test_sets_are_read_and_written(text: str):
    assert str(GtidSet.parse(text)) == text


def test_servers_spell_sets_over_several_lines():
    assert GtidSet.parse(f"{OTHER}:1,\n{UUID}:3:1-2") == GtidSet.parse(f"{OTHER}:1,{UUID}:1-3")


@pytest.mark.parametrize("text", ["1-5", f"{UUID}:0-5", f"{UUID}:5-2", f"{UUID}:1-2-3", "all"])
def test_what_is_no_set_is_refused(text: str):
    with pytest.raises(ValueError, match=r"not|neither"):
        GtidSet.parse(text)


@given(_NUMBERS, _NUMBERS)
def test_sets_behave_as_sets_of_numbers(ours: set[int], others: set[int]):
    first, second = GtidSet(), GtidSet()
    for number in ours:
        first.add(Gtid(UUID, number))
    for number in sorted(others):
        second.add(Gtid(UUID, number))
    assert {n for n in range(50) if Gtid(UUID, n) in first} == ours
    left = first.minus(second)
    assert {n for n in range(50) if Gtid(UUID, n) in left} == ours - others
    joined = first.copy()
    joined.update(second)
    assert {n for n in range(50) if Gtid(UUID, n) in joined} == ours | others
    assert GtidSet.parse(str(joined)) == joined
    assert bool(left) == bool(ours - others)


@given(_NUMBERS)
def test_gaps_are_what_lies_between(numbers: set[int]):
    gtids = GtidSet()
    for number in numbers:
        gtids.add(Gtid(UUID, number))
    between = set(range(min(numbers, default=1), max(numbers, default=0))) - numbers
    assert {
        n for _, first, last in gtids.gaps.iter_intervals() for n in range(first, last + 1)
    } == (between)
