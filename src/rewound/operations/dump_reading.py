"""What the catalog asks about the contents of files: first lines, closing lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rewound.catalog import Subject
from rewound.dump.file.header import find_closing_time, find_database, find_server_version
from rewound.dump.file.listing import list_members
from rewound.dump.file.location import ArchiveMember, Location
from rewound.dump.file.reader import DumpReader
from rewound.dump.file.recognition import find_first_table, looks_like_dump
from rewound.errors import DumpError
from rewound.stores.remote_file import RemoteFile

_TAIL_BYTES = 4096


_MOST_ASKED = 50
"""Of how many files in a store without the name of a dump the first bytes are read."""


@dataclass(slots=True)
class DumpReading:
    """Reads files of a source, decrypting them with the keys in some files."""

    identities: tuple[Path, ...] = ()
    _asked: int = 0

    def read_closing_time(self, location: Location) -> datetime | None:
        """Return the time of a dump's closing line; reads a compressed dump to its end."""
        with self._open(location) as reader:
            if reader.is_compressed():
                tail = b""
                for chunk in reader.iter_chunks():
                    tail = (tail + chunk)[-_TAIL_BYTES:]
            else:
                tail = reader.read_end(_TAIL_BYTES)
        return find_closing_time(tail)

    def is_dump(self, location: Location) -> bool:
        """Tell from the first bytes whether a file is a dump, whatever its name."""
        if isinstance(location, RemoteFile):
            self._asked += 1
            if self._asked > _MOST_ASKED:
                return False
        return looks_like_dump(self.read_start(location))

    def read_subject(self, location: Location) -> Subject | None:
        """Return the database and table in a dump's first lines; None if it cannot be read."""
        start = self.read_start(location)
        return Subject(find_database(start), find_first_table(start)) if start else None

    def list_members(self, location: Location) -> Sequence[ArchiveMember] | None:
        """Return the files of an archive; None if it is none."""
        return list_members(location, identities=self.identities)

    def read_server_version(self, location: Location) -> str | None:
        """Return the version of the server that was dumped, as the first lines state it."""
        with self._open(location) as reader:
            return find_server_version(next(reader.iter_chunks(), b""))

    def _open(self, location: Location) -> DumpReader:
        return DumpReader(location, identities=self.identities)

    def read_start(self, location: Location) -> bytes:
        """Return the first bytes of a dump's text; none if it cannot be read."""
        try:
            with self._open(location) as reader:
                return next(reader.iter_chunks(), b"")
        except DumpError:
            return b""
