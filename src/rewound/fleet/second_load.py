"""The stronger proof of a world: its dump is loaded again, statement by statement, and compared.

Counts cannot tell a wrong value from a right one. The server that users get is compared, after its
last start, whether it was loaded or came from a baseline. The second server is always removed
afterwards; a baseline that differs is removed too.
"""

from dataclasses import replace

from rewound.engine.host.ports import pick_ports
from rewound.engine.protocol import Engine, Server
from rewound.errors import DumpError, LoadError
from rewound.fleet.plan import WorldPlan
from rewound.fleet.populate import populate
from rewound.fleet.restore_context import (
    Observer,
    RestoreContext,
    Restored,
    Witness,
    discard_world,
    make_world_folder,
    start_spec,
)
from rewound.fleet.world import WorldState
from rewound.load.options import LoadMethod
from rewound.mysql.accounts import ROOT

REPORT_HINT = (
    "this is a bug in Rewound: please report it with this message; --load plain avoids what"
    " causes the difference"
)


def compare_with_second_load(
    restored: Restored,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    *,
    witness: Witness,
) -> Restored:
    """Return a world with the proof that a second load of its dump gave the same data.

    Raises:
        LoadError: it gave something else, or failed.
        DumpError: the dump has changed since the first load.
        HostError: the second server could not be started, or ended.
    """
    observer.world_changed(
        plan.name, WorldState.LOADING, "a second time, statement by statement, to compare"
    )
    try:
        make_world_folder(plan.second_folder)
        again = engine.start(
            start_spec(
                plan.name,
                fleet=context.fleet,
                folder=plan.second_folder,
                port=pick_ports(1, base=None)[0],
                buffer_pool_bytes=context.buffer_pool_bytes,
                settings=restored.settings,
                passwords=context.passwords,
                data_from=None,
            )
        )
        _populate(again, restored, plan, context, engine, observer)
        observer.world_note(plan.name, "comparing every table and definition of both loads")
        root = context.passwords[ROOT]
        proof = witness.compare(
            restored.get_server().endpoint(ROOT, root),
            again.endpoint(ROOT, root),
            looking_at=lambda table: observer.world_loading(
                plan.name, restored.ledger.dump.file_bytes, f"comparing {table}"
            ),
        )
    except LoadError:
        if context.baselines is not None and restored.baseline is not None:
            discard_world(plan.folder, engine)  # which uses the baseline
            context.baselines.remove(restored.baseline)
        raise
    finally:
        discard_world(plan.second_folder, engine)
    if context.baselines is not None and restored.baseline is not None:
        context.baselines.note_proof(restored.baseline, proof)
    return replace(restored, ledger=replace(restored.ledger, deep=proof))


def _populate(
    again: Server,
    restored: Restored,
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
) -> None:
    first = restored.ledger
    load = replace(context.load, method=LoadMethod.PLAIN, now=first.started_at)
    try:
        second = populate(
            again,
            restored.dump.files,
            replace(context, load=load),
            engine,
            world=plan.name,
            progress=lambda read, table: observer.world_loading(plan.name, read, table),
            note=lambda text: observer.world_note(plan.name, text),
        )
    except LoadError as error:
        raise LoadError(
            f"the second load, statement by statement, failed: {error.message}",
            hint=REPORT_HINT,
        ) from error
    if second.dump.sha256 != first.dump.sha256:
        raise DumpError(
            restored.dump.location,
            "the file changed after the first load",
            hint="try again when nothing writes to it",
        )
