"""The CPU cores of this host, shared by all loads that run at the same time.

Two sessions that fill one table slow each other down: 18 CPU-seconds, compared with 16.4 for one
(256 MB of text). So a load gets a second core only while no other load needs it.
"""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    """A waiter for a core."""

    owner: Hashable


class CpuBudget:
    """Guards how many cores are busy, and for whom."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._changed = threading.Condition()
        self._free = count
        self._busy: Counter[Hashable] = Counter()
        self._waiting: list[_Request] = []

    @contextmanager
    def one(self, owner: Hashable) -> Iterator[None]:
        """Hold a core for an owner; the owner with the fewest comes first, then the earliest."""
        request = _Request(owner)
        with self._changed:
            self._waiting.append(request)
            while self._free == 0 or self._next() is not request:
                self._changed.wait()
            self._waiting.remove(request)
            self._free -= 1
            self._busy[owner] += 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._busy[owner] -= 1
                self._changed.notify_all()

    def _next(self) -> _Request:
        return min(self._waiting, key=lambda request: self._busy[request.owner])
