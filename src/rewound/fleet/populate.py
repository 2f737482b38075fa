"""From a new server to a proven world: accounts, load, proof, grants, in this order.

Until the ledger balances, only the loader has access to the world.
"""

import logging
from collections.abc import Sequence
from functools import partial

from rewound.dump.file.location import DumpFiles
from rewound.dump.text.quoting import quote_name
from rewound.engine.at_rest import settle
from rewound.engine.protocol import Engine, Server
from rewound.engine.server_options import LOADING_STATEMENTS, SERVING_STATEMENTS
from rewound.errors import LoadError, RewoundError
from rewound.fleet.disk_guard import guarded_disk, little_space
from rewound.fleet.restore_context import RestoreContext
from rewound.fleet.server_failure import explain_failure
from rewound.load.ledger import Ledger, describe_imbalances, find_hint, find_imbalances
from rewound.load.loader import Progress, load_dump
from rewound.load.statement_watch import Note
from rewound.mysql.accounts import (
    LOADER,
    ROOT,
    account_statements,
    grant_statements,
    reading_statements,
)
from rewound.mysql.client import Connection

_log = logging.getLogger(__name__)


def populate(
    server: Server,
    dump: DumpFiles,
    context: RestoreContext,
    engine: Engine,
    *,
    world: str,
    progress: Progress,
    note: Note,
) -> Ledger:
    """Load, prove, open and settle the world of a running server; report one that ends meanwhile.

    Raises:
        DumpError: the dump is incomplete, or contains statements that are not executed.
        LoadError: the load does not prove the dump.
        HostError: the server ended, its disk is full, or it gets no more memory.
        Interrupted: the context was cancelled.
    """
    folder = server.socket.parent
    with guarded_disk(folder, partial(engine.end_all, folder)) as was_ended:
        try:
            return _load_and_prove(server, dump, context, world=world, progress=progress, note=note)
        except RewoundError as error:
            if context.cancelled.is_set():
                raise
            if was_ended.is_set():
                raise little_space(world, folder) from error
            failure = explain_failure(
                error, engine, server, world=world, root_password=context.passwords[ROOT]
            )
            if failure is error:
                raise
            raise failure from error


def _load_and_prove(
    server: Server,
    dump: DumpFiles,
    context: RestoreContext,
    *,
    world: str,
    progress: Progress,
    note: Note,
) -> Ledger:
    with _root(server, context) as connection:
        for statement in (*account_statements(context.passwords), *LOADING_STATEMENTS):
            connection.execute_sql(statement)
    ledger = load_dump(
        server.endpoint(LOADER, context.passwords[LOADER]),
        dump,
        options=context.load,
        progress=progress,
        cancelled=context.cancelled,
        cpu_budget=context.cpu_budget,
        note=note,
        rows_in=partial(_open_for_reading, world, server, context),
    )
    if find_imbalances(ledger):
        raise LoadError(f"{dump}: {describe_imbalances(ledger)}", hint=find_hint(ledger))
    settings = [f"SET PERSIST {name} = '{value}'" for name, value in ledger.server_settings.items()]
    with _root(server, context) as connection:
        for statement in (
            *SERVING_STATEMENTS,
            *settings,
            *grant_statements(_quote(ledger.schemas)),
        ):
            connection.execute_sql(statement)
        settle(connection)
    _log.info("%s: proven with %d rows", world, ledger.rows)
    return ledger


def _open_for_reading(
    world: str, server: Server, context: RestoreContext, schemas: tuple[str, ...], rows: int
) -> None:
    """Let `reader` ask a world whose keys are to come, and tell of it."""
    if context.rows_in is None:
        return
    with _root(server, context) as connection:
        for statement in reading_statements(_quote(schemas)):
            connection.execute_sql(statement)
    context.rows_in(world, server, schemas, rows)


def _quote(schemas: Sequence[str]) -> list[str]:
    return [quote_name(schema).decode("utf-8", "surrogateescape") for schema in schemas]


def _root(server: Server, context: RestoreContext) -> Connection:
    return Connection(server.endpoint(ROOT, context.passwords[ROOT]))
