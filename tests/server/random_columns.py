"""Random columns of every MySQL type, and random values for them, as SQL.

Text is written as bytes in hexadecimal with its character set, so no connection can change
it. What mysqldump itself cannot carry over is left out:

- FLOAT has up to six digits: mysqldump writes no more, so others come back changed;
- sjis has no backslash: mysqldump writes it in Unicode, and from there it comes back as the
  wide one;
- of JSON only what JSON text can say: a DECIMAL in a document comes back as a DOUBLE.

Source: MySQL 9.7 manual, "Data Types"; tried on 9.7.4.
"""

import json
import struct
from dataclasses import dataclass

from hypothesis import strategies as st

Sql = st.SearchStrategy[str]

_SYNTAX = "'\"`\\;,()-#/*\n\r\t\0\x1a%_ aZ09"
_LETTERS = {
    "utf8mb4": ("utf-8", "äß€語\U0001f409\u200b\ufeff"),
    "utf8mb3": ("utf-8", "äß€語"),
    "latin1": ("cp1252", "äßÿ€"),
    "gbk": ("gbk", "誠乗縗中丂"),
    "sjis": ("shift_jis", "ソ表予ポア"),
    "cp932": ("cp932", "ソ表予ポア"),
    "big5": ("big5", "功許蓋中"),
    "ascii": ("ascii", "~"),
    "utf16": ("utf-16-be", "ä語\U0001f409"),
}
WORDS = ("it's", 'say "x"', "a`b", "back\\slash", "semi;colon", "-- no comment", "/* nor */", "語")


@dataclass(frozen=True, slots=True)
class ColumnType:
    """One type of a column."""

    sql: str
    values: Sql
    """Literals, NULL not among them."""
    key_length: int | None = 0
    """Bytes of a prefix that an index needs; 0 for none, None where no index is possible."""
    is_integer: bool = False
    fits_latin1: bool = True
    """Whether a dump in latin1 holds its values without loss."""
    is_text: bool = False


def quote(text: str) -> str:
    """Return a string literal, whatever is in it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


@st.composite
def column_types(draw: st.DrawFn, *, geometries: bool) -> ColumnType:
    """Draw the type of one column; where the table can hold them, also a geometry."""
    return draw(draw(st.sampled_from([*_GROUPS, *([_geometries()] if geometries else [])])))


@st.composite
def _integers(draw: st.DrawFn) -> ColumnType:
    name, bits = draw(
        st.sampled_from(
            [("TINYINT", 8), ("SMALLINT", 16), ("MEDIUMINT", 24), ("INT", 32), ("BIGINT", 64)]
        )
    )
    option = draw(st.sampled_from(["", " UNSIGNED", " ZEROFILL", " UNSIGNED ZEROFILL"]))
    low, high = (0, 2**bits - 1) if option else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    values = st.one_of(st.sampled_from([low, high, 0, 1]), st.integers(low, high))
    return ColumnType(name + option, values.map(str), is_integer=True)


@st.composite
def _decimals(draw: st.DrawFn) -> ColumnType:
    digits = draw(st.sampled_from([1, 10, 38, 65]))
    scale = min(digits, draw(st.sampled_from([0, 2, 30])))
    limit = 10**digits - 1
    values = st.one_of(st.sampled_from([limit, -limit, 0]), st.integers(-limit, limit)).map(
        lambda number: f"{'-' * (number < 0)}{str(abs(number)).zfill(scale + 1)}"
    )
    if scale:
        values = values.map(lambda text: f"{text[:-scale]}.{text[-scale:]}")
    return ColumnType(f"DECIMAL({digits},{scale})", values)


def _single(number: float) -> float:
    """Return the number as FLOAT keeps six digits of it."""
    return float(f"{struct.unpack('f', struct.pack('f', number))[0]:.6g}")


@st.composite
def _floats(draw: st.DrawFn) -> ColumnType:
    if draw(st.booleans()):
        values = st.floats(-(2.0**100), 2.0**100, allow_subnormal=False).map(_single)
        return ColumnType("FLOAT", values.map(repr), key_length=None)
    doubles = st.floats(-1e308, 1e308, allow_subnormal=False)
    return ColumnType("DOUBLE", doubles.map(repr))


@st.composite
def _bits(draw: st.DrawFn) -> ColumnType:
    if draw(st.booleans()):
        return ColumnType("BOOL", st.sampled_from(["TRUE", "FALSE"]), is_integer=True)
    bits = draw(st.integers(1, 64))
    return ColumnType(f"BIT({bits})", st.integers(0, 2**bits - 1).map(lambda n: f"b'{n:b}'"))


@st.composite
def _texts(draw: st.DrawFn) -> ColumnType:
    charset = draw(st.sampled_from(sorted(_LETTERS)))
    codec, letters = _LETTERS[charset]
    base = draw(st.sampled_from(["CHAR(20)", "VARCHAR(100)", "TINYTEXT", "TEXT", "LONGTEXT"]))
    collation = draw(st.sampled_from(["", f" COLLATE {charset}_bin"]))
    syntax = _SYNTAX.replace("\\", "") if charset == "sjis" else _SYNTAX
    texts = st.text(st.sampled_from(syntax + letters), max_size=20)
    return ColumnType(
        f"{base} CHARACTER SET {charset}{collation}",
        texts.map(lambda text: f"_{charset} X'{text.encode(codec).hex()}'"),
        key_length=8,
        fits_latin1=charset in ("latin1", "ascii"),
        # No full-text index can be on utf16.
        is_text=charset != "utf16",
    )


@st.composite
def _binaries(draw: st.DrawFn) -> ColumnType:
    sizes = st.sampled_from(["BINARY(20)", "VARBINARY(300)", "TINYBLOB", "BLOB", "LONGBLOB"])
    name = draw(sizes)
    short = st.binary(max_size=20)
    every_byte = st.just(bytes(range(256)))
    values = short if name in ("BINARY(20)", "TINYBLOB") else st.one_of(short, every_byte)
    return ColumnType(name, values.map(lambda value: f"X'{value.hex()}'"), key_length=8)


@st.composite
def _enumerations(draw: st.DrawFn) -> ColumnType:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True))
    name = draw(st.sampled_from(["ENUM", "SET"]))
    # By number: ENUM counts its members from 1, SET has one bit for each.
    numbers = st.integers(1, len(words)) if name == "ENUM" else st.integers(0, 2 ** len(words) - 1)
    members = ", ".join(map(quote, words))
    return ColumnType(
        f"{name}({members}) CHARACTER SET utf8mb4", numbers.map(str), fits_latin1="語" not in words
    )


@st.composite
def _times(draw: st.DrawFn) -> ColumnType:
    digits = draw(st.sampled_from([0, 3, 6]))
    dates = st.one_of(
        st.dates().map(str), st.sampled_from(["0000-00-00", "2020-00-00", "2020-02-00"])
    )
    parts = [f"{hour:02d}:{minute:02d}:59.{'123456'[:6]}" for hour in (0, 23) for minute in (0, 59)]
    kinds = {
        "DATE": dates,
        f"DATETIME({digits})": st.builds("{} {}".format, dates, st.sampled_from(parts)),
        f"TIME({digits})": st.sampled_from(["-838:59:59", "838:59:59", "00:00:00", "-00:00:01.5"]),
        f"TIMESTAMP({digits}) NULL": st.one_of(
            st.sampled_from(["0000-00-00 00:00:00", "2038-01-19 03:14:07", "1970-01-02 00:00:01"]),
            st.integers(10**8, 2 * 10**9).map(
                lambda s: f"2024-{s % 12 + 1:02d}-17 01:02:03.{s}"[:26]
            ),
        ),
        "YEAR": st.sampled_from(["0000", "1901", "2155", "2024"]),
    }
    name = draw(st.sampled_from(sorted(kinds)))
    return ColumnType(name, kinds[name].map(quote))


_DOCUMENTS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.floats(-1e300, 1e300, allow_subnormal=False),
        st.sampled_from(WORDS),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)
    ),
    max_leaves=4,
)
_SHAPES = ("POINT(1 2)", "LINESTRING(0 0, 1.5 -2, 3 3)", "POLYGON((0 0, 4 0, 4 4, 0 0))")


def _documents() -> st.SearchStrategy[ColumnType]:
    values = _DOCUMENTS.map(lambda value: json.dumps(value).encode().hex())
    literals = values.map(lambda text: f"_utf8mb4 X'{text}'")
    return st.just(ColumnType("JSON", literals, key_length=None, fits_latin1=False))


@st.composite
def _geometries(draw: st.DrawFn) -> ColumnType:
    srid = draw(st.sampled_from([0, 4326]))
    shapes = draw(st.sampled_from([_SHAPES, _SHAPES[:1]]))
    name = "POINT" if shapes == _SHAPES[:1] else "GEOMETRY"
    values = st.sampled_from(shapes).map(lambda shape: f"ST_GeomFromText('{shape}', {srid})")
    return ColumnType(f"{name} SRID {srid}", values, key_length=None)


_GROUPS = [
    *(_integers(), _decimals(), _floats(), _bits(), _texts(), _texts(), _binaries()),
    *(_enumerations(), _times(), _times(), _documents()),
]
