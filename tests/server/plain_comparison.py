"""The rows of two tables compared one by one in Python, as plainly as can be.

Knows nothing of keys' ranges, hashes or canonical texts: it reads both tables whole, and
asks the server which keys are equal with a join over both.
"""

import struct
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from rewound.mysql.client import Connection
from tests.server.random_pair import Pair, PairColumn

Plain = tuple[object, ...]
"""A row's values, such that equal ones are equal in Python."""
Found = Counter[tuple[str, Plain | None, Plain | None]]
"""(added, removed or changed; before; after), and how often."""


def compare_plainly(
    connection: Connection, schemas: tuple[str, str], pair: Pair
) -> tuple[Found, int]:
    """Return the changes, and how many rows are the same."""
    columns = compared_columns(pair)
    before = _read(connection, schemas[0], pair, columns, is_after=False)
    after = _read(connection, schemas[1], pair, columns, is_after=True)
    if not pair.key:
        return _count(before, after)
    changes: Found = Counter()
    same = 0
    pairs = _match(connection, schemas, pair, columns, before, after)
    for old, new in pairs.items():
        if _are_equal(before[old], after[new], columns, pair.tolerance):
            same += 1
        else:
            changes["changed", before[old], after[new]] += 1
    changes.update(("removed", before[n], None) for n in before.keys() - pairs.keys())
    changes.update(("added", None, after[n]) for n in after.keys() - set(pairs.values()))
    return changes, same


def compared_columns(pair: Pair) -> list[PairColumn]:
    """Return the columns that have to be compared."""
    kept = [column for column in pair.columns if column.name not in pair.ignored]
    if pair.restrict is None:
        return kept
    return [column for column in kept if column.name in (*pair.restrict, *pair.key)]


def read_value(family: str, value: object) -> object:
    """Return a value such that it is equal to others of its family that mean the same."""
    if value is None:
        return None
    if family == "number":
        return Decimal(str(value))
    if family == "float":
        return struct.pack("d", float(str(value)))
    if family in ("moment", "time"):
        whole, _, part = str(value).partition(".")
        if family == "moment" and len(whole) == 10:
            whole += " 00:00:00"
        return f"{whole}.{part.ljust(6, '0')}"
    return value if isinstance(value, bytes) else str(value).encode()


def _read(
    connection: Connection,
    schema: str,
    pair: Pair,
    columns: Sequence[PairColumn],
    *,
    is_after: bool,
) -> dict[int, Plain]:
    listed = ", ".join(
        [
            "n",
            *(_select(column, column.after if is_after else column.kind.sql) for column in columns),
        ]
    )
    condition = f" WHERE {pair.where}" if pair.where else ""
    rows = connection.query(f"SELECT {listed} FROM {schema}.t{condition}").rows
    return {
        int(str(number)): tuple(
            read_value(column.family, value) for column, value in zip(columns, values, strict=True)
        )
        for number, *values in rows
    }


def _select(column: PairColumn, type_: str) -> str:
    name = f"`{column.name}`"
    if column.family == "bytes" and type_.startswith(("VARCHAR", "CHAR")):
        return f"CAST(CONVERT({name} USING utf8mb4) AS BINARY)"
    if type_ == "GEOMETRY":
        return f"CAST({name} AS BINARY)"
    if type_.startswith(("FLOAT", "BIT", "SMALLINT")):
        return f"{name} * 1e0" if type_ == "FLOAT" else f"{name} + 0"
    return name


def _count(before: dict[int, Plain], after: dict[int, Plain]) -> tuple[Found, int]:
    old, new = Counter(before.values()), Counter(after.values())
    changes: Found = Counter()
    for row, times in (old - new).items():
        changes["removed", row, None] = times
    for row, times in (new - old).items():
        changes["added", None, row] = times
    return changes, sum((old & new).values())


def _match(
    connection: Connection,
    schemas: tuple[str, str],
    pair: Pair,
    columns: Sequence[PairColumn],
    before: dict[int, Plain],
    after: dict[int, Plain],
) -> dict[int, int]:
    """Return which rows have equal keys, by the server's own comparison where it has one."""
    places = {column.name: place for place, column in enumerate(columns)}
    conditions, compared_here = [], []
    for column in columns:
        if column.name not in pair.key:
            continue
        changed = column.after != column.kind.sql
        if changed and column.family in ("text", "bytes") and not _keeps_collation(column):
            compared_here.append(places[column.name])
        else:
            conditions.append(f"x.`{column.name}` = y.`{column.name}`")
    condition = " AND ".join(conditions) or "TRUE"
    rows = connection.query(
        f"SELECT x.n, y.n FROM {schemas[0]}.t x JOIN {schemas[1]}.t y ON {condition}"
    ).rows
    pairs = [(int(str(old)), int(str(new))) for old, new in rows]
    return {
        old: new
        for old, new in pairs
        if old in before
        and new in after
        and all(before[old][place] == after[new][place] for place in compared_here)
    }


def _keeps_collation(column: PairColumn) -> bool:
    """Tell whether both types are texts of one character set and collation."""
    old, new = column.kind.sql, column.after
    if not (old.startswith(_TEXTS) and new.startswith(_TEXTS)):
        return False
    # What stands behind the length names both.
    return old.partition(")")[2] == new.partition(")")[2]


_TEXTS = ("VARCHAR(", "CHAR(")


def _are_equal(
    before: Plain, after: Plain, columns: Sequence[PairColumn], tolerance: float | None
) -> bool:
    for column, old, new in zip(columns, before, after, strict=True):
        if old == new:
            continue
        if column.family != "float" or tolerance is None:
            return False
        if not isinstance(old, bytes) or not isinstance(new, bytes):
            return False
        if abs(struct.unpack("d", old)[0] - struct.unpack("d", new)[0]) > tolerance:
            return False
    return True
