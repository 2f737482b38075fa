"""The hash that identifies a dump by its content. Pure.

It is that of the file, so that it can be compared with what `sha256sum` prints, unless a dump is
only a part of a file, or several.
"""

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath

from rewound.dump.file.location import ArchiveMember, DumpFiles, DumpPart, Holds, Location


def hash_member(archive_sha256: str, member: str) -> str:
    """Return the hash of an archive's member: that of the archive's hash and the name.

    >>> hash_member("00", "a.sql")[:16]
    'b668cd6741619d7d'
    """
    text = f"{archive_sha256}\n".encode() + member.encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()


def combine_hashes(parts: Sequence[tuple[DumpPart, str]]) -> str:
    """Return the hash of a dump from those of its parts, in their order.

    Of several it is the hash of a list with a line for each: what it holds, whose rows they are,
    the hash, the name of the file.
    """
    [(first, only), *others] = parts
    if not others and first.holds is Holds.STATEMENTS and first.database is None:
        return only
    lines = [
        "\t".join(
            (part.holds.value, part.database or "", part.table or "", sha256, _name(part.location))
        )
        for part, sha256 in parts
    ]
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def describe_hash(dump: DumpFiles) -> str | None:
    """Return what the hash of a dump is of; None if it is that of its one file."""
    if len(dump.parts) > 1:
        return "the list of these files"
    if isinstance(dump.parts[0].location, ArchiveMember):
        return "the archive's hash and the name in it"
    return None


def _name(location: Location) -> str:
    return (
        location.member
        if isinstance(location, ArchiveMember)
        else PurePosixPath(location.name).name
    )
