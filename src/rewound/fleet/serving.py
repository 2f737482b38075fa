"""Starting the server of a proven world, and checking that it holds what was proven."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rewound.engine.cloning import DATA
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import LoadError, MysqlError
from rewound.fleet.asleep import leave_asleep
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.change_signs import list_table_files, read_original
from rewound.fleet.changes import Original
from rewound.fleet.server_failure import explain_failure
from rewound.load.ledger import Ledger
from rewound.load.served import find_losses
from rewound.mysql.accounts import ROOT
from rewound.mysql.client import Connection


@dataclass(frozen=True, slots=True)
class Served:
    """A proven world that is served."""

    server: Server
    original: Original
    """What it will be compared with, to see whether it was changed."""


@dataclass(frozen=True, slots=True)
class ServedClone:
    """A world on a clone of its baseline."""

    server: Server | None
    """None if it is left asleep."""
    original: Original
    """As of `Served`."""


def serve(engine: Engine, spec: ServerSpec, ledger: Ledger, *, counts_rows: bool) -> Served:
    """Start a server on data that was proven before, and check the data again.

    `counts_rows` is for data that has not been started since its load.

    Raises:
        LoadError: it holds less than its ledger says; its server still runs.
        ServerNotReady, HostError: it does not start, or ends or has no space while it is looked at.
    """
    server = engine.start(spec)
    # Its own, wherever they were cloned from: a server that starts writes to none of them.
    files = list_table_files(spec.folder / DATA)
    with explained(engine, server, spec), connect(server, spec) as connection:
        losses = find_losses(connection, ledger, counts_rows=counts_rows)
        original = read_original(connection, files, was_loaded=False)
    if losses:
        raise LoadError(
            f"the world was proven, but changed when its server was restarted: {'; '.join(losses)}"
        )
    return Served(server, original)


def serve_clone(
    engine: Engine,
    spec: ServerSpec,
    ledger: Ledger,
    baselines: BaselineCache,
    *,
    key: str,
    may_sleep: bool,
) -> ServedClone:
    """Start a server on a clone of a baseline that is acquired by its key, and check it.

    If the world `may_sleep` and the baseline was counted before, only its data is cloned.

    Raises:
        LoadError, ServerNotReady, HostError: as `serve`.
    """
    is_counted = baselines.is_counted(key)
    if may_sleep and is_counted and (original := baselines.find_original(key)) is not None:
        leave_asleep(engine, spec)
        return ServedClone(None, original)
    served = serve(engine, spec, ledger, counts_rows=not is_counted)
    baselines.mark_counted(key, served.original)
    return ServedClone(served.server, served.original)


def connect(server: Server, spec: ServerSpec) -> Connection:
    """Return a session of root on a world's server."""
    return Connection(server.endpoint(ROOT, spec.root_password))


@contextmanager
def explained(engine: Engine, server: Server, spec: ServerSpec) -> Iterator[None]:
    """Say of a server that fails in the block why it ended, or what it lacks."""
    try:
        yield
    except MysqlError as error:
        failure = explain_failure(
            error, engine, server, world=spec.name, root_password=spec.root_password
        )
        if failure is error:
            raise
        raise failure from error
