"""What `up --replace` must not delete: worlds that the same command does not restore. Pure."""

from collections.abc import Collection
from pathlib import Path

from rewound.errors import FleetError
from rewound.fleet.record import FleetRecord
from rewound.fleet.world import fleet_flag
from rewound.operations.dump_selection import Selection
from rewound.worlds.folding import name_worlds


def require_whole_replacement(
    selection: Selection, restored: Collection[str], earlier: FleetRecord | None
) -> None:
    """Check that a fleet is not replaced by a part of it.

    A folder may have lost worlds, or another folder may have others; but a user who names worlds,
    or one dump, means only these and not the rest of the fleet.

    Raises:
        FleetError: the earlier fleet has worlds besides those that are named.
    """
    source = selection.source
    is_folder = source.is_dir() if isinstance(source, Path) else len(restored) != 1
    if earlier is None or (selection.worlds is None and is_folder):
        return
    kept = set(restored)
    if lost := [name for name in earlier.worlds if name not in kept]:
        raise FleetError(
            f"--replace would delete {name_worlds(lost)} of fleet {earlier.name}, which this"
            " command does not restore",
            hint="use --add in place of --replace to keep them, or run"
            f" rewound down{fleet_flag(earlier.name)} first",
        )
