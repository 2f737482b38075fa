"""A world without a fleet: made, proven and found again in one folder.

Until the proof is written its server listens on loopback and its socket alone. After any failure,
neither a server is left nor anything that could be mistaken for a world.
"""

import os
import time
from dataclasses import dataclass, fields
from pathlib import PurePosixPath

from rewound import command
from rewound.dump.file.location import DumpFiles
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.protocol import ServerSpec
from rewound.engine.server_options import ServerSettings
from rewound.errors import FleetError, TableNamesFolded, UsageError
from rewound.figures import show_count
from rewound.files.json_files import decode, encode_readably
from rewound.files.mounts import remove_tree
from rewound.fleet.baseline import Origin
from rewound.fleet.content_hash import HashMemory
from rewound.fleet.data_folder import DataFolder
from rewound.fleet.populate import populate
from rewound.fleet.record_writer import run_side_by_side
from rewound.fleet.restore_context import Observer, RestoreContext, start_spec
from rewound.fleet.serving import serve
from rewound.fleet.world import WorldState
from rewound.load.ledger import Ledger
from rewound.mysql.accounts import DEV, READER

NO_FLEET = "standalone"
"""The name in place of a fleet's."""


@dataclass(frozen=True, slots=True)
class ProvenWorld:
    """What `ledger.json` says."""

    origin: Origin
    """What the world was made from."""
    ledger: Ledger
    """That it holds all of it."""


class StandaloneWorld:
    """Guards the world of one dump in one folder, which is locked."""

    def __init__(
        self,
        folder: DataFolder,
        dump: DumpFiles,
        port: int,
        context: RestoreContext,
        engine: ProcessEngine,
    ) -> None:
        self._folder = folder
        self._dump = dump
        self._port = port
        self._context = context
        self._engine = engine
        self._hashes = HashMemory(folder.hashes)

    def spec(self, settings: ServerSettings) -> ServerSpec:
        """Return the server that the world is made with and served by."""
        return start_spec(
            self._dump.name,
            fleet=NO_FLEET,
            folder=self._folder.world,
            port=self._port,
            buffer_pool_bytes=self._context.buffer_pool_bytes,
            settings=settings,
            passwords=self._context.passwords,
            data_from=None,
        )

    def make(self, observer: Observer) -> ProvenWorld:
        """Load and prove the world anew, and stop its server.

        Raises:
            DumpError, LoadError: the dump did not become a world.
            HostError: no memory, no space, the port taken.
        """
        name, folder = self._dump.name, self._folder
        self._engine.end_all(folder.world)  # of a restore that was killed
        folder.clear()
        identity, read_from_ns = self._hashes.identify(self._dump), time.time_ns()
        try:
            made = run_side_by_side(
                {name: lambda: self._make_as_needed(observer)}, workers=1, stop=self._stop
            )
            proven = made[name]
            sha256 = proven.ledger.dump.sha256
            self._hashes.remember(identity, self._dump, sha256, read_from_ns=read_from_ns)
            self._write_passwords()
            folder.write_proof(encode_readably(proven))
        except BaseException:
            self._engine.end_all(folder.world)
            folder.clear()
            raise
        observer.world_changed(name, WorldState.READY, show_count(proven.ledger.rows, "row"))
        return proven

    def require_same(self) -> ProvenWorld:
        """Return the proof of the world in the folder, with the passwords of this start.

        Raises:
            UsageError: it is another one than is wanted.
            FleetError: its ledger cannot be read, or a server runs on it.
        """
        try:
            proven = decode(self._folder.read_proof(), ProvenWorld)
        except ValueError as error:
            raise FleetError(
                f"the ledger of the world in {self._folder.path} cannot be read: {error}",
                hint="empty the folder to restore the world again",
            ) from error
        settings = self._context.settings(proven.origin.lower_case_table_names)
        wanted = self._context.origin(self._hash(), settings)
        if proven.origin.key != wanted.key:
            difference = explain_difference(proven.origin, wanted)
            name = PurePosixPath(proven.ledger.dump.path).name
            raise UsageError(
                f"{self._folder.path} contains a world {difference}: {name}",
                hint="empty the folder to restore this dump, or use another --data-dir",
            )
        if command.find_daemons(f"--datadir={self._folder.world}{os.sep}"):
            raise FleetError(
                f"a server is already running on the world in {self._folder.path}",
                hint="stop it first",
            )
        self._write_passwords()
        return proven

    def _make_as_needed(self, observer: Observer) -> ProvenWorld:
        try:
            return self._make_with(self._context.settings(0), observer)
        except TableNamesFolded as error:
            note = f"restored again, on a server with lower_case_table_names=1: {error.message}"
            observer.world_note(self._dump.name, note)
            self._engine.end_all(self._folder.world)
            remove_tree(self._folder.world)
        return self._make_with(self._context.settings(1), observer)

    def _make_with(self, settings: ServerSettings, observer: Observer) -> ProvenWorld:
        name = self._dump.name

        def report_progress(bytes_read: int, table: str) -> None:
            observer.world_loading(name, bytes_read, table)

        observer.world_changed(name, WorldState.STARTING)
        self._folder.world.mkdir(mode=0o700)
        spec = self.spec(settings)
        server = self._engine.start(spec)
        observer.world_changed(name, WorldState.LOADING)
        ledger = populate(
            server,
            self._dump,
            self._context,
            self._engine,
            world=name,
            progress=report_progress,
            note=lambda text: observer.world_note(name, text),
        )
        self._engine.stop(server)
        self._engine.stop(serve(self._engine, spec, ledger, counts_rows=True).server)
        return ProvenWorld(self._context.origin(ledger.dump.sha256, settings), ledger)

    def _stop(self) -> None:
        self._context.cancelled.set()
        self._engine.end_all(self._folder.world)

    def _hash(self) -> str:
        if (known := self._hashes.find_sha256(self._dump)) is not None:
            return known
        with command.stop_signal_let_through():
            return self._hashes.get_sha256(self._dump)

    def _write_passwords(self) -> None:
        passwords = self._context.passwords
        self._folder.write_passwords({account: passwords[account] for account in (DEV, READER)})


def explain_difference(found: Origin, wanted: Origin) -> str:
    """Say in what a world differs from the one that is wanted. Pure."""
    if found.dump_sha256 != wanted.dump_sha256:
        return "of another dump"
    if found.server_version != wanted.server_version:
        return f"restored with MySQL {found.server_version}, not {wanted.server_version}"
    options = (each.name for each in fields(Origin) if each.name != "dump_sha256")
    different = [name for name in options if getattr(found, name) != getattr(wanted, name)]
    return f"restored with other options ({', '.join(different).replace('_', ' ')})"
