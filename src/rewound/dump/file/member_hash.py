"""What a member of an archive is known by. Pure."""

import hashlib


def hash_member(archive_sha256: str, member: str) -> str:
    """Return the SHA-256 that stands for one member: of the archive's bytes, and the name.

    The member's own bytes would have to be unpacked for it; of the archive, the hash is known
    without. It is the SHA-256 of the archive's in hexadecimal, a zero byte, and the name in UTF-8,
    where bytes of a name that is none stand as they are.
    """
    named = f"{archive_sha256}\0{member}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(named).hexdigest()
