"""Verifying dumps in parallel, in processes that never outlive their parent.

A worker ends when its parent does, for any reason: the kernel kills it (PR_SET_PDEATHSIG), and
Ctrl-C reaches it like every process of the terminal.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from rewound.dump.file.location import DumpFiles
from rewound.dump.file.opening import get_size_bytes
from rewound.errors import HostError
from rewound.load.options import LoadOptions
from rewound.load.verification import Verification, verify_dump

_PR_SET_PDEATHSIG = 1


def verify_all(dumps: Sequence[DumpFiles], options: LoadOptions) -> Iterator[Verification]:
    """Verify dumps in parallel; start the largest first, and yield each when it is done.

    Raises:
        HostError: a process that was reading was killed, usually because memory ran out.
    """
    # New processes, not copies of this one: it may have threads.
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(len(dumps), os.cpu_count() or 1)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_end_with,
        initargs=(os.getpid(),),
    )
    try:
        by_size = sorted(dumps, key=_size_bytes, reverse=True)
        for future in as_completed([pool.submit(verify_dump, dump, options) for dump in by_size]):
            yield future.result()
    except BrokenProcessPool as error:
        raise HostError(
            "a process that was reading a dump was killed", hint="the host may be out of memory"
        ) from error
    except BaseException:
        # Do not wait for unfinished dumps when the command is cancelled.
        for worker in set(multiprocessing.active_children()) - others:
            worker.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with(parent: int) -> None:
    """Let this process end with its parent, and silently on Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    with contextlib.suppress(OSError, AttributeError):  # where there is no prctl
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be asked to take us with it
        os._exit(1)


def _size_bytes(dump: DumpFiles) -> int:
    return sum(get_size_bytes(part.location) for part in dump.parts)
