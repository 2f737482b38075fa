"""From a new server to a proven world: accounts, load, proof, grants, in this order.

Until the ledger balances, only the loader has access to the world.
"""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rewound.dump.text.quoting import quote_name
from rewound.engine.at_rest import settle
from rewound.engine.protocol import Engine, Server
from rewound.engine.server_options import LOADING_STATEMENTS, SERVING_STATEMENTS
from rewound.errors import LoadError, ReplayError, RewoundError
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
    end_replay_statements,
    grant_statements,
    reading_statements,
    replay_statements,
)
from rewound.mysql.client import Connection
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.replaying import replay

_log = logging.getLogger(__name__)


def populate(
    server: Server,
    dump: Path,
    context: RestoreContext,
    engine: Engine,
    *,
    world: str,
    progress: Progress,
    note: Note,
    replay_plan: ReplayPlan | None = None,
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
            return _load_and_prove(
                server,
                dump,
                context,
                world=world,
                progress=progress,
                note=note,
                replay_plan=replay_plan,
            )
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
    dump: Path,
    context: RestoreContext,
    *,
    world: str,
    progress: Progress,
    note: Note,
    replay_plan: ReplayPlan | None,
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
        # Of a world that logs take further, the dump's rows are not yet the moment's.
        rows_in=partial(_open_for_reading, world, server, context)
        if replay_plan is None
        else lambda _schemas, _rows: None,
    )
    if find_imbalances(ledger):
        raise LoadError(f"{dump}: {describe_imbalances(ledger)}", hint=find_hint(ledger))
    if replay_plan is not None:
        ledger = _replay(server, ledger, replay_plan, context, progress)
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


def _replay(
    server: Server,
    ledger: Ledger,
    plan: ReplayPlan,
    context: RestoreContext,
    progress: Progress,
) -> Ledger:
    """Take a proven dump to the moment that the logs lead to, and prove that."""
    with _root(server, context) as connection:
        for statement in replay_statements():
            connection.execute_sql(statement)

    def report_progress(log: str, share: float) -> None:
        progress(ledger.dump.file_bytes, f"{log}, {share:.0%}")

    replayed = replay(
        server.endpoint(LOADER, context.passwords[LOADER]),
        plan,
        ledger,
        options=context.load,
        cancelled=context.cancelled,
        progress=report_progress,
    )
    if find_imbalances(replayed):
        raise ReplayError(
            f"{ledger.dump.path}, replayed to {plan.target}: {describe_imbalances(replayed)}"
        )
    with _root(server, context) as connection:
        for statement in end_replay_statements():
            connection.execute_sql(statement)
    return replayed


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
