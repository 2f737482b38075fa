"""What starting the servers of a fleet again and resetting its worlds share."""

import shlex
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.engine.server_options import ServerSettings
from rewound.errors import FleetError
from rewound.fleet.baseline import SHOWN_KEY, Baseline
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.live_status import to_record
from rewound.fleet.record import FleetRecord
from rewound.fleet.record_writer import RecordWriter
from rewound.fleet.restore_context import Observer, start_spec
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import DEFAULT_FLEET, World
from rewound.mysql.accounts import ACCOUNTS, ROOT
from rewound.mysql.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class FleetContext:
    """A fleet that exists, and what works on its worlds, several at a time."""

    folder: FleetFolder
    record_writer: RecordWriter
    engine: Engine
    baselines: BaselineCache
    passwords: Mapping[str, str]
    observer: Observer
    cancelled: threading.Event = field(default_factory=threading.Event)
    """Set when the user wants to stop."""

    @property
    def record(self) -> FleetRecord:
        """The fleet's record as it is now."""
        return self.record_writer.record

    def root_of(self, server: Server) -> Endpoint:
        """Return how root reaches a server."""
        return server.endpoint(ROOT, self.passwords[ROOT])

    @contextmanager
    def acquire_baseline(self, world: World, key: str) -> Iterator[Baseline | None]:
        """Yield a world's baseline, or None if it no longer exists; it stays while the block runs.

        A damaged one is removed, and the observer is notified.
        """

        def note(text: str) -> None:
            self.observer.world_note(world.name, text)

        with self.baselines.acquire(key, note=note) as baseline:
            yield baseline

    def no_baseline(self, world: World, act: str) -> FleetError:
        """Return the error of a world whose baseline is gone, and so cannot be reset or started."""
        return FleetError(
            f"cannot be {act}: baseline {(world.baseline or '')[:SHOWN_KEY]} of {world.dump_name}"
            " no longer exists",
            hint=f"restore the whole fleet again: {_replace_command(self.record)}",
        )

    def spec(self, world: World, *, data_from: Path | None, resumes: bool = False) -> ServerSpec:
        """Return the server of a world as the fleet's record wants it."""
        return start_spec(
            world.name,
            fleet=self.folder.name,
            folder=self.folder.world_folder(world.name),
            port=world.port,
            buffer_pool_bytes=self.record.buffer_pool_bytes,
            settings=ServerSettings(self.record.time_zone, world.lower_case_table_names),
            passwords=self.passwords,
            data_from=data_from,
            resumes=resumes,
            is_behind_door=self.record.sleeping is not None,
        )


def _replace_command(record: FleetRecord) -> str:
    """Return the command that restores a fleet again, from the same dumps."""
    argv = ["rewound", "up", str(record.source), "--replace"]
    if record.name != DEFAULT_FLEET:
        argv += ["--fleet", record.name]
    if record.request is not None and record.request.before is not None:
        argv += ["--before", record.request.before]
    elif record.target is not None:
        argv += ["--at", record.target]
    if record.request is not None and record.request.timezone not in (None, "UTC"):
        argv += ["--timezone", str(record.request.timezone)]
    return shlex.join(argv)


def open_context(
    folder: FleetFolder,
    record: FleetRecord,
    engine: Engine,
    baselines: BaselineCache,
    observer: Observer,
) -> FleetContext:
    """Return what works on a fleet from here on, once its record is written."""
    return FleetContext(
        folder,
        RecordWriter(folder, to_record(record)),
        engine,
        baselines,
        {account: folder.read_password(account) for account in ACCOUNTS},
        observer,
    )
