"""Where dumps that do not say so stand in their logs: known from before, or looked for."""

from rewound.catalog import Dump
from rewound.fleet.plan import WorldPlan
from rewound.fleet.restore_context import KeptMoments, Observer, RestoreContext, Restored
from rewound.fleet.world import WorldState
from rewound.mysql.accounts import READER
from rewound.replay.by_content.search import find_by_content
from rewound.replay.world_logs import WorldLogs


def recall_start(dump: Dump, logs: WorldLogs, kept: KeptMoments) -> bool:
    """Take over where an earlier search found a dump, as receipts of baselines tell it."""
    return any(
        logs.recall(dump.path, receipt)
        for receipts in kept.values()
        for receipt in receipts.values()
    )


def search_start(
    restored: Restored,
    logs: WorldLogs,
    plan: WorldPlan,
    context: RestoreContext,
    observer: Observer,
) -> None:
    """Find where the dump of a world that runs stands in its logs, and remember it in them.

    Raises:
        ReplayError: its rows do not show just one place.
        BinlogError: a log was changed meanwhile.
        Interrupted: the context was cancelled.
    """
    observer.world_changed(plan.name, WorldState.LOADING, "looking for its place in the logs")
    server, facts = restored.get_server(), restored.ledger.dump

    def report_progress(log: str, share: float) -> None:
        observer.world_loading(plan.name, facts.file_bytes, f"comparing {log}, {share:.0%}")

    found = find_by_content(
        server.endpoint(READER, context.passwords[READER]),
        logs.files,
        restored.ledger,
        options=context.load,
        cancelled=context.cancelled,
        progress=report_progress,
    )
    logs.remember(restored.dump.path, found)
    observer.world_note(
        plan.name, f"its dump is at {found.log_name}:{found.position}, by its {found.evidence}"
    )
