import pytest

from rewound.diff.worlds import SchemaPair
from rewound.errors import UsageError
from rewound.operations.diffing import pair_schemas


@pytest.mark.parametrize(
    ("before", "after", "told", "is_world_pair", "pairs"),
    [
        (("game",), ("game",), None, False, [("game", "game")]),
        (("game",), ("auth",), None, False, [("game", "game"), ("auth", "auth")]),
        (("shop_a",), ("shop_b",), None, True, [("shop_a", "shop_b")]),
        (("a", "c"), ("b", "c"), None, True, [("a", "a"), ("c", "c"), ("b", "b")]),
        (("a", "c"), ("b", "c"), ("a", "b"), True, [("a", "b")]),
        (("a",), ("b",), ("a", "b"), False, [("a", "b")]),
    ],
)
def test_schemas_are_paired_by_name_unless_it_is_clear_which_is_meant(
    before, after, told, is_world_pair, pairs
):
    made = pair_schemas(before, after, schema_pair=told, is_world_pair=is_world_pair)
    assert made == [SchemaPair(*pair) for pair in pairs]


def test_a_schema_that_is_not_there_is_a_usage_error():
    with pytest.raises(UsageError, match="no schema b") as raised:
        pair_schemas(("a",), ("c",), schema_pair=("a", "b"), is_world_pair=True)
    assert raised.value.hint == "known: c"
