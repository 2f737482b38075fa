"""Whether each row that is changed is as the log has it from before (--verify-images)."""

from collections.abc import Set
from dataclasses import replace

from rewound.binlog.rows.row_counts import FoundRows
from rewound.load.log_receipt import HandlerCounts, ImageCounts
from rewound.load.objects import TableKey
from rewound.mysql.client import Connection
from rewound.replay.before_images import BeforeImages
from rewound.replay.scratch_tables import ScratchTables


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
        self._images = None if tables is None else BeforeImages(tables.find_key)

    @property
    def counts(self) -> ImageCounts | None:
        """What was compared so far; None if nothing is."""
        if self._images is None or self._tables is None:
            return None
        return replace(self._images.counts, asked=self._tables.asked)

    @property
    def written(self) -> HandlerCounts:
        """What the server has counted of it, in the session that applies rows."""
        return HandlerCounts(inserted=0 if self._tables is None else self._tables.sent)

    @property
    def not_compared(self) -> Set[TableKey]:
        """Tables that foreign keys change, and which are not compared therefore."""
        return frozenset() if self._tables is None else self._tables.not_compared

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
            RowDiffers: a row is another one than the log says.
            MysqlError: the server cannot say.
        """
        if self._tables is not None and self._images is not None:
            self._tables.compare(self._images.take_unknown())
            self._images.count_compared()

    def forget(self) -> None:
        """Forget rows and tables: something else may have changed them."""
        if self._tables is not None and self._images is not None:
            self._images.forget()
            self._tables.forget()

    def finish(self) -> None:
        """Remove what was made on the server."""
        if self._tables is not None:
            self._tables.drop()
