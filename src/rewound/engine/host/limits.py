"""Checks of kernel limits and of the clock."""

import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from rewound.engine.host.checks import Check, CheckState

WANTED_FILES = 8_161
"""Open files that mysqld asks for with its default caches: 9.7.4."""
WANTED_THREADS = 512
"""Threads that a few servers have together: one has some 40 when it is idle."""

_STRICT_OVERCOMMIT = 2


def check_limits() -> Iterator[Check]:
    """Look at the limits of this process, which its servers inherit, and at the kernel's."""
    yield _check_limit("open files", resource.RLIMIT_NOFILE, WANTED_FILES, "ulimit -n")
    yield _check_limit("threads", resource.RLIMIT_NPROC, WANTED_THREADS, "ulimit -u")
    yield _check_limit("address space", resource.RLIMIT_AS, 4 << 30, "ulimit -v")
    yield _check_limit("file size", resource.RLIMIT_FSIZE, 64 << 30, "ulimit -f")
    yield _check_kernel()


def check_clock(now: datetime, *folders: Path) -> Check:
    """Check that the clock is not earlier than existing files; that would distort every age.

    `folders` are those that Rewound writes to.
    """
    written = [folder.stat().st_mtime for folder in folders if folder.exists()]
    newest = datetime.fromtimestamp(max(written, default=0.0), UTC)
    if newest > now:
        return Check(
            "clock",
            CheckState.LIMITED,
            f"{now:%Y-%m-%d %H:%M:%S} UTC, but a file was written at {newest:%Y-%m-%d %H:%M:%S}",
            "set the clock: ages of dumps and baselines depend on it",
        )
    return Check("clock", CheckState.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _check_limit(subject: str, limit: int, wanted: int, command: str) -> Check:
    # mysqld raises its soft limits to the hard ones by itself.
    _, hard = resource.getrlimit(limit)
    if hard == resource.RLIM_INFINITY:
        return Check(subject, CheckState.OK, "no limit")
    if hard < wanted:
        hint = f"raise it with {command}, or in /etc/security/limits.conf"
        return Check(subject, CheckState.LIMITED, f"{hard:,} at most, {wanted:,} wanted", hint)
    return Check(subject, CheckState.OK, f"{hard:,} at most")


def _check_kernel() -> Check:
    threads = _read("/proc/sys/kernel/threads-max")
    if _read("/proc/sys/vm/overcommit_memory") == _STRICT_OVERCOMMIT:
        return Check(
            "kernel",
            CheckState.LIMITED,
            "vm.overcommit_memory is 2, so memory that servers reserve counts as used",
            "restore fewer worlds at a time, or set sysctl vm.overcommit_memory=0",
        )
    if threads is not None and threads < WANTED_THREADS:
        return Check("kernel", CheckState.LIMITED, f"threads-max is {threads:,}", "raise it")
    return Check("kernel", CheckState.OK, "its limits are high enough")


def _read(path: str) -> int | None:
    try:
        return int(Path(path).read_text())
    except (OSError, ValueError):
        return None
