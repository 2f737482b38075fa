"""Making the values of one column comparable on both sides. Pure.

Each pair of columns gets a form that both sides can be converted to, and for each side the SQL of
two things: the value as it is shown, and the *piece*, its bytes as a part of a row's text. Pieces
are joined with the byte FF, which does not occur in UTF-8; values of arbitrary bytes are preceded
by their length; NULL is the byte FE, or nothing if no value has no bytes. So two rows have the
same text only if they are the same.

Binary pieces are also the fastest: joined as utf8mb4, with the length of each text in front,
they took 0.67 s for 1,000,000 rows of seven columns against 0.53 s (two cores, 9.7.4).
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from rewound.diff.schema.definitions import ColumnDefinition
from rewound.diff.sql_text import quote_name

SEPARATOR = "X'FF'"
_NO_TEXT = "X'FE'"


class CanonicalForm(enum.Enum):
    """The form in which values are compared."""

    INTEGER = "integer"
    """BIT and YEAR among them."""
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    """As Unicode; ENUM and SET by their words."""
    JSON = "json"
    """As the server writes it, so that neither blanks nor the order of members count."""
    BINARY = "binary"
    """BLOB and GEOMETRY among them."""
    TEMPORAL = "temporal"


@dataclass(frozen=True, slots=True)
class ColumnSql:
    """One column on one side, as SQL."""

    value: str
    """The value as it is shown: text in the form that both sides share, or bytes."""
    piece: str
    """The bytes of the value in a row's text; never NULL."""


@dataclass(frozen=True, slots=True)
class ColumnPair:
    """One column that both sides have."""

    name: str
    form: CanonicalForm
    before: ColumnSql
    after: ColumnSql
    temporal: str | None = None
    """The kind of a temporal column: `date`, `time` or `datetime`."""


_FORMS = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint"), CanonicalForm.INTEGER),
    **dict.fromkeys(("bit", "year"), CanonicalForm.INTEGER),
    "decimal": CanonicalForm.DECIMAL,
    **dict.fromkeys(("float", "double"), CanonicalForm.FLOAT),
    **dict.fromkeys(("char", "varchar", "enum", "set"), CanonicalForm.TEXT),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext"), CanonicalForm.TEXT),
    "json": CanonicalForm.JSON,
    **dict.fromkeys(("date", "time", "datetime", "timestamp"), CanonicalForm.TEMPORAL),
}
_UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8", "ascii"})
NUMBERS = (CanonicalForm.INTEGER, CanonicalForm.DECIMAL, CanonicalForm.FLOAT)


def canonical_form_of(column: ColumnDefinition) -> CanonicalForm:
    """Return the form of a column's own values; a type that we do not know is bytes."""
    return _FORMS.get(column.base, CanonicalForm.BINARY)


def pair_columns(before: ColumnDefinition, after: ColumnDefinition) -> ColumnPair:
    """Return how the values of two columns of one name are compared.

    Numbers of different types are compared as numbers, moments as moments (TIMESTAMP in UTC),
    bytes with anything as bytes, and everything else as text.
    """
    form, write = _choose(before, after)
    return ColumnPair(
        name=before.name,
        form=form,
        before=_write(before, form, write),
        after=_write(after, form, write),
        temporal=_temporal(before) if form is CanonicalForm.TEMPORAL else None,
    )


def _choose(
    before: ColumnDefinition, after: ColumnDefinition
) -> tuple[CanonicalForm, Callable[[ColumnDefinition], str]]:
    forms = (canonical_form_of(before), canonical_form_of(after))
    if CanonicalForm.BINARY in forms:
        return CanonicalForm.BINARY, _as_bytes
    if all(form in NUMBERS for form in forms):
        return _choose_number(before, after)
    if forms[0] is not forms[1]:
        return CanonicalForm.TEXT, _as_text
    if forms[0] is not CanonicalForm.TEMPORAL:
        return forms[0], _plain
    if (before.base, before.scale) == (after.base, after.scale):
        return CanonicalForm.TEMPORAL, _plain
    if _temporal(before) == _temporal(after) == "time":
        return CanonicalForm.TEMPORAL, lambda column: f"CAST({quote_name(column.name)} AS TIME(6))"
    if "time" not in (_temporal(before), _temporal(after)):
        return (
            CanonicalForm.TEMPORAL,
            lambda column: f"CAST({quote_name(column.name)} AS DATETIME(6))",
        )
    return CanonicalForm.TEXT, _as_text


def _choose_number(
    before: ColumnDefinition, after: ColumnDefinition
) -> tuple[CanonicalForm, Callable[[ColumnDefinition], str]]:
    forms = (canonical_form_of(before), canonical_form_of(after))
    if forms == (CanonicalForm.INTEGER, CanonicalForm.INTEGER):
        return CanonicalForm.INTEGER, _plain
    if CanonicalForm.FLOAT not in forms:
        if (before.scale or 0) == (after.scale or 0):
            return CanonicalForm.DECIMAL, _plain
        return CanonicalForm.DECIMAL, _without_zeros
    if (before.base, before.type) == (after.base, after.type):
        return CanonicalForm.FLOAT, _plain
    return CanonicalForm.FLOAT, _as_float


def _plain(column: ColumnDefinition) -> str:
    """Return a column in its own form; a number without the zeros of ZEROFILL."""
    name = quote_name(column.name)
    if column.base in ("bit", "year") or "zerofill" in column.type:
        return f"({name} + 0)"
    if column.type == "float":
        # MySQL shows six digits of a FLOAT, but all of a DOUBLE.
        return f"CAST({name} AS DOUBLE)"
    return name


def _as_bytes(column: ColumnDefinition) -> str:
    name = quote_name(column.name)
    if canonical_form_of(column) is CanonicalForm.BINARY:
        return name if column.base in ("binary", "varbinary") else f"CAST({name} AS BINARY)"
    return _text_bytes(
        column, name if canonical_form_of(column) is CanonicalForm.TEXT else _as_text(column)
    )


def _as_text(column: ColumnDefinition) -> str:
    if canonical_form_of(column) is CanonicalForm.TEXT:
        return quote_name(column.name)
    return f"CAST({_plain(column)} AS CHAR CHARACTER SET utf8mb4)"


def _without_zeros(column: ColumnDefinition) -> str:
    """Return a number without zeros at the end of its decimals, which depend on its type."""
    plain = _plain(column)
    if not column.scale or canonical_form_of(column) is CanonicalForm.INTEGER:
        return plain
    return f"TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST({plain} AS CHAR)))"


def _as_float(column: ColumnDefinition) -> str:
    # As JSON, because CAST AS CHAR shows 15 digits of a DOUBLE.
    return f"CAST(CAST({_plain(column)} AS DOUBLE) AS JSON)"


def _write(
    column: ColumnDefinition, form: CanonicalForm, write: Callable[[ColumnDefinition], str]
) -> ColumnSql:
    value = write(column)
    if form is CanonicalForm.BINARY:
        return ColumnSql(
            value, _or(f"CONCAT(LENGTH({value}),_binary':',{value})", "_binary''", column)
        )
    if form is CanonicalForm.TEXT:
        return ColumnSql(value, _or(_text_bytes(column, value), _NO_TEXT, column))
    if form is CanonicalForm.JSON or write in (_as_float, _without_zeros):
        return ColumnSql(value, _or(f"CAST({value} AS BINARY)", _NO_TEXT, column))
    # A CAST gives 15 digits of a FLOAT here, which has no more than nine that count.
    return ColumnSql(value, _or(value, "_binary''", column))


def _or(value: str, instead: str, column: ColumnDefinition) -> str:
    return f"COALESCE({value},{instead})" if column.is_nullable else value


def _text_bytes(column: ColumnDefinition, value: str) -> str:
    if column.character_set is None or column.character_set in _UTF8:
        return f"CAST({value} AS BINARY)"
    return f"CAST(CONVERT({value} USING utf8mb4) AS BINARY)"


def _temporal(column: ColumnDefinition) -> str:
    return "datetime" if column.base == "timestamp" else column.base
