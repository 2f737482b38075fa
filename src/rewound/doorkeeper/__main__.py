"""Running the doorkeeper: `python -m rewound.doorkeeper --fleet-folder=FOLDER`."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import sys
import time
from pathlib import Path

from rewound.catalog import Dump
from rewound.doorkeeper.decisions import Limits
from rewound.doorkeeper.keeper import Keeper
from rewound.errors import FleetError
from rewound.files.locks import lock_file
from rewound.fleet.doors import Sleeping, keeper_lock, make_doors_folder
from rewound.fleet.expiry import FOLDER_OPTION
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.record import FleetRecord
from rewound.fleet.record_writer import RecordWriter
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import WorldState
from rewound.mysql.accounts import ACCOUNTS
from rewound.operations.engines import get_engine
from rewound.operations.host import open_baselines
from rewound.operations.restoring import workers

_log = logging.getLogger(__name__)
_RECORD_PATIENCE_S = 60.0
_POLL_S = 0.05
_FILES_PER_WORLD = 8
_MORE_FILES = 4096


class _Log:
    """Writes what happens to worlds to the log."""

    def dump_tried(self, world: str, dump: Dump) -> None:
        """Never happens."""

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Log it."""
        _log.info("%s: %s %s", world, state.value, detail)

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Never happens."""

    def world_note(self, world: str, text: str) -> None:
        """Log it."""
        _log.warning("%s: %s", world, text)


def main() -> None:
    """Keep the doors of one fleet until it is gone, or this process is asked to end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    path = Path(sys.argv[1].removeprefix(FOLDER_OPTION))
    folder = FleetFolder(path.parent.parent, path.name)
    make_doors_folder(path)
    try:
        lock_file(keeper_lock(path))  # until this process ends
    except BlockingIOError:
        _log.info("another doorkeeper is there already")
        return
    record = _await_record(folder)
    if record.sleeping is None:
        raise SystemExit(f"the worlds of fleet {folder.name} do not sleep")
    _allow_files(len(record.worlds))
    context = FleetContext(
        folder,
        RecordWriter(folder, record, is_written=True),
        get_engine(record.engine, record.name, clone=None),
        open_baselines(path),
        {account: folder.read_password(account) for account in ACCOUNTS},
        _Log(),
    )
    asyncio.run(_keep(Keeper(context, _plan_limits(record.sleeping))))
    os._exit(0)  # threads may wait for a server


async def _keep(keeper: Keeper) -> None:
    keeping = asyncio.create_task(keeper.keep())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, keeping.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await keeping


def _plan_limits(sleeping: Sleeping) -> Limits:
    return Limits(
        after_s=sleeping.after_s,
        most_awake=sleeping.most_awake,
        most_starting=workers(),
        most_stopping=2 * workers(),
    )


def _await_record(folder: FleetFolder) -> FleetRecord:
    """Return the fleet's record, which `up` writes soon."""
    deadline = time.monotonic() + _RECORD_PATIENCE_S
    while True:
        try:
            return folder.read()
        except FleetError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_S)


def _allow_files(worlds: int) -> None:
    """Allow this process the sockets of so many worlds, as far as the host lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = worlds * _FILES_PER_WORLD + _MORE_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
