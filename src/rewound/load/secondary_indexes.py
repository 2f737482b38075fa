"""Secondary keys that are built after the rows. Pure.

A key that exists while rows are loaded costs a search and perhaps a page split for each row;
built afterwards, it is sorted and written once. Read from SHOW CREATE TABLE, which has one
key per line as the server defines it, so that the dropped keys are restored exactly.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

_NAME = r"`(?:[^`]|``)+`"
_COLUMN = rf"{_NAME}(?:\(\d+\))?(?: DESC)?"
_KEY = re.compile(rf"  (UNIQUE KEY|KEY) ({_NAME}) \(({_COLUMN}(?:,{_COLUMN})*)\)(.*?),?")
_OTHER_KEY = re.compile(r"  (?:UNIQUE KEY|KEY|SPATIAL KEY) ")
_FOREIGN_KEY = re.compile(rf"  CONSTRAINT {_NAME} FOREIGN KEY \(({_NAME})")
_AUTO_INCREMENT = re.compile(rf"  ({_NAME}) .* AUTO_INCREMENT\b.*")
_VIRTUAL = re.compile(rf"  ({_NAME}) .* VIRTUAL\b.*")
_NEXT_NUMBER = re.compile(r"(?m)^(\).*?) AUTO_INCREMENT=\d+")


@dataclass(frozen=True, slots=True)
class IndexDeferral:
    """Which keys of a table wait for its rows."""

    drops: tuple[str, ...]
    """The clauses of ALTER TABLE that drop them."""
    adds: tuple[str, ...]
    """The clauses of ALTER TABLE that add them, in their order."""


def plan_index_deferral(create_table: str) -> IndexDeferral | None:
    """Return the keys that can wait, read from SHOW CREATE TABLE; None if there are none.

    These stay: the primary key; a unique key of a table without a primary key, because rows are
    then stored in its order; keys that AUTO_INCREMENT or a foreign key of this table needs;
    FULLTEXT and SPATIAL keys and those of expressions; keys of virtual columns, whose values depend
    on the session that inserts the row. Every key listed before one that stays also stays, because
    a key created later would be listed after it.
    """
    lines = create_table.splitlines()
    has_primary_key = any(line.startswith("  PRIMARY KEY ") for line in lines)
    needed = {match[1] for line in lines if (match := _FOREIGN_KEY.match(line))}
    needed |= {match[1] for line in lines if (match := _AUTO_INCREMENT.fullmatch(line))}
    virtual = {match[1] for line in lines if (match := _VIRTUAL.fullmatch(line))}
    waiting: list[re.Match[str]] = []
    closed: set[bool] = set()
    for line in reversed(lines):
        if not _OTHER_KEY.match(line):
            continue
        is_unique = line.startswith("  UNIQUE KEY ")
        key = _KEY.fullmatch(line)
        stays = key is None or _first_column(key[3]) in needed or _has_column(key[3], virtual)
        if stays or (is_unique and not has_primary_key):
            closed.add(is_unique)
        elif key is not None and is_unique not in closed:
            waiting.insert(0, key)
    if not waiting:
        return None
    return IndexDeferral(
        drops=tuple(f"DROP KEY {key[2]}" for key in waiting),
        adds=tuple(f"ADD {key[1]} {key[2]} ({key[3]}){key[4]}" for key in waiting),
    )


def alter_table(table: bytes, changes: Sequence[str]) -> bytes:
    """Return the ALTER TABLE of a quoted table that makes these changes.

    INPLACE does not rewrite the rows: a copy would compute stored columns again, in another
    session.
    """
    parts = ", ".join([*changes, "ALGORITHM = INPLACE"])
    return b"ALTER TABLE " + table + b" " + parts.encode("utf-8", "surrogateescape")


def without_auto_increment(create_table: str) -> str:
    """Return the output of SHOW CREATE TABLE without AUTO_INCREMENT, which rows change."""
    return _NEXT_NUMBER.sub(r"\1", create_table)


def _has_column(columns: str, names: Set[str]) -> bool:
    return bool(names) and not names.isdisjoint(re.findall(_NAME, columns))


def _first_column(columns: str) -> str:
    match = re.match(_NAME, columns)
    return "" if match is None else match[0]
