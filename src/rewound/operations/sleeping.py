"""Fleets whose worlds sleep: planning it, and starting the process that wakes them."""

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rewound import settings
from rewound.command import last_lines, start_daemon
from rewound.engine.choice import EngineChoice, EngineKind
from rewound.engine.process.process_watch import ProcessWatch
from rewound.engine.server_options import count_smallest
from rewound.errors import HostError, UsageError
from rewound.fleet.bring_up import BringUp
from rewound.fleet.doors import door_path, make_doors_folder
from rewound.fleet.expiry import FOLDER_OPTION
from rewound.fleet.live_status import has_lost_doorkeeper, read_current
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World
from rewound.load.options import LoadOptions

_MOST_AWAKE = 36
"""If the user wants no other number: somewhat more than a query asks at a time; 4 GB of servers."""
_PATIENCE_S = 60.0
_POLL_S = 0.05
_LOG = "doorkeeper.log"


def require_can_sleep(engine: EngineChoice, load: LoadOptions) -> None:
    """Check that worlds of such an engine, loaded like this, may sleep.

    Raises:
        UsageError: they may not.
    """
    if engine.kind is not EngineKind.PROCESS:
        raise UsageError(
            "--sleep-after is available with --engine process only: servers in containers do not"
            " sleep",
            hint="remove --sleep-after, or use --engine process",
        )
    if load.keys_later:
        raise UsageError(
            "--sleep-after and --keys later are mutually exclusive",
            hint="a world that sleeps has all of its keys; remove one of them",
        )


def plan_awake(*, available_bytes: int, worlds: int, wanted: int | None) -> int:
    """Return how many servers have to fit into memory side by side if worlds may sleep.

    Raises:
        HostError: so many as are wanted do not.
    """
    fitting = max(1, count_smallest(available_bytes))
    if wanted is not None and min(wanted, worlds) > fitting:
        raise HostError(
            f"{wanted} worlds cannot be awake at a time: the available memory is enough for"
            f" {fitting}",
            hint=f"use --awake {fitting}, or leave it out",
        )
    return min(worlds, wanted or _MOST_AWAKE, fitting)


def start_doorkeeper(folder: FleetFolder) -> None:
    """Start the process that wakes the worlds of a fleet, in a session of its own."""
    make_doors_folder(folder.path)
    start_daemon(
        [sys.executable, "-m", "rewound.doorkeeper", f"{FOLDER_OPTION}{folder.path}"],
        log=folder.path / _LOG,
        cwd=Path("/"),
        env={
            "REWOUND_STATE_DIR": str(settings.state_dir()),
            "REWOUND_CACHE_DIR": str(settings.cache_dir()),
        },
    )


def ensure_doorkeeper(folder: FleetFolder, record: FleetRecord) -> bool:
    """Start the doorkeeper of a fleet whose worlds sleep, if it has ended; tell whether it had."""
    if not has_lost_doorkeeper(folder, record):
        return False
    start_doorkeeper(folder)
    return True


def with_open_doors(folder: FleetFolder, brought: BringUp) -> BringUp:
    """Return what was brought up once its worlds are reached, and with their states by then.

    Raises:
        HostError: they stay closed, as the doorkeeper has ended or is too slow.
    """
    record = brought.record
    if record.sleeping is None or not brought.restored:
        return brought
    await_doors(folder, record, [record.worlds[name] for name in brought.restored])
    return replace(brought, record=read_current(folder, ProcessWatch()))


def await_doors(folder: FleetFolder, record: FleetRecord, worlds: Iterable[World]) -> None:
    """Return once the doors of these worlds are open.

    Raises:
        HostError: they stay closed, as the doorkeeper has ended or is too slow.
    """
    deadline = time.monotonic() + _PATIENCE_S
    ports = [world.port for world in worlds]
    while has_lost_doorkeeper(folder, record) or not all(
        door_path(folder.path, port).is_symlink() for port in ports
    ):
        if time.monotonic() > deadline:
            log = folder.path / _LOG
            text = log.read_text(errors="replace") if log.exists() else ""
            raise HostError(
                f"the doorkeeper of fleet {folder.name} does not work",
                hint=f"read {log}; rewound start starts it again",
                quoted=last_lines(text, 8),
            )
        time.sleep(_POLL_S)
