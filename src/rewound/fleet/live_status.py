"""The current state of a fleet, and how to reach its worlds.

It imports little: every query of a fleet begins with it.
"""

from dataclasses import replace

from rewound import command
from rewound.engine.protocol import Server, ServerWatch
from rewound.engine.server_options import LOOPBACK
from rewound.fleet.doors import Doors, door_path, find_doors
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import RESTORED, World, WorldState, current_state
from rewound.mysql.endpoint import Endpoint


def read_current(folder: FleetFolder, watch: ServerWatch) -> FleetRecord:
    """Return a fleet's record with every world's state as it really is now.

    Raises:
        FleetError: there is no such fleet, or its record is unreadable.
    """
    record = folder.read()
    doors = None if record.sleeping is None else find_doors(folder.path)
    return observe(folder, record, watch, doors)


def observe(
    folder: FleetFolder, record: FleetRecord, watch: ServerWatch, doors: Doors | None = None
) -> FleetRecord:
    """Return the record with every world's state as it really is now.

    `doors` is what the fleet's doorkeeper tells, if it has one. The server of a world that sleeps
    is the doorkeeper, as far as its address goes.
    """
    maker_runs = command.is_running(record.maker)
    keeper_runs = doors is not None and command.is_running(doors.keeper)
    worlds = {}
    for name, world in record.worlds.items():
        server = world.server
        if doors is not None and world.state is WorldState.READY:
            server = doors.awake.get(name, server)
        closed = doors.closed.get(name) if doors is not None else None
        state = current_state(
            world,
            server_runs=server is not None and watch.is_running(server),
            maker_runs=maker_runs,
            has_keeper=keeper_runs and closed is None,
        )
        if state is WorldState.ASLEEP and doors is not None:
            socket = door_path(folder.path, world.port)
            server = Server(doors.keeper, socket, LOOPBACK, world.port)
        reason = closed if state is WorldState.STOPPED else world.reason
        worlds[name] = replace(world, state=state, server=server, reason=reason)
    return replace(record, worlds=worlds)


def to_record(record: FleetRecord) -> FleetRecord:
    """Return what is recorded of a fleet that was observed.

    Whether a world of a fleet that sleeps is awake is not: its doorkeeper changes that at any time.
    """
    if record.sleeping is None:
        return record
    worlds = {
        name: replace(
            world,
            state=WorldState.READY,
            server=None if world.state is WorldState.ASLEEP else world.server,
            reason=None,
        )
        if world.state in RESTORED
        else world
        for name, world in record.worlds.items()
    }
    return replace(record, worlds=worlds)


def has_lost_doorkeeper(folder: FleetFolder, record: FleetRecord) -> bool:
    """Tell whether a fleet whose worlds sleep has nobody who would wake them."""
    if record.sleeping is None:
        return False
    doors = find_doors(folder.path)
    return doors is None or not command.is_running(doors.keeper)


def get_endpoint(folder: FleetFolder, world: World, user: str) -> Endpoint:
    """Return address and login of one account of a world that has a server, or gets one then."""
    if world.server is None:
        raise ValueError(f"world {world.name} has no server")
    door = door_path(folder.path, world.port)
    if door.is_symlink():
        server = replace(world.server, socket=door)
        return replace(server.endpoint(user, folder.read_password(user)), may_sleep=True)
    return get_direct_endpoint(folder, world, user)


def get_direct_endpoint(folder: FleetFolder, world: World, user: str) -> Endpoint:
    """Return how the running server of a world is reached without waking it, should it end."""
    if world.server is None:
        raise ValueError(f"world {world.name} has no server")
    server = replace(world.server, socket=folder.find_socket(world.server))
    return server.endpoint(user, folder.read_password(user))
