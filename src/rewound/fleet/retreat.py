"""Making a world from the baseline of a later moment, where that is the shorter way.

What is on the way is taken back, transaction by transaction (`replay.going_back`). A baseline is
as it was proven, whatever was changed in a world since. If something cannot be taken back, the
world is discarded, and made in the other direction.
"""

import logging
from collections.abc import Callable

from rewound.engine.protocol import Engine
from rewound.errors import BinlogError, LoadError, ReplayError
from rewound.fleet.advance import advance
from rewound.fleet.plan import WorldPlan
from rewound.fleet.restore_context import (
    KeptMoments,
    Observer,
    RestoreContext,
    Restored,
    discard_world,
)
from rewound.replay.replay_plan import ReplayPlan, measure
from rewound.replay.way_back import WayBack, find_way_back

_log = logging.getLogger(__name__)
StartFrom = Callable[[tuple[str, ...]], Restored | None]
"""Makes a world from the baseline of the moment with this identity."""


def retreat(
    plan: WorldPlan,
    context: RestoreContext,
    engine: Engine,
    observer: Observer,
    replay_plan: ReplayPlan,
    kept: KeptMoments,
    *,
    identity: tuple[str, ...],
    start_from: StartFrom,
) -> Restored | None:
    """Make a world by going back; None if there is no such way, or it turned out to be none.

    `identity` is the plan's before anything was made by it.

    Raises:
        HostError: the server could not be started, or ended.
        Interrupted: the context was cancelled.
    """
    way = _find_way(plan, replay_plan, kept)
    restored = None if way is None else start_from(way.identity)
    if way is None or restored is None:
        return None
    try:
        return advance(
            restored, replay_plan, plan, context, engine, observer, identity=identity, back=way
        )
    except (ReplayError, BinlogError, LoadError) as error:
        if context.cancelled.is_set():
            raise
        _log.info("%s: what follows cannot be taken back: %s", plan.name, error.message)
        observer.world_note(
            plan.name, "replayed from an earlier moment instead (rewound -v shows why)"
        )
        discard_world(plan.folder, engine)
        return None


def _find_way(plan: WorldPlan, replay_plan: ReplayPlan, kept: KeptMoments) -> WayBack | None:
    if plan.logs is None:
        return None
    for receipts in kept.values():
        nearest = replay_plan.find_nearest(receipts)
        left = replay_plan.after(None if nearest is None else receipts[nearest])
        way = find_way_back(
            replay_plan, receipts, plan.logs.files, less_than_bytes=measure(left.parts)
        )
        if way is not None:
            return way
    return None
