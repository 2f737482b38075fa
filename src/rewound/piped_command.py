"""A program as a filter: it reads our bytes and writes others, both as streams.

A part of the one door for processes, see `command`. A thread of its own feeds the program, another
one drains what it says; the program has no terminal, so it can never ask for a password there.
"""

import contextlib
import logging
import os
import select
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from rewound.command import bind_to_us, last_lines
from rewound.errors import CommandFailed

_log = logging.getLogger(__name__)

_FEED_BYTES = 1 << 16
_SAID_PIECES = 16
_STALL_TIMEOUT_S = 300.0
_END_TIMEOUT_S = 10.0
_POLL_MS = 1000


class PipedCommand:
    """Guards a running program; `read` until it returns nothing, then `require_success`.

    `source` is called in the feeding thread, with the number of bytes wanted; it returns none at
    the end, and what it raises is raised again by `read`. Use it as a context manager, or `close`
    it: the program does not outlive it.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        source: Callable[[int], bytes],
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Start the program; `env` is added to our environment.

        Raises:
            CommandFailed: it is missing or cannot be started.
        """
        _log.debug("pipe through %s", " ".join(argv))
        self._argv = argv
        self._source = source
        self._source_error: BaseException | None = None
        self._is_all_fed = False
        self._is_writing = False
        self._said: deque[bytes] = deque(maxlen=_SAID_PIECES)
        try:
            self._process = subprocess.Popen(
                bind_to_us(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=None if env is None else {**os.environ, **env},
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise CommandFailed(argv, reason="is not installed on this host") from error
        except OSError as error:
            reason = f"could not be started: {error.strerror}"
            raise CommandFailed(argv, reason=reason) from error
        self._threads = [
            threading.Thread(target=work, name=f"{argv[0]}-{work.__name__}", daemon=True)
            for work in (self._feed, self._listen)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "PipedCommand":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def said(self) -> str:
        """The last that the program wrote to its standard error."""
        return b"".join(self._said).decode(errors="replace")

    @property
    def is_all_read(self) -> bool:
        """Whether the program took all that the source had."""
        return self._is_all_fed

    def read(self, size: int) -> bytes:
        """Return the next bytes that the program writes, at most `size`; none at its end.

        Raises:
            CommandFailed: it neither reads nor writes any more.
        """
        output = self._process.stdout
        assert output is not None  # noqa: S101 - it is a pipe
        poll = select.poll()
        poll.register(output, select.POLLIN)
        waited_s = 0.0
        while not poll.poll(_POLL_MS):
            waits_for_program = self._is_writing or self._is_all_fed
            waited_s = waited_s + _POLL_MS / 1000 if waits_for_program else 0.0
            if waited_s > _STALL_TIMEOUT_S:
                raise self._failed(f"did nothing for {_STALL_TIMEOUT_S:.0f} s")
        if data := output.read(size):
            return data
        self._threads[0].join()
        if self._source_error is not None:
            raise self._source_error
        return b""

    def require_success(self) -> None:
        """Wait until the program has ended.

        Raises:
            CommandFailed: it ended with an error, or not at all.
        """
        try:
            code = self._process.wait(_END_TIMEOUT_S)
        except subprocess.TimeoutExpired as error:
            raise self._failed(f"did not end within {_END_TIMEOUT_S:.0f} s") from error
        self._threads[1].join(_END_TIMEOUT_S)
        if code != 0:
            raise self._failed(f"exited with code {code}")

    def close(self) -> None:
        """Kill the program if it still runs, and wait until it is gone."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_END_TIMEOUT_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
        # The feeding thread ends when it finds that the program is gone; the source may be slow.
        for thread in self._threads:
            thread.join(_END_TIMEOUT_S)

    def _failed(self, reason: str) -> CommandFailed:
        return CommandFailed(self._argv, reason=reason, stderr_tail=last_lines(self.said))

    def _feed(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - it is a pipe
        try:
            while data := self._source(_FEED_BYTES):
                self._is_writing = True
                if not _write(pipe.fileno(), data):
                    return
                self._is_writing = False
            self._is_all_fed = True
        except BaseException as error:  # noqa: BLE001 - `read` raises it again, in its thread
            self._source_error = error
        finally:
            with contextlib.suppress(OSError):
                pipe.close()

    def _listen(self) -> None:
        pipe = self._process.stderr
        assert pipe is not None  # noqa: S101 - it is a pipe
        with pipe, contextlib.suppress(OSError):
            while piece := pipe.read(4096):
                self._said.append(piece)


def _write(descriptor: int, data: bytes) -> bool:
    """Write all of the data; return False if the program has ended before."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
    except BrokenPipeError:
        return False
    return True
