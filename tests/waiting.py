"""Waiting for what another process or thread does: for a condition, with a deadline."""

import subprocess
import time
from collections.abc import Callable


def wait_until(
    is_so: Callable[[], object],
    *,
    timeout_s: float = 30.0,
    poll_s: float = 0.01,
    process: subprocess.Popen[str] | None = None,
) -> None:
    """Return once it is so; fail the test after the timeout, or when this process has ended."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        assert process is None or process.poll() is None, "it ended before that"
        assert time.monotonic() < deadline, f"it did not happen in {timeout_s:.0f} s"
        time.sleep(poll_s)
