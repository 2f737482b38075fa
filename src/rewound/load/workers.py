"""Several connections that load one server: scheduling the work between them.

A worker is a thread with a connection. A few rules order the work: a table's keys are dropped
before its first rows and rebuilt after its last; rows of a table without a primary key keep their
order; rebuilding keys comes first, because it takes longest. The workers of all worlds share one
CPU budget, so that the last world can use all cores.
"""

import enum
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from rewound.errors import Interrupted, RewoundError
from rewound.load.cpu_budget import CpuBudget
from rewound.load.objects import TableKey
from rewound.load.rows import Batch, DeferredIndexes

_log = logging.getLogger(__name__)

_LARGEST_BACKLOG_BYTES = 8 << 20
"""How many bytes of rows may wait for a worker; beyond that, the reader waits."""
_POLL_S = 0.2
_END_TIMEOUT_S = 30.0


class TableLoader(Protocol):
    """What executes a worker's steps. Used as a context manager, by one thread."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End."""

    def drop_secondary_indexes(self, table: TableKey, line: int) -> DeferredIndexes | None:
        """Drop the keys of a table that can wait; None if there are none."""

    def load(self, table: TableKey, batch: Batch) -> None:
        """Insert rows into a table."""

    def rebuild_secondary_indexes(self, table: TableKey, away: DeferredIndexes) -> None:
        """Create the dropped keys again."""

    def abort(self) -> None:
        """Interrupt the current statement, from another thread."""


class _WorkStep(enum.Enum):
    """What a worker does for a table."""

    DROP_INDEXES = enum.auto()
    LOAD = enum.auto()
    REBUILD_INDEXES = enum.auto()


@dataclass(slots=True)
class _TableQueue:
    """What is waiting and what is running for one table."""

    key: TableKey
    keeps_order: bool
    waiting: deque[Batch] = field(default_factory=deque)
    workers: int = 0
    """How many are working on it."""
    size_bytes: int = 0
    is_begun: bool = False
    """Its keys were examined, and those that can wait were dropped."""
    deferred_indexes: DeferredIndexes | None = None
    holds_indexes: bool = False
    """Its keys wait for the rows of all tables, unless a statement needs them."""
    is_ending: bool = False
    """Its keys are being rebuilt. Rows that arrive meanwhile wait: the server would log them, and
    its log is limited.
    """
    is_complete: bool = False
    """No more rows are expected: the dump has moved on to another table."""

    @property
    def is_done(self) -> bool:
        """Whether all rows so far and all keys are in the server."""
        return self.is_complete and not (self.waiting or self.workers or self.deferred_indexes)

    @property
    def has_all_rows(self) -> bool:
        """Whether all rows so far are in it."""
        return not (self.waiting or self.workers)

    def next_step(self) -> _WorkStep | None:
        """Return the next step for it, if any."""
        if self.waiting:
            if not self.is_begun:
                return None if self.workers else _WorkStep.DROP_INDEXES
            has_to_wait = self.is_ending or (self.keeps_order and self.workers)
            return None if has_to_wait else _WorkStep.LOAD
        has_to_end = self.is_complete and self.deferred_indexes is not None and not self.workers
        has_to_end = has_to_end and not self.holds_indexes
        return _WorkStep.REBUILD_INDEXES if has_to_end else None


class _Work(NamedTuple):
    """One step for one table, taken by a worker."""

    table: _TableQueue
    step: _WorkStep
    batch: Batch | None = None


class LoadWorkers:
    """Guards the work of the workers. Use it as a context manager; leaving it ends them."""

    def __init__(
        self,
        make_loader: Callable[[], TableLoader],
        *,
        count: int,
        cpu_budget: CpuBudget,
        cancelled: threading.Event,
        keys_later: bool = False,
    ) -> None:
        """Take what makes each worker's loader; with `keys_later`, keys wait for `wait_for`."""
        self._keys_later = keys_later
        self._make_loader = make_loader
        self._count = count
        self._cpu_budget = cpu_budget
        self._cancelled = cancelled
        self._changed = threading.Condition()
        self._tables: dict[TableKey, _TableQueue] = {}
        self._backlog_bytes = 0
        self._failure: BaseException | None = None
        self._is_closed = False
        self._threads: list[threading.Thread] = []
        self._loaders: list[TableLoader] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            unfinished = self._loaders if kind is not None else []
        for loader in unfinished:
            loader.abort()
        for thread in self._threads:
            thread.join(_END_TIMEOUT_S)

    def add(self, key: TableKey, batch: Batch, *, keeps_order: bool) -> None:
        """Give rows of a table to the workers; wait while they have enough to do.

        Raises:
            RewoundError: a worker failed.
            Interrupted: the user asked to stop.
        """
        self._start()
        with self._changed:
            table = self._tables.setdefault(
                key, _TableQueue(key, keeps_order, holds_indexes=self._keys_later)
            )
            for other in self._tables.values():
                other.is_complete = other is not table
            self._wait_until(lambda: self._backlog_bytes < _LARGEST_BACKLOG_BYTES)
            table.waiting.append(batch)
            table.size_bytes += batch.size_bytes
            self._backlog_bytes += batch.size_bytes
            self._changed.notify_all()

    def wait_for(
        self,
        keys: Iterable[TableKey] | None = None,
        *,
        meanwhile: Callable[[str], None] = lambda _name: None,
    ) -> None:
        """Return when all rows so far are in these tables, or in all, and their keys are rebuilt.

        `meanwhile` is called from time to time with the largest unfinished table.

        Raises:
            RewoundError: a worker failed.
            Interrupted: the user asked to stop.
        """
        with self._changed:
            chosen = list(self._tables) if keys is None else [k for k in keys if k in self._tables]
            tables = [self._tables[key] for key in chosen]
            for table in tables:
                table.is_complete, table.holds_indexes = True, False
            self._changed.notify_all()

            def are_done() -> bool:
                left = [table for table in tables if not table.is_done]
                if left:
                    meanwhile(max(left, key=lambda table: table.size_bytes).key[1])
                return not left

            self._wait_until(are_done)

    def wait_for_rows(self) -> None:
        """Return once all rows so far are in all tables, whatever keys are back.

        Raises:
            RewoundError: a worker failed.
            Interrupted: the user wants to stop.
        """
        with self._changed:
            self._wait_until(lambda: all(table.has_all_rows for table in self._tables.values()))

    def forget(self, keys: Iterable[TableKey]) -> None:
        """Treat tables as new from now on; they were waited for."""
        with self._changed:
            for key in keys:
                self._tables.pop(key, None)

    def _wait_until(self, is_met: Callable[[], bool]) -> None:
        while self._failure is None and not is_met():
            if self._cancelled.is_set():
                raise Interrupted("the load was interrupted")
            self._changed.wait(_POLL_S)
        if self._failure is not None:
            raise self._failure

    def _start(self) -> None:
        for number in range(self._count if not self._threads else 0):
            thread = threading.Thread(target=self._work, name=f"worker{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        """Do the steps that are due until the workers are closed or one of them fails."""
        try:
            with self._make_loader() as loader:
                with self._changed:
                    self._loaders.append(loader)
                while (work := self._take()) is not None:
                    with self._cpu_budget.one(self):
                        deferred_indexes = _do(work, loader)
                    self._requeue(work, deferred_indexes)
        except BaseException as error:  # noqa: BLE001 - goes on in the thread that reads
            with self._changed:
                if self._failure is None and not self._is_closed:
                    self._failure = error
                self._changed.notify_all()
            if not isinstance(error, RewoundError):
                _log.debug("a worker ended", exc_info=True)

    def _take(self) -> _Work | None:
        """Wait for the next step; None if there will be no more."""
        with self._changed:
            while not self._is_closed and self._failure is None:
                if (found := _find_work(self._tables.values())) is not None:
                    table, step = found
                    table.workers += 1
                    table.is_ending = step is _WorkStep.REBUILD_INDEXES
                    batch = table.waiting.popleft() if step is _WorkStep.LOAD else None
                    return _Work(table, step, batch)
                self._changed.wait(_POLL_S)
        return None

    def _requeue(self, work: _Work, deferred_indexes: DeferredIndexes | None) -> None:
        table = work.table
        with self._changed:
            table.workers -= 1
            match work.step:
                case _WorkStep.DROP_INDEXES:
                    table.is_begun, table.deferred_indexes = True, deferred_indexes
                case _WorkStep.REBUILD_INDEXES:
                    table.is_ending, table.deferred_indexes = False, None
            if work.batch is not None:
                self._backlog_bytes -= work.batch.size_bytes
            self._changed.notify_all()


def _find_work(tables: Iterable[_TableQueue]) -> tuple[_TableQueue, _WorkStep] | None:
    """Return the next step: keys of the largest table, otherwise the earliest waiting rows."""
    possible = [(table, step) for table in tables if (step := table.next_step()) is not None]
    ends = [each for each in possible if each[1] is _WorkStep.REBUILD_INDEXES]
    if ends:
        return max(ends, key=lambda each: each[0].size_bytes)
    return possible[0] if possible else None


def _do(work: _Work, loader: TableLoader) -> DeferredIndexes | None:
    key = work.table.key
    match work.step:
        case _WorkStep.DROP_INDEXES:
            return loader.drop_secondary_indexes(key, work.table.waiting[0].verdict.line)
        case _WorkStep.REBUILD_INDEXES if work.table.deferred_indexes is not None:
            loader.rebuild_secondary_indexes(key, work.table.deferred_indexes)
        case _ if work.batch is not None:
            loader.load(key, work.batch)
    return None
