import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.errors import UsageError
from rewound.worlds.selecting import select_worlds

HOSTS = tuple(f"host{number}" for number in range(1, 13))
WORLDS = (*HOSTS, "host01", "eu-west", "eu-north", "us", "rack1-07", "rack2-07", "rack112")


@pytest.mark.parametrize(
    ("selection", "worlds"),
    [
        ("host1", ("host1",)),
        ("us,host2,host1", ("host1", "host2", "us")),
        ("host[1-3],eu-*", ("host1", "host2", "host3", "eu-west", "eu-north")),
        ("host[1,4-12]", (HOSTS[0], *HOSTS[3:])),
        ("host[ 1 , 4 ] , us", ("host1", "host4", "us")),
        ("host[01-12]", ("host10", "host11", "host12", "host01")),
        ("host[1-1]", ("host1",)),
        ("host?", HOSTS[:9]),
        ("rack[1-2]-[01-09]", ("rack1-07", "rack2-07")),
        ("rack[1-2][01-12]", ("rack112",)),
        ("host[8-100000000000]", HOSTS[7:]),
        ("*", WORLDS),
        ("host1,host1,host[1-2]", ("host1", "host2")),
    ],
)
def test_a_selection_names_worlds_in_their_own_order(selection, worlds):
    assert select_worlds(WORLDS, selection) == worlds


@pytest.mark.parametrize(
    ("selection", "part"),
    [
        ("host[1,44]", "'host[44]'"),
        ("host[20-30]", "'host[20-30]'"),
        ("host[3-1]", "'host[3-1]'"),
        ("host", "'host'"),
        ("host.", "'host.'"),
    ],
)
def test_each_part_must_fit_a_world(selection, part):
    with pytest.raises(UsageError) as raised:
        select_worlds(WORLDS, selection)
    assert raised.value.message == f"no world matches {part}"
    hint = str(raised.value.hint)
    assert hint.startswith(("known: host[1-9], ", "did you mean host1, host2 or "))


def test_a_slip_is_answered_with_the_world_that_was_meant():
    with pytest.raises(UsageError, match="no world matches 'eu-wset'") as raised:
        select_worlds(WORLDS, "host1,eu-wset")
    assert raised.value.hint == "did you mean eu-west?"


@pytest.mark.parametrize(
    "selection",
    ["", " ", ",", "host1,", "host[", "host]", "host[]", "host[a-c]", "host[1-2-3]", "host[1,,2]"],
)
def test_a_selection_that_cannot_be_read_is_a_usage_error(selection):
    with pytest.raises(UsageError, match="cannot parse the selection") as raised:
        select_worlds(WORLDS, selection)
    assert raised.value.hint


def test_a_long_list_of_known_worlds_is_cut():
    worlds = tuple(f"host{number}x{number}y" for number in range(100))
    with pytest.raises(UsageError) as raised:
        select_worlds(worlds, "x")
    assert str(raised.value.hint).endswith("host19x19y and 80 more")


@given(first=st.integers(0, 120), last=st.integers(0, 120), width=st.integers(1, 4))
def test_a_range_means_the_names_that_counting_writes(first, last, width):
    worlds = [f"h{number:0{width}}" for number in range(130)]
    counted = tuple(f"h{number:0{width}}" for number in range(first, last + 1))
    selection = f"h[{first:0{width}}-{last:0{width}}]"
    if first > last:
        with pytest.raises(UsageError):
            select_worlds(worlds, selection)
    else:
        assert select_worlds(worlds, selection) == counted


def test_known_worlds_are_listed_folded():
    worlds = [f"eu-host{number:02}" for number in range(1, 14)]
    with pytest.raises(UsageError) as raised:
        select_worlds(worlds, "eu-host1")
    assert raised.value.hint == "known: eu-host[01-13]"
