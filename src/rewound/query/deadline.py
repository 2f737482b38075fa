"""The deadline of one statement, by our clock.

The server ends a SELECT by itself; a statement that it does not end is ended by us a moment later.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_S = 1.0
"""How long the server may take to end a statement whose time is up, before we end its session."""


class Deadline:
    """Guards the time of a statement that begins with the making of this; None is no limit."""

    def __init__(self, timeout_s: float | None) -> None:
        self._timeout_s = timeout_s
        self._started = asyncio.get_running_loop().time()
        self._held_s = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the server's own clock, which began later, may have run out."""
        elapsed_s = asyncio.get_running_loop().time() - self._started
        return self._timeout_s is not None and elapsed_s >= self._timeout_s

    def patience(self) -> asyncio.Timeout:
        """Return what ends a wait for the server when it should have ended the statement."""
        if self._timeout_s is None:
            return asyncio.timeout(None)
        return asyncio.timeout_at(self._started + self._timeout_s + GRACE_S + self._held_s)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let the time within not count: nobody takes the rows that are there."""
        started = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            self._held_s += asyncio.get_running_loop().time() - started
