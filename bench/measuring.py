"""What one timed act costs: wall time, CPU, memory and bytes written, of servers and the rest.

The processes of an act are every mysqld whose data directory is below one folder
(*servers*) and every other descendant of this process (*own*: rewound, or zcat and mysql).
They are looked at every 50 ms and at the end; of one that ended, the last look counts, so up
to 50 ms of it are missing. With very many processes the looks are rarer: they may take 5 % of
one core. This process itself is not counted.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_INTERVAL_S = 0.05
_LARGEST_SHARE = 0.05  # of one core, for looking
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one act took."""

    wall_s: float
    """From start to end."""
    server_cpu_s: float
    """User and system time of the servers."""
    own_cpu_s: float
    """User and system time of everything else."""
    server_peak_bytes: int
    """Most resident memory of all servers at one moment."""
    own_peak_bytes: int
    """Most resident memory of everything else at one moment."""
    written_bytes: int
    """What all of them caused to be written to disk."""
    server_pss_bytes: int
    """Proportional set size of a server at the end, the mean; 0 where none runs."""
    other_cpu_s: float
    """What all other processes of this host took meanwhile, the kernel's own among them."""


@dataclass(slots=True)
class _Process:
    """One process, as it was last seen."""

    name: bytes
    is_server: bool
    ticks: int = 0
    written: int = 0
    ticks_before: int = 0
    written_before: int = 0
    resident: int = 0


class Sampler:
    """Looks at the processes of one act, from a thread."""

    def __init__(self, folder: Path) -> None:
        self._mark = f"--datadir={folder}{os.sep}".encode()
        self._processes: dict[tuple[int, int], _Process] = {}
        self._foreign: set[int] = set()
        self._server_peak = self._own_peak = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)

    def measure(self, act: Callable[[], None]) -> Cost:
        """Run the act, and return what it took."""
        self.look()
        for process in self._processes.values():
            process.ticks_before, process.written_before = process.ticks, process.written
        self._thread.start()
        busy_s = read_busy_s() - time.process_time()
        started = time.perf_counter()
        try:
            act()
            wall_s = time.perf_counter() - started
        finally:
            self._ended.set()
            self._thread.join()
        self.look()
        return self._sum(wall_s, read_busy_s() - time.process_time() - busy_s)

    def look(self) -> None:
        """Look once."""
        with self._lock:
            alive = {int(name) for name in os.listdir(_PROC) if name.isdigit()}  # noqa: PTH208
            self._foreign &= alive
            seen = [self._look_at(pid) for pid in sorted(alive - self._foreign)]
            processes = [process for process in seen if process is not None]
            servers = sum(each.resident for each in processes if each.is_server)
            own = sum(each.resident for each in processes if not each.is_server)
            self._server_peak = max(self._server_peak, servers)
            self._own_peak = max(self._own_peak, own)

    def _look_on(self) -> None:
        pause_s = _INTERVAL_S
        while not self._ended.wait(pause_s):
            started = time.thread_time()
            self.look()
            pause_s = max(_INTERVAL_S, (time.thread_time() - started) / _LARGEST_SHARE)

    def _look_at(self, pid: int) -> _Process | None:
        try:
            name, _, rest = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")
            fields = rest.split()
            key = (pid, int(fields[19]))
            process = self._processes.get(key)
            # Between fork and exec, a process looks like its parent.
            if process is None or process.name != name:
                process = self._find(pid, key, name, parent=int(fields[1]))
            if process is None:
                return None
            process.ticks = int(fields[11]) + int(fields[12])
            process.resident = int(fields[21]) * _PAGE_BYTES
            process.written = read_written(pid)
        except OSError:  # it ended; what was seen of it stays
            return None
        return process

    def _find(self, pid: int, key: tuple[int, int], name: bytes, *, parent: int) -> _Process | None:
        arguments = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        is_server = any(argument.startswith(self._mark) for argument in arguments)
        parents = {os.getpid(), *(each for each, _ in self._processes)}
        if key not in self._processes and not is_server and parent not in parents:
            self._foreign.add(pid)
            return None
        process = self._processes.setdefault(key, _Process(name, is_server))
        process.name, process.is_server = name, is_server
        return process

    def _sum(self, wall_s: float, busy_s: float) -> Cost:
        ticks = {True: 0, False: 0}
        for process in self._processes.values():
            ticks[process.is_server] += process.ticks - process.ticks_before
        pids = [pid for (pid, _), each in self._processes.items() if each.is_server]
        sizes = [size for size in map(read_pss, pids) if size]
        return Cost(
            wall_s=wall_s,
            server_cpu_s=ticks[True] / _TICKS_PER_S,
            own_cpu_s=ticks[False] / _TICKS_PER_S,
            server_peak_bytes=self._server_peak,
            own_peak_bytes=self._own_peak,
            written_bytes=sum(p.written - p.written_before for p in self._processes.values()),
            server_pss_bytes=sum(sizes) // len(sizes) if sizes else 0,
            other_cpu_s=max(0.0, busy_s - sum(ticks.values()) / _TICKS_PER_S),
        )


def read_busy_s() -> float:
    """Return how long the cores of this host were not idle, summed; what a hypervisor took too."""
    user, nice, system, _idle, _wait, irq, soft_irq, steal = map(
        int, (_PROC / "stat").read_text().split(maxsplit=9)[1:9]
    )
    return (user + nice + system + irq + soft_irq + steal) / _TICKS_PER_S


def read_written(pid: int) -> int:
    """Return the bytes that a process caused to be written to disk, up to now."""
    for line in (_PROC / str(pid) / "io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.partition(":")[2])
    return 0


def read_pss(pid: int) -> int:
    """Return the proportional set size of a process; 0 where it has ended."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    sizes = [int(line.split()[1]) for line in lines if line.startswith("Pss:")]
    return sizes[0] * 1024 if sizes else 0


def find_servers(folder: Path) -> list[int]:
    """Return the pids of every mysqld whose data directory is below a folder."""
    mark = f"--datadir={folder}{os.sep}".encode()
    pids = []
    for name in os.listdir(_PROC):  # noqa: PTH208
        try:
            if name.isdigit() and mark in (_PROC / name / "cmdline").read_bytes():
                pids.append(int(name))
        except OSError:
            continue
    return pids
