"""Folders of locations, whether on the disk, in a store or in an archive. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import PurePosixPath

from rewound.dump.file.location import ArchiveMember, Location


def get_folder(location: Location) -> Location:
    """Return the folder of a file; of a file at the top of an archive, the archive."""
    if isinstance(location, ArchiveMember):
        above = PurePosixPath(location.member).parent
        if above.name in ("", ".."):
            return location.archive
        return ArchiveMember(location.archive, str(above))
    return location.parent


def place_key(location: Location) -> tuple[str, ...]:
    """Return a key that sorts locations of all kinds as paths are sorted."""
    return tuple(str(location).split("/"))


class Places:
    """How many files there are in and below each folder of a source."""

    def __init__(self, locations: Iterable[Location]) -> None:
        self._counts: Counter[tuple[str, ...]] = Counter()
        for location in locations:
            key = place_key(location)
            self._counts.update(key[:length] for length in range(1, len(key)))

    def find_place(self, locations: Sequence[Location]) -> Location:
        """Return what stands for these files: their folder if it holds nothing else, or the first.

        Two dumps never have the same place.
        """
        if len(locations) < 2:
            return locations[0]
        folders = [place_key(location)[:-1] for location in locations]
        common = folders[0][: _count_common(folders)]
        if not common or self._counts[common] != len(locations):
            return locations[0]
        place = locations[0]
        while place_key(place) != common:
            above = get_folder(place)
            if above == place:
                return locations[0]
            place = above
        return place


def _count_common(keys: Sequence[tuple[str, ...]]) -> int:
    """Return how many elements, from the first on, all keys have in common."""
    return sum(1 for _ in takewhile(lambda each: len({*each}) == 1, zip(*keys, strict=False)))
