"""Telling the user about a statement that does not end.

A trigger or a long ALTER TABLE can hold a world for minutes. The live view then shows no
progress, and what the world waits for has to be said. Nothing is stopped here.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rewound.dump.rules.verdict import Verdict, excerpt

FIRST_NOTE_S = 60.0
"""After this time a statement is reported, and again whenever the time has doubled."""
_POLL_S = 1.0
_EXCERPT_LENGTH = 60

Note = Callable[[str], None]
"""Called with a text about the world, from a thread of its own."""


def say_nothing(_text: str) -> None:
    """Be the note of a caller who wants to hear nothing."""


class StatementWatch:
    """Guards which statement of a load is executed, and since when.

    Used as a context manager, it looks once a second.
    """

    def __init__(self, note: Note) -> None:
        self._note = note
        self._lock = threading.Lock()
        self._running: tuple[Verdict, float] | None = None
        self._next_note_s = FIRST_NOTE_S
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="statements", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def begin(self, verdict: Verdict, now: float) -> None:
        """Record that a statement is executed from now on, in seconds of a monotonic clock."""
        with self._lock:
            self._running = verdict, now
            self._next_note_s = FIRST_NOTE_S

    def end(self) -> None:
        """Record that it is done."""
        with self._lock:
            self._running = None

    def look(self, now: float) -> None:
        """Report the statement if it takes long."""
        with self._lock:
            if self._running is None or now - self._running[1] < self._next_note_s:
                return
            verdict, began_at = self._running
            self._next_note_s *= 2
        shown = excerpt(verdict.statement.text, _EXCERPT_LENGTH)
        self._note(f"line {verdict.line} has been running for {now - began_at:.0f} s: {shown}")

    def _watch(self) -> None:
        while not self._is_over.wait(_POLL_S):
            self.look(time.monotonic())
