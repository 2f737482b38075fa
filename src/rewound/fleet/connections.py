"""Who is logged in to a world: the connections that its end or its reset closes."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from rewound.errors import MysqlError
from rewound.fleet.live_status import get_direct_endpoint
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, WorldState
from rewound.mysql.accounts import DEV, READER, ROOT
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_LOOK_TIMEOUT_S = 2.0
_AT_A_TIME = 16


def list_logins(folder: FleetFolder, worlds: Mapping[str, World]) -> dict[str, Sequence[str]]:
    """Return who is logged in to which of a fleet's ready worlds; one that is silent has nobody."""

    def list_of(world: World) -> tuple[str, ...]:
        try:
            return list_connections(get_direct_endpoint(folder, world, ROOT))
        except MysqlError:
            return ()

    ready = [world for world in worlds.values() if world.state is WorldState.READY]
    if not ready:
        return {}
    with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
        found = zip(ready, pool.map(list_of, ready), strict=True)
        return {world.name: logins for world, logins in found if logins}


def list_connections(endpoint: Endpoint) -> tuple[str, ...]:
    """Return `user@host` of everybody who is logged in to a server as one of its users.

    Raises:
        MysqlError: the server does not answer.
    """
    with Connection(
        endpoint, connect_timeout_s=_LOOK_TIMEOUT_S, answer_timeout_s=_LOOK_TIMEOUT_S
    ) as connection:
        sessions = connection.query("SHOW PROCESSLIST").rows
    logins = [(str(user), str(host)) for _, user, host, *_ in sessions if user in (DEV, READER)]
    return tuple(f"{user}@{host.rpartition(':')[0] or host}" for user, host in logins)
