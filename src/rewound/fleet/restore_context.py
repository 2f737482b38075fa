"""What restoring a world and resetting it share.

The observer, what all worlds of one `up` have in common, and how the server of a world is
requested and removed.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rewound.catalog import Dump
from rewound.engine.choice import EngineChoice
from rewound.engine.protocol import Server, ServerSpec, ServerWatch
from rewound.engine.server_options import ServerSettings
from rewound.errors import HostError
from rewound.files.mounts import remove_tree
from rewound.files.sharing import share_as_above
from rewound.files.writing import writing
from rewound.fleet.baseline import Origin, make_origin
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.changes import Original
from rewound.fleet.plan import WorldPlan
from rewound.fleet.world import WorldState
from rewound.load.cpu_budget import CpuBudget
from rewound.load.ledger import DeepProof, Ledger
from rewound.load.log_receipt import LogReceipt
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import ROOT, password_statement
from rewound.mysql.endpoint import Endpoint

_log = logging.getLogger(__name__)


KeptMoments = Mapping[ServerSettings, Mapping[tuple[str, ...], LogReceipt]]
"""The receipts of baselines, by their servers' settings and by what tells each moment."""


class Observer(Protocol):
    """Who wants to know how it goes. Called from several threads."""

    def dump_tried(self, world: str, dump: Dump) -> None:
        """Take note of the dump that a world is made from, also where it is an older one."""

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Record that a world changed its state; `detail` is for people."""

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Record how many bytes of a world's dump file were read so far."""

    def world_note(self, world: str, text: str) -> None:
        """Record something that a person should know of a world."""


class RowsIn(Protocol):
    """Who is told of worlds that can be read while the rest of them is made."""

    def __call__(self, world: str, server: Server, schemas: tuple[str, ...], rows: int) -> None:
        """Take note of a world whose rows are all in, and may be read as `reader`."""


class Witness(Protocol):
    """Who compares a world with a second load of its dump."""

    def compare(
        self, served: Endpoint, again: Endpoint, *, looking_at: Callable[[str], None]
    ) -> DeepProof:
        """Return the proof that two servers hold the same; root asks both.

        Raises:
            LoadError: they do not.
        """


@dataclass(frozen=True, slots=True)
class RestoreContext:
    """What all worlds of one `up` have in common."""

    passwords: Mapping[str, str]
    buffer_pool_bytes: int
    load: LoadOptions
    cancelled: threading.Event
    """Set when the user wants to stop."""
    cpu_budget: CpuBudget
    """What the workers of all these loads share."""
    fleet: str
    """The name of their fleet."""
    engine: EngineChoice
    baselines: BaselineCache | None
    """The baselines to start from and to save; None to use none."""
    witness: Witness | None = None
    """Compares each world with a second load; None to skip this."""
    rows_in: RowsIn | None = None
    """Told of worlds that answer before their keys are built, if `load` wants that."""
    most_awake: int = 0
    """If any: a doorkeeper listens for these worlds, and those that need no server yet get none."""
    goes_on: bool = False
    """More is done to a world once it is served."""

    @property
    def leaves_asleep(self) -> bool:
        """Whether worlds that need no server get none."""
        return self.may_sleep and not self.goes_on

    @property
    def may_sleep(self) -> bool:
        """Whether these worlds sleep while nobody asks them."""
        return self.most_awake > 0

    def settings(self, lower_case_table_names: int) -> ServerSettings:
        """Return what the server of one of them is started with."""
        return ServerSettings(self.load.time_zone, lower_case_table_names)

    def origin(
        self, dump_sha256: str, settings: ServerSettings, replayed: tuple[str, ...] = ()
    ) -> Origin:
        """Return what a dump's baseline would be made from, with a server of such settings."""
        return make_origin(
            dump_sha256,
            self.load,
            installation=self.engine.build,
            server_version=self.engine.version,
            settings=settings,
            replayed=replayed,
        )

    def find_replayed(self, dump: Dump) -> KeptMoments:
        """Return the moments of a dump's logs that there are baselines of."""
        baselines = self.baselines
        if baselines is None or dump.size_bytes not in baselines.dump_sizes():
            return {}
        sha256 = baselines.hashes.get_sha256(dump.files, cancelled=self.cancelled)
        return {
            settings: baselines.list_replayed(
                self.origin(sha256, settings), has_compared_rows=self.load.verify_images
            )
            for settings in (self.settings(0), self.settings(1))
        }


@dataclass(frozen=True, slots=True)
class Restored:
    """A world that was made and proven."""

    dump: Dump
    """The dump that it holds."""
    server: Server | None
    """None if the world is left asleep."""
    original: Original
    ledger: Ledger
    settings: ServerSettings
    baseline: str | None = None
    """The key of the baseline that it can be reset to."""
    from_baseline: bool = False
    """It was not loaded, but started from its baseline."""
    passed_over: tuple[str, ...] = ()
    """Newer dumps that could not be restored."""

    def get_server(self) -> Server:
        """Return the server of a world that was not left asleep."""
        if self.server is None:
            raise ValueError(f"the world of {self.dump.location} was left asleep")
        return self.server


def start_spec(
    name: str,
    *,
    fleet: str,
    folder: Path,
    port: int,
    buffer_pool_bytes: int,
    settings: ServerSettings,
    passwords: Mapping[str, str],
    data_from: Path | None,
    resumes: bool = False,
    is_behind_door: bool = False,
) -> ServerSpec:
    """Return the server of a world; one that starts from a baseline gets these passwords."""
    return ServerSpec(
        name=f"world {name}",
        folder=folder,
        port=port,
        buffer_pool_bytes=buffer_pool_bytes,
        root_password=passwords[ROOT],
        settings=settings,
        boot_statements=() if data_from is None else (password_statement(passwords),),
        data_from=data_from,
        resumes=resumes,
        is_behind_door=is_behind_door,
        labels={"fleet": fleet, "world": name},
    )


def world_spec(
    plan: WorldPlan, context: RestoreContext, settings: ServerSettings, *, data_from: Path | None
) -> ServerSpec:
    """Return the server of a planned world."""
    return start_spec(
        plan.name,
        fleet=context.fleet,
        folder=plan.folder,
        port=plan.port,
        buffer_pool_bytes=context.buffer_pool_bytes,
        settings=settings,
        passwords=context.passwords,
        data_from=data_from,
        is_behind_door=context.may_sleep,
    )


def make_world_folder(folder: Path) -> None:
    """Create the folder of a world's server, which must not exist yet.

    Users who may enter the parent folder may enter it.

    Raises:
        HostError: it could not be made.
    """
    with writing(folder):
        folder.mkdir(mode=0o700)
        share_as_above(folder)


def discard_world(folder: Path, watch: ServerWatch) -> None:
    """End a world's server and delete its folder; a failure is logged."""
    try:
        watch.end_all(folder)
        remove_tree(folder)
    except HostError as error:
        _log.warning("%s: %s", folder.name, error.message)
