"""Starting and stopping a server, common to all engines.

A server gets its first statements from a file that exists only while it starts, and is ready when
its socket answers. The end of its log tells why it did not start, or whether it ended properly.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rewound.command import last_lines
from rewound.engine.protocol import ServerSpec
from rewound.errors import FREE_DISK, FREE_MEMORY, HostError, MysqlError, PortTaken, ServerNotReady
from rewound.mysql.accounts import boot_statement
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

SOCKET = "mysqld.sock"
"""The name of the socket in a server's folder."""
TEMPORARY = "tmp"
"""The name of the folder of temporary files in a server's folder."""
LOG_LINES = 200
"""How much of a log's end is looked at: a crash writes some 60 lines after its cause."""

_SHOWN_LINES = 8
_LITTLE_SPACE_BYTES = 64 << 20  # less than a start takes, some of which its end gives back
_NO_SPACE = (
    "No space left",
    "errno: 28",
    "error number 28",
    "Disk is full",
    "bytes should have been written",  # by InnoDB, and less were
    "Retry attempts for writing partial data failed",
)
_NO_MEMORY = (
    "allocation failed",  # of tcmalloc
    "annot allocate",
    "ut of memory",
    "std::bad_alloc",
    "errno: 12)",
)
"""Of a server that gets no more memory. tcmalloc's and the last two were seen on 9.7.4."""
_BOOT_FILE = "boot.sql"
_CANNOT_WRITE = ("must be writable", "can't be opened in read-write mode")
"""For example of InnoDB if a file could not be copied to an overlay; it gives no reason."""
_LAST_WORDS = ("[ERROR]", "got signal", "Received SHUTDOWN")
"""What a server logs before it ends, if it can."""
_TRACE = re.compile(r"(got signal \d+ ;)\n.*", re.DOTALL)
"""What a server writes of itself when it crashes; why is above it."""
_SHUT_DOWN = "[MY-010910]"  # "Shutdown complete", the last but one line of a clean end
_READY_TIMEOUT_S = 120.0
_POLL_S = 0.01
_LOOK_AT_PROCESS_S = 0.1


@contextmanager
def boot_file(spec: ServerSpec, more: Sequence[str] = ()) -> Iterator[Path]:
    """Yield a private file with the statements that a server executes first, while it starts.

    `more` are further statements of the engine.
    """
    path = spec.folder / _BOOT_FILE
    statements = (boot_statement(spec.root_password), *spec.boot_statements, *more)
    path.unlink(missing_ok=True)  # of a command that was killed
    path.touch(mode=0o600, exist_ok=False)
    try:
        path.write_text("".join(f"{statement};\n" for statement in statements))
        yield path
    finally:
        path.unlink()


def port_taken(name: str) -> PortTaken:
    """Return the error of a port that another program has just taken."""
    return PortTaken(
        f"another program has just taken the port of {name}", hint="run the command again"
    )


def no_space(name: str) -> HostError:
    """Return the error of a server whose disk is full."""
    return HostError(
        f"no disk space left for the server of {name}",
        hint=FREE_DISK,
    )


def no_memory(name: str) -> HostError:
    """Return the error of a server that got no more memory."""
    return HostError(
        f"no memory left on this host for the server of {name}",
        hint=f"{FREE_MEMORY}; ulimit -v and the limits of a container or service also count",
    )


def explain_end(
    name: str, log: str, *, free_bytes: int, reason: str = "ended unexpectedly"
) -> HostError:
    """Return why a server ended, from the end of its log and the space on its disk. Pure.

    On a full disk, the log may be incomplete.
    """
    if "another mysqld server running on port" in log:
        return port_taken(name)
    if free_bytes < _LITTLE_SPACE_BYTES or any(words in log for words in _NO_SPACE):
        return no_space(name)
    if any(words in log for words in _NO_MEMORY):
        return no_memory(name)
    hint = None
    if any(words in log for words in _CANNOT_WRITE):
        hint = "mysqld could not write to its files: the disk is full, or was a moment ago"
    elif not any(words in log for words in _LAST_WORDS):
        hint = "mysqld was killed; if the host ran out of memory, dmesg shows it"
    shown = last_lines(_TRACE.sub(r"\1", log), _SHOWN_LINES)
    return ServerNotReady(name, reason=reason, log_tail=shown, hint=hint)


def wait_until_ready(
    name: str,
    endpoint: Endpoint,
    *,
    is_running: Callable[[], bool],
    read_log: Callable[[], str],
    explain: Callable[[], HostError],
) -> None:
    """Return when a server that was just started answers; `explain` says why it ended.

    Raises:
        ServerNotReady: it ended, or did not answer in time.
        HostError: it ended, and what the host lacks is known.
    """
    started = looked_at = time.monotonic()
    problem: str | None = None
    while (now := time.monotonic()) - started < _READY_TIMEOUT_S:
        problem = _try(endpoint)
        if problem is None:
            return
        # Looking at a process costs more than looking for a file.
        if now - looked_at >= _LOOK_AT_PROCESS_S:
            looked_at = now
            if not is_running():
                raise explain()
        time.sleep(_POLL_S)
    reason = f"did not answer within {_READY_TIMEOUT_S:.0f} s: {problem}"
    raise ServerNotReady(name, reason=reason, log_tail=last_lines(read_log(), _SHOWN_LINES))


def require_clean_end(name: str, log: str, *, free_bytes: int) -> None:
    """Raise HostError if the log of a stopped server does not end as it should."""
    if _SHUT_DOWN not in last_lines(log, _SHOWN_LINES):
        raise explain_end(name, log, free_bytes=free_bytes, reason="did not stop cleanly")


def _try(endpoint: Endpoint) -> str | None:
    """Return why a server does not answer; None if it does."""
    if not endpoint.socket.exists():
        return "it made no socket"
    try:
        Connection(endpoint, connect_timeout_s=5.0).close()
    except MysqlError as error:
        return str(error)
    return None
