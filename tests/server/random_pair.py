"""Random pairs of tables for comparing: columns and keys of every type, rows, and edits.

Everything of a case follows from its number and the seed. Values come from small sets, so
that keys collide, differ in case alone, or in blanks at their end.

Source: MySQL 9.7 manual, "Data Types"; tried on 9.7.4.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Make = Callable[[random.Random], str]

_WORDS = (
    *("", " ", "a", "A", "a ", "a  ", "ab", "Ab", "AB ", "b", "B", "a\tb", "a\x01", "10", "9"),
    *("a,b", "a|b", "a;b", "it's", "\\", '"', "zz", "Zz", "0", "x'", "%", "_"),
)
_LETTERS = ("ä", "Ä", "ß", "ss", "é", "e", "ÿ", "þ")
_WIDE = (
    "語",
    "\U0001f409",
    "ﬁ",
    "\xa0",
    "a\xa0",
    "\u3000",
    "ch",
    "CH",
    "İ",
    "ı",  # noqa: RUF001 - a letter of its own
    "\u200b",
    "a\u0301",
)
_NUMBERS = (0, 1, -1, 2, 3, 5, 7, 8, 10, 11, 99, 100, 127, -128)
_DATES = ("2024-02-29", "0000-00-00", "2020-00-00", "1999-12-31", "2024-03-01", "9999-12-31")
_CLOCKS = ("00:00:00", "23:59:59.999999", "12:00:00.5", "01:02:03")
_FLOATS = (
    "0e0",
    "-0e0",
    "1.1e0",
    "1.5e0",
    "1.5000001e0",
    "1e-30",
    "-3.25e10",
    "3e37",
    "16777217e0",
)


def text(word: str) -> str:
    """Return a literal, whatever is in it."""
    return f"_utf8mb4 X'{word.encode().hex()}'"


def _one_of(*values: object) -> Make:
    return lambda rng: str(rng.choice(values))


def _words(*more: str) -> Make:
    words = (*_WORDS, *_WORDS, *more)
    return lambda rng: text(rng.choice(words) if rng.random() < 0.8 else _two(rng, words))


def _two(rng: random.Random, words: Sequence[str]) -> str:
    return (rng.choice(words) + rng.choice(words))[:8]


def _bytes(rng: random.Random) -> str:
    choices = (b"", b"\0", b"\xff", b"\xfe", b"a", b"A", b"a ", b"3:abc", b"\xff3:", b"ab\0")
    return f"X'{rng.choice(choices).hex()}'"


def _moments(rng: random.Random) -> str:
    return f"'{rng.choice(_DATES)} {rng.choice(_CLOCKS)}'"


def _documents(rng: random.Random) -> str:
    texts = ('{"a": 1, "b": [1, 2.5, null]}', '{"b":[1,2.5,null],"a":1}', "1", "1.0", '"x"', "null")
    return text(rng.choice((*texts, '{"a": {"k": "語"}}', "[]", "-0.0", '"a\\nb"')))


def _shapes(rng: random.Random) -> str:
    shapes = ("POINT(1 2)", "POINT(1 2.5)", "LINESTRING(0 0, 1 1)")
    return f"ST_GeomFromText('{rng.choice(shapes)}', {rng.choice((0, 4326))})"


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of column: what it is compared as, and what else it may be on the side after."""

    sql: str
    family: str
    make: Make
    after: tuple[tuple[str, str], ...] = ()
    """(type, family of the two together) that a column may have become."""
    can_be_key: bool = True


_LATIN = _words(*_LETTERS)
_UNICODE = _words(*_LETTERS, *_WIDE)
_INTEGERS = _one_of(*_NUMBERS)
_UNSIGNED = _one_of(0, 1, 2, 3, 7, 8, 99, 2**31, 2**63, 2**64 - 1)
_DECIMALS = _one_of("0", "1", "1.5", "-1.50", "1.05", "99999.99", "100", "-0.00", "10.10")
_U = "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE "
_TEXT_CHANGES = (
    ("VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "text"),
    ("CHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "text"),
    ("VARBINARY(100)", "bytes"),
)
KINDS = (
    Kind("INT", "number", _INTEGERS, (("BIGINT", "number"), ("DECIMAL(20,3)", "number"))),
    Kind("INT", "number", _INTEGERS, (("DOUBLE", "float"), ("VARCHAR(20)", "text"))),
    Kind("BIGINT", "number", _one_of(*_NUMBERS, -(2**63), 2**63 - 1)),
    Kind("BIGINT UNSIGNED", "number", _UNSIGNED),
    Kind(
        "SMALLINT(6) UNSIGNED ZEROFILL", "number", _one_of(0, 1, 7, 42, 65535), (("INT", "number"),)
    ),
    Kind("TINYINT(1)", "number", _one_of(0, 1, 2)),
    Kind("BIT(12)", "number", _one_of(0, 1, 255, 4095), (("INT", "number"), ("BIT(20)", "number"))),
    Kind("YEAR", "number", _one_of(0, 1901, 2024, 2155), (("INT", "number"),)),
    Kind("DECIMAL(12,2)", "number", _DECIMALS, (("DECIMAL(20,4)", "number"), ("DOUBLE", "float"))),
    Kind("DECIMAL(65,30)", "number", _DECIMALS),
    Kind("FLOAT", "float", _one_of(*_FLOATS), (("DOUBLE", "float"),)),
    Kind("DOUBLE", "float", _one_of(*_FLOATS, "0.1e0", "0.30000000000000004e0", "1e308")),
    Kind(f"{_U}utf8mb4_0900_ai_ci", "text", _UNICODE, _TEXT_CHANGES),
    Kind(f"{_U}utf8mb4_general_ci", "text", _UNICODE, _TEXT_CHANGES),
    Kind(f"{_U}utf8mb4_unicode_ci", "text", _UNICODE, _TEXT_CHANGES),
    Kind(
        f"{_U}utf8mb4_unicode_520_ci", "text", _UNICODE, (("TEXT CHARACTER SET utf8mb4", "text"),)
    ),
    Kind(f"{_U}utf8mb4_czech_ci", "text", _UNICODE),
    Kind(f"{_U}utf8mb4_0900_as_cs", "text", _UNICODE),
    Kind(f"{_U}utf8mb4_ja_0900_as_cs_ks", "text", _UNICODE),
    Kind(f"{_U}utf8mb4_bin", "text", _UNICODE),
    Kind(f"{_U}utf8mb4_0900_bin", "text", _UNICODE),
    Kind("CHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "text", _UNICODE),
    Kind(
        "VARCHAR(20) CHARACTER SET latin1",
        "text",
        _LATIN,
        (
            ("VARCHAR(30) CHARACTER SET utf8mb4", "text"),
            ("VARCHAR(30) CHARACTER SET latin1", "text"),
        ),
    ),
    Kind("VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci", "text", _LATIN),
    Kind("VARCHAR(20) CHARACTER SET gbk", "text", _words("語", "誠", "乗")),
    Kind("VARCHAR(20) CHARACTER SET sjis", "text", _words("語", "ソ")),
    Kind("VARCHAR(20) CHARACTER SET utf16", "text", _UNICODE),
    Kind("VARCHAR(20) CHARACTER SET utf8mb3", "text", _words(*_LETTERS, "語")),
    Kind("TEXT CHARACTER SET utf8mb4", "text", _UNICODE, can_be_key=False),
    Kind("VARBINARY(20)", "bytes", _bytes, (("BLOB", "bytes"),)),
    Kind("BINARY(6)", "bytes", _bytes),
    Kind("BLOB", "bytes", _bytes, can_be_key=False),
    Kind("DATE", "moment", _one_of(*(f"'{date}'" for date in _DATES)), (("DATETIME", "moment"),)),
    Kind("DATETIME", "moment", _moments, (("DATETIME(6)", "moment"),)),
    Kind("DATETIME(6)", "moment", _moments),
    Kind(
        "TIMESTAMP NULL",
        "moment",
        _one_of("'2024-02-29 12:00:00'", "'1999-12-31 00:00:00'", "'0000-00-00 00:00:00'"),
        (("DATETIME", "moment"),),
    ),
    Kind(
        "TIME(2)",
        "time",
        _one_of("'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01.5'", "'99:00:00'"),
        (("TIME", "time"),),
    ),
    Kind(
        "ENUM('b','a','B ','') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "text",
        _one_of("'a'", "'b'", "'B '", "''"),
        (("ENUM('','a','b','B ','c') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "text"),),
    ),
    Kind(
        "ENUM('low','mid','high') CHARACTER SET latin1",
        "text",
        _one_of("'low'", "'mid'", "'high'"),
        (("VARCHAR(9)", "text"),),
    ),
    Kind(
        "SET('x','y','z')",
        "text",
        _one_of("''", "'x'", "'x,y'", "'z'", "'x,y,z'"),
        (("SET('z','y','x')", "text"),),
    ),
    Kind("JSON", "json", _documents, can_be_key=False),
    Kind("GEOMETRY", "bytes", _shapes, can_be_key=False),
)
_KEY_KINDS = tuple(kind for kind in KINDS if kind.can_be_key)


@dataclass(slots=True)
class PairColumn:
    """One column of both tables."""

    name: str
    kind: Kind
    after: str
    """Its type on the side after."""
    family: str
    """What both are compared as."""
    is_null: bool


@dataclass(slots=True)
class Pair:
    """Two tables, and how to compare them."""

    columns: list[PairColumn]
    key: list[str]
    """The columns that rows must be matched by; none where there is no such key."""
    statements: tuple[list[str], list[str]]
    """What makes the tables, `t` in the current schema of each side."""
    where: str | None = None
    restrict: list[str] | None = None
    ignored: list[str] = field(default_factory=list)
    tolerance: float | None = None


def make_pair(rng: random.Random) -> Pair:
    """Make one case."""
    key_columns = [_column(rng, f"k{n}", _KEY_KINDS) for n in range(rng.choice((1, 1, 1, 2, 2, 3)))]
    for column in key_columns:
        column.is_null = False
    values = [_column(rng, f"Col {n}", KINDS) for n in range(rng.choice((0, 1, 2, 3, 5)))]
    columns = [*key_columns, *values]
    if rng.random() < 0.3:
        rng.shuffle(columns)
    names = [column.name for column in key_columns]
    old_keys, new_keys, key = _keys(rng, names, values)
    before = [_row(rng, columns, number) for number in range(rng.choice((0, 1, 3, 10, 30, 60)))]
    after = _edit(rng, columns, before)
    if not key and before:
        before += rng.choices(before, k=rng.randrange(4))
        after += rng.choices(before, k=rng.randrange(4))
    pair = Pair(
        columns=columns,
        key=key,
        statements=(
            _statements(columns, old_keys, before, is_after=False),
            _statements(columns, new_keys, after, is_after=True),
        ),
    )
    _choose_options(rng, pair, [column.name for column in values])
    return pair


def _column(rng: random.Random, name: str, kinds: Sequence[Kind]) -> PairColumn:
    kind = rng.choice(kinds)
    after, family = kind.sql, kind.family
    if kind.after and rng.random() < 0.2:
        after, family = rng.choice(kind.after)
        if after.startswith(("BLOB", "TEXT")) and name.startswith("k"):
            after, family = kind.sql, kind.family
    return PairColumn(name, kind, after, family, is_null=rng.random() < 0.6)


def _keys(
    rng: random.Random, names: list[str], values: list[PairColumn]
) -> tuple[list[str], list[str], list[str]]:
    """Return the keys of both tables, and the columns that must be chosen."""
    direction = rng.choice(("", "", "", " DESC"))
    parts = [f"{name}{direction}" for name in names]
    if len(parts) > 1 and rng.random() < 0.2:
        parts[0] = f"{names[0]} DESC"
    kind = rng.choice(("PRIMARY KEY", "PRIMARY KEY", "PRIMARY KEY", "UNIQUE KEY u", "KEY u", None))
    if kind is None:
        return [], [], []
    old = [f"{kind} ({', '.join(parts)})"]
    other = parts if rng.random() < 0.85 else list(reversed(names))
    change = rng.random()
    new = [] if change < 0.07 else [f"{kind} ({', '.join(other)})"]
    nullable = [c for c in values if c.is_null and c.kind.family == "number"]
    # It may not be taken: there may be several NULLs.
    old += [f"KEY o (`{column.name}`)" for column in nullable[:1]]
    return old, new, names if new and kind != "KEY u" else []


def _row(rng: random.Random, columns: Sequence[PairColumn], number: int) -> dict[str, str]:
    row = {column.name: _value(rng, column) for column in columns}
    for column in columns:
        # Else most keys would be taken already.
        if column.name == "k0" and column.kind.sql in ("INT", "BIGINT") and rng.random() < 0.7:
            row["k0"] = str(number * rng.choice((1, 1, 1, 3)))
    return row


def _value(rng: random.Random, column: PairColumn) -> str:
    return "NULL" if column.is_null and rng.random() < 0.2 else column.kind.make(rng)


def _edit(
    rng: random.Random, columns: Sequence[PairColumn], rows: Sequence[dict[str, str]]
) -> list[dict[str, str]]:
    share = rng.choice((0.0, 0.02, 0.1, 0.5, 1.0))
    edited = []
    for row in rows:
        kept = dict(row)
        if rng.random() < share:
            action = rng.choice(("delete", "change", "change", "change", "insert"))
            if action == "delete":
                continue
            if action == "insert":
                edited.append(_row(rng, columns, len(rows) + rng.randrange(50)))
            column = rng.choice(list(columns))
            kept[column.name] = _value(rng, column)
        edited.append(kept)
    if rng.random() < 0.3:
        edited += [_row(rng, columns, rng.randrange(200)) for _ in range(rng.randrange(30))]
    if rng.random() < 0.5:
        rng.shuffle(edited)
    return edited


def _statements(
    columns: Sequence[PairColumn],
    keys: Sequence[str],
    rows: Sequence[dict[str, str]],
    *,
    is_after: bool,
) -> list[str]:
    """Return the SQL of one side; `n` numbers its rows, and every comparison ignores it."""
    lines = ["n INT"]
    lines += [
        f"`{column.name}` {column.after if is_after else column.kind.sql}"
        + ("" if column.is_null else " NOT NULL").replace("", "")
        for column in columns
    ]
    lines = [line.replace("NULL NOT NULL", "NOT NULL") for line in lines]
    lines += ["gone INT DEFAULT 1" if not is_after else "come INT DEFAULT 2", *keys]
    statements = [f"CREATE TABLE t ({', '.join(lines)})"]
    if rows:
        listed = ", ".join(f"`{column.name}`" for column in columns)
        values = ", ".join(
            f"({number}, {', '.join(row[column.name] for column in columns)})"
            for number, row in enumerate(rows)
        )
        # What a key forbids is left out.
        statements.append(f"INSERT IGNORE INTO t (n, {listed}) VALUES {values}")
    return statements


def _choose_options(rng: random.Random, pair: Pair, values: list[str]) -> None:
    numbers = [
        column.name
        for column in pair.columns
        if column.family == "number" and "DECIMAL" not in column.kind.sql
    ]
    if numbers and rng.random() < 0.15:
        pair.where = f"`{rng.choice(numbers)}` % 2 = 0 OR 1 = 0"
    if values and rng.random() < 0.15:
        pair.restrict = rng.sample(values, rng.randrange(len(values) + 1))
    if values and rng.random() < 0.15:
        pair.ignored = [rng.choice(values)]
    if rng.random() < 0.15:
        pair.tolerance = rng.choice((0.0, 1e-6, 0.1, 1.0))
