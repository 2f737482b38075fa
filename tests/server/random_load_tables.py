"""Random tables for scripts that are loaded in several ways: columns, keys and their values.

Values are SQL, plain and odd: what the server reads in more than one way is what the ways of
loading could differ by. They fit their columns more often than not.
"""

from dataclasses import dataclass, field
from random import Random

WORDS = ("a", "b ", "Zoë", "it''s", "x\\'y", "", " ", "tab\\t", "ß", "line\\nend", "%", "NULL")
"""Of characters that latin1 has as well."""
_NUMBERS = ("0", "1", "-1", "7", "127", "'5'", "1+1", "0x10", "TRUE", "NULL", "-0", "007", "12.5")
_TIMES = (
    *("'2024-01-02 03:04:05'", "'2024-06-30 23:30:00'", "'0000-00-00 00:00:00'", "NULL", "NOW()"),
    *("'2024-03-31 02:30:00'", "20240102030405", "'2024-01-02'", "CURRENT_TIMESTAMP(6)"),
)
_KINDS: dict[str, tuple[str, ...]] = {
    "INT": _NUMBERS,
    "BIGINT UNSIGNED": ("0", "1", "18446744073709551615", "'7'", "NULL", "9223372036854775808"),
    "TINYINT(1)": ("0", "1", "TRUE", "FALSE", "NULL", "-5"),
    "SMALLINT ZEROFILL": ("0", "1", "00042", "NULL"),
    "DECIMAL(10,2)": ("0", "1.5", "-1.00", "1.005", "12-.45", "'7.50'", "NULL", "-0.00", "1e2"),
    "FLOAT": ("0", "1.1", "-0.0", "3.4e38", "1e-45", "NULL", "16777217", "-0e0"),
    "DOUBLE": ("0", "0.1", "-0.0", "1.7976931348623157e308", "NULL", "2.5e-5", "1/3", "-0e0"),
    "BIT(8)": ("0", "b'101'", "255", "NULL", "x'0F'", "'a'"),
    "YEAR": ("2024", "0", "'0'", "'69'", "70", "NULL"),
    "DATE": ("'2024-02-29'", "'0000-00-00'", "NULL", "20240102", "CURDATE()"),
    "TIME(3)": ("'12:34:56.789'", "'-838:59:59'", "NULL", "'1 02:03:04'", "101112"),
    "DATETIME(6)": _TIMES,
    "TIMESTAMP NULL": _TIMES,
    "TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)": _TIMES,
    "ENUM('a','b','','é')": ("'a'", "'b'", "''", "'é'", "1", "3", "NULL", "0", "'A'"),
    "SET('a','b','c')": ("'a'", "'a,c'", "'c,a'", "''", "3", "7", "NULL"),
    "BINARY(4)": ("'a'", "x'00'", "0xFF00", "NULL", "'abcd'"),
    "VARBINARY(8)": ("'a '", "x'00FF'", "_binary 'x\\0y'", "NULL", "''"),
    "BLOB": ("'a '", "x'00FF5C27'", "_binary '\\'\\\\'", "NULL", "''"),
    "JSON": ('\'{"b": 1.0, "a": [1, 2.50, null]}\'', "NULL", "'\"x\"'", "JSON_ARRAY(1, 'a')"),
    "POINT": ("ST_GeomFromText('POINT(1 2)')", "NULL", "POINT(3, 4)"),
}
_TEXTS = (
    *("VARCHAR(20)", "CHAR(10)", "TEXT", "VARCHAR(20) CHARACTER SET latin1"),
    *(
        "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "CHAR(5) COLLATE utf8mb4_general_ci",
    ),
)
_TEXT_VALUES = (
    *("NULL", "12", "x'61'", "_utf8mb4'a'", "N'n'", "'a' 'b'", "CONCAT('a', 'b')", "1.50"),
    *("DATE_FORMAT('2024-03-05', '%M')", "@said", "CONVERT_TZ(NOW(), '+00:00', '+05:00')"),
    *("UPPER('ß')", "HEX('é')", "LENGTH('é')"),
)
_GENERATED = (
    "INT AS ({0} + 1) {1}",
    "VARCHAR(40) AS (DATE_FORMAT('2024-03-05', '%M %a')) {1}",
    "VARCHAR(40) AS (FROM_UNIXTIME(86400 * {0})) {1}",
    "VARCHAR(80) AS (CONCAT({0}, 'é', HEX('é'))) {1}",
    "CHAR(8) AS (HEX({0})) {1}",
)
_OPTIONS = (
    *("", "", " ENGINE=InnoDB", " DEFAULT CHARSET=latin1", " ENGINE=MyISAM", " AUTO_INCREMENT=5"),
    *(" DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci", " COMMENT='t; x'"),
    " ROW_FORMAT=COMPRESSED",
)
_BY_RANGE = (
    " PARTITION BY RANGE (`id`) (PARTITION p0 VALUES LESS THAN (3),"
    " PARTITION p1 VALUES LESS THAN (6), PARTITION p2 VALUES LESS THAN MAXVALUE)"
)
_BY_KEY = " PARTITION BY KEY (`c0`) PARTITIONS 3"
_DEFAULTS = ("", "", "", " DEFAULT NULL", " COMMENT 'it''s; -- a /* comment'")


@dataclass(slots=True)
class MadeTable:
    """A table as the script has it by now."""

    name: str
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that rows may state, and values for each."""
    number: str | None = None
    """The column with AUTO_INCREMENT."""
    key: str | None = None
    """A column of its own numbers, unique."""
    partitions: tuple[str, ...] = ()
    definition: str = ""
    """All behind its name in CREATE TABLE."""
    last: int = 0
    """The last number that was stated for its key."""


def random_text(random: Random) -> str:
    """Return a text as SQL."""
    if random.random() < 0.6:
        return f"'{random.choice(WORDS)}'"
    return random.choice(_TEXT_VALUES)


def make_table(random: Random, name: str, others: list[MadeTable]) -> MadeTable:
    """Return a new table; it may refer to one of the others."""
    table = MadeTable(name)
    is_partitioned = random.random() < 0.12
    lines, keys = _own_key(random, table, is_partitioned=is_partitioned)
    first = _add_columns(random, table, lines, keys)
    if table.number == "n":
        lines.append("`n` INT NOT NULL AUTO_INCREMENT")
        keys.append(random.choice(["UNIQUE KEY `n` (`n`)", "KEY `n` (`n`)"]))
    if random.random() < 0.3:
        is_number = first.startswith(("INT", "TINY", "SMALL", "YEAR", "BIT"))
        base = "`c0`" if is_number else "`id`" if table.key else "5"
        made = random.choice(_GENERATED).format(base, random.choice(["VIRTUAL", "STORED"]))
        lines.append(f"`g` {made}")
        if random.random() < 0.6:
            keys.append("KEY `kg` (`g`)")
    parents = [other.name for other in others if other.key == "id" and not other.partitions]
    refers = bool(parents) and not is_partitioned and random.random() < 0.5
    if refers:
        lines.append("`p` INT")
        table.columns["p"] = ("1", "2", "3", "NULL", "1")
        action = random.choice(["CASCADE", "SET NULL", "RESTRICT"])
        keys.append(
            f"CONSTRAINT `f_{name}` FOREIGN KEY (`p`) REFERENCES `{random.choice(parents)}` (`id`)"
            f" ON DELETE {action}"
        )
    options = random.choice(_OPTIONS)
    if refers or is_partitioned:
        options = options.replace("MyISAM", "InnoDB")
    if is_partitioned:
        table.partitions = ("p0", "p1", "p2")
        options += _BY_RANGE if table.key or table.number else _BY_KEY
    table.definition = f" (\n  {', '.join([*lines, *keys])}\n){options}"
    return table


def _own_key(
    random: Random, table: MadeTable, *, is_partitioned: bool
) -> tuple[list[str], list[str]]:
    """Give a table its key of numbers, if it gets one; return its lines and its keys."""
    match random.choice(["number", "number", "number", "key", "none", "late"]):
        case "number":
            table.number = "id"
            kind = random.choice(["INT", "BIGINT UNSIGNED"])
            return [f"`id` {kind} NOT NULL AUTO_INCREMENT"], ["PRIMARY KEY (`id`)"]
        case "key":
            table.key = "id"
            key = random.choice(["PRIMARY KEY (`id`)", "UNIQUE KEY `u` (`id`)"])
            return ["`id` INT NOT NULL"], [key]
        case "late" if not is_partitioned:
            table.number = "n"
    return [], []


def _add_columns(random: Random, table: MadeTable, lines: list[str], keys: list[str]) -> str:
    """Add columns of any kind, and keys over some; return the first one's type."""
    kinds = random.choices([*_KINDS, *_TEXTS, *_TEXTS], k=random.randint(1, 4))
    for index, kind in enumerate(kinds):
        column = f"c{index}"
        table.columns[column] = _KINDS.get(kind, ())
        lines.append(f"`{column}` {kind}{'' if 'DEFAULT' in kind else random.choice(_DEFAULTS)}")
        if kind not in ("BLOB", "TEXT", "JSON", "POINT") and random.random() < 0.4:
            keys.append(f"KEY `k{index}` (`{column}`)")
    return kinds[0]
