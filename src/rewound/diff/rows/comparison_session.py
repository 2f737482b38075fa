"""One side of a comparison: a session on its server, and a thread that waits for answers.

Both sides are asked at the same time, as they are different servers; a side answers its
questions in the order in which they are put.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from rewound.diff.rows.row_changes import Row
from rewound.diff.rows.statements import SESSION_STATEMENTS
from rewound.errors import Interrupted
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint


class Cancellation:
    """Guards the sides that are open, so that all can be ended from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sides: list[ComparisonSession] = []
        self._is_cancelled = False

    def add(self, side: "ComparisonSession") -> None:
        """Add a side that was opened.

        Raises:
            Interrupted: all have been ended.
        """
        with self._lock:
            self._sides.append(side)
        self.check()

    def check(self) -> None:
        """Raise if the comparison was ended.

        Raises:
            Interrupted: all have been ended.
        """
        if self._is_cancelled:
            raise Interrupted("interrupted")

    def cancel(self) -> None:
        """End all sides, and those that are opened later."""
        with self._lock:
            self._is_cancelled = True
            sides = list(self._sides)
        for side in sides:
            side.abort()


class ComparisonSession:
    """A session for comparing. Use it as a context manager."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._connection = Connection(endpoint)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="diff")
        # As what is asked may be a view that calls a function, which could end the session's mode.
        for statement in (*SESSION_STATEMENTS, "START TRANSACTION READ ONLY"):
            self._connection.execute_sql(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            # The answers are no longer needed.
            self.abort()
        self._pool.shutdown(cancel_futures=True)
        self._connection.close()

    @property
    def connection(self) -> Connection:
        """The session, for questions that nothing else is asked beside."""
        return self._connection

    def abort(self) -> None:
        """Break the session; a question that is being answered fails."""
        self._connection.abort()

    def ask(self, sql: str) -> Future[list[Row]]:
        """Put a question; its answer is whole, so it must be small."""
        return self._pool.submit(fetch_rows, self._connection, sql)

    def ask_for_many(self, sql: str) -> Future[Iterator[Row]]:
        """Put a question whose rows are read as they come; none beside it before the last."""
        return self._pool.submit(iter_rows, self._connection, sql)


def fetch_rows(connection: Connection, sql: str) -> list[Row]:
    """Return all rows of an answer.

    Rows are fetched only here and in `iter_rows`, so a faster reader would be used here.
    """
    return connection.texts(sql)


def iter_rows(connection: Connection, sql: str) -> Iterator[Row]:
    """Return the rows of an answer as they arrive."""
    return connection.iter_texts(sql)
