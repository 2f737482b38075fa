"""Renaming spatial functions of MySQL 5.x and MariaDB to their current names.

Pure. Each had a second name that begins with ST_ or MBR, and does the same for shapes without a
spatial reference system. If a reference system is given, its axes are in a different order today,
so nothing is changed. A name preceded by a dot is a routine of the dump.

Source: MySQL 5.7 manual, "What Is New" and "Spatial Function Reference"; MySQL 8.0 removed the old
names. In 5.7, relations without a prefix compared the shapes' bounding rectangles.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.statement import Kind
from rewound.dump.text.tokens import Token

_SHAPES = (
    *("GEOM", "GEOMETRY", "POINT", "LINE", "LINESTRING", "POLY", "POLYGON", "MPOINT", "MLINE"),
    *("MPOLY", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMCOLL"),
    "GEOMETRYCOLLECTION",
)
CONSTRUCTORS = {
    f"{shape}FROM{form}": f"ST_{shape}FROM{form}" for shape in _SHAPES for form in ("TEXT", "WKB")
}
"""Functions that create a shape from text or bytes: old name, in upper case, to current name."""
_CLEAR = CONSTRUCTORS | {
    **{name: f"ST_{name}" for name in ("ASTEXT", "ASWKT", "ASBINARY", "ASWKB", "NUMPOINTS")},
    **{name: f"ST_{name}" for name in ("GEOMETRYN", "GEOMETRYTYPE", "NUMGEOMETRIES", "POINTN")},
    **{name: f"ST_{name}" for name in ("EXTERIORRING", "INTERIORRINGN", "NUMINTERIORRINGS")},
    **{name: f"ST_{name}" for name in ("STARTPOINT", "ENDPOINT", "ISCLOSED", "ISEMPTY")},
    **{name: f"ST_{name}" for name in ("ISSIMPLE", "CONVEXHULL")},
    "GLENGTH": "ST_LENGTH",
    "MBREQUAL": "MBREQUALS",
}
"""Names that have no other use."""
_COMMON = {
    **{name: f"ST_{name}" for name in ("AREA", "BUFFER", "CENTROID", "CROSSES", "DIMENSION")},
    **{name: f"ST_{name}" for name in ("DISTANCE", "ENVELOPE", "SRID", "TOUCHES", "X", "Y")},
    **{name: f"MBR{name}" for name in ("CONTAINS", "DISJOINT", "EQUALS", "INTERSECTS")},
    **{name: f"MBR{name}" for name in ("OVERLAPS", "WITHIN")},
}
"""Names that may belong to a routine of the dump on a newer server, which lacks the functions."""
_NO_CALL_AFTER = frozenset(
    {"FUNCTION", "PROCEDURE", "TABLE", "VIEW", "TRIGGER", "EVENT", "INTO", "CALL", "REFERENCES"}
    | {"KEY", "INDEX", "CONSTRAINT", "PARTITION", "SUBPARTITION", "EXISTS", "WITH", "RECURSIVE"}
    | {"FROM", "JOIN", "UPDATE", "DECLARE", "CURSOR", "ON"}
)


@dataclass(slots=True)
class _Call:
    """A call whose closing parenthesis has not been reached."""

    depth: int
    edit: Edit
    second_argument: list[bytes] | None = None
    """The first tokens after its first comma; None if a comma has no meaning."""
    has_comma: bool = False

    @property
    def has_reference_system(self) -> bool:
        """Whether it has a second argument other than 0."""
        return self.has_comma and self.second_argument != [b"0"]


def plan_spatial_edits(tokens: Sequence[Token], kind: Kind, *, all_names: bool) -> list[Edit]:
    """Return the edits of a definition; with `all_names`, common words are renamed as well.

    In a table, only expressions are examined; in a view, only the text after AS.
    """
    names = _CLEAR | _COMMON if all_names else _CLEAR
    if all(token.word not in names for token in tokens):
        return []
    lowest = 2 if kind in (Kind.CREATE_TABLE, Kind.ALTER_TABLE) else 0
    start = 0
    if kind is Kind.CREATE_VIEW:
        start = next((i for i, token in enumerate(tokens) if token.word == "AS"), 0)
    calls = _iter_calls(tokens[start:], names, lowest)
    return [call.edit for call in calls if not call.has_reference_system]


def plan_constructor_edits(tokens: Iterable[Token]) -> list[Edit]:
    """Return the edits of rows; none if a call has a reference system."""
    calls = list(_iter_calls(tokens, CONSTRUCTORS, 0))
    return [] if any(call.has_reference_system for call in calls) else [c.edit for c in calls]


def _iter_calls(tokens: Iterable[Token], names: Mapping[str, str], lowest: int) -> Iterator[_Call]:
    """Yield the calls of functions with these names, at least `lowest` parentheses deep."""
    depth = 0
    under_way: list[_Call] = []
    before = name = None
    for token in tokens:
        innermost = under_way[-1] if under_way else None
        is_own = innermost is not None and innermost.depth == depth - 1
        if token.text == b"(":
            if name is not None and depth >= lowest and _may_call(before, name, names):
                edit = _rename(name, token, names[name.word])
                is_constructor = name.word in CONSTRUCTORS
                under_way.append(_Call(depth, edit, [] if is_constructor else None))
            depth += 1
        elif token.text == b")":
            depth -= 1
            if innermost is not None and is_own:
                yield under_way.pop()
        elif innermost is not None and innermost.second_argument is not None:
            if innermost.has_comma and len(innermost.second_argument) < 2:
                innermost.second_argument.append(token.text)
            elif token.text == b"," and is_own:
                innermost.has_comma = True
        before, name = name, token


def _may_call(before: Token | None, name: Token, names: Mapping[str, str]) -> bool:
    if name.word not in names:
        return False
    return before is None or (before.text not in (b".", b"@") and before.word not in _NO_CALL_AFTER)


def _rename(name: Token, opening: Token, new: str) -> Edit:
    """Return the edit that calls another function, without a space before its parenthesis."""
    return Edit(name.start, opening.start, new.encode(), rules.SPATIAL_FUNCTION)
