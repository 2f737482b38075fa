"""Starting the server of a proven world, and looking whether it holds what was proven."""

from rewound.engine.boot import no_memory, no_room
from rewound.engine.protocol import Engine, Server, ServerSpec
from rewound.errors import LoadError, MysqlError, RewoundError
from rewound.load.ledger import Ledger
from rewound.load.served import find_losses
from rewound.mysql.accounts import ROOT
from rewound.mysql.client import Connection


def serve(engine: Engine, spec: ServerSpec, ledger: Ledger, *, counts_rows: bool) -> Server:
    """Start a server on data that was proven before, and look at it again.

    `counts_rows` is for data that has not been started since its load.

    Raises:
        LoadError: it holds less than its ledger says; its server still runs.
        ServerNotReady, HostError: it does not start, or ends or has no room while it is looked at.
    """
    server = engine.start(spec)
    try:
        with Connection(server.endpoint(ROOT, spec.root_password)) as connection:
            losses = find_losses(connection, ledger, counts_rows=counts_rows)
    except MysqlError as error:
        raise _explain(error, engine, server, spec) from error
    if losses:
        raise LoadError(
            "the world was proven, and is not what it was after a restart of its server:"
            f" {'; '.join(losses)}"
        )
    return server


def _explain(error: MysqlError, engine: Engine, server: Server, spec: ServerSpec) -> RewoundError:
    if error.is_for_room:
        return no_room(f"world {spec.name}")
    if error.is_for_memory:
        return no_memory(f"world {spec.name}")
    try:
        with Connection(server.endpoint(ROOT, spec.root_password)):
            return error
    except MysqlError:
        return engine.explain_end(server)
