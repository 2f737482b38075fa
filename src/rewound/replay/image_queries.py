"""The SQL that compares before-images with the rows of a table. Pure.

The images are rows of a scratch table, which has the columns of the real one and no keys. Values
are compared exactly, not as their collation orders them. FLOAT and JSON are compared as dumps have
them: with six digits, and as text, in which a DECIMAL is a DOUBLE and a date is a string. So are
ENUM and SET: a value that is none of its words is '' in a dump, even if that is one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.dump.text.quoting import quote_name
from rewound.load.objects import TableKey, quote_table

_TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_JSON = b"CAST(CAST(%b AS CHAR CHARACTER SET utf8mb4) AS BINARY)"
_RELOADED = _JSON % b"CAST(CAST(%b AS CHAR CHARACTER SET utf8mb4) AS JSON)"
"""Of JSON: what a dump of it restores."""
_FORMS = {
    **dict.fromkeys(_TEXTS | {"enum", "set"}, b"CAST(%b AS BINARY)"),
    "timestamp": b"UNIX_TIMESTAMP(%b)",  # two times of a year may look the same in a zone
    "float": b"CAST(%b AS CHAR)",
    "json": _JSON,
}
_BYTES = frozenset(
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring"}
    | {"multipolygon", "geomcollection", "geometrycollection", "vector"}
)
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ComparedColumn:
    """A column of a table whose rows are compared."""

    name: str
    data_type: str
    """information_schema.columns.data_type, in lower case."""
    is_generated: bool
    """Its values follow from others, and are computed here anew."""


@dataclass(frozen=True, slots=True)
class ImagedTable:
    """A table whose rows are compared."""

    name: TableKey
    columns: tuple[ComparedColumn, ...]
    """In the order of its definition."""
    key: tuple[int, ...]
    """The places of the columns by which the server finds a row; none if it compares all."""
    index: str
    """The name of the index on them; empty if there is none."""


def make_scratch(scratch: TableKey, table: ImagedTable) -> bytes:
    """Return the statement that makes the scratch table of a table."""
    names = b", ".join(quote_name(column.name) for column in table.columns)
    return b"CREATE TABLE %b ENGINE=InnoDB ROW_FORMAT=DYNAMIC AS SELECT %b FROM %b WHERE FALSE" % (
        quote_table(scratch),
        names,
        quote_table(table.name),
    )


def count_same(scratch: TableKey, table: ImagedTable, columns: int) -> bytes:
    """Return the query for how many images are as the rows with their keys.

    `columns` says which columns the images have, one bit each.
    """
    conditions = [_is_same(table.columns[place]) for place in _find_compared(table, columns)]
    return b"SELECT COUNT(*) FROM %b i STRAIGHT_JOIN %b r FORCE INDEX (%b) ON %b WHERE %b" % (
        quote_table(scratch),
        quote_table(table.name),
        quote_name(table.index),
        _have_same_key(table),
        b" AND ".join(conditions) or b"TRUE",
    )


def count_here(scratch: TableKey, table: ImagedTable) -> bytes:
    """Return the query for how many whole rows a table has, wherever they are in it."""
    same = (_is_same(column) for column in table.columns if not column.is_generated)
    return b"SELECT COUNT(*) FROM %b i WHERE EXISTS (SELECT 1 FROM %b r WHERE %b)" % (
        quote_table(scratch),
        quote_table(table.name),
        b" AND ".join(same) or b"TRUE",
    )


def find_alike(table: ImagedTable) -> bytes:
    """Return the query for a row that a table has more than once."""
    forms = [_form(b"r", column) for column in table.columns if not column.is_generated]
    groups = b", ".join(b"%d" % place for place in range(1, len(forms) + 1)) or b"'1'"
    return b"SELECT %b FROM %b r GROUP BY %b HAVING COUNT(*) > 1 LIMIT 1" % (
        b", ".join(forms) or b"1",
        quote_table(table.name),
        groups,
    )


def find_other(scratch: TableKey, table: ImagedTable, columns: int) -> bytes:
    """Return the query for one image that is not as the row with its key.

    Its row: whether the row is here; of each compared column whether it is the same, the value in
    the log, the value here; then the values of the key.
    """
    compared = _find_compared(table, columns)
    conditions = [_is_same(table.columns[place]) for place in compared]
    shown = [b"r.%b IS NOT NULL" % quote_name(table.columns[table.key[0]].name)]
    for place, condition in zip(compared, conditions, strict=True):
        shown += [condition, *(_show(side, table.columns[place]) for side in (b"i", b"r"))]
    shown += [_show(b"i", table.columns[place]) for place in table.key]
    return b"SELECT %b FROM %b i LEFT JOIN %b r ON %b WHERE NOT COALESCE(%b, FALSE) LIMIT 1" % (
        b", ".join(shown),
        quote_table(scratch),
        quote_table(table.name),
        _have_same_key(table),
        b" AND ".join([shown[0], *conditions]),
    )


def describe_other(table: ImagedTable, columns: int, row: Sequence[object]) -> str:
    """Say how the row of `find_other` differs from what the log has."""
    compared = [table.columns[place].name for place in _find_compared(table, columns)]
    key = row[1 + 3 * len(compared) :]
    names = [table.columns[place].name for place in table.key]
    found = ", ".join(f"{name}={_quote(value)}" for name, value in zip(names, key, strict=True))
    of_row = f"the row of {table.name[0]}.{table.name[1]} with {found}"
    if not row[0]:
        return f"{of_row} is not here"
    differences = [
        f"{name} is {_quote(row[at + 2])} here, {_quote(row[at + 1])} in the log"
        for name, at in zip(compared, range(1, len(row), 3), strict=False)
        if not row[at]
    ]
    return f"{of_row} is another one: {'; '.join(differences)}"


def _find_compared(table: ImagedTable, columns: int) -> list[int]:
    return [
        place
        for place, column in enumerate(table.columns)
        if columns >> place & 1 and not column.is_generated
    ]


def _is_same(column: ComparedColumn) -> bytes:
    is_same = b"%b <=> %b" % (_form(b"i", column), _form(b"r", column))
    if column.data_type == "json":
        reloaded = (_RELOADED % _name(side, column) for side in (b"i", b"r"))
        return b"(%b OR %b)" % (is_same, b" <=> ".join(reloaded))
    return is_same


def _form(side: bytes, column: ComparedColumn) -> bytes:
    name = _name(side, column)
    if column.data_type in _BYTES:
        return b"HEX(%b)" % name
    return _FORMS.get(column.data_type, b"%b") % name


def _name(side: bytes, column: ComparedColumn) -> bytes:
    return b"%b.%b" % (side, quote_name(column.name))


def _show(side: bytes, column: ComparedColumn) -> bytes:
    name = _name(side, column)
    is_text = column.data_type in _TEXTS or column.data_type in ("enum", "set", "json")
    if column.data_type == "bit":
        name += b" + 0"
    if is_text or not (column.data_type in _BYTES or column.data_type.endswith(("blob", "binary"))):
        return b"LEFT(CAST(%b AS CHAR CHARACTER SET utf8mb4), %d)" % (name, _MOST_SHOWN)
    return b"CONCAT('0x', LEFT(HEX(%b), %d))" % (name, _MOST_SHOWN)


def _have_same_key(table: ImagedTable) -> bytes:
    names = (quote_name(table.columns[place].name) for place in table.key)
    return b" AND ".join(b"r.%b = i.%b" % (name, name) for name in names)


def _quote(value: object) -> str:
    return "NULL" if value is None else repr(str(value))
