"""What a replay leaves unproved: what neither the logs nor the server could have shown. Pure."""

from collections.abc import Iterator, Mapping, Sequence, Set
from enum import Enum

from rewound.binlog.events import column_types as types
from rewound.binlog.events.table_map import LoggedColumn, TableMap, TableName
from rewound.figures import show_count
from rewound.load.log_receipt import ImageCounts, LoggedRows
from rewound.load.objects import TableKey

_MOST_TABLES = 5
_NOT_COMPARED = (
    "that rows had the values that the logs have of them from before each change: rows were found"
    " by their keys, and not compared (--no-verify-images)"
)
_ALWAYS = (
    "that the dump stands where it says, and is of one single moment (--single-transaction): only"
    " rows that the logs change can show that it does not",
    "that the server logged all of its changes: binlog-do-db, binlog-ignore-db and sql_log_bin=0"
    " leave some out",
)
_BEFORE = "had the source's values before they were changed"


class Unstated(Enum):
    """What a log may not state of the columns of a table; the value is what is not proved then."""

    NAMES = (
        "that columns of the same type are in the same order in the log and here, in {tables}: the"
        " log does not have their names (binlog_row_metadata=MINIMAL)"
    )
    WORDS = (
        "that ENUM and SET columns have the same words in the same order in the log and here, in"
        " {tables}: the log has only the numbers of the words (binlog_row_metadata=MINIMAL)"
    )
    SIGNS = (
        "that numbers are signed or unsigned on the source as they are here, and texts of the same"
        " character set, in {tables}: the log does not state it (MySQL before 8.0, MariaDB)"
    )
    EXACT_FLOATS = (
        "the digits of FLOAT values after the sixth, in {tables}: mysqldump leaves them out"
    )
    JSON_TYPES = (
        "of which types numbers and dates in JSON columns are in {tables}: mysqldump writes them as"
        " text"
    )


INEXACT = (Unstated.EXACT_FLOATS, Unstated.JSON_TYPES)
"""What a dump may not have as it is on the server."""


def find_unstated(table_map: TableMap) -> Iterator[Unstated]:
    """Yield what a log does not state of a table, so that a difference cannot be seen."""
    columns = table_map.columns
    alike = [_without_name(column) for column in columns]
    if any(column.name is None for column in columns) and len(set(alike)) < len(alike):
        yield Unstated.NAMES
    kinds = {column.kind for column in columns}
    if any(c.kind in (types.ENUM, types.SET) and c.words is None for c in columns):
        yield Unstated.WORDS
    if any(
        (c.kind in types.NUMERIC and c.is_unsigned is None)
        or (c.kind in types.CHARACTER and c.collation is None)
        for c in columns
    ):
        yield Unstated.SIGNS
    if types.FLOAT in kinds:
        yield Unstated.EXACT_FLOATS
    if types.JSON in kinds:
        yield Unstated.JSON_TYPES


def describe_unproved(
    unstated: Mapping[Unstated, Set[TableName]],
    balances: Sequence[LoggedRows],
    images: ImageCounts | None,
    not_compared: Set[TableKey],
    *,
    keyed: Set[TableKey],
    computed: Set[TableKey],
) -> tuple[str, ...]:
    """Return all that is not proved of rows and tables, for the receipt.

    `images` says which rows were compared, `not_compared` of which tables some were not,
    `keyed` which tables have a key by which no two rows are alike, `computed` which have generated
    columns.
    """
    texts = [
        *([_NOT_COMPARED] if images is None else _describe_images(images, not_compared)),
        *_ALWAYS,
        *(
            kind.value.format(tables=_name_tables([str(name) for name in tables]))
            for kind in Unstated
            if (tables := unstated.get(kind))
        ),
    ]
    if cascading := [f"{rows.schema}.{rows.table}" for rows in balances if rows.by_cascades]:
        texts.append(
            f"how many rows foreign keys deleted (CASCADE) in {_name_tables(cascading)}: MySQL"
            " before 9.6 does not log it. This server deleted them again, and the balance takes"
            " every row that is missing for one of them"
        )
    filled = [rows.key for rows in balances if rows.inserted and rows.key not in keyed]
    if filled:
        texts.append(
            f"that {_name_tables([f'{schema}.{table}' for schema, table in filled])}"
            f" {'was' if len(filled) == 1 else 'were'} dumped at the moment that the dump states:"
            " without a key, a row that the dump has already is inserted once more"
        )
    changed_keys = [rows.key for rows in balances if rows.inserted or rows.updated]
    if generated := [f"{key[0]}.{key[1]}" for key in changed_keys if key in computed]:
        texts.append(
            f"the values of generated columns in {_name_tables(generated)}: they are computed here,"
            " which gives other values where they depend on the session, such as its time zone"
        )
    if changed := [f"{rows.schema}.{rows.table}" for rows in balances if rows.has_statements]:
        texts.append(
            f"that the rows of {_name_tables(changed)} are those of the source: some changes are"
            " logged as statements, and were executed again (--allow statement-replayed)"
        )
    return tuple(texts)


def _describe_images(images: ImageCounts, not_compared: Set[TableKey]) -> Iterator[str]:
    if images.only_keys:
        yield (
            f"that {show_count(images.only_keys, 'row')} {_BEFORE}: the log has only their keys"
            " (binlog_row_image=MINIMAL)"
        )
    if images.repeated:
        yield (
            f"that {show_count(images.repeated, 'row')} {_BEFORE}: the log changes them several"
            " times in a row, and has only some of their columns (binlog_row_image,"
            " binlog_row_value_options)"
        )
    if not_compared:
        names = _name_tables([f"{schema}.{table}" for schema, table in not_compared])
        yield (
            f"that some rows of {names} {_BEFORE}: foreign keys change this table as well"
            " (CASCADE, SET NULL), which MySQL before 9.6 does not log"
        )


def _without_name(column: LoggedColumn) -> tuple[object, ...]:
    return (
        *(column.kind, column.size, column.prefix_bytes, column.detail),
        *(column.is_nullable, column.is_unsigned, column.collation),
    )


def _name_tables(names: Sequence[str]) -> str:
    named = sorted(names)[:_MOST_TABLES]
    more = f" and {len(names) - len(named):,} more" * (len(names) > len(named))
    return ", ".join(named) + more
