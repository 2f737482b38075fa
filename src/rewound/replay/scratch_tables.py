"""Asking the server whether rows are as before-images state them.

The images become row events of a scratch table, so that the server reads them as it reads all
others, whatever the type; then it joins them with the rows that they are of. The scratch tables are
in a schema whose name nobody can guess, and are gone before anything is proven.
"""

import secrets
from collections.abc import Mapping, Sequence

from rewound.binlog.events.checksums import with_checksum
from rewound.binlog.events.header import HEADER_BYTES
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.packed import write_packed
from rewound.binlog.events.table_map import NAMES_AT, TableMap, TableName, read_table_name
from rewound.dump.text.quoting import quote_name
from rewound.errors import MysqlError
from rewound.load.objects import TableKey, quote_table
from rewound.mysql.client import Connection
from rewound.replay import image_queries
from rewound.replay.image_queries import ImagedTable
from rewound.replay.image_table import ImageTable
from rewound.replay.row_batches import binlog_statement
from rewound.replay.server_tables import find_tables_with_cascades, read_compared_table

_KIND_AT = 4
_SERVER_ID = (1).to_bytes(4, "little")
_REST = HEADER_BYTES - _KIND_AT - 1 - len(_SERVER_ID)
_TABLE_ID = (1).to_bytes(6, "little")
_ENDS_STATEMENT, _NO_EXTRA = b"\x01\0", b"\x02\0"
_LOCK_WAIT_TIMEOUT = 1205
_SAVEPOINT = "before_images"


class RowDiffers(Exception):
    """A row is not as the log says that it was; the text says how."""


class ScratchTables:
    """The scratch tables of one replay."""

    def __init__(self, rows: Connection, scratch: Connection, *, logs_cascades: bool) -> None:
        """Take the session that applies rows, and one of its own.

        `logs_cascades` says whether the logs have what foreign keys change.
        """
        # Else a transaction that has read cannot read tables that were made after that (1412).
        rows.execute_sql("SET SESSION transaction_isolation = 'READ-COMMITTED'")
        self._rows = rows
        self._scratch = scratch
        self._logs_cascades = logs_cascades
        self._schema = f"rewound_{secrets.token_hex(8)}"
        self._is_made = False
        self._number = 0
        self._tables: dict[TableName, ImagedTable | None] = {}
        self._targets: dict[ImageTable, TableKey] = {}
        self._stale: list[TableKey] = []
        self.sent = 0
        """Images that were inserted into scratch tables."""
        self.asked = 0
        """Images that are as their rows."""
        self.not_compared: set[TableKey] = set()
        """Tables that are not compared any more: a foreign key may have changed their rows."""

    def find_key(self, table_map: TableMap) -> Sequence[int]:
        """Return the places of the columns by which the rows of a table are found.

        None of a table whose rows the server compares itself, or are not compared.
        """
        name = table_map.name
        if name not in self._tables:
            self._tables[name] = self._describe(name)
        table = self._tables[name]
        if table is None or len(table.columns) != len(table_map.columns):
            return ()
        return table.key

    def compare(self, images: Mapping[tuple[ImageTable, int], list[bytes]]) -> None:
        """Require that the rows of the server are as these images; inside of a transaction.

        Raises:
            RowDiffers: one of them is not, or not here.
            MysqlError: the server cannot say.
        """
        if not images:
            return
        self._rows.execute_sql(f"SAVEPOINT {_SAVEPOINT}")
        asked = sum(self._compare(*group, of_group) for group, of_group in images.items())
        self._rows.execute_sql(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        self._rows.execute_sql(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        self.asked += asked

    def forget(self) -> None:
        """Forget how tables are defined: a statement may have changed them."""
        self._tables.clear()
        self._stale += self._targets.values()
        self._targets.clear()

    def drop(self) -> None:
        """Remove everything that was made."""
        if self._is_made:
            self._scratch.execute_sql(b"DROP DATABASE " + quote_name(self._schema))
            self._is_made = False

    def _describe(self, key: TableKey) -> ImagedTable | None:
        return None if key in self.not_compared else read_compared_table(self._scratch, key)

    def _compare(self, table: ImageTable, columns: int, images: list[bytes]) -> int:
        """Compare images of one table that have these columns; return how many."""
        name = table.plans.table.name
        compared = self._tables[name]
        if compared is None:
            return 0
        scratch = self._find_scratch(table, compared)
        self._rows.execute_sql(binlog_statement(_make_events(table, scratch, columns, images)))
        self.sent += len(images)
        query = image_queries.count_same(scratch, compared, columns)
        (same,) = self._rows.query(query).rows[0]
        if same == len(images):
            return len(images)
        if not self._logs_cascades and name in find_tables_with_cascades(self._scratch):
            self.not_compared.add(name)
            self._tables[name] = None
            return 0
        found = self._rows.query(image_queries.find_other(scratch, compared, columns)).rows
        if not found:
            raise RowDiffers(f"of {len(images):,} rows of {name}, {same!s} are as the log has them")
        raise RowDiffers(image_queries.describe_other(compared, columns, found[0]))

    def _find_scratch(self, table: ImageTable, compared: ImagedTable) -> TableKey:
        scratch = self._targets.get(table)
        if scratch is None:
            if not self._is_made:
                self._scratch.execute_sql(b"CREATE DATABASE " + quote_name(self._schema))
                self._scratch.execute_sql("SET SESSION sql_mode = '', lock_wait_timeout = 1")
                self._is_made = True
            self._drop_stale()
            self._number += 1
            scratch = self._schema, f"images_{self._number}"
            self._scratch.execute_sql(image_queries.make_scratch(scratch, compared))
            self._targets[table] = scratch
        return scratch

    def _drop_stale(self) -> None:
        """Remove scratch tables of former definitions; one that is in use waits for `drop`."""
        for scratch in self._stale:
            try:
                self._scratch.execute_sql(b"DROP TABLE " + quote_table(scratch))
            except MysqlError as error:
                if error.number != _LOCK_WAIT_TIMEOUT:
                    raise
        self._stale.clear()


def _make_events(table: ImageTable, scratch: TableKey, columns: int, images: list[bytes]) -> bytes:
    """Return the events that insert images into a scratch table."""
    table_id = _TABLE_ID
    body = table.plans.map_body
    _, names_end = read_table_name(body[NAMES_AT:])
    names = b"".join(
        bytes([len(name)]) + name + b"\0" for name in (part.encode() for part in scratch)
    )
    table_map = table_id + body[6:NAMES_AT] + names + body[NAMES_AT + names_end :]
    width = len(table.columns)
    head = table_id + _ENDS_STATEMENT + _NO_EXTRA + write_packed(width)
    head += columns.to_bytes((width + 7) // 8, "little")
    return _make_event(EventKind.TABLE_MAP, table_map) + _make_event(
        EventKind.WRITE_ROWS, head + b"".join(images)
    )


def _make_event(kind: int, body: bytes) -> bytes:
    return with_checksum(bytes([*bytes(_KIND_AT), kind, *_SERVER_ID, *bytes(_REST)]) + body)
