"""Asking the server whether rows are as before-images state them.

The images become row events of a scratch table, so that the server reads them as it reads all
others, whatever the type; then it joins them with the rows that they are of. The scratch tables are
in a schema whose name nobody can guess, and are gone before anything is proven.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rewound.binlog.events.checksums import with_checksum
from rewound.binlog.events.header import HEADER_BYTES
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.packed import write_packed
from rewound.binlog.events.table_map import NAMES_AT, TableMap, TableName, read_table_name
from rewound.binlog.rows.images import ImagePlans
from rewound.dump.text.quoting import quote_name
from rewound.errors import MysqlError
from rewound.load.log_receipt import HandlerCounts
from rewound.load.objects import TableKey, quote_table
from rewound.mysql.client import Connection
from rewound.replay import image_queries
from rewound.replay.image_queries import ImagedTable
from rewound.replay.image_table import ImageTable
from rewound.replay.row_batches import binlog_statement
from rewound.replay.server_tables import (
    find_tables_with_cascades,
    read_handlers,
    read_imaged_table,
)

_KIND_AT = 4
_SERVER_ID = (1).to_bytes(4, "little")
_REST = HEADER_BYTES - _KIND_AT - 1 - len(_SERVER_ID)
_TABLE_ID_BYTES = 6
_TABLE_ID = (1).to_bytes(_TABLE_ID_BYTES, "little")
_ENDS_STATEMENT, _NO_EXTRA = b"\x01\0", b"\x02\0"
_LOCK_WAIT_TIMEOUT = 1205
_SAVEPOINT = "before_images"


class RowDiffers(Exception):
    """A row is not as the log says that it was; the text says how."""

    fault = "a row that it changes is not here as the log has it from before"


class RowsDoubled(RowDiffers):
    """Rows are in the dump as well as in the log; the text says which."""

    fault = "it inserts rows that the dump has already"


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
        self._targets: dict[bytes, TableKey] = {}
        """By what a table map states of a table, without its number."""
        self._stale: list[TableKey] = []
        self.written = HandlerCounts()
        """What the server has counted in the session that applies rows."""
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

    def is_without_key(self, name: TableName) -> bool:
        """Tell whether the server finds the rows of a table that was asked for by all columns."""
        table = self._tables.get(name)
        return table is not None and not table.key

    def count_here(self, plans: ImagePlans, images: list[bytes]) -> int:
        """Return how many of these whole rows a table without a key has."""
        columns = (1 << len(plans.table.columns)) - 1
        table = self._tables[plans.table.name]
        if table is None:
            return 0
        with self._counted(), self._undone():
            scratch = self._send(plans, table, columns, images)
            ((count,),) = self._rows.query(image_queries.count_here(scratch, table)).rows
        return int(str(count))

    def has_alike(self, plans: ImagePlans) -> bool:
        """Tell whether a table has two rows with the same values."""
        table = self._tables[plans.table.name]
        if table is None:
            return False
        with self._counted():
            return bool(self._rows.query(image_queries.find_alike(table)).rows)

    def compare(self, images: Mapping[tuple[ImageTable, int], list[bytes]]) -> None:
        """Require that the rows of the server are as these images; inside of a transaction.

        Raises:
            RowDiffers: one of them is not, or not here.
            MysqlError: the server cannot say.
        """
        if not images:
            return
        with self._undone():
            asked = sum(self._compare(*group, of_group) for group, of_group in images.items())
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
        return None if key in self.not_compared else read_imaged_table(self._scratch, key)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Add what the server counts meanwhile: its queries may write temporary tables."""
        before = read_handlers(self._rows)
        yield
        self.written += read_handlers(self._rows) - before

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """Take back what is sent, inside of a transaction; after an error the caller does."""
        self._rows.execute_sql(f"SAVEPOINT {_SAVEPOINT}")
        yield
        self._rows.execute_sql(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
        self._rows.execute_sql(f"RELEASE SAVEPOINT {_SAVEPOINT}")

    def _send(
        self, plans: ImagePlans, table: ImagedTable, columns: int, images: list[bytes]
    ) -> TableKey:
        """Insert images into the scratch table of their table, and return its name."""
        scratch = self._find_scratch(plans, table)
        self._rows.execute_sql(binlog_statement(_make_events(plans, scratch, columns, images)))
        return scratch

    def _compare(self, table: ImageTable, columns: int, images: list[bytes]) -> int:
        """Compare images of one table that have these columns; return how many."""
        name = table.plans.table.name
        compared = self._tables[name]
        if compared is None:
            return 0
        scratch = self._send(table.plans, compared, columns, images)
        self.written += HandlerCounts(inserted=len(images))
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

    def _find_scratch(self, plans: ImagePlans, table: ImagedTable) -> TableKey:
        stated = plans.map_body[_TABLE_ID_BYTES:]
        scratch = self._targets.get(stated)
        if scratch is None:
            if not self._is_made:
                self._scratch.execute_sql(b"CREATE DATABASE " + quote_name(self._schema))
                self._scratch.execute_sql("SET SESSION sql_mode = '', lock_wait_timeout = 1")
                self._is_made = True
            self._drop_stale()
            self._number += 1
            scratch = self._schema, f"images_{self._number}"
            self._scratch.execute_sql(image_queries.make_scratch(scratch, table))
            self._targets[stated] = scratch
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


def _make_events(plans: ImagePlans, scratch: TableKey, columns: int, images: list[bytes]) -> bytes:
    """Return the events that insert images into a scratch table."""
    table_id = _TABLE_ID
    body = plans.map_body
    _, names_end = read_table_name(body[NAMES_AT:])
    names = b"".join(
        bytes([len(name)]) + name + b"\0" for name in (part.encode() for part in scratch)
    )
    table_map = table_id + body[_TABLE_ID_BYTES:NAMES_AT] + names + body[NAMES_AT + names_end :]
    width = len(plans.table.columns)
    head = table_id + _ENDS_STATEMENT + _NO_EXTRA + write_packed(width)
    head += columns.to_bytes((width + 7) // 8, "little")
    return _make_event(EventKind.TABLE_MAP, table_map) + _make_event(
        EventKind.WRITE_ROWS, head + b"".join(images)
    )


def _make_event(kind: int, body: bytes) -> bytes:
    return with_checksum(bytes([*bytes(_KIND_AT), kind, *_SERVER_ID, *bytes(_REST)]) + body)
