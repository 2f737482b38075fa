"""The columns of a table, as its CREATE TABLE and each ALTER TABLE leave them.

Pure. It covers only what later statements depend on: the names in their order, and which values the
server chooses or computes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rewound.dump.definitions.table_elements import is_key, split_elements
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.nesting import iter_outside
from rewound.dump.text.tokens import Token, TokenKind, unquote

_CHANGES_COLUMNS = frozenset({"ADD", "DROP", "MODIFY", "CHANGE", "RENAME", "ALTER"})


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """One column of a table, as its definition describes it."""

    name: str
    """In lower case: MySQL compares column names without regard to case."""
    has_auto_increment: bool = False
    is_generated: bool = False
    is_enum: bool = False
    is_timestamp: bool = False
    is_invisible: bool = False


Columns = tuple[KnownColumn, ...]


class NotCertain(ValueError):
    """A definition that is ambiguous."""


def read_columns(tokens: Sequence[Token], mode: LexicalMode) -> Columns:
    """Return the columns in the first parentheses of a definition.

    Raises:
        NotCertain: something there is neither a column nor a key.
    """
    return tuple(_iter_columns(split_elements(tokens, 1), mode))


def numbers_may_repeat(columns: Columns, tokens: Sequence[Token], mode: LexicalMode) -> bool:
    """Tell whether no key of a CREATE TABLE makes its AUTO_INCREMENT unique by itself.

    `columns` are those that `read_columns` has found in it.
    """
    auto_increment_columns = [column.name for column in columns if column.has_auto_increment]
    if not auto_increment_columns:
        return False
    unique = set()
    for element in split_elements(tokens, 1):
        words = {token.word for _, token in iter_outside(element[1:])}
        if not is_key(element):
            if {"AUTO_INCREMENT", "KEY"} <= words or not words.isdisjoint({"SERIAL", "UNIQUE"}):
                unique.add(unquote(element[0], mode).lower())
        elif "PRIMARY" in words | {element[0].word} or "UNIQUE" in words | {element[0].word}:
            keyed = list(split_elements(element, 1))
            if len(keyed) == 1 and len(keyed[0]) == 1:
                unique.add(unquote(keyed[0][0], mode).lower())
    return not unique.intersection(auto_increment_columns)


def alter_columns(
    columns: Columns, tokens: Sequence[Token], mode: LexicalMode
) -> tuple[Columns, tuple[str | None, str] | None]:
    """Return the columns after an ALTER TABLE, and the table's new (schema, name), if any.

    Raises:
        NotCertain: its effect on the columns is ambiguous.
    """
    new_name = None
    for number, part in enumerate(split_elements(tokens, 0)):
        action = _behind_table_name(part) if number == 0 else part
        if not action:
            continue
        verb, rest = action[0].word, action[1:]
        is_column = bool(rest) and rest[0].word == "COLUMN"
        if verb == "RENAME" and not is_column:
            new_name = _read_new_name(rest, mode) or new_name
            continue
        rest = rest[is_column:]
        while rest and rest[0].word in ("IF", "NOT", "EXISTS"):
            rest = rest[1:]
        if verb in _CHANGES_COLUMNS and (is_column or not _is_no_column(rest)):
            columns = _change(columns, verb, rest, mode)
    return columns, new_name


def _iter_columns(elements: Iterable[Sequence[Token]], mode: LexicalMode) -> Iterator[KnownColumn]:
    for element in elements:
        if not element:
            raise NotCertain
        if not is_key(element):
            yield _read_column(element, mode)


def _read_column(definition: Sequence[Token], mode: LexicalMode) -> KnownColumn:
    """Return the column that a definition describes, from its name on."""
    if len(definition) < 2 or definition[0].kind not in (TokenKind.WORD, TokenKind.NAME):
        raise NotCertain
    attributes = definition[1:]
    words = {token.word for _, token in iter_outside(attributes)}
    return KnownColumn(
        name=unquote(definition[0], mode).lower(),
        has_auto_increment=not words.isdisjoint({"AUTO_INCREMENT", "SERIAL"}),
        is_generated="AS" in words,
        is_enum=attributes[0].word == "ENUM",
        is_timestamp=attributes[0].word == "TIMESTAMP",
        is_invisible="INVISIBLE" in words,
    )


def _is_no_column(rest: Sequence[Token]) -> bool:
    """Tell whether an action of ADD, DROP or ALTER is about a key, a check or partitions."""
    return not rest or is_key(rest) or rest[0].word in ("PARTITION", "SYSTEM")


def _change(columns: Columns, verb: str, rest: Sequence[Token], mode: LexicalMode) -> Columns:
    """Return the columns after one action, whose words after the verb are `rest`."""
    if not rest:
        raise NotCertain
    if verb == "ADD":
        if rest[0].text == b"(":
            return columns + read_columns(rest, mode)
        return _place(columns, len(columns), rest, mode)
    index = _find(columns, rest[0], mode)
    left = columns[:index] + columns[index + 1 :]
    match verb:
        case "DROP":
            return left
        case "RENAME":
            renamed = replace(columns[index], name=unquote(rest[-1], mode).lower())
            return (*left[:index], renamed, *left[index:])
        case "ALTER":
            # SET DEFAULT changes nothing here, but SET INVISIBLE does.
            if any(token.word in ("VISIBLE", "INVISIBLE") for token in rest):
                raise NotCertain
            return columns
        case "CHANGE":
            return _place(left, index, rest[1:], mode)
        case _:
            return _place(left, index, rest, mode)


def _place(columns: Columns, index: int, definition: Sequence[Token], mode: LexicalMode) -> Columns:
    """Return the columns with one more, at `index` unless FIRST or AFTER gives another place."""
    words = [token.word for token in definition]
    if words[-1:] == ["FIRST"]:
        index = 0
    elif words[-2:-1] == ["AFTER"]:
        index = _find(columns, definition[-1], mode) + 1
    return (*columns[:index], _read_column(definition, mode), *columns[index:])


def _find(columns: Columns, name: Token, mode: LexicalMode) -> int:
    wanted = unquote(name, mode).lower()
    for index, column in enumerate(columns):
        if column.name == wanted:
            return index
    raise NotCertain


def _behind_table_name(part: Sequence[Token]) -> Sequence[Token]:
    """Return the first action of `ALTER TABLE [IF EXISTS] name action`."""
    index = next((i for i, token in enumerate(part) if token.word in ("TABLE", "TABLES")), 0) + 1
    while index < len(part) and part[index].word in ("IF", "EXISTS"):
        index += 1
    index += 1
    if index < len(part) and part[index].text == b".":
        index += 2
    return part[index:]


def _read_new_name(rest: Sequence[Token], mode: LexicalMode) -> tuple[str | None, str] | None:
    """Return the new name after RENAME TO; None if a key is renamed."""
    names = [token for token in rest if token.word not in ("TO", "AS") and token.text != b"="]
    if not names:
        raise NotCertain
    if names[0].word in ("KEY", "INDEX", "CONSTRAINT"):
        return None
    texts = [unquote(token, mode) for token in names if token.text != b"."]
    if len(texts) > 2:
        raise NotCertain
    return (texts[0] if len(texts) == 2 else None), texts[-1]
