"""The columns of the merged table, where worlds may differ in theirs. Pure.

Drifted schemas are handled here: the table has every column that any world has, and the cells of
missing columns are empty; columns whose types differ get one that holds both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from rewound.mysql.columns import BYTES, Column, ColumnType
from rewound.query.column_union import ColumnKey, find_places, lay_out, unite

WORLD = "world"
"""The name of the column in front of all others."""

_T = TypeVar("_T")
_BIGINT_DIGITS = 20
_MOST_BITS = 64


@dataclass(frozen=True, slots=True)
class ResultColumns:
    """The columns of the rows of all worlds, and which worlds differ."""

    columns: tuple[Column, ...]
    """Under names that differ, without the world's."""
    misfits: Mapping[str, str] = field(default_factory=dict)
    """Worlds that have no columns where most have some, or the reverse; their rows are left out."""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Worlds without some of the columns, and the names of these; their rows are included."""
    places: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)
    """Where the columns stand in the rows of a world that has not just these in this order."""
    drifted: Mapping[str, str] = field(default_factory=dict)
    """Worlds with a column of another type, and that type; their rows are included."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Names that came twice, by the new ones."""


def choose_result_columns(
    columns: Mapping[str, tuple[Column, ...]], origin: Sequence[str] = (WORLD,)
) -> ResultColumns:
    """Return every column that any world has, in the order of most worlds.

    Names and usual types are those of most worlds; among equals, those of the first.
    `columns` are those of every world that answered, in the worlds' order; `origin` are the
    names of the columns in front.
    """
    has_columns = _choose_most_frequent([bool(each) for each in columns.values()])
    misfits = {
        world: f"returned columns, other worlds none: {', '.join(_names(each))}"
        if each
        else "returned no columns"
        for world, each in columns.items()
        if bool(each) is not has_columns
    }
    layouts = {world: lay_out(each) for world, each in columns.items() if world not in misfits}
    united = unite(layout for layout, _ in Counter(layouts.values()).most_common())
    alike: dict[ColumnKey, dict[str, Column]] = {key: {} for key in united}
    for world, layout in layouts.items():
        for key, column in zip(layout, columns[world], strict=True):
            alike[key][world] = column
    usual = {key: _choose_usual(tuple(each.values())) for key, each in alike.items()}
    common = [
        find_common((usual[key], *_rename(each.values(), usual[key].name)))
        for key, each in alike.items()
    ]
    unique, renamed = _make_unique([column.name for column in common], origin)
    lacking = {
        world: tuple(
            name for key, name in zip(united, unique, strict=True) if world not in alike[key]
        )
        for world in layouts
    }
    drifted = {
        world: _describe_drift(columns[world], [usual[key] for key in layout])
        for world, layout in layouts.items()
    }
    return ResultColumns(
        columns=tuple(
            replace(column, name=name, may_be_absent=len(alike[key]) < len(layouts))
            for column, name, key in zip(common, unique, united, strict=True)
        ),
        misfits=misfits,
        lacking={world: names for world, names in lacking.items() if names},
        places={
            world: find_places(layout, united)
            for world, layout in layouts.items()
            if layout != united
        },
        drifted={world: what for world, what in drifted.items() if what},
        renamed=renamed,
    )


def find_common(columns: Iterable[Column]) -> Column:
    """Return the narrowest type that holds the values of all these columns exactly.

    It has the first one's name. If no other type fits, it is text; if one of them is bytes, it is
    bytes.
    """
    first, *others = dict.fromkeys(columns)
    for other in others:
        first = _widen(first, replace(other, name=first.name))
    return first


def _widen(one: Column, other: Column) -> Column:
    kinds = {one.type, other.type}
    if kinds <= {ColumnType.INTEGER, ColumnType.YEAR, ColumnType.DECIMAL}:
        return _widen_exact(one, other)
    if kinds == {ColumnType.FLOAT}:
        return Column(one.name, ColumnType.FLOAT, max(one.bits, other.bits))
    if len(kinds) == 1:
        return replace(one, bits=max(one.bits, other.bits), scale=max(one.scale, other.scale))
    if kinds & BYTES:
        return Column(one.name, ColumnType.BINARY)
    return Column(one.name, ColumnType.TEXT)


def _widen_exact(one: Column, other: Column) -> Column:
    """Return a column for two kinds of exact numbers."""
    are_unsigned = one.is_unsigned and other.is_unsigned
    if ColumnType.DECIMAL not in (one.type, other.type):
        # An unsigned number needs one bit more among signed ones.
        bits = max(c.bits + (c.is_unsigned and not are_unsigned) for c in (one, other))
        if bits <= _MOST_BITS:
            width = next(width for width in (8, 16, 24, 32, 64) if width >= bits)
            zeros = one.has_leading_zeros or other.has_leading_zeros
            return Column(one.name, ColumnType.INTEGER, width, are_unsigned, zeros)
    scale = max(one.scale, other.scale)
    whole = max((c.precision - c.scale) if c.precision else _BIGINT_DIGITS for c in (one, other))
    return Column(
        one.name,
        ColumnType.DECIMAL,
        is_unsigned=are_unsigned,
        has_leading_zeros=one.has_leading_zeros or other.has_leading_zeros,
        precision=whole + scale,
        scale=scale,
    )


def _choose_most_frequent(values: Sequence[_T]) -> _T:
    return Counter(values).most_common(1)[0][0]


def _choose_usual(columns: Sequence[Column]) -> Column:
    """Return the usual name and, whatever the case of its letters, the usual type."""
    name = _choose_most_frequent([column.name for column in columns])
    return _choose_most_frequent(_rename(columns, name))


def _rename(columns: Iterable[Column], name: str) -> list[Column]:
    return [replace(column, name=name) for column in columns]


def _describe_drift(columns: Sequence[Column], usual: Sequence[Column]) -> str:
    return ", ".join(
        f"{here.name} is {here.sql_type}, elsewhere {there.sql_type}"
        for here, there in zip(columns, usual, strict=True)
        if replace(here, name=there.name) != there
    )


def _make_unique(names: Sequence[str], origin: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return names that differ, without regard to case, from each other and from `origin`."""
    taken = set(origin)
    unique: list[str] = []
    renamed: dict[str, str] = {}
    for name in names:
        new, number = name, 1
        while new.casefold() in taken:
            number += 1
            new = f"{name}_{number}"
        taken.add(new.casefold())
        unique.append(new)
        if new != name:
            renamed[new] = name
    return unique, renamed


def _names(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)
