"""Why a server failed while it was filled or examined: no space, no memory, or it ended."""

from rewound.engine.boot import no_memory, no_space
from rewound.engine.protocol import Engine, Server
from rewound.errors import MysqlError, RewoundError
from rewound.mysql.accounts import ROOT
from rewound.mysql.client import Connection


def explain_failure(
    error: RewoundError, engine: Engine, server: Server, *, world: str, root_password: str
) -> RewoundError:
    """Return what to raise for an error; the error itself where its server still answers."""
    if isinstance(error, MysqlError) and error.is_out_of_space:
        return no_space(f"world {world}")
    if isinstance(error, MysqlError) and error.is_out_of_memory:
        return no_memory(f"world {world}")
    try:
        with Connection(server.endpoint(ROOT, root_password)):
            return error
    except MysqlError:
        return engine.explain_end(server)
