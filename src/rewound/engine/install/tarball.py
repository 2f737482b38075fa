"""A generic Linux tarball of MySQL, as Oracle and Percona offer: what of it is unpacked, and where.

Such a tarball has the folders bin, lib and share, mostly in one folder of its own, and its
programs use the C library of the host. Only what a server and its clients need is taken:
the tests and the debugging programs of a tarball are four fifths of it.

A tarball is not trusted to stay in its folder: whatever would lead out of it is refused.

Source: MySQL 8.4 manual, "Installing MySQL on Unix/Linux Using Generic Binaries".
"""

import lzma
import posixpath
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rewound.errors import HostError, UsageError

MYSQLD = "bin/mysqld"
PROGRAMS = frozenset({MYSQLD, "bin/mysql", "bin/mysqldump"})
_FOLDERS = ("bin", "lib", "share")
_UNUSED_SUFFIXES = frozenset({".a", ".la"})
_UNUSED = frozenset({"debug", "mecab", "man", "doc", "pkgconfig", "mysql-test", "aclocal"})

_UNREADABLE = (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError, ValueError)


def find_place(name: str) -> PurePosixPath | None:
    """Return where a member of a tarball goes, from the server's folder; None if it is not needed.

    >>> find_place("mysql-8.4.3-linux-glibc2.28-x86_64/bin/mysqld")
    PurePosixPath('bin/mysqld')

    Raises:
        ValueError: it would lie elsewhere.
    """
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts:
        raise ValueError(f"{name!r} points outside the tarball")
    for start in (0, 1):
        if len(parts) > start + 1 and parts[start] in _FOLDERS:
            place = PurePosixPath(*parts[start:])
            return place if _is_needed(place) else None
    return None


def find_target(place: PurePosixPath, target: str) -> PurePosixPath:
    """Return where a symbolic link leads, from the server's folder.

    Raises:
        ValueError: it points outside.
    """
    reached = PurePosixPath(posixpath.normpath(place.parent / target))
    if reached.is_absolute() or ".." in reached.parts:
        raise ValueError(f"{str(place)!r} links to {target!r}, outside the tarball")
    return reached


def explain_no_run(*, is_musl: bool) -> str:
    """Return what to do about a server that does not even start on this host."""
    if is_musl:
        return (
            "this host has the C library musl, as Alpine does, and MySQL is built for glibc: use"
            " Docker (--engine docker), or another host"
        )
    return (
        "a library may be missing on this host, mostly libaio or libnuma: install it with the"
        " host's package manager; or the tarball is for a newer glibc or another processor"
    )


def unpack(tarball: Path, folder: Path) -> None:
    """Unpack what is needed of a tarball into a folder.

    Raises:
        UsageError: it is no tarball of MySQL.
        HostError: it is damaged, or something in it points outside the folder.
    """
    try:
        with tarfile.open(tarball) as archive:
            for member, place in _iter_needed(archive):
                _unpack_member(archive, member, folder / place, place)
    except tarfile.ReadError as error:
        if not any(folder.iterdir()):
            raise UsageError(
                f"{tarball} is not a tarball (.tar.xz, .tar.gz, .tar.bz2)",
                hint="give a generic Linux tarball of MySQL, or a folder of .deb packages",
            ) from error
        raise HostError(f"{tarball} is damaged: {error}", hint="fetch it again") from error
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.filename is not None:
            raise  # the disk's, not the tarball's
        raise HostError(f"{tarball} cannot be unpacked: {error}", hint="fetch it again") from error
    if not (folder / MYSQLD).is_file():
        raise UsageError(
            f"{tarball} has no {MYSQLD}",
            hint="give a generic Linux tarball of MySQL: it has the folders bin, lib and share",
        )


def _iter_needed(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, PurePosixPath]]:
    for member in archive:
        place = find_place(member.name)
        if place is not None:
            yield member, place


def _unpack_member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, place: PurePosixPath
) -> None:
    """Write one file or link; a link is only ever made to a place in the folder."""
    if member.isdir():
        return
    if path.is_symlink() or any(parent.is_symlink() for parent in _parents(path, place)):
        raise ValueError(f"{member.name!r} comes twice, or through a link")
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.issym():
        find_target(place, member.linkname)
        path.symlink_to(member.linkname)
        return
    content = archive.extractfile(member) if member.isreg() or member.islnk() else None
    if content is None:
        raise ValueError(f"{member.name!r} is neither a file nor a folder nor a link")
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    path.chmod(0o755 if member.mode & 0o100 else 0o644)


def _parents(path: Path, place: PurePosixPath) -> list[Path]:
    return list(path.parents)[: len(place.parts) - 1]


def _is_needed(place: PurePosixPath) -> bool:
    if place.parts[0] == "bin":
        return str(place) in PROGRAMS
    return place.suffix not in _UNUSED_SUFFIXES and not _UNUSED.intersection(place.parts)
