"""How much memory this process and what it starts may use.

In a container the host's memory says little: the limit is that of the control group, and
to use more is to be killed.

Source: Linux kernel, "Control Group v2", memory.max, and "Memory Resource Controller" for
v1, memory.limit_in_bytes; tried in Docker 20.10 on v1.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import psutil

_MEMBERSHIP = Path("/proc/self/cgroup")
_HIERARCHIES = Path("/sys/fs/cgroup")


def usable_bytes() -> int:
    """Return the memory that is available: what the host has left, or the limit if it is less."""
    available = int(psutil.virtual_memory().available)
    limit = find_limit_bytes(_MEMBERSHIP, _HIERARCHIES)
    return available if limit is None else min(available, limit)


def total_bytes() -> int:
    """Return the memory that there is, used or not: the host's, or the limit if it is less."""
    total = int(psutil.virtual_memory().total)
    limit = find_limit_bytes(_MEMBERSHIP, _HIERARCHIES)
    return total if limit is None else min(total, limit)


def find_limit_bytes(membership: Path, hierarchies: Path) -> int | None:
    """Return the lowest limit of the control groups that a process is in; None for no limit.

    `membership` has the format of /proc/self/cgroup. In a container it names the group as
    the host sees it, while `hierarchies` may begin with that very group.
    """
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return None
    limits = [
        limit for path in _iter_limit_files(lines, hierarchies) if (limit := _read_limit(path))
    ]
    return min(limits, default=None)


def _iter_limit_files(lines: list[str], hierarchies: Path) -> Iterator[Path]:
    """Yield where limits of these groups and of all above them would be."""
    for line in lines:
        _, controllers, group = line.split(":", 2)
        if not controllers:
            root, name = hierarchies, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = hierarchies / "memory", "memory.limit_in_bytes"
        else:
            continue
        inside = PurePosixPath(group).relative_to("/")
        for folder in (inside, *inside.parents):
            yield root / folder / name


def _read_limit(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # the root group has none, and "max" is none
        return None
