import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.worlds.folding import fold_worlds
from rewound.worlds.selecting import select_worlds


@pytest.mark.parametrize(
    ("worlds", "folded"),
    [
        ([], ""),
        (["host1"], "host1"),
        (["host1", "host2"], "host[1-2]"),
        (["host1", "host3"], "host[1,3]"),
        (["host4", "host1", "host2", "host40", "host5"], "host[1-2,4-5,40]"),
        (["eu-1", "host1", "eu-2"], "eu-[1-2],host1"),
        (["host01", "host02", "host1", "host10"], "host[01-02,10],host1"),
        (["host09", "host10"], "host[09-10]"),
        ([f"w{n:02}" for n in range(1, 14)], "w[01-13]"),
        (["host0", "host1"], "host[0-1]"),
        (["a1b", "a2b", "a1c"], "a[1-2]b,a1c"),
        (["game", "shop"], "game,shop"),
        (["s1w1", "s1w2", "s2w1"], "s1w[1-2],s2w1"),
        (["a[1", "a[2"], "a[1,a[2"),
    ],
)
def test_names_that_differ_in_their_last_number_are_put_together(worlds, folded):
    assert fold_worlds(worlds) == folded


NAMES = st.text(alphabet="ab-01239", min_size=1, max_size=6)


@given(st.lists(NAMES, unique=True, min_size=1), st.lists(NAMES, unique=True))
def test_what_is_folded_selects_the_same_worlds_again(chosen, others):
    worlds = list(dict.fromkeys([*chosen, *others]))
    assert set(select_worlds(worlds, fold_worlds(chosen))) == set(chosen)
