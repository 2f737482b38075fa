"""One transaction back or forward from where each world is."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rewound.catalog import Catalog
from rewound.dump.file.location import one_file
from rewound.errors import BinlogError, FleetError, ReplayError
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World, fleet_flag, say_state
from rewound.operations.destinations import Direction
from rewound.operations.log_selection import read_logs
from rewound.replay.coordinates import Coordinates
from rewound.replay.steps import LogStep, NoStep, find_step
from rewound.replay.world_logs import find_coordinates
from rewound.worlds.folding import fold_worlds

SAID: Mapping[Direction, str] = {
    Direction.BACK: "one step back, over",
    Direction.FORWARD: "one step forward, over",
}


def only_standing(
    folder: FleetFolder,
    record: FleetRecord,
    names: Sequence[str],
    warn: Callable[[str], None],
    *,
    are_named: bool,
) -> tuple[str, ...]:
    """Return the worlds that a step can be taken from: the others were never ready.

    Raises:
        FleetError: there are none, or they are named.
    """
    standing = tuple(name for name in names if folder.has_ledger(name))
    others = [name for name in names if name not in standing]
    if not others:
        return standing
    reasons = ", ".join(f"{name} {say_state(record.worlds[name].state)}" for name in others)
    flag = fleet_flag(record.name)
    hint = (
        f"rewound seek{flag} TIME {shlex.quote(fold_worlds(others))} restores as of a time;"
        f" rewound status{flag} shows why it is needed"
    )
    if are_named or not standing:
        raise FleetError(f"there is nothing to take a step from: {reasons}", hint=hint)
    warn(f"not taken along: {reasons}; {hint}")
    return standing


def find_steps(
    catalog: Catalog,
    folder: FleetFolder,
    record: FleetRecord,
    names: Sequence[str],
    step: Direction,
) -> dict[str, LogStep]:
    """Return the step of each world.

    Raises:
        ReplayError, BinlogError: a world has no such step; the others are named.
    """
    steps: dict[str, LogStep] = {}
    ends: dict[str, NoStep] = {}
    for name in names:
        logs = read_logs(catalog, name)
        world = record.worlds[name]
        place = _find_place(folder, world)
        try:
            steps[name] = find_step(logs, place, forward=step is Direction.FORWARD)
        except NoStep as error:
            ends[name] = error
        except (ReplayError, BinlogError) as error:
            raise error.of_world(name) from error
    if not ends:
        return steps
    reasons = "; ".join(error.of_world(name).message for name, error in ends.items())
    others = shlex.quote(fold_worlds(steps)) if steps else ""
    command = f"rewound seek{fleet_flag(record.name)} --step {step.value} {others}"
    raise ReplayError(
        f"{reasons}{'; no world was moved' if len(names) > 1 else ''}",
        hint=f"to move the others: {command}" if others else None,
    )


def _find_place(folder: FleetFolder, world: World) -> Coordinates:
    """Return where in its logs a world is."""
    receipt = folder.read_ledger(world.name).receipt
    if receipt is None:
        if not Path(world.dump).is_file():
            raise ReplayError(
                f"world {world.name}: where its dump {world.dump} stands in the logs can be read"
                " again only from one file on this host",
                hint="seek to a time, a transaction or a position instead",
            )
        return find_coordinates(one_file(Path(world.dump)))
    last = receipt.files[-1]
    return Coordinates(last.name, last.to_position)
