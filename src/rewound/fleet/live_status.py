"""The current state of a fleet, and how to reach its worlds.

It imports little: every query of a fleet begins with it.
"""

from dataclasses import replace

from rewound import command
from rewound.engine.protocol import ServerWatch
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, current_state
from rewound.mysql.endpoint import Endpoint


def observe(record: FleetRecord, watch: ServerWatch) -> FleetRecord:
    """Return the record with every world's state as it really is now."""
    maker_runs = command.is_running(record.maker)
    worlds = {}
    for name, world in record.worlds.items():
        server_runs = world.server is not None and watch.is_running(world.server)
        state = current_state(world, server_runs=server_runs, maker_runs=maker_runs)
        worlds[name] = replace(world, state=state)
    return replace(record, worlds=worlds)


def get_endpoint(folder: FleetFolder, world: World, user: str) -> Endpoint:
    """Return address and login of one account of a world that has a server."""
    if world.server is None:
        raise ValueError(f"world {world.name} has no server")
    server = replace(world.server, socket=folder.find_socket(world.server))
    return server.endpoint(user, folder.read_password(user))
