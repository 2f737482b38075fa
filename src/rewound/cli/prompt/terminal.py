"""Reading lines: editing, history, colours and completion, by prompt_toolkit."""

import asyncio
import functools
import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, ThreadedCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.sql import MySqlLexer

from rewound.cli.output.escaping import show_control_characters
from rewound.cli.prompt.completion import Suggestion

_log = logging.getLogger(__name__)

_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)

Complete = Callable[[str, int], Sequence[Suggestion]]
"""Takes a text and an offset in it; called in a thread, so it may block."""


class LineCleared(Exception):
    """The user pressed Ctrl-C while typing."""


class Line:
    """Reads inputs from the terminal, one after the other."""

    def __init__(
        self, *, complete: Complete, is_finished: Callable[[str], bool], history_file: Path
    ) -> None:
        """Read nothing yet. Enter ends a text that `is_finished`, or else starts a new line."""
        # Called several times for every key.
        judge = functools.lru_cache(maxsize=1)(is_finished)
        self._session: PromptSession[str] = PromptSession(
            history=_open_history(history_file),
            completer=ThreadedCompleter(_Completer(complete)),
            complete_while_typing=False,
            lexer=PygmentsLexer(MySqlLexer),
            multiline=Condition(lambda: not judge(self._session.default_buffer.text)),
            prompt_continuation=_continue,
            enable_suspend=True,
            interrupt_exception=LineCleared,
        )
        self._is_asked_to_end = False

    def read(self, prompt: str, *, begun: str = "") -> str:
        """Return the user's input, which begins with a text that can be edited.

        Raises:
            LineCleared: they pressed Ctrl-C.
            EOFError: they pressed Ctrl-D, or the terminal is gone.
            KeyboardInterrupt: the process was asked to end.
        """
        before = {number: signal.getsignal(number) for number in _ENDING_SIGNALS}
        try:
            # Ctrl-C is a key here; the signal belongs to the caller, whose handler stays.
            text = self._session.prompt(
                prompt, default=begun, handle_sigint=False, pre_run=self._heed_signals
            )
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if self._is_asked_to_end:
            raise KeyboardInterrupt
        return text

    def _heed_signals(self) -> None:
        """End the input if the process is asked to end.

        The signal handler raises no exception: in the middle of library code, it could get lost.
        """
        loop = asyncio.get_running_loop()
        for number in _ENDING_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                loop.add_signal_handler(number, self._end)

    def _end(self) -> None:
        self._is_asked_to_end = True
        line = self._session.app.future
        if line is not None and not line.done():
            self._session.app.exit(exception=KeyboardInterrupt())


class _Completer(Completer):
    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - the protocol's signature
    ) -> Iterator[Completion]:
        for each in self._complete(document.text, document.cursor_position):
            yield Completion(
                each.text,
                start_position=-each.length,
                display=show_control_characters(each.text),
                display_meta=each.what,
            )


class _History(FileHistory):
    """A history that ignores a full disk: new lines are then forgotten."""

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError as error:
            _log.warning("the history cannot be written: %s", error)


def _open_history(path: Path) -> History:
    """Return the history in a file that only its user can read; it is never shortened."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.fchmod(descriptor, 0o600)
        os.close(descriptor)
    except OSError as error:
        _log.warning("there will be no history: %s", error)
        return InMemoryHistory()
    return _History(path)


def _continue(width: int, line_number: int, wrap_count: int) -> str:  # noqa: ARG001
    """Return the text before a continuation line; empty before a wrapped one."""
    return " " * width if wrap_count else "-> ".rjust(width)
