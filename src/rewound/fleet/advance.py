"""Taking a proven world that runs to a later moment by its binary logs, or to an earlier one.

While it is on its way it is not ready: its redo log is off, and the loader may write. It is served
again once the receipt balances; its data is then kept as the baseline of that moment.
"""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from rewound.dump.text.quoting import quote_name
from rewound.engine.at_rest import settle
from rewound.engine.protocol import Engine
from rewound.engine.server_options import LOADING_STATEMENTS, SERVING_STATEMENTS
from rewound.errors import ReplayError, RewoundError
from rewound.fleet.disk_guard import guarded_disk, little_space
from rewound.fleet.plan import WorldPlan
from rewound.fleet.restore_context import Observer, RestoreContext, Restored, world_spec
from rewound.fleet.serve_loaded import LoadedWorld, serve_loaded
from rewound.fleet.server_failure import explain_failure
from rewound.fleet.world import WorldState
from rewound.load.ledger import Ledger, describe_imbalances, find_imbalances
from rewound.mysql.accounts import (
    LOADER,
    ROOT,
    begin_replay_statements,
    end_replay_statements,
    grant_statements,
)
from rewound.mysql.client import Connection
from rewound.replay.going_back import go_back
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.replaying import for_target, replay, require_unchanged
from rewound.replay.way_back import WayBack

_log = logging.getLogger(__name__)


def advance(
    restored: Restored,
    replay_plan: ReplayPlan,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    *,
    identity: tuple[str, ...],
    back: WayBack | None = None,
) -> Restored:
    """Replay what a world lacks of the planned part of the logs, prove it, and serve it.

    `identity` is the plan's before anything was made by it: logs of another one are refused. With
    `back` the world has more than the planned part, and what is on that way is taken back.

    Raises:
        ReplayError, BinlogError: the logs did not lead to their moment; the server still runs.
        HostError: the server ended, its disk is full, or it gets no more memory.
        Interrupted: the context was cancelled.
    """
    doing = "replaying binary logs" if back is None else "taking transactions back"
    observer.world_changed(plan.name, WorldState.LOADING, doing)
    server = restored.get_server()
    folder = server.socket.parent
    with guarded_disk(folder, partial(engine.end_all, folder)) as was_ended:
        try:
            ledger = _replay(restored, replay_plan, plan, context, observer, identity, back)
        except RewoundError as error:
            if context.cancelled.is_set():
                raise
            if was_ended.is_set():
                raise little_space(plan.name, folder) from error
            failure = explain_failure(
                error, engine, server, world=plan.name, root_password=context.passwords[ROOT]
            )
            if failure is error:
                raise
            raise failure from error
    spec = world_spec(plan, context, restored.settings, data_from=None)
    loaded = LoadedWorld(restored.dump, spec, server, ledger, identity)
    return replace(
        serve_loaded(loaded, plan, context, engine, observer), passed_over=restored.passed_over
    )


def _replay(
    restored: Restored,
    replay_plan: ReplayPlan,
    plan: WorldPlan,
    context: RestoreContext,
    observer: Observer,
    identity: tuple[str, ...],
    back: WayBack | None,
) -> Ledger:
    server, known = restored.get_server(), restored.ledger
    if restored.from_baseline:  # what was done before is not a part of how long this takes
        known = replace(known, started_at=datetime.now(UTC))
    dump = known.dump

    def report_progress(log: str, share: float) -> None:
        observer.world_loading(plan.name, dump.file_bytes, f"{log}, {share:.0%}")

    with Connection(server.endpoint(ROOT, context.passwords[ROOT])) as root:
        for statement in (*begin_replay_statements(), *LOADING_STATEMENTS):
            root.execute_sql(statement)
        loader = server.endpoint(LOADER, context.passwords[LOADER])
        if back is None:
            ledger = replay(
                loader,
                replay_plan.after(known.receipt),
                known,
                options=context.load,
                cancelled=context.cancelled,
                progress=report_progress,
            )
        else:
            ledger = go_back(
                loader,
                back,
                replay_plan,
                known,
                options=context.load,
                cancelled=context.cancelled,
                progress=report_progress,
            )
        ledger = for_target(ledger, replay_plan)
        require_unchanged(replay_plan, identity)
        if find_imbalances(ledger):
            raise ReplayError(
                f"{dump.path}, replayed to {replay_plan.target}: {describe_imbalances(ledger)}"
            )
        schemas = [quote_name(name).decode("utf-8", "surrogateescape") for name in ledger.schemas]
        for statement in (
            *end_replay_statements(),
            *SERVING_STATEMENTS,
            *grant_statements(schemas),
        ):
            root.execute_sql(statement)
        settle(root)
    _log.info("%s: replayed to %s", plan.name, replay_plan.target)
    return ledger
