"""Where dumps that do not say so stand in their logs: known from before, or looked for.

If it is not found, an older dump may do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rewound.catalog import Dump
from rewound.errors import BinlogError, DumpError, DumpTooNew, ReplayError
from rewound.fleet.plan import WorldPlan
from rewound.fleet.restore_context import KeptMoments, Observer, RestoreContext, Restored
from rewound.fleet.world import WorldState
from rewound.mysql.accounts import READER
from rewound.replay.by_content.search import find_by_content
from rewound.replay.world_logs import WorldLogs


def recall_start(dump: Dump, logs: WorldLogs, kept: KeptMoments) -> bool:
    """Take over where an earlier search found a dump, as receipts of baselines tell it."""
    return any(
        logs.recall(dump.files, receipt)
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
    logs.remember(restored.dump.files, found)
    observer.world_note(
        plan.name, f"its dump is at {found.log_name}:{found.position}, by its {found.evidence}"
    )


@contextmanager
def naming_older(plan: WorldPlan) -> Iterator[None]:
    """If the logs do not lead on from a dump, name the older one from which they do.

    It is not named if it is tried anyway.

    Raises:
        ReplayError, BinlogError: they do not.
    """
    try:
        yield
    except DumpTooNew:
        raise
    except (ReplayError, BinlogError) as error:
        logs = plan.logs
        older = next((each for each in plan.older if logs and leads_on(each, logs)), None)
        if older is None or older in plan.dumps:
            raise
        hint = (
            f"up --fallback takes the older dump {older.location.name}, which says where it stands"
        )
        if error.hint:
            hint = f"{hint}; or {error.hint}"
        raise ReplayError(error.message, hint=hint) from error


def leads_on(dump: Dump, logs: WorldLogs) -> bool:
    """Tell whether a dump says where it stands, and the logs lead from there to the moment."""
    try:
        if logs.must_search(dump.files):
            return False
        logs.plan(dump.files)
    except (DumpError, ReplayError, BinlogError):
        return False
    return True
