"""Planning what `up` does, before it does anything. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rewound.catalog import ChosenDump, Dump
from rewound.errors import HostError
from rewound.replay.world_logs import WorldLogs
from rewound.worlds.folding import name_worlds

_MIB = 1 << 20
_EMPTY_SERVER_BYTES = 160 * _MIB
"""What a world's server takes on disk before the first row: 9.7.4 with our settings."""
_SLEEPING_SERVER_BYTES = 56 * _MIB
"""The same of a world that sleeps: a smaller redo log, and no temporary tables while it does."""
_TEXT_PER_FILE_BYTE = {".gz": 8, ".zst": 8, ".xz": 10, ".bz2": 10}
"""How many bytes on disk a byte of a compressed dump becomes, at least usually."""
_LEAST_POOL_BYTES = 64 * _MIB
_WIDEST_ZONE = timedelta(hours=14)
_LONGEST_DUMP = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """One world that is to be made."""

    name: str
    dumps: tuple[Dump, ...]
    """The chosen dump, followed by the older ones that may take its place."""
    port: int
    folder: Path
    """Where its server lives."""
    any_port: bool = False
    """Whether another port does as well, if this one is taken."""
    logs: WorldLogs | None = None
    """The binary logs that lead from a dump to the moment; None if a dump's own is wanted."""
    older: tuple[Dump, ...] = ()
    """With logs: what to take, newest first, if a chosen dump has changes from after the moment,
    which shows only once it is loaded if it does not say where it stands."""

    @property
    def dump(self) -> Dump:
        """The chosen dump."""
        return self.dumps[0]

    @property
    def second_folder(self) -> Path:
        """Where the server of a second load lives, as long as it is needed."""
        return self.folder.parent.with_name("again") / self.name


def plan_worlds(
    chosen: Sequence[ChosenDump],
    *,
    ports: Sequence[int],
    worlds: Path,
    fallback: bool,
    any_port: bool = False,
    logs: Mapping[str, WorldLogs] | None = None,
) -> list[WorldPlan]:
    """Return a plan per chosen dump, in their order; `logs` are by world."""
    return [
        WorldPlan(
            name=choice.dump.world,
            dumps=(choice.dump, *(choice.older if fallback else ())),
            port=port,
            folder=worlds / choice.dump.world,
            any_port=any_port,
            logs=(logs or {}).get(choice.dump.world),
            older=choice.older,
        )
        for choice, port in zip(chosen, ports, strict=True)
    ]


def largest_first(plans: Sequence[WorldPlan]) -> list[WorldPlan]:
    """Return the plans in the order of starting: the longest load must not come last."""
    return sorted(plans, key=lambda plan: -plan.dump.size_bytes)


def plan_space_bytes(
    dumps: Sequence[Dump], *, sizes_with_baseline: Set[int] = frozenset(), sleep: bool = False
) -> int:
    """Estimate the disk space that worlds of these dumps will need.

    If a dump has the size of one with a baseline, it is most likely the same dump, and its world
    takes little more than an empty server; less if the worlds `sleep`.
    """
    server_bytes = _SLEEPING_SERVER_BYTES if sleep else _EMPTY_SERVER_BYTES
    return sum(
        server_bytes + (0 if dump.size_bytes in sizes_with_baseline else _expected_bytes(dump))
        for dump in dumps
    )


def useful_pool_bytes(dumps: Sequence[Dump]) -> int:
    """Return the largest buffer pool that is useful for worlds of these dumps.

    Twice the data of the largest world, because people add tables of their own. The rest would
    stay empty, but mysqld has to prepare it: 600 MiB cost a server 60 MB and 0.1 s at each start.
    """
    most = 2 * max((_expected_bytes(dump) for dump in dumps), default=0)
    return max(_LEAST_POOL_BYTES, most // _MIB * _MIB)


def require_space(
    dumps: Sequence[Dump],
    *,
    free_bytes: int,
    folder: Path,
    sizes_with_baseline: Set[int] = frozenset(),
    sleep: bool = False,
) -> None:
    """Raise HostError if worlds of these dumps will hardly fit on the disk."""
    needed = plan_space_bytes(dumps, sizes_with_baseline=sizes_with_baseline, sleep=sleep)
    if needed > free_bytes:
        raise HostError(
            f"{len(dumps):,} worlds need about {needed // _MIB:,} MiB of disk, but"
            f" {free_bytes // _MIB:,} MiB are free in {folder}",
            hint="free some space, set REWOUND_STATE_DIR to another disk, or use --worlds",
        )


def require_space_for_copies(
    sizes_bytes: Mapping[str, int], *, free_bytes: int, folder: Path
) -> None:
    """Raise HostError if copies of worlds' baselines, of these sizes, will not fit."""
    needed = sum(sizes_bytes.values())
    if needed > free_bytes:
        raise HostError(
            f"copies of {name_worlds(sizes_bytes)} need {needed // _MIB:,} MiB of disk, but"
            f" {free_bytes // _MIB:,} MiB are free in {folder}",
            hint="free some space, choose a folder on another disk, or use --worlds",
        )


def find_disagreement(dump: Dump, completed_at: datetime | None) -> str | None:
    """Describe how a dump's name and closing line disagree, if no time zone explains it.

    The name wins; the closing line is written by the dumped host's clock, in its zone,
    when the dump ends.
    """
    if completed_at is None:
        return None
    slack = _WIDEST_ZONE + _LONGEST_DUMP
    open_days = timedelta(days=dump.open_days if dump.day_only else 0)
    if -slack <= completed_at - dump.taken_at <= open_days + slack:
        return None
    return (
        f"{dump.location.name} is named {dump.taken_at:%Y-%m-%d %H:%M:%S} but ends with"
        f" 'Dump completed on {completed_at:%Y-%m-%d %H:%M:%S}'; the time in the name was used"
    )


def _expected_bytes(dump: Dump) -> int:
    return dump.size_bytes * _TEXT_PER_FILE_BYTE.get(dump.location.suffix, 1) * 3 // 2
