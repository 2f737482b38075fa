"""What names say that the user should know before trusting the catalog. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import tzinfo

from rewound.catalog.candidates import NamedDump
from rewound.catalog.dump import natural_key
from rewound.dump.file.location import Location


def warn_of_kinds(named: Iterable[NamedDump]) -> list[str]:
    """Return a warning for each world whose dumps are named in more than one way."""
    first_path: dict[str, dict[tuple[str, ...], Location]] = defaultdict(dict)
    for entry in named:
        first_path[entry.dump.world].setdefault(entry.name.kind_words, entry.dump.location)
    return [
        f"world {world} has dumps with different kinds of names, treated as one history: "
        + ", ".join(path.name for path in paths.values())
        for world, paths in sorted(first_path.items(), key=lambda item: natural_key(item[0]))
        if len(paths) > 1
    ]


def warn_of_zones(named: Iterable[NamedDump]) -> list[str]:
    """Return a warning for each zone abbreviation that stands for several zones."""
    first_path: dict[str, Location] = {}
    for entry in named:
        if entry.name.uncertain_zone is not None:
            first_path.setdefault(entry.name.uncertain_zone, entry.dump.location)
    return [
        f"{zone} in {path.name} stands for more than one time zone, so the time was read as UTC;"
        " set the zone with --timezone, such as America/New_York"
        for zone, path in sorted(first_path.items())
    ]


def warn_of_skipped_times(named: Iterable[NamedDump], timezone: tzinfo) -> list[str]:
    """Return a warning if a dump has a time that clocks in the zone never show."""
    for entry in named:
        other_at = entry.dump.other_at
        if other_at is not None and other_at < entry.dump.taken_at:
            return [
                f"the time of {entry.dump.location} does not exist in {timezone}, where clocks are"
                " put forward past it: the dumps may have been named in another zone; --timezone"
                " sets it"
            ]
    return []
