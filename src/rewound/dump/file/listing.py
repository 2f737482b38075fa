"""Which files an archive holds, without unpacking any of them.

A zip archive that lies open is listed by its directory, from its end; what is compressed,
encrypted or a tar is read through. A listing is no proof: reading a member is.
"""

from functools import partial
from pathlib import Path

from rewound.dump.file.archive.members import list_entries
from rewound.dump.file.archive.walking import ArchivedFile, ArchiveRefused, MemberCount, check_name
from rewound.dump.file.archive.zip_records import find_directory, iter_central
from rewound.dump.file.archive.zip_walk import is_zip
from rewound.dump.file.compression import CorruptData
from rewound.dump.file.expansion import Expansion
from rewound.dump.file.failures import LAYER_FAILURES, explain, refuse_expansion
from rewound.dump.file.feed import LayerFailed
from rewound.dump.file.layers import RECOGNISED_BYTES, Layers
from rewound.dump.file.location import ArchiveMember, Location
from rewound.dump.file.opening import open_bytes, reading_failed
from rewound.dump.file.sources import ByteSource

_LONGEST_END_BYTES = (1 << 16) + 22 + 20 + 56


def list_members(
    location: Location, *, identities: tuple[Path, ...] = (), allows_any_ratio: bool = False
) -> tuple[ArchiveMember, ...] | None:
    """Return the files of an archive, in its order; None if the location is not one.

    Folders, links and devices are left out. Sizes are as stated.

    Raises:
        DumpError: it cannot be read, is damaged or cut off, or has a name twice or one that
            cannot be shown.
        HostError: a program that decrypts is missing.
    """
    if isinstance(location, ArchiveMember):
        return None
    watch = _watch_nothing if allows_any_ratio else _watch
    source = open_bytes(location)
    layers = Layers(source, identities=identities, watch=partial(watch, location))
    try:
        entries = _list_directory(source) if _is_open_zip(layers) else _walk(layers)
    except LAYER_FAILURES as error:
        raise explain(
            error,
            location,
            text_bytes=0,
            file_bytes=source.bytes_read,
            size_bytes=source.size_bytes,
        ) from error
    except OSError as error:
        raise reading_failed(location, error) from error
    finally:
        layers.close()
        source.close()
    if entries is None:
        return None
    return tuple(ArchiveMember(location, entry.name, entry.size_bytes) for entry in entries)


def _is_open_zip(layers: Layers) -> bool:
    return is_zip(layers.feed.peek(RECOGNISED_BYTES))


def _walk(layers: Layers) -> tuple[ArchivedFile, ...] | None:
    archive = layers.find_next_archive()
    if archive is None:
        return None
    name, start_walk = archive
    layers.watch_inside()
    try:
        return list_entries(start_walk(layers.feed))
    except (EOFError, CorruptData) as error:
        raise LayerFailed(name) from error


def _list_directory(source: ByteSource) -> tuple[ArchivedFile, ...]:
    """Return what the directory at the end of a zip archive lists."""
    entries: dict[str, ArchivedFile] = {}
    count = MemberCount()
    listed = 0
    try:
        end = source.read_end(_LONGEST_END_BYTES)
        start, length, stated = find_directory(end, source.size_bytes)
        for member in iter_central(source.read_range(start, length)):
            count.add()
            listed += 1
            if member.is_folder or member.is_link:
                continue
            name = check_name(member.name)
            if name in entries:
                raise ArchiveRefused(f"has two files of the name {name!a}")
            entries[name] = ArchivedFile(name, member.size_bytes, member.problem)
        if listed != stated:
            raise CorruptData("the list of files in the zip archive is damaged")
    except (EOFError, CorruptData) as error:
        raise LayerFailed("zip") from error
    return tuple(entries.values())


def _watch(location: Location, size_bytes: int, used_bytes: int) -> None:
    expansion = Expansion(used_bytes, size_bytes)
    if expansion.is_too_large:
        raise refuse_expansion(location, expansion)


def _watch_nothing(_location: Location, _size_bytes: int, _used_bytes: int) -> None:
    """Let it expand as far as it does."""
