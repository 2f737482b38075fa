"""An event loop in a thread of its own, for libraries that wait in one.

Whoever waits for it can be interrupted: Ctrl-C ends a command at once, also while a host does not
answer.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar

_CLOSE_S = 5.0

_Result = TypeVar("_Result")


class LoopThread:
    """Runs coroutines; what they raise is raised where their result is waited for."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, _Result], *, timeout_s: float | None = None) -> _Result:
        """Return the result of a coroutine; past the timeout it is cancelled."""
        return _wait(self._submit(work), timeout_s)

    def iter_ahead(
        self, fetch: Callable[[], Coroutine[Any, Any, bytes]], *, timeout_s: float | None = None
    ) -> Iterator[bytes]:
        """Yield what `fetch` gives until it gives nothing, each fetched while the last is used."""
        ahead = self._submit(fetch())
        try:
            while chunk := _wait(ahead, timeout_s):
                ahead = self._submit(fetch())
                yield chunk
        finally:
            ahead.cancel()

    def close(self) -> None:
        """Cancel what runs, and end the thread; may be called again."""
        if self._loop.is_closed():
            return
        with contextlib.suppress(TimeoutError):
            self.run(_cancel_others(), timeout_s=_CLOSE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)
        if not self._thread.is_alive():
            self._loop.close()

    def _submit(self, work: Coroutine[Any, Any, _Result]) -> Future[_Result]:
        if self._loop.is_closed():
            work.close()
            raise ValueError("the session is closed")
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def _wait(work: Future[_Result], timeout_s: float | None) -> _Result:
    try:
        return work.result(timeout_s)
    except BaseException:
        work.cancel()
        raise


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
