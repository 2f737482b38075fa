"""The only place that starts processes, with `piped_command`, which is for filters.

Programs get an argv list (never a shell), a deadline, and files or drained pipes for
their output. A started process is known by its pid together with its start time, because
pids are reused: `ProcessIdentity` is what is written to disk to find it again.
"""

import contextlib
import logging
import os
import resource
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import psutil

from rewound.errors import CommandFailed

_log = logging.getLogger(__name__)

_TAIL_LINES = 20
_KILL_TIMEOUT_S = 10.0
_DRAIN_TIMEOUT_S = 1.0

_running: set[subprocess.Popen[str]] = set()
"""What `run` is waiting for, in whatever thread."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """The identity of a process on this host, unique across reboots."""

    pid: int
    """Process id, reused by the kernel."""
    start_ticks: int
    """Start of the process in clock ticks since boot: field 22 of proc(5)'s stat."""
    boot_id: str
    """The kernel's random id of this boot."""


def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """Run a program to its end and return its standard output; it does not outlive us.

    The end is when it has exited and every process that inherited its output has closed it.
    Past the deadline the program and its children are killed.

    Raises:
        CommandFailed: it is missing, exited with an error, or ran into the deadline.
    """
    _log.debug("run %s", " ".join(argv))
    try:
        process = subprocess.Popen(
            bind_to_us(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            env=None if env is None else {**os.environ, **env},
            cwd=cwd,
            process_group=0,
        )
    except FileNotFoundError as error:
        raise CommandFailed(argv, reason="is not installed on this host") from error
    except OSError as error:
        raise CommandFailed(argv, reason=f"could not be started: {error.strerror}") from error
    _running.add(process)
    try:
        stdout, stderr = process.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(argv, reason=f"did not end within {timeout_s:.0f} s") from error
    finally:
        _running.discard(process)
        _end(process)
    if process.returncode != 0:
        raise CommandFailed(
            argv,
            reason=f"exited with code {process.returncode}",
            stderr_tail=last_lines(stderr),
        )
    return stdout


def end_running() -> None:
    """Kill the programs that other threads are running; they get a `CommandFailed`."""
    for process in tuple(_running):
        _kill_group(process)


def start_daemon(
    argv: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    data_limit_bytes: int | None = None,
    dies_with_us: bool = False,
) -> ProcessIdentity:
    """Start a program that outlives us, in a session of its own, its output going to `log`.

    `env` is added to our environment; `data_limit_bytes` is the most memory of its own that it
    gets. With `dies_with_us` it ends at the latest with the thread that called. It gets no
    standard input and none of our file descriptors; a Ctrl-C on our terminal does not reach it.
    """
    _log.debug("start %s", " ".join(argv))
    # It quotes statements, so only the user may read it.
    with open(log, "ab", opener=partial(os.open, mode=0o600)) as log_file:
        try:
            process = subprocess.Popen(
                bind_to_us(argv) if dies_with_us else argv,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                cwd=cwd,
                env=None if env is None else {**os.environ, **env},
                start_new_session=True,
            )
            if data_limit_bytes is not None:
                _limit_data(process.pid, data_limit_bytes)
        except OSError as error:
            raise CommandFailed(argv, reason=f"could not be started: {error.strerror}") from error
    # The daemon is stopped by its identity, not by this object, which would warn of a
    # child that is still running when it is collected.
    process.returncode = 0
    return _identity_of(process.pid)


def replace_process(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    data_limit_bytes: int | None = None,
) -> NoReturn:
    """Become another program, which takes over our terminal and our process id.

    `env` and `data_limit_bytes` are those of `start_daemon`.
    """
    if data_limit_bytes is not None:
        _limit_data(os.getpid(), data_limit_bytes)
    try:
        os.execvpe(argv[0], list(argv), {**os.environ, **(env or {})})  # noqa: S606 - no shell
    except OSError as error:
        raise CommandFailed(argv, reason=f"could not be started: {error.strerror}") from error


@contextlib.contextmanager
def stop_signal_let_through() -> Iterator[None]:
    """Let TERM through while the block runs; a pending one takes effect at once.

    Before and after, who keeps it waiting keeps it for the program that this process becomes:
    the first process of a container never gets a signal that it has no handler for.
    """
    before = signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def own_identity() -> ProcessIdentity:
    """Return the identity of this process."""
    return _identity_of(os.getpid())


def find_identity(pid: int) -> ProcessIdentity | None:
    """Return the identity of a process that runs now; None if there is none."""
    try:
        return _identity_of(pid)
    except (OSError, IndexError):
        return None


def is_running(identity: ProcessIdentity) -> bool:
    """Tell whether the marked process still runs; a zombie does not."""
    return _find_process(identity) is not None


def stop(identity: ProcessIdentity, *, grace_s: float) -> None:
    """End a process: TERM to its group, wait, then KILL. It may already be gone."""
    process = _find_process(identity)
    if process is None:
        return
    _signal_group(process, signal.SIGTERM)
    if _wait(identity, grace_s):
        return
    _log.warning("process %d ignored TERM for %.0f s, killing it", identity.pid, grace_s)
    kill(identity)


def kill(*identities: ProcessIdentity) -> None:
    """End processes now, with KILL to their groups, and wait until all are gone."""
    for identity in identities:
        process = _find_process(identity)
        if process is not None:
            _signal_group(process, signal.SIGKILL)
    for identity in identities:
        _wait(identity, _KILL_TIMEOUT_S)


def find_daemons(argument_prefix: str) -> dict[ProcessIdentity, str]:
    """Return all our processes that were started with such an argument, and its rest.

    This finds a daemon whose identity was lost in a crash. Processes of other users, whose
    arguments we could not act on anyway, are passed over.
    """
    daemons = {}
    for process in psutil.process_iter(["cmdline", "uids"]):
        uids, arguments = process.info["uids"], process.info["cmdline"]
        if uids is None or uids.real != os.getuid():
            continue
        for argument in arguments or ():
            if argument.startswith(argument_prefix):
                if identity := find_identity(process.pid):
                    daemons[identity] = argument.removeprefix(argument_prefix)
                break
    return daemons


def memory_bytes(identity: ProcessIdentity) -> int | None:
    """Return a process's proportional set size, or None if it is gone."""
    process = _find_process(identity)
    if process is None:
        return None
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return None


def last_lines(text: str, count: int = _TAIL_LINES) -> str:
    """Return the last lines of a text, blank ones left out, for an error message."""
    return "\n".join([line for line in text.splitlines() if line.strip()][-count:])


def bind_to_us(argv: Sequence[str]) -> Sequence[str]:
    """Return what runs a program that the kernel kills when the thread that started it ends.

    So it does where we are killed: the copying of a large data directory would go on into a
    folder that `down` deletes. Without setpriv (util-linux 2.33) it runs as it is.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or shutil.which(argv[0]) is None:
        return argv
    return [setpriv, "--pdeathsig", "KILL", "--", *argv]


def _limit_data(pid: int, limit_bytes: int) -> None:
    """Let a process of ours have no more memory of its own; what it shares is not counted.

    Source: getrlimit(2), RLIMIT_DATA, which counts all private writable memory since Linux 4.7.
    """
    _, hard = resource.prlimit(pid, resource.RLIMIT_DATA)
    limit = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
    with contextlib.suppress(ProcessLookupError):  # it has ended already
        resource.prlimit(pid, resource.RLIMIT_DATA, (limit, hard))


def _end(process: subprocess.Popen[str]) -> None:
    """Kill a program whose output was not read to its end, and close its pipes.

    A child of it that left the process group may hold the pipes open for as long as it likes.
    """
    pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe and not pipe.closed]
    if not pipes:
        return
    _kill_group(process)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=_DRAIN_TIMEOUT_S)
    for pipe in pipes:
        pipe.close()
    process.wait(_KILL_TIMEOUT_S)


def _kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a program that `run` started, and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _identity_of(pid: int) -> ProcessIdentity:
    # psutil's create_time() moves with the wall clock; ticks since boot do not.
    stat = Path(f"/proc/{pid}/stat").read_text()
    start_ticks = int(stat.rpartition(")")[2].split()[19])
    return ProcessIdentity(pid=pid, start_ticks=start_ticks, boot_id=_boot_id())


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _find_process(identity: ProcessIdentity) -> psutil.Process | None:
    try:
        if _identity_of(identity.pid) != identity:
            return None
        process = psutil.Process(identity.pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except (OSError, IndexError, psutil.Error):
        return None


def _signal_group(process: psutil.Process, signal_number: int) -> None:
    try:
        os.killpg(process.pid, signal_number)
    except ProcessLookupError:
        return
    except PermissionError:
        process.send_signal(signal_number)


def _wait(identity: ProcessIdentity, timeout_s: float) -> bool:
    """Wait until a process is gone with all of its threads; tell whether it is.

    psutil would wait until a zombie is reaped too: 2 s per process here, and for ever in a
    container whose first process does not reap. A process shows as a zombie while threads
    of it still hold its port; a pidfd tells when the last one has ended (Linux 5.3).
    """
    try:
        if _identity_of(identity.pid) != identity:
            return True
        descriptor = os.pidfd_open(identity.pid)
    except (OSError, IndexError):
        return not is_running(identity)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        if not poll.poll(timeout_s * 1000):
            return False
    finally:
        os.close(descriptor)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(identity.pid, os.WNOHANG)
    return True
