"""What this host can do, as a list of checks: servers, cores, memory, disk, cloning."""

import enum
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rewound.engine.cloning import CloneMethod, Probe, probe_methods
from rewound.engine.host.memory import usable_bytes
from rewound.engine.install.installation import list_installations
from rewound.engine.server_options import plan_buffer_pool_bytes
from rewound.errors import HostError
from rewound.files.mounts import find_file_system

_MIB = 1 << 20
_LITTLE_DISK_BYTES = 2048 * _MIB


class CheckState(enum.Enum):
    """What a check came to."""

    OK = "ok"
    LIMITED = "limited"
    """It works, at a price."""
    MISSING = "missing"
    """Without it no world can be made."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    subject: str
    state: CheckState
    detail: str
    """What was found."""
    hint: str | None = None
    """What would make it better."""


def check_host(state_dir: Path, cache_dir: Path, *, has_image: bool) -> list[Check]:
    """Look at everything that worlds need; nothing is changed, and nothing is left.

    `has_image` says whether Docker can give them a MySQL.
    """
    return [
        *_check_servers(cache_dir, has_image=has_image),
        Check("cores", CheckState.OK, f"{os.cpu_count() or 1}"),
        _check_memory(usable_bytes()),
        *_check_folder("state folder", state_dir, "REWOUND_STATE_DIR"),
        *_check_folder("cache folder", cache_dir, "REWOUND_CACHE_DIR"),
        *_check_cloning(cache_dir, state_dir),
    ]


def judge_cloning(probes: list[Probe]) -> list[Check]:
    """Return a check per way of cloning, and which is taken. Pure."""
    chosen = next(probe.method for probe in probes if probe.works)
    checks = [
        Check(
            f"clone by {probe.method.value}",
            CheckState.OK if probe.works else CheckState.LIMITED,
            probe.why + ("; up and reset use it" if probe.method is chosen else ""),
        )
        for probe in probes
    ]
    if chosen is CloneMethod.COPY:
        checks.append(
            Check(
                "cloning",
                CheckState.LIMITED,
                "up and reset copy every byte of a baseline",
                "put the state and cache folders on one file system with reflink (XFS, btrfs)",
            )
        )
    return checks


def show_size(size_bytes: int) -> str:
    """Return a size for people: 9,216 MiB, and from 10 GiB on 23.4 GiB."""
    gib = size_bytes / (1 << 30)
    return f"{gib:,.1f} GiB" if gib >= 10 else f"{size_bytes // _MIB:,} MiB"


def check_space(subject: str, folder: Path, *, hint: str) -> Check:
    """Return how much space there is where a folder is, or would be."""
    free = shutil.disk_usage(_nearest(folder)).free
    kind = find_file_system(_nearest(folder))  # none where the root is not mounted: a chroot
    facts = [str(folder), kind, f"{show_size(free)} free"]
    detail = ", ".join(fact for fact in facts if fact)
    if free < _LITTLE_DISK_BYTES:
        return Check(subject, CheckState.LIMITED, detail, hint)
    return Check(subject, CheckState.OK, detail)


def _check_servers(cache_dir: Path, *, has_image: bool) -> Iterator[Check]:
    servers = list_installations(cache_dir)
    for server in servers:
        yield Check("MySQL", CheckState.OK, f"{server.name}: {server.version}, {server.source}")
    if not servers:
        state = CheckState.LIMITED if has_image else CheckState.MISSING
        yield Check("MySQL", state, "none is installed", "rewound server install")


def _check_memory(available_bytes: int) -> Check:
    detail = f"{show_size(available_bytes)} available"
    try:
        plan_buffer_pool_bytes(available_bytes=available_bytes, servers=1)
    except HostError as error:
        return Check("memory", CheckState.MISSING, error.message, "end other programs")
    return Check("memory", CheckState.OK, detail)


def _check_folder(subject: str, folder: Path, variable: str) -> Iterator[Check]:
    if not os.access(_nearest(folder), os.W_OK):
        yield Check(subject, CheckState.MISSING, f"{folder} cannot be written", f"set {variable}")
    else:
        yield check_space(subject, folder, hint=f"free some space, or set {variable}")


def _check_cloning(cache_dir: Path, state_dir: Path) -> list[Check]:
    try:
        return judge_cloning(probe_methods(_nearest(cache_dir), _nearest(state_dir)))
    except OSError as error:
        return [Check("cloning", CheckState.MISSING, f"cannot be tried: {error.strerror}")]


def _nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.exists())
