"""How rows of the two sides are matched. Pure.

The server decides which keys are equal, by the collation of the column: 'a' and 'A' are one key
under a `_ci` collation, 'a' and 'a ' are one if blanks are padded. So keys are compared by their
*identity*, which contains WEIGHT_STRING of texts. To find a row again, the server is given the
key's *tokens*: the values themselves, texts and bytes in hexadecimal.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rewound.diff.rows.canonical_form import CanonicalForm, canonical_form_of, pair_columns
from rewound.diff.schema.definitions import ColumnDefinition, Key, TableDefinition
from rewound.diff.sql_text import quote_name

Token = str
"""One value of a key, without a comma or a bar in it."""
Tokens = tuple[Token, ...]
"""One key, a token for each of its columns."""

_INTEGERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_WORDS = ("enum", "set")


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """One column of a key, on both sides."""

    name: str
    quoted: str
    form: CanonicalForm
    before_token: str
    """SQL of the token on the side before."""
    after_token: str
    before_identity: str
    """SQL of what is equal where keys are, on the side before; text without a comma or bar."""
    after_identity: str
    literal: Callable[[Token], str]
    """Token to SQL that the column can be compared with."""
    rank: Callable[[str], object]
    """Identity to what keys are sorted by."""
    is_known_by_token: bool
    """Whether literals are compared with the token's SQL, if there are other columns as well.

    Tried on 9.7.4: in `(a, b) IN ((…), (…))`, MySQL compares the number of an ENUM, SET or BIT
    with its word, and misses TIMEs below zero.
    """
    has_weights: bool = False
    """Whether identity and token are not the same."""
    is_integer: bool = False
    """Whether the next value after n is n + 1."""


@dataclass(frozen=True, slots=True)
class ChosenKey:
    """The key by which the rows of one table are compared."""

    name: str
    """Its name on the side before."""
    columns: tuple[KeyColumn, ...]
    before_index: str
    after_index: str
    """The index's name on each side."""
    is_ordered: bool
    """Whether both sides have the same order, so that ranges of keys mean the same."""

    @property
    def has_weights(self) -> bool:
        """Whether identities differ from tokens."""
        return any(column.has_weights for column in self.columns)

    def rank(self, identity: Sequence[str]) -> tuple[object, ...]:
        """Return what rows are sorted by."""
        return tuple(column.rank(text) for column, text in zip(self.columns, identity, strict=True))


def find_key(
    before: TableDefinition, after: TableDefinition, *, usable: Collection[str]
) -> ChosenKey | None:
    """Return the primary key that both sides have, else the smallest fitting unique key.

    It must be unique on both sides, over the same columns, all of them `usable` and NOT
    NULL, without prefixes and expressions. None if there is no such key.
    """
    old = {column.name: column for column in before.columns}
    new = {column.name: column for column in after.columns}
    candidates = [key for key in before.keys if _fits(key, old, usable)]
    for key in sorted(candidates, key=lambda key: _preference(key, old)):
        names = [str(part.column) for part in key.parts]
        others = [
            other
            for other in after.keys
            if _fits(other, new, usable) and sorted(_names(other)) == sorted(names)
        ]
        if others:
            other = min(others, key=lambda other: (_names(other) != names, other.name))
            return _make(key, other, old, new)
    return None


def _fits(key: Key, columns: Mapping[str, ColumnDefinition], usable: Collection[str]) -> bool:
    return (
        key.is_unique
        and key.is_visible
        and all(
            part.column is not None
            and part.column in usable
            and part.prefix_length is None
            and not columns[part.column].is_nullable
            for part in key.parts
        )
    )


def _names(key: Key) -> list[str]:
    return [str(part.column) for part in key.parts]


def _preference(key: Key, columns: Mapping[str, ColumnDefinition]) -> tuple[bool, int, int, str]:
    texts = sum(
        canonical_form_of(columns[name]) in (CanonicalForm.TEXT, CanonicalForm.BINARY)
        for name in _names(key)
    )
    return key.name != "PRIMARY", len(key.parts), texts, key.name


def _make(
    before: Key,
    after: Key,
    old: Mapping[str, ColumnDefinition],
    new: Mapping[str, ColumnDefinition],
) -> ChosenKey:
    names = _names(before)
    is_ordered = (
        names == _names(after)
        and all(_have_one_order(old[name], new[name]) for name in names)
        and all(len({part.is_descending for part in key.parts}) == 1 for key in (before, after))
    )
    return ChosenKey(
        name=before.name,
        columns=tuple(_key_column(old[name], new[name]) for name in names),
        before_index=before.name,
        after_index=after.name,
        is_ordered=is_ordered,
    )


def _have_one_order(before: ColumnDefinition, after: ColumnDefinition) -> bool:
    forms = {canonical_form_of(before), canonical_form_of(after)}
    if forms <= {CanonicalForm.INTEGER, CanonicalForm.DECIMAL}:
        return True
    if len(forms) > 1 or forms == {CanonicalForm.FLOAT}:
        return False
    if forms == {CanonicalForm.TEXT}:
        if before.base in _WORDS or after.base in _WORDS:
            return (before.type, before.collation) == (after.type, after.collation)
        return before.collation == after.collation
    return forms == {CanonicalForm.BINARY} or before.base == after.base


def _key_column(before: ColumnDefinition, after: ColumnDefinition) -> KeyColumn:
    pair = pair_columns(before, after)
    name = quote_name(before.name)
    is_ordered = _have_one_order(before, after)
    tokens = identities = (pair.before.value, pair.after.value)
    literal: Callable[[Token], str] = str
    rank: Callable[[str], object] = str
    has_weights = False
    if pair.form is CanonicalForm.INTEGER:
        rank = int
    elif pair.form is CanonicalForm.DECIMAL:
        rank = Decimal
    elif pair.form is CanonicalForm.FLOAT:
        identities = tokens = (_float(pair.before.value), _float(pair.after.value))
        rank = float
    elif pair.form is CanonicalForm.TEMPORAL:
        literal = _temporal_literal
        rank = _time_rank if pair.temporal == "time" else str
    elif is_ordered and before.base in _WORDS:
        identities = tokens = (f"({name} + 0)",) * 2
        rank = int
    elif pair.form is CanonicalForm.BINARY:
        identities = tokens = (f"HEX({pair.before.value})", f"HEX({pair.after.value})")
        literal = "X'{}'".format
    elif _have_one_collation(before, after):
        tokens = (f"HEX({name})",) * 2
        identities = (_weights(name, before.blank),) * 2
        literal = f"_{before.character_set} X'{{}}' COLLATE {before.collation}".format
        rank = _padded(before.blank)
        has_weights = True
    else:
        identities = tokens = (f"HEX({pair.before.piece})", f"HEX({pair.after.piece})")
    return KeyColumn(
        name=before.name,
        quoted=name,
        form=pair.form,
        before_token=tokens[0],
        after_token=tokens[1],
        before_identity=identities[0],
        after_identity=identities[1],
        literal=literal,
        rank=rank,
        is_known_by_token=not {before.base, after.base}.isdisjoint({*_WORDS, "bit", "time"}),
        has_weights=has_weights,
        is_integer=before.base in _INTEGERS and after.base in _INTEGERS,
    )


def _have_one_collation(before: ColumnDefinition, after: ColumnDefinition) -> bool:
    words = before.base in _WORDS or after.base in _WORDS
    return not words and before.collation is not None and before.collation == after.collation


def _float(value: str) -> str:
    """Return the text of a DOUBLE with all of its digits; -0 is 0, as keys are compared."""
    return f"CAST(CAST({value} AS DOUBLE) + 0e0 AS JSON)"


def _temporal_literal(token: Token) -> str:
    return f"'{token}'"


def _time_rank(text: str) -> float:
    """Return the seconds of a TIME, which may be negative and beyond a day."""
    hours, minutes, seconds = text.lstrip("-").split(":")
    number = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return -number if text.startswith("-") else number


def _weights(name: str, blank: str) -> str:
    weights = f"WEIGHT_STRING({name})"
    return f"HEX(TRIM(TRAILING X'{blank}' FROM {weights}))" if blank else f"HEX({weights})"


def _padded(blank: str) -> Callable[[str], object]:
    """Return what sorts weights as if blanks went on at their end."""
    if not blank:
        return str

    def rank(weights: str) -> "_PaddedWeights":
        return _PaddedWeights(weights, blank)

    return rank


@dataclass(frozen=True, slots=True)
class _PaddedWeights:
    weights: str
    blank: str

    def __lt__(self, other: "_PaddedWeights") -> bool:
        length = max(len(self.weights), len(other.weights))
        return self._pad(length) < other._pad(length)

    def _pad(self, length: int) -> str:
        return (self.weights + self.blank * (length - len(self.weights)))[:length]
