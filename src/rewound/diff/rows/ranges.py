"""Ranges of keys, and how a table is cut into them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.diff.rows.keys import ChosenKey, KeyColumn, Tokens


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The keys after one and up to another; without these, from the first or to the last."""

    behind: Tokens | None = None
    up_to: Tokens | None = None

    def split(self, at: Tokens) -> tuple["KeyRange", "KeyRange"]:
        """Split the range at a key: the part up to it, and the part after it."""
        return KeyRange(self.behind, at), KeyRange(at, self.up_to)


def range_condition(key: ChosenKey, keys: KeyRange) -> str | None:
    """Return the SQL of being in a range, such that the key's index finds it; None for all.

    A comparison of rows, `(a, b) > (1, 2)`, would not use the index.
    """
    if keys.behind and keys.up_to and len(key.columns) == 1 and key.columns[0].is_integer:
        # One condition for each row instead of two: 0.67 s instead of 0.79 s for 1,000,000.
        first = int(keys.behind[0]) + 1
        return f"{key.columns[0].quoted} BETWEEN {first} AND {keys.up_to[0]}"
    conditions = []
    if keys.behind is not None:
        conditions.append(_beyond(key.columns, keys.behind, ">", ">"))
    if keys.up_to is not None:
        conditions.append(_beyond(key.columns, keys.up_to, "<", "<="))
    return " AND ".join(conditions) or None


def _beyond(columns: tuple[KeyColumn, ...], tokens: Tokens, strict: str, last: str) -> str:
    column, literal = columns[0], columns[0].literal(tokens[0])
    if len(columns) == 1:
        return f"{column.quoted} {last} {literal}"
    rest = _beyond(columns[1:], tokens[1:], strict, last)
    return f"({column.quoted} {strict} {literal} OR ({column.quoted} = {literal} AND {rest}))"


def key_condition(key: ChosenKey, keys: list[Tokens], *, token_sqls: Sequence[str]) -> str:
    """Return the SQL of having one of these keys; `token_sqls` are the side's own.

    Always with IN: for `a = 1 OR a = 2`, MySQL overlooks texts of some collations, such as
    letters with combining accents in utf8mb4_ja_0900_as_cs_ks (tried on 9.7.4).
    """
    if len(key.columns) == 1:
        [column] = key.columns
        return f"{column.quoted} IN ({','.join(column.literal(token) for [token] in keys)})"
    names = ",".join(
        sql if column.is_known_by_token else column.quoted
        for column, sql in zip(key.columns, token_sqls, strict=True)
    )
    rows = (
        ",".join(column.literal(token) for column, token in zip(key.columns, tokens, strict=True))
        for tokens in keys
    )
    return f"({names}) IN ({','.join(f'({row})' for row in rows)})"


class IntegerSteps:
    """Cuts the numbers from `first` to `last` into ranges of about so many rows.

    Numbers may have gaps of any size, so the step grows and shrinks with the number of rows in the
    ranges before. It may be too long where a gap ends, which does not matter if the rows are
    equal.
    """

    def __init__(self, first: int, last: int, *, rows: int) -> None:
        self._next = first - 1
        self._last = last
        self._rows = rows
        self._step = rows
        self._is_over = False

    def take(self) -> KeyRange | None:
        """Return the next range; None when all have been taken."""
        if self._is_over:
            return None
        behind = (str(self._next),)
        self._next += self._step
        if self._next < self._last:
            return KeyRange(behind, (str(self._next),))
        self._is_over = True
        return KeyRange(behind, (str(self._last),))

    def learn(self, rows: int) -> None:
        """Record how many rows a range had."""
        if rows == 0 or 2 * rows < self._rows:
            self._step *= 2 if rows else 16
        elif rows > 2 * self._rows:
            self._step = max(1, self._step // 2)
