"""Parts of worlds as the user's pattern describes them: `{world}/{time}/{database}`. Pure."""

from collections import defaultdict
from collections.abc import Sequence

from rewound.catalog.candidates import NamedDump
from rewound.catalog.layouts.joining import PartedWorld, WorldPart
from rewound.catalog.layouts.table_folders import load_rank


def find_pattern_parts(named: Sequence[NamedDump]) -> list[PartedWorld]:
    """Return the worlds whose names have a part, a database or a table, by the pattern."""
    by_world: dict[str, list[WorldPart]] = defaultdict(list)
    for entry in named:
        name = entry.name
        fields = [text for text in (name.database, name.table, name.part) if text is not None]
        if fields:
            rank = load_rank(name.table or name.part or "")
            part = WorldPart(entry, ".".join(fields), rank, name.database)
            by_world[entry.dump.world].append(part)
    return [PartedWorld(world, (), parts) for world, parts in by_world.items()]
