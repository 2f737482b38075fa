"""The SQL for comparing one side of one table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rewound.diff.rows.canonical_form import SEPARATOR, ColumnPair
from rewound.diff.rows.keys import ChosenKey, Tokens
from rewound.diff.rows.ranges import KeyRange, key_condition, range_condition
from rewound.diff.sql_text import quote_name

BUCKET_DIGITS = 3
"""Hexadecimal digits of a hash that select one of 4,096 buckets."""
_ENTRY_DIGITS = 32  # of a hash: 128 bits
_SUM_DIGITS = 15  # of the hash; as many as fit a BIGINT

SESSION_STATEMENTS = (
    "SET NAMES utf8mb4",
    "SET SESSION time_zone = '+00:00'",
    # Invalid dates exist in tables, and keys are compared with them.
    "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
    "SET SESSION group_concat_max_len = 4194304",
    "SET SESSION information_schema_stats_expiry = 0",
    # A side that is in use is compared as of one moment.
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
"""What makes a session give the same texts for the same values on every server."""


@dataclass(frozen=True, slots=True)
class SideSql:
    """The statements about one table on one side."""

    table: str
    """Its name with its schema, as SQL."""
    values: tuple[str, ...]
    """SQL of the compared columns, followed by those that name a row."""
    pieces: tuple[str, ...]
    """SQL of the bytes of the compared columns in a row's text."""
    where: str | None
    key: ChosenKey | None
    index: str | None
    """The key's index on this side, if rows are looked for by it."""
    tokens: tuple[str, ...] = ()
    """SQL of the tokens of the key's columns."""
    identities: tuple[str, ...] = ()
    """SQL of an expression that is equal if the key's columns are."""

    @property
    def row_hash(self) -> str:
        """SQL of a row's hash, in hexadecimal.

        SHA2 is in every server, MD5 and SHA1 are not (and take 0.2 s longer for 1,000,000
        rows on 9.7.4).
        """
        return f"SHA2({self._row_text},256)"

    @property
    def _row_text(self) -> str:
        pieces = self.pieces or ("_binary''",)
        return f"CONCAT_WS({','.join((SEPARATOR, *pieces))})"

    @property
    def identity_hash(self) -> str:
        """SQL of the hash of what makes two rows the same row: the key, else all of it."""
        if not self.identities:
            return self.row_hash
        return f"SHA2(CONCAT_WS(',',{','.join(self.identities)}),256)"

    def fingerprint(self, keys: KeyRange) -> str:
        """Ask for the count of a range's rows, and the XOR of their hashes.

        Keys are unique, so equal hashes cannot cancel each other out.
        """
        return f"SELECT COUNT(*),BIT_XOR(UNHEX({self.row_hash})){self._from(keys)}"

    def entries(self, keys: KeyRange) -> str:
        """Ask for the count of a range's rows, and of each its key and hash, as one text."""
        parts = [_joined(self.tokens)]
        if self.key is not None and self.key.has_weights:
            parts.append(_joined(self.identities))
        packed = ",'|',".join([*parts, f"LEFT({self.row_hash},{_ENTRY_DIGITS})"])
        return f"SELECT COUNT(*),GROUP_CONCAT({packed} SEPARATOR ';'){self._from(keys)}"

    def boundary(self, keys: KeyRange, *, offset: int) -> str:
        """Ask for the key of a range's row that so many others come before."""
        order = ",".join(column.quoted for column in self._get_key().columns)
        return (
            f"SELECT {','.join(self.tokens)}{self._from(keys)}"
            f" ORDER BY {order} LIMIT 1 OFFSET {offset}"
        )

    def ends(self) -> str:
        """Ask for the smallest and the largest key; of a key of one column."""
        name = self._get_key().columns[0].quoted
        return f"SELECT MIN({name}),MAX({name}){self._from(KeyRange())}"

    def rows_by_key(self, keys: list[Tokens]) -> str:
        """Ask for the rows with these keys; in front of each its key as entries have it."""
        condition = key_condition(self._get_key(), keys, token_sqls=self.tokens)
        columns = ",".join((_joined(self.tokens), *self.values))
        return f"SELECT {columns} FROM {self.table}{self._force} WHERE {condition}"

    def rows_in(self, keys: KeyRange, *, limit: int) -> str:
        """Ask for a range's rows; in front of each its key and identity as entries have them."""
        columns = ",".join((_joined(self.tokens), _joined(self.identities), *self.values))
        return f"SELECT {columns}{self._from(keys)} LIMIT {limit}"

    def buckets(self) -> str:
        """Ask for fingerprints of buckets of rows: bucket, count, XOR and sum of hashes.

        Buckets are formed by identity. The XOR of two equal rows is 0, but the sum counts each of
        them.
        """
        row = self.row_hash
        return (
            f"SELECT LEFT({self.identity_hash},{BUCKET_DIGITS}) AS bucket,COUNT(*),"
            f"BIT_XOR(UNHEX({row})),"
            f"SUM(CAST(CONV(RIGHT({row},{_SUM_DIGITS}),16,10) AS UNSIGNED))"
            f"{self._from(KeyRange())} GROUP BY bucket"
        )

    def rows_of_buckets(self, buckets: Sequence[str] | None) -> str:
        """Ask for the rows of buckets (all of them: None), ordered by their identity's hash."""
        condition = None
        if buckets is not None:
            listed = ",".join(f"'{bucket}'" for bucket in buckets)
            condition = f"LEFT({self.identity_hash},{BUCKET_DIGITS}) IN ({listed})"
        columns = ",".join((f"UNHEX({self.identity_hash}) AS hash", *self.values))
        return f"SELECT {columns}{self._from(KeyRange(), condition)} ORDER BY hash"

    def _get_key(self) -> ChosenKey:
        if self.key is None:
            raise ValueError(f"{self.table} is compared without a key")
        return self.key

    @property
    def _force(self) -> str:
        return "" if self.index is None else f" FORCE INDEX ({quote_name(self.index)})"

    def _from(self, keys: KeyRange, condition: str | None = None) -> str:
        conditions = [condition, f"({self.where})" if self.where else None]
        if self.key is not None:
            conditions.append(range_condition(self.key, keys))
        text = " AND ".join(each for each in conditions if each)
        return f" FROM {self.table}{self._force}" + (f" WHERE {text}" if text else "")


def write_sides(
    before: str,
    after: str,
    *,
    columns: Sequence[ColumnPair],
    labels: Sequence[ColumnPair] = (),
    key: ChosenKey | None,
    where: str | None,
) -> tuple[SideSql, SideSql]:
    """Return the statements of both sides; `before` and `after` are the tables, as SQL.

    `labels` are columns that are read for rows that differ, but not compared.
    """
    ordered = key is not None and key.is_ordered
    key_columns = () if key is None else key.columns
    return (
        SideSql(
            table=before,
            values=tuple(column.before.value for column in (*columns, *labels)),
            pieces=tuple(column.before.piece for column in columns),
            where=where,
            key=key,
            index=key.before_index if key is not None and ordered else None,
            tokens=tuple(column.before_token for column in key_columns),
            identities=tuple(column.before_identity for column in key_columns),
        ),
        SideSql(
            table=after,
            values=tuple(column.after.value for column in (*columns, *labels)),
            pieces=tuple(column.after.piece for column in columns),
            where=where,
            key=key,
            index=key.after_index if key is not None and ordered else None,
            tokens=tuple(column.after_token for column in key_columns),
            identities=tuple(column.after_identity for column in key_columns),
        ),
    )


def _joined(parts: Sequence[str]) -> str:
    return f"CONCAT_WS(',',{','.join(parts)})"
