"""SQL that compares columns of two loads of one dump bit by bit. Pure.

A diff compares what values mean: 'a' in two character sets is the same. Here both sides have the
same definition, and the stored form counts: the bytes of texts, the sign of a zero, the number of
an ENUM's word.
"""

from rewound.diff.rows.canonical_form import CanonicalForm, ColumnPair, ColumnSql, canonical_form_of
from rewound.diff.schema.definitions import ColumnDefinition
from rewound.diff.sql_text import quote_name

_BYTES = frozenset({"binary", "varbinary"})
_WORDS = frozenset({"enum", "set"})


def pair_exactly(column: ColumnDefinition) -> ColumnPair:
    """Return how the values of a column that both sides define alike are compared."""
    form = canonical_form_of(column)
    value = _write(column, form)
    is_bytes = form in (CanonicalForm.TEXT, CanonicalForm.JSON, CanonicalForm.BINARY)
    piece = f"CONCAT(LENGTH({value}),_binary':',{value})" if is_bytes else value
    if form is CanonicalForm.FLOAT:
        piece = f"CAST({value} AS BINARY)"
    if column.is_nullable:
        piece = f"COALESCE({piece},_binary'')"
    sql = ColumnSql(value, piece)
    return ColumnPair(column.name, form, before=sql, after=sql)


def _write(column: ColumnDefinition, form: CanonicalForm) -> str:
    name = quote_name(column.name)
    if form is CanonicalForm.FLOAT:
        # Of a FLOAT, MySQL shows six digits, of a DOUBLE(10,2) two decimals; as JSON all.
        return f"CAST(CAST({name} AS DOUBLE) AS JSON)"
    if column.base in _WORDS:
        # The number tells the word '' from no word at all, the words tell 64 members apart.
        return f"CAST(CONCAT_WS(':',{name} + 0,{name}) AS BINARY)"
    if column.base in ("bit", "year"):
        return f"({name} + 0)"
    if form in (CanonicalForm.TEXT, CanonicalForm.JSON) or (
        form is CanonicalForm.BINARY and column.base not in _BYTES
    ):
        return f"CAST({name} AS BINARY)"
    return name
