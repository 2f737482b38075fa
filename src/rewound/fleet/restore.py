"""Making one world: server, accounts, load, proof, grants, in this order.

A world that does not get to the end leaves nothing: its server is ended and its folder
removed before the error goes on.
"""

import logging
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rewound.catalog import Dump
from rewound.dump.judge import quote_name
from rewound.engine.options import LOADING_STATEMENTS, SERVING_STATEMENTS
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import DumpError, Interrupted, LoadError
from rewound.fleet.plan import WorldPlan
from rewound.fleet.world import WorldState
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.loader import LoadOptions, load_dump
from rewound.mysql.accounts import LOADER, ROOT, account_statements, grant_statements
from rewound.mysql.client import Connection

_log = logging.getLogger(__name__)


class Observer(Protocol):
    """Who wants to know how it goes. Called from several threads."""

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Take note that a world changed its state; `detail` is for people."""

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Take note of how many bytes of a world's dump file were read so far."""

    def world_note(self, world: str, text: str) -> None:
        """Take note of something that a person should know of a world."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What all worlds of one `up` have in common."""

    passwords: Mapping[str, str]
    buffer_pool_bytes: int
    load: LoadOptions
    cancelled: threading.Event
    """Set when the user wants to stop."""
    cores: threading.Semaphore
    """What the lanes of all worlds share, one permit a core."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A world that was made and proven."""

    dump: Dump
    """The dump that it holds."""
    server: Server
    ledger: Ledger


def restore_world(plan: WorldPlan, recipe: Recipe, engine: Engine, observer: Observer) -> Restored:
    """Make one world from its chosen dump, or from an older one where that is allowed.

    Raises:
        DumpError, LoadError: no dump of it could be restored.
        HostError: the server could not be started.
        Interrupted: the user wants to stop.
    """
    *newer, last = plan.dumps
    for dump in newer:
        try:
            return _restore_dump(dump, plan, recipe, engine, observer)
        except (DumpError, LoadError) as error:
            observer.world_note(plan.name, f"{error.message}; taking the next older dump")
    return _restore_dump(last, plan, recipe, engine, observer)


def _restore_dump(
    dump: Dump, plan: WorldPlan, recipe: Recipe, engine: Engine, observer: Observer
) -> Restored:
    if recipe.cancelled.is_set():
        raise Interrupted(f"making world {plan.name} was interrupted")
    observer.world_changed(plan.name, WorldState.STARTING, dump.path.name)
    plan.folder.mkdir(mode=0o700)
    try:
        server = engine.start(
            ServerSpec(
                name=f"world {plan.name}",
                folder=plan.folder,
                port=plan.port,
                buffer_pool_bytes=recipe.buffer_pool_bytes,
                root_password=recipe.passwords[ROOT],
            )
        )
        ledger = _fill(server, dump, plan, recipe, observer)
    except BaseException:
        engine.end_all(plan.folder)
        shutil.rmtree(plan.folder, ignore_errors=True)
        raise
    return Restored(dump=dump, server=server, ledger=ledger)


def _fill(
    server: Server, dump: Dump, plan: WorldPlan, recipe: Recipe, observer: Observer
) -> Ledger:
    """Load, prove and open a running server's world."""
    observer.world_changed(plan.name, WorldState.LOADING, dump.path.name)
    _execute_as_root(server, recipe, [*account_statements(recipe.passwords), *LOADING_STATEMENTS])

    def report_progress(bytes_read: int, table: str) -> None:
        observer.world_loading(plan.name, bytes_read, table)

    ledger = load_dump(
        server.endpoint(LOADER, recipe.passwords[LOADER]),
        dump.path,
        options=recipe.load,
        progress=report_progress,
        cancelled=recipe.cancelled,
        cores=recipe.cores,
    )
    if imbalances := find_imbalances(ledger):
        raise LoadError(f"{dump.path}: the ledger does not balance: {'; '.join(imbalances)}")
    quoted = [quote_name(schema).decode("utf-8", "surrogateescape") for schema in ledger.schemas]
    _execute_as_root(server, recipe, [*SERVING_STATEMENTS, *grant_statements(quoted)])
    _log.info("%s: ready with %d rows", plan.name, ledger.rows)
    return ledger


def _execute_as_root(server: Server, recipe: Recipe, statements: list[str]) -> None:
    with Connection(server.endpoint(ROOT, recipe.passwords[ROOT])) as connection:
        for statement in statements:
            connection.execute(statement)
