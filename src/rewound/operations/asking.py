"""One question to all worlds of a fleet."""

from collections.abc import Sequence

from rewound.catalog import (
    select_worlds,
)
from rewound.fleet.world import WorldState
from rewound.mysql.accounts import DEV, READER
from rewound.operations.fleets import default_schema, endpoint, status
from rewound.query.fanout import Asking, fan_out
from rewound.query.outcome import Outcome


def query(
    fleet: str,
    statements: Sequence[str],
    *,
    worlds: str | None = None,
    schema: str | None = None,
    asking: Asking = Asking(),  # noqa: B008 - frozen value
    may_write: bool = False,
) -> list[dict[str, Outcome]]:
    """Run statements in every world and return the outcomes of each, by world.

    They run as `reader`, with `may_write` as `dev`. Unqualified names belong to `schema`,
    by default to the one schema of each world. Worlds that are not ready count as failed.
    """
    record = status(fleet)
    names = tuple(record.worlds) if worlds is None else select_worlds(tuple(record.worlds), worlds)
    ready = {
        name: record.worlds[name] for name in names if record.worlds[name].state is WorldState.READY
    }
    user = DEV if may_write else READER
    answers = fan_out(
        {name: endpoint(fleet, world, user) for name, world in ready.items()},
        statements,
        schemas={name: schema or default_schema(world) for name, world in ready.items()},
        asking=asking,
    )
    absent = {
        name: Outcome(error=f"is {record.worlds[name].state.value}")
        for name in names
        if name not in ready
    }
    return [{name: {**absent, **answer}[name] for name in names} for answer in answers]
