"""Times and parts of the dumps that folders are. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from rewound.catalog.candidates import NamedDump, ReadClosingTime
from rewound.catalog.layouts.bundle import Bundle
from rewound.dump.file.location import Location

_FILES_ASKED = 3


@dataclass(frozen=True, slots=True)
class BundleTimes:
    """Reads closing times, of a folder those of its last files."""

    bundles: Mapping[Location, Bundle]
    read_closing_time: ReadClosingTime

    def read(self, location: Location) -> datetime | None:
        """Return the time at which a dump was finished; None if nothing says it.

        Raises:
            DumpError: a file cannot be read.
        """
        bundle = self.bundles.get(location)
        if bundle is None:
            return self.read_closing_time(location)
        if bundle.finished_at is not None:
            return bundle.finished_at
        times = [self.read_closing_time(timed) for timed in bundle.timed[:_FILES_ASKED]]
        return max((time for time in times if time is not None), default=None)


def fill_bundle(
    entry: NamedDump, bundles: Mapping[Location, Bundle], warnings: Mapping[Location, str]
) -> NamedDump:
    """Return the dump with its parts, if it is a folder."""
    bundle = bundles.get(entry.dump.location)
    if bundle is None:
        return entry
    dump = replace(entry.dump, parts=bundle.parts, doubt=warnings.get(entry.dump.location))
    dump = replace(dump, proof=bundle.proof)
    return replace(entry, dump=dump, part_names=bundle.part_names)
