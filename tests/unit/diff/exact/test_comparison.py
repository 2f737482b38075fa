import pytest

from rewound.diff.exact.columns import pair_exactly
from rewound.diff.exact.comparison import find_difference
from rewound.diff.exact.verbatim_definitions import ObjectName
from rewound.diff.schema.definitions import ColumnDefinition

DATABASE = ObjectName("g", "DATABASE", "g")
VIEW = ObjectName("g", "VIEW", "v")
LONG = "CREATE VIEW v AS SELECT " + "1 + " * 100


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ({DATABASE: {"a": "x"}}, {DATABASE: {"a": "x"}}, None),
        ({DATABASE: {}}, {DATABASE: {}, VIEW: {}}, "view g.v is in two only"),
        ({DATABASE: {}, VIEW: {}}, {DATABASE: {}}, "view g.v is in one only"),
        ({DATABASE: {"a": "x"}}, {DATABASE: {"a": "y"}}, "a of database g: x in one, y in two"),
        ({DATABASE: {"a": "x"}}, {DATABASE: {}}, "a of database g: x in one, nothing in two"),
        ({VIEW: {"b": "1\n2"}}, {VIEW: {"b": "1"}}, r"b of view g.v: '1\n2' in one, 1 in two"),
    ],
)
def test_the_first_definition_that_differs_is_named(first, second, difference):
    assert find_difference(first, second, ("one", "two")) == difference


def test_of_a_long_definition_the_part_is_shown_that_differs():
    found = find_difference({VIEW: {"a": f"{LONG}1"}}, {VIEW: {"a": f"{LONG}2"}}, ("one", "two"))
    assert found is not None
    assert found.startswith("a of view g.v: …")
    assert "1 + 1 in one, …" in found
    assert found.endswith("1 + 2 in two")


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("int", "`c`"),
        ("decimal(5,2)", "`c`"),
        ("float", "CAST(CAST(`c` AS DOUBLE) AS JSON)"),
        ("double(10,2)", "CAST(CAST(`c` AS DOUBLE) AS JSON)"),
        ("varchar(9)", "CAST(`c` AS BINARY)"),
        ("varbinary(9)", "`c`"),
        ("blob", "CAST(`c` AS BINARY)"),
        ("enum('a','')", "CAST(CONCAT_WS(':',`c` + 0,`c`) AS BINARY)"),
        ("bit(8)", "(`c` + 0)"),
        ("datetime(6)", "`c`"),
        ("geometry", "CAST(`c` AS BINARY)"),
    ],
)
def test_every_type_is_compared_by_what_is_stored(type_, value):
    column = ColumnDefinition("c", type_, type_.partition("(")[0], is_nullable=False)
    pair = pair_exactly(column)
    assert (pair.before.value, pair.after.value) == (value, value)


def test_null_is_not_the_empty_text():
    pair = pair_exactly(ColumnDefinition("c", "varchar(9)", "varchar", is_nullable=True))
    assert pair.before.piece == (
        "COALESCE(CONCAT(LENGTH(CAST(`c` AS BINARY)),_binary':',CAST(`c` AS BINARY)),_binary'')"
    )
