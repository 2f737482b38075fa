"""Whether each row that is changed is as the log has it from before (--verify-images)."""

from collections.abc import Mapping, Set
from dataclasses import replace

from rewound.binlog.events.table_map import TableName
from rewound.binlog.rows.row_counts import FoundRows
from rewound.load.log_receipt import HandlerCounts, ImageCounts
from rewound.load.objects import TableKey
from rewound.mysql.client import Connection
from rewound.replay.before_images import BeforeImages
from rewound.replay.first_inserts import FirstInserts, FirstRows
from rewound.replay.scratch_tables import RowsDoubled, ScratchTables


class ImageCheck:
    """Follows the rows of a replay: each batch is taken in, and compared before it is applied."""

    def __init__(
        self, rows: Connection, scratch: Connection | None, *, logs_cascades: bool = True
    ) -> None:
        """Take the session that applies rows, and one for scratch tables: None checks nothing.

        `logs_cascades` says whether the logs have what foreign keys change.
        """
        self._tables = tables = (
            None if scratch is None else ScratchTables(rows, scratch, logs_cascades=logs_cascades)
        )
        self._first = FirstInserts()
        self._images = (
            None if tables is None else BeforeImages(tables.find_key, self._take_without_key)
        )

    @property
    def counts(self) -> ImageCounts | None:
        """What was compared so far; None if nothing is."""
        if self._images is None or self._tables is None:
            return None
        return replace(self._images.counts, asked=self._tables.asked)

    @property
    def written(self) -> HandlerCounts:
        """What the server has counted of it, in the session that applies rows."""
        return HandlerCounts() if self._tables is None else self._tables.written

    @property
    def not_compared(self) -> Set[TableKey]:
        """Tables that foreign keys change, and which are not compared therefore."""
        return frozenset() if self._tables is None else self._tables.not_compared

    @property
    def first_inserts(self) -> Mapping[TableName, FirstRows]:
        """The rows that were inserted first into tables without a key."""
        return self._first.tables

    def new_found(self) -> list[FoundRows] | None:
        """Return the list that row events are to be added to while they are counted, if any."""
        return None if self._images is None else []

    def take(self, found: list[FoundRows] | None, *, is_alone: bool = False) -> bool:
        """Take in the next row events of a batch, as `BeforeImages.take` does.

        Raises:
            MalformedEvent: an event is damaged.
        """
        if self._images is None or found is None:
            return True
        return self._images.take(found, is_alone=is_alone)

    def compare(self) -> None:
        """Compare what was taken in with the server's rows, inside of a transaction.

        Raises:
            RowDiffers: a row is another one than the log says, or is there before it.
            MysqlError: the server cannot say.
        """
        if self._tables is not None and self._images is not None:
            for name, first in self._first.compare(self._tables).items():
                raise RowsDoubled(
                    f"{first} that the logs insert into {name}, which has no key and had no two"
                    " rows alike, were there before"
                )
            self._tables.compare(self._images.take_unknown())
            self._images.count_compared()

    def forget(self) -> None:
        """Forget rows and tables: something else may have changed them."""
        if self._tables is not None and self._images is not None:
            self._images.forget()
            self._first.forget()
            self._tables.forget()

    def _take_without_key(self, found: FoundRows) -> None:
        if self._tables is not None and self._tables.is_without_key(found[1].table.name):
            self._first.take(found)

    def finish(self) -> None:
        """Remove what was made on the server."""
        if self._tables is not None:
            self._tables.drop()
