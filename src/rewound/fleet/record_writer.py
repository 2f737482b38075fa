"""Many worlds at a time: one record that all write to, and their parallel jobs."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from rewound import command
from rewound.errors import Interrupted, RewoundError
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World

_log = logging.getLogger(__name__)

_INTERRUPT_POLL_S = 0.2
_PAUSE_PER_WRITE = 10.0
"""How much longer than a write of the record the pause after it is: each writes all worlds. Of
1,000 one took 3.7 ms here, and an `up` without pauses makes 3,000, one after the other."""

_Outcome = TypeVar("_Outcome")


class RecordWriter:
    """Guards the record of a fleet that is being changed: one writer, many threads.

    Whoever notes something has to close it in the end.
    """

    def __init__(
        self, folder: FleetFolder, record: FleetRecord, *, is_written: bool = False
    ) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._next_write_at = 0.0
        self._timer: threading.Timer | None = None
        self._has_unwritten = False
        self.record = record
        if not is_written:
            self._write()

    def update(self, world: World) -> None:
        """Replace what the record says of one world, and return when it is on the disk."""
        with self._lock:
            self._replace(world)
            self._write()

    def note(self, world: World) -> None:
        """Replace what the record says of one world, on the disk a moment later where others did.

        For what may be lost if this process is killed.
        """
        with self._lock:
            self._replace(world)
            self._has_unwritten = True
            if self._timer is not None:
                return
            pause_s = self._next_write_at - time.monotonic()
            if pause_s <= 0:
                self._write()
                return
            self._timer = threading.Timer(pause_s, self._write_noted)
            self._timer.daemon = True
            self._timer.start()

    def close(self, *, writes: bool = True) -> None:
        """Write what was noted; without `writes`, forget it."""
        with self._lock:
            self._stop_timer()
            if self._has_unwritten and writes:
                self._write()
            self._has_unwritten = False

    def _write_noted(self) -> None:
        with self._lock:
            if self._timer is not threading.current_thread():
                return
            try:
                self._write()
            except RewoundError as error:  # whoever writes next, or closes, gets it
                _log.debug("the record is written later: %s", error.message)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _replace(self, world: World) -> None:
        self.record = replace(self.record, worlds={**self.record.worlds, world.name: world})

    def _write(self) -> None:
        self._stop_timer()
        began_at = time.monotonic()
        self._folder.write(self.record)
        self._has_unwritten = False
        ended_at = time.monotonic()
        self._next_write_at = ended_at + _PAUSE_PER_WRITE * (ended_at - began_at)


def run_side_by_side(
    jobs: Mapping[str, Callable[[], _Outcome]], *, workers: int, stop: Callable[[], None]
) -> dict[str, _Outcome]:
    """Run the worlds' jobs, in their order, some at a time; return what each came to.

    An exception of a job, or a signal, ends all: `stop` is called, which has to make the running
    jobs end; they are waited for, and the exception propagates.
    """
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="world")
    futures = {}
    try:
        futures = {pool.submit(job): name for name, job in jobs.items()}
        pending = set(futures)
        while pending:  # waiting without end would not see a signal
            done, pending = wait(pending, timeout=_INTERRUPT_POLL_S)
            for future in done:
                future.result()
    except BaseException:
        stop()
        command.end_running()  # such as the copying of a large data directory
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()
    return {name: future.result() for future, name in futures.items()}


@contextmanager
def interruptible(cancelled: threading.Event, doing: str) -> Iterator[None]:
    """Run the block of one job, such as "resetting world eu-1", unless all were cancelled.

    An error after that is not a failure of the job: its server was ended while it worked.

    Raises:
        Interrupted: all were cancelled, before the block or in it.
    """
    text = f"{doing} was interrupted"
    if cancelled.is_set():
        raise Interrupted(text)
    try:
        yield
    except RewoundError as error:
        if cancelled.is_set():
            raise Interrupted(text) from error
        raise
