"""Where a query runs: in the worlds of fleets, or on servers given by URLs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rewound import settings
from rewound.errors import UsageError
from rewound.fleet.live_status import get_endpoint
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import READABLE, USABLE, World, WorldState, refer_to_remedy, say_state
from rewound.mysql.accounts import DEV, READER
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.server_url import ServerUrl
from rewound.operations.fleets import status
from rewound.query.outcome import Outcome
from rewound.worlds.folding import fold_worlds
from rewound.worlds.selecting import select_worlds

SEPARATOR = "/"
"""Between fleet and world, where there are several fleets; no name of a fleet holds it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Worlds of fleets, or servers."""

    fleets: tuple[str, ...] = ()
    """Names of fleets; none where servers are asked."""
    servers: Mapping[str, ServerUrl] = field(default_factory=dict)
    """Servers by the names that they have as worlds."""
    worlds: str | None = None
    """Limits to some worlds: `host[1-3],eu-*`; each of several fleets needs to have them."""

    @property
    def has_several_fleets(self) -> bool:
        """Whether the name of a world needs its fleet's in front."""
        return len(self.fleets) > 1

    @property
    def label(self) -> str:
        """What it is called: `default`, `before,after`, `servers`."""
        return ",".join(self.fleets) or "servers"


@dataclass(frozen=True, slots=True)
class Target:
    """One world of an audience."""

    address: Endpoint | ServerUrl | Outcome
    """Where it is; or what becomes of every statement where it cannot be asked."""
    schemas: tuple[str, ...] | None
    """The restored schemas; None where they are not known."""

    @property
    def default_schema(self) -> str | None:
        """The schema that unqualified names belong to, if only one can."""
        if isinstance(self.address, ServerUrl):
            return self.address.schema
        return self.schemas[0] if self.schemas and len(self.schemas) == 1 else None


def read_fleets(names: str) -> tuple[str, ...]:
    """Return the fleets of `before,after`, each once.

    Raises:
        UsageError: there is a name missing.
    """
    fleets = [name.strip() for name in names.split(",")]
    if not all(fleets):
        raise UsageError(f"--fleet {names}: a name is missing", hint="--fleet before,after")
    return tuple(dict.fromkeys(fleets))


def find_targets(audience: Audience, *, may_write: bool = False) -> dict[str, Target]:
    """Return the worlds to query, by their names, fleet by fleet.

    With several fleets, names are `FLEET/WORLD`. Worlds are queried as `reader`, with `may_write`
    as `dev`; servers as the user in the URL.

    Raises:
        FleetError: there is no such fleet.
        UsageError: it has no such worlds.
    """
    if not audience.fleets:
        chosen = select_worlds(audience.servers, audience.worlds)
        return {name: Target(audience.servers[name], None) for name in chosen}
    targets: dict[str, Target] = {}
    for fleet in audience.fleets:
        worlds = status(fleet).worlds
        chosen = select_worlds(worlds, audience.worlds)
        prefix = f"{fleet}{SEPARATOR}" if audience.has_several_fleets else ""
        for name in chosen:
            target = _find_target(fleet, worlds[name], DEV if may_write else READER)
            targets[prefix + name] = target
    return targets


def describe(audience: Audience) -> str:
    """Say who is asked, and who of them cannot answer.

    Raises:
        FleetError: there is no such fleet.
        UsageError: it has no such worlds.
    """
    targets = find_targets(audience)
    if not audience.fleets:
        count, kind = len(audience.servers), "servers"
        text = f"servers: {fold_worlds(targets)}, "
    else:
        count, kind = sum(len(status(fleet).worlds) for fleet in audience.fleets), "worlds"
        noun = "fleets" if audience.has_several_fleets else "fleet"
        text = f"{noun} {audience.label}: {fold_worlds(targets)}, "
    text += f"{len(targets):,} of {count:,} {kind}" if len(targets) < count else f"all {kind}"
    absent = [name for name, target in targets.items() if isinstance(target.address, Outcome)]
    return text + (f"; not ready: {fold_worlds(absent)}" if absent else "")


def _refer(fleet: str, state: WorldState) -> str:
    """Return why a world is not asked, and the command that helps; alike for all such worlds."""
    return f"{say_state(state)}{refer_to_remedy(state, fleet)}"


def _find_target(fleet: str, world: World, user: str) -> Target:
    if world.state not in (READABLE if user == READER else USABLE):
        return Target(Outcome(error=_refer(fleet, world.state)), world.schemas)
    folder = FleetFolder(settings.state_dir(), fleet)
    return Target(get_endpoint(folder, world, user), world.schemas)
