"""What a doorkeeper does with servers: start, look who is connected, stop. Each call blocks."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rewound import command
from rewound.command import ProcessIdentity
from rewound.engine.cloning import DATA
from rewound.engine.protocol import Server
from rewound.fleet.change_signs import list_table_files
from rewound.fleet.changes import Seen, find_changes
from rewound.fleet.doors import count_looks
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.resume import resume_world
from rewound.fleet.world import World
from rewound.mysql.client import Connection

_LOOK_TIMEOUT_S = 5.0
_STOP_GRACE_S = 60.0
_COUNTERS = "SHOW GLOBAL STATUS WHERE variable_name IN ('Connections', 'Threads_connected')"


@dataclass(frozen=True, slots=True)
class Use:
    """Who is connected to a server."""

    connected: int
    """How many others than we, just now."""
    ever: int
    """How many connections there ever were, with ours, and without those of commands that only
    look (`fleet.doors.note_look`)."""


def wake(context: FleetContext, world: World) -> Server:
    """Start the server of a world that sleeps, and check what it holds.

    Raises:
        FleetError, LoadError: its data cannot be trusted.
        HostError: it does not start.
    """
    return resume_world(context, world, may_run=False).server


def look_at_use(context: FleetContext, world: World, server: Server) -> Use:
    """Return who is connected to a server.

    A connection that was made to its socket before ours is counted, even if it has not logged in
    yet: the server takes them in their order.

    Raises:
        MysqlError: it does not answer.
    """
    with Connection(
        context.root_of(server),
        connect_timeout_s=_LOOK_TIMEOUT_S,
        answer_timeout_s=_LOOK_TIMEOUT_S,
    ) as connection:
        rows = connection.query(_COUNTERS).rows
    counters = {str(name): int(str(value)) for name, value in rows}
    looks = count_looks(context.folder.path, world.port)
    return Use(counters["Threads_connected"] - 1, counters["Connections"] - looks)


def put_to_sleep(context: FleetContext, world: World, server: Server) -> bool:
    """Stop a server, unless somebody is connected; tell whether it was stopped.

    Nobody can be led to it any more. What was changed in its world is noted for those who see only
    what a server tells.

    Raises:
        MysqlError: it does not answer.
        HostError: it did not end cleanly.
    """
    if look_at_use(context, world, server).connected > 0:
        return False
    context.engine.stop(server)
    original = context.folder.find_original(world.name)
    if original is not None:
        files = list_table_files(context.folder.world_folder(world.name) / DATA)
        changes = find_changes(original, Seen(files))
        if changes is not None and changes.names != original.earlier:
            context.folder.write_original(world.name, replace(original, earlier=changes.names))
    return True


def find_servers(worlds: Path) -> dict[str, set[ProcessIdentity]]:
    """Return the servers that run below a folder, by world."""
    found: dict[str, set[ProcessIdentity]] = {}
    for identity, path in command.find_daemons(f"--datadir={worlds}{os.sep}").items():
        found.setdefault(path.partition(os.sep)[0], set()).add(identity)
    return found


def stop_strays(identities: Iterable[ProcessIdentity]) -> None:
    """Stop servers of which it is not known how far they were started."""
    for identity in identities:
        command.stop(identity, grace_s=_STOP_GRACE_S)
