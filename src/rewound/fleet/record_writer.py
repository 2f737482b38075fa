"""Many worlds at a time: one record that all write to, and their parallel jobs."""

import threading
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

_INTERRUPT_POLL_S = 0.2

_Outcome = TypeVar("_Outcome")


class RecordWriter:
    """Guards the record of a fleet that is being changed: one writer, many threads."""

    def __init__(self, folder: FleetFolder, record: FleetRecord) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self.record = record
        folder.write(record)

    def update(self, world: World) -> None:
        """Replace what the record says of one world, on disk as well."""
        with self._lock:
            self.record = replace(self.record, worlds={**self.record.worlds, world.name: world})
            self._folder.write(self.record)


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
