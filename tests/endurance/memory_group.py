"""A control group whose memory is limited while a command and its servers run in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

_HIERARCHIES = Path("/sys/fs/cgroup")


class MemoryGroup:
    """One group below a hierarchy's root, of either version of control groups."""

    def __init__(self, root: Path, name: str) -> None:
        self.folder = root / name
        is_version_1 = root.name == "memory"
        self._counts = self.folder / "memory.stat"
        prefix = "total_" if is_version_1 else ""
        self._given_back = [f"{prefix}{kind}_file" for kind in ("active", "inactive")]
        self._usage = self.folder / ("memory.usage_in_bytes" if is_version_1 else "memory.current")
        self._limit = self.folder / ("memory.limit_in_bytes" if is_version_1 else "memory.max")
        self._unlimited = "-1" if is_version_1 else "max"

    def take(self, pid: int) -> None:
        """Have a process in the group, and all that it starts from now on."""
        (self.folder / "cgroup.procs").write_text(str(pid))

    def limit_growth(self, more_bytes: int) -> None:
        """Let the group have so much more than what it cannot give back now."""

        def limit() -> None:
            counts = dict(line.split() for line in self._counts.read_text().splitlines())
            given_back = sum(int(counts[name]) for name in self._given_back)
            self._limit.write_text(str(int(self._usage.read_text()) - given_back + more_bytes))

        Retrying(
            retry=retry_if_exception_type(OSError),  # it has pages that are not written yet
            stop=stop_after_delay(10),
            wait=wait_fixed(0.01),
        )(limit)

    def lift_limit(self) -> None:
        """Let the group use what there is."""
        self._limit.write_text(self._unlimited)


@contextmanager
def memory_group(name: str) -> Iterator[MemoryGroup]:
    """Make a group, which only root may; what still runs in it at the end is killed."""
    version_1 = _HIERARCHIES / "memory"
    group = MemoryGroup(version_1 if version_1.is_dir() else _HIERARCHIES, name)
    try:
        group.folder.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made: {error}")
    try:
        yield group
    finally:
        pids = (group.folder / "cgroup.procs").read_text().split()
        processes = [psutil.Process(int(pid)) for pid in pids]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=10)
        group.folder.rmdir()
