"""One file of an archive as a stream; all of the archive is read, and proven, before it ends."""

from rewound.dump.file.archive.walking import ArchivedFile, ArchiveRefused, ArchiveWalk
from rewound.dump.file.feed import Feed

_HINT = "give one of them, or a folder of them"


class MemberStream:
    """The content of one file of an archive: the wanted one, or the only one."""

    def __init__(self, feed: Feed, walk: ArchiveWalk, wanted: str | None) -> None:
        self._feed = feed
        self._walk = walk
        self._wanted = wanted
        self._entry: ArchivedFile | None = None
        self._is_over = False

    @property
    def bytes_used(self) -> int:
        """How many bytes of the archive were read."""
        return self._feed.position

    def read(self, _size: int, /) -> bytes:
        """Return the next piece of the file; none at the end of the archive.

        Raises:
            EOFError, CorruptData: the archive is cut off, or damaged.
            ArchiveRefused: it does not have the file, or not exactly once.
        """
        if self._is_over:
            return b""
        if self._entry is None:
            self._entry = self._find_entry()
            if self._entry is None:
                raise ArchiveRefused(
                    "has no files" if self._wanted is None else "has no such file any more"
                )
            if self._entry.problem is not None:
                raise ArchiveRefused(f"{self._entry.name!a} {self._entry.problem}")
        if piece := self._walk.read():
            return piece
        if (another := self._find_entry()) is not None:
            raise self._refuse(self._entry, another)
        self._is_over = True
        return b""

    def _find_entry(self) -> ArchivedFile | None:
        while (entry := self._walk.next_entry()) is not None:
            if self._wanted is None or entry.name == self._wanted:
                return entry
        return None

    def _refuse(self, first: ArchivedFile, second: ArchivedFile) -> ArchiveRefused:
        if first.name == second.name:
            return ArchiveRefused(f"has two files of the name {first.name!a}")
        names = f"{first.name!a} and {second.name!a}"
        return ArchiveRefused(f"is an archive of several files, among them {names}", hint=_HINT)


def list_entries(walk: ArchiveWalk) -> tuple[ArchivedFile, ...]:
    """Return all files of an archive, in its order, after reading it to its end.

    Raises:
        EOFError, CorruptData: it is cut off, or damaged.
        ArchiveRefused: two have the same name, or a limit is exceeded.
    """
    entries: dict[str, ArchivedFile] = {}
    while (entry := walk.next_entry()) is not None:
        if entry.name in entries:
            raise ArchiveRefused(f"has two files of the name {entry.name!a}")
        entries[entry.name] = entry
    return tuple(entry for entry in entries.values() if walk.is_file(entry.name))
