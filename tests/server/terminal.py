"""A pseudo-terminal with `rewound` on it, typed at and read as a user would."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import Cli

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>()][B0]?)")
_PATIENCE_S = 20.0


class Terminal:
    """What was typed at a process, and what it has written since."""

    def __init__(self, process: "subprocess.Popen[bytes]", side: int) -> None:
        self._process = process
        self._side = side
        self._unread = ""
        self.shown = ""
        """All that was read so far, without what steers a terminal."""

    def type(self, keys: str) -> None:
        """Press keys; `\\r` is Enter, `\\x03` is Ctrl-C."""
        os.write(self._side, keys.encode())

    def read_until(self, expected: str) -> str:
        """Read on until a text has come, and return all up to its end."""
        deadline = time.monotonic() + _PATIENCE_S
        while expected not in self._unread:
            assert self._read(deadline), f"no {expected!r} in {self._unread!r}"
        before, _, self._unread = self._unread.partition(expected)
        return before + expected

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self._process.send_signal(number)

    def wait(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + _PATIENCE_S
        while self._read(deadline):
            pass
        return self._process.wait(_PATIENCE_S)

    def _read(self, deadline: float) -> bool:
        """Read what there is; False at the end, or when time is up."""
        patience_s = deadline - time.monotonic()
        if patience_s <= 0 or not select.select([self._side], [], [], patience_s)[0]:
            return False
        try:
            content = os.read(self._side, 1 << 16)
        except OSError:  # the other side is closed
            return False
        text = _ESCAPES.sub("", content.decode("utf-8", "replace"))
        self.shown += text
        self._unread += text
        return bool(content)


@contextmanager
def on_terminal(cli: Cli, *arguments: str, first: str = ">") -> Iterator[Terminal]:
    """Run `rewound` on a terminal of its own, which it is the only program of.

    `first` is what it writes as soon as it has the terminal: the prompt, or else a word of its own.
    """
    ours, theirs = pty.openpty()
    own = {
        "REWOUND_STATE_DIR": str(cli.state_dir),
        "REWOUND_CACHE_DIR": str(cli.cache_dir),
        "PYTHONWARNINGS": "error",
        # Nobody here tells where the cursor is.
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "TERM": "xterm",
        "COLUMNS": "80",
        "PAGER": "cat",
    }
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("REWOUND_")}
    # Who leads a session, and opens a terminal, has it for Ctrl-C.
    opening = 'exec "$@" <>"$0" >&0 2>&0'
    process = subprocess.Popen(
        ["/bin/sh", "-c", opening, os.ttyname(theirs), sys.executable, "-m", "rewound", *arguments],
        env={**inherited, **own},
        cwd=cli.cwd,
        start_new_session=True,
    )
    try:
        # Only behind its first words has the other side surely been opened.
        terminal = Terminal(process, ours)
        terminal.read_until(first)
        os.close(theirs)
        theirs = -1
        yield terminal
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        if theirs >= 0:
            os.close(theirs)
