"""Calls that block in a library, made by a thread of their own.

Whoever waits for one can be interrupted: Ctrl-C ends a command at once, also while a store does not
answer, for which obstore's own blocking calls took 30 s. The library's coroutines are no way out:
its threads then let go of Python's objects themselves, which aborted one of twelve commands at
their end (obstore 0.12.1, Python 3.11).
"""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

_CLOSE_S = 5.0

_Result = TypeVar("_Result")


class CallThread:
    """Makes one call after the other; what it raises is raised where its result is waited for."""

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = (
            queue.SimpleQueue()
        )
        self._is_closed = False
        self._pending: Future[Any] | None = None
        self._thread = threading.Thread(target=self._make_calls, name=name, daemon=True)
        self._thread.start()

    def run(self, call: Callable[[], _Result]) -> _Result:
        """Return the result of a call."""
        return self._submit(call).result()

    def iter_ahead(self, fetch: Callable[[], bytes]) -> Iterator[bytes]:
        """Yield what `fetch` gives until it gives nothing, each fetched while the last is used."""
        ahead = self._submit(fetch)
        while chunk := ahead.result():
            ahead = self._submit(fetch)
            yield chunk

    def close(self) -> None:
        """End the thread; a call that still blocks is left to the end of the process."""
        if self._is_closed:
            return
        self._is_closed = True
        self._calls.put(None)
        if self._pending is None or self._pending.done():
            self._thread.join(_CLOSE_S)

    def _submit(self, call: Callable[[], _Result]) -> "Future[_Result]":
        if self._is_closed:
            raise ValueError("the session is closed")
        self._pending = future = Future[_Result]()
        self._calls.put((future, call))
        return future

    def _make_calls(self) -> None:
        while (each := self._calls.get()) is not None:
            future, call = each
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - it is raised by whoever waits
                future.set_exception(error)
            del each, future, call
