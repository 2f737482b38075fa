"""What the ledgers say of the dumps that worlds hold."""

from rewound.errors import FleetError
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World
from rewound.load.ledger import Ledger


def find_ledger(folder: FleetFolder, world: World) -> Ledger | None:
    """Return the ledger of a world; None where it has none."""
    try:
        return folder.read_ledger(world.name)
    except FleetError:
        return None


def hold_same_dump(folders: tuple[FleetFolder, FleetFolder], worlds: tuple[World, World]) -> bool:
    """Return whether two worlds have the same bytes, by their SHA-256, and nothing beyond them.

    Where binary logs led to a moment, a world that is as it was before did not change: that is
    not the same as a world of which no second dump was found.
    """
    before, after = map(find_ledger, folders, worlds)
    if before is None or after is None or before.receipt or after.receipt:
        return False
    return before.dump.sha256 == after.dump.sha256
