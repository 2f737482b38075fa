"""One question to all worlds of a fleet, and the names that it can use."""

from collections.abc import Sequence

from rewound import settings
from rewound.catalog import select_worlds
from rewound.errors import FleetError
from rewound.fleet.live_status import get_endpoint
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, WorldState
from rewound.mysql.accounts import DEV, READER
from rewound.mysql.endpoint import Endpoint
from rewound.operations.fleets import default_schema, status
from rewound.query.fanout import FanOut, QueryOptions
from rewound.query.names import Names, read_names
from rewound.query.outcome import Outcome
from rewound.similar_names import suggest

_ALWAYS_THERE = ("information_schema",)


def query(
    fleet: str,
    statements: Sequence[str],
    *,
    worlds: str | None = None,
    only: Sequence[str] | None = None,
    schema: str | None = None,
    options: QueryOptions = QueryOptions(),  # noqa: B008 - frozen value
    may_write: bool = False,
) -> FanOut:
    """Return the statements as they will be run in every world, on entering it.

    They run as `reader`, with `may_write` as `dev`. Unqualified names belong to `schema`,
    by default to the one schema of each world. Worlds that are not ready count as failed.
    `worlds` is a pattern of names, `only` are names as they are.

    Raises:
        FleetError: there is no such fleet.
        UsageError: it has no such worlds.
    """
    record = status(fleet)
    names = tuple(record.worlds) if only is None else tuple(only)
    if worlds is not None:
        names = select_worlds(names, worlds)
    folder = FleetFolder(settings.state_dir(), fleet)
    user = DEV if may_write else READER

    def get_target(world: World) -> Endpoint | Outcome:
        if world.state is not WorldState.READY:
            return Outcome(error=f"is {world.state.value}")
        if schema is not None and schema not in (*world.schemas, *_ALWAYS_THERE):
            known = suggest(schema, world.schemas, listed_as="it has")
            return Outcome(error=f"has no schema {schema}; {known}")
        return get_endpoint(folder, world, user)

    asked = {name: record.worlds[name] for name in names}
    return FanOut(
        {name: get_target(world) for name, world in asked.items()},
        statements,
        schemas={name: schema or default_schema(world) for name, world in asked.items()},
        options=options,
    )


def known_names(fleet: str, *, worlds: str | None = None) -> Names:
    """Return the names of schemas, tables and columns in the first world that is ready.

    Raises:
        FleetError: there is no such fleet, or none of the worlds is ready.
        UsageError: it has no such worlds.
        MysqlError: the world does not answer.
    """
    record = status(fleet)
    names = tuple(record.worlds) if worlds is None else select_worlds(tuple(record.worlds), worlds)
    for world in (record.worlds[name] for name in names):
        if world.state is WorldState.READY:
            return read_names(get_endpoint(FleetFolder(settings.state_dir(), fleet), world, READER))
    raise FleetError(
        f"no world of fleet {fleet} is ready", hint="rewound status shows the state of each"
    )
