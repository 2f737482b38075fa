"""Random tables: columns, keys, partitions and rows, as SQL to be run in their schema."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.server.random_columns import WORDS, ColumnType, column_types, quote

_ODD_NAMES = (
    *("select", "order", "a b", "a.b", "a`b", "it's", 'say "x"', "naïve", "表", "--", "/*", "*/;"),
    *(
        "semi;colon",
        "back\\slash",
        "DELIMITER ;;",
        "$$",
        "%s",
        "#",
        "a\nb",
        "Name",
        "1st",
        "(",
        "@x",
    ),
)
_ENGINES = ("InnoDB", "InnoDB", "InnoDB", "InnoDB", "MyISAM")
_TABLE_OPTIONS = (
    *("", "", "", " ROW_FORMAT=COMPRESSED", " ROW_FORMAT=REDUNDANT", " STATS_PERSISTENT=0"),
    *(" AUTO_INCREMENT=1000", " DEFAULT CHARSET=latin1", " DEFAULT CHARSET=gbk"),
    *(" COLLATE=utf8mb4_bin", " COLLATE=utf8mb4_unicode_520_ci"),
)
_PARTITIONS = (
    "PARTITION BY HASH (id) PARTITIONS 3",
    "PARTITION BY KEY (id) PARTITIONS 2",
    "PARTITION BY RANGE (id) (PARTITION `low ;'` VALUES LESS THAN (10) COMMENT = 'it''s',"
    " PARTITION p1 VALUES LESS THAN MAXVALUE)",
)
_PRIMARY_KEYS = (
    "PRIMARY KEY (id)",
    "PRIMARY KEY (id DESC)",
    "UNIQUE KEY (id)",
    "part INT NOT NULL DEFAULT 7, PRIMARY KEY (part, id DESC), UNIQUE KEY (id)",
)
_DEFAULTS = (
    ("INT", ("7", "(1 + 1)")),
    ("VARCHAR(50)", ("'it''s; `x`'", "(CONCAT('a', \"b\"))", "(UUID())", "''")),
    ("DATETIME(6)", ("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",)),
    ("JSON", ("(JSON_ARRAY('it''s', 1))",)),
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table, with `id` as its primary key, or as a part of it."""

    name: str
    create: str
    inserts: tuple[str, ...]
    column: str
    """The name of one more column."""
    can_have_foreign_keys: bool
    fits_latin1: bool


def quote_identifier(name: str) -> str:
    """Return a name in backticks."""
    return f"`{name.replace('`', '``')}`"


@st.composite
def names(draw: st.DrawFn, number: int, *, odd: bool) -> str:
    """Draw a name that differs from those with other numbers, whatever its letters are."""
    if not odd:
        return f"name_{number}"
    letters = st.characters(codec="utf-8", max_codepoint=0xFFFF, exclude_characters="\0")
    stem = draw(st.one_of(st.sampled_from(_ODD_NAMES), st.text(letters, max_size=6)))
    return f"{stem}{number}"


@st.composite
def tables(draw: st.DrawFn, number: int, *, odd_names: bool) -> Table:
    """Draw one table and its rows."""
    name = draw(names(number, odd=odd_names))
    engine = draw(st.sampled_from(_ENGINES))
    partitions = draw(st.sampled_from(["", "", "", *_PARTITIONS])) if engine == "InnoDB" else ""
    whole = engine == "InnoDB" and not partitions
    types = draw(st.lists(column_types(geometries=whole), min_size=1, max_size=5))
    columns = [draw(names(100 + place, odd=odd_names)) for place in range(len(types))]
    counts = draw(st.booleans())
    lines = ["id INT NOT NULL" + (" AUTO_INCREMENT" if counts else "")]
    lines += [
        f"{quote_identifier(column)} {kind.sql}{draw(_column_options())}"
        for column, kind in zip(columns, types, strict=True)
    ]
    lines += draw(_more_columns(types, columns, counts=counts))
    lines.append(draw(st.sampled_from(_PRIMARY_KEYS[: None if whole else 1])))
    lines += draw(_secondary_keys(types, columns, engine=engine, whole=whole))
    options = draw(st.sampled_from(_TABLE_OPTIONS))
    if engine == "MyISAM" and "COMPRESSED" in options:
        options = " ROW_FORMAT=FIXED"
    comment = draw(st.sampled_from(["", *WORDS]))
    create = (
        f"CREATE TABLE {quote_identifier(name)} (\n  " + ",\n  ".join(lines) + f"\n)"
        f" ENGINE={engine}{options} COMMENT={quote(comment)} {partitions}"
    )
    return Table(
        name=name,
        create=create,
        inserts=tuple(draw(_inserts(name, types, columns))),
        column=columns[0],
        can_have_foreign_keys=whole,
        fits_latin1=not odd_names and all(kind.fits_latin1 for kind in types) and comment != "語",
    )


@st.composite
def _column_options(draw: st.DrawFn) -> str:
    invisible = draw(st.sampled_from(["", "", "", " INVISIBLE"]))
    comment = draw(st.sampled_from(["", "", *(word for word in WORDS if word.isascii())]))
    return invisible + (f" COMMENT {quote(comment)}" if comment else "")


@st.composite
def _more_columns(
    draw: st.DrawFn, types: Sequence[ColumnType], columns: Sequence[str], *, counts: bool
) -> list[str]:
    """Draw generated columns, columns with defaults, and a CHECK constraint."""
    lines = []
    kind, defaults = draw(st.sampled_from(_DEFAULTS))
    if draw(st.booleans()):
        lines.append(f"with_default {kind} NULL DEFAULT {draw(st.sampled_from(defaults))}")
    storage = draw(st.sampled_from(["STORED", "VIRTUAL"]))
    expression = draw(st.sampled_from(["id * 2", "CONCAT('it''s ', id, \" x\")", "id > 0"]))
    # A generated column may not use one that counts by itself.
    if not counts and draw(st.booleans()):
        lines.append(f"made VARCHAR(100) GENERATED ALWAYS AS ({expression}) {storage}")
    integers = [column for column, kind in zip(columns, types, strict=True) if kind.is_integer]
    if draw(st.booleans()) and integers:
        condition = f"{quote_identifier(integers[0])} IS NULL OR 'it''s; x' <> 'y'"
        enforced = draw(st.sampled_from(["", " NOT ENFORCED"]))
        lines.append(f"CHECK ({condition}){enforced}")
    return lines


@st.composite
def _secondary_keys(
    draw: st.DrawFn,
    types: Sequence[ColumnType],
    columns: Sequence[str],
    *,
    engine: str,
    whole: bool,
) -> list[str]:
    """Draw keys; not all kinds where the table is not `whole`: in MyISAM, or in partitions."""
    lines = []
    for number, (column, kind) in enumerate(zip(columns, types, strict=True)):
        if kind.key_length is None or draw(st.booleans()):
            continue
        part = quote_identifier(column) + (f"({kind.key_length})" if kind.key_length else "")
        if draw(st.booleans()):
            part += " DESC" if engine == "InnoDB" else " ASC"
        choices = ["KEY", "KEY", *(["UNIQUE KEY"] if whole else [])]
        visible = draw(st.sampled_from(["", " INVISIBLE", " COMMENT 'it''s'"]))
        other = draw(st.sampled_from(["", ", id"]))
        lines.append(f"{draw(st.sampled_from(choices))} `k {number}` ({part}{other}){visible}")
        if kind.is_integer and engine == "InnoDB" and draw(st.booleans()):
            lines.append(f"KEY `f {number}` ((({quote_identifier(column)} IS NULL)))")
        if kind.is_text and whole and draw(st.integers(0, 9)) == 0:
            lines.append(f"FULLTEXT KEY `t {number}` ({quote_identifier(column)})")
    if whole and draw(st.integers(0, 4)) == 0:
        lines += [
            "place POINT NOT NULL DEFAULT (ST_GeomFromText('POINT(1 1)')) SRID 0",
            "SPATIAL KEY `s` (place)",
        ]
    return lines


@st.composite
def _inserts(
    draw: st.DrawFn, name: str, types: Sequence[ColumnType], columns: Sequence[str]
) -> list[str]:
    """Draw INSERT statements; IGNORE leaves out rows that a key or a check forbids."""
    listed = ", ".join(map(quote_identifier, ["id", *columns]))
    inserts = []
    for number in range(draw(st.integers(0, 8))):
        values = [
            draw(st.one_of(kind.values, kind.values, kind.values, st.just("NULL")))
            for kind in types
        ]
        row = ", ".join([str(number * 7 + 1), *values])
        inserts.append(f"INSERT IGNORE INTO {quote_identifier(name)} ({listed}) VALUES ({row})")
    return inserts
