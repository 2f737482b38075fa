"""What the ledgers say of the dumps that worlds hold."""

from rewound.errors import FleetError
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World
from rewound.load.ledger import DumpFacts


def find_facts(folder: FleetFolder, world: World) -> DumpFacts | None:
    """Return what is known of the dump of a world; None where the world has no ledger."""
    try:
        return folder.read_ledger(world.name).dump
    except FleetError:
        return None


def hold_same_dump(folders: tuple[FleetFolder, FleetFolder], worlds: tuple[World, World]) -> bool:
    """Return whether two worlds were restored from the same bytes, by the SHA-256 of each."""
    before, after = map(find_facts, folders, worlds)
    return before is not None and after is not None and before.sha256 == after.sha256
