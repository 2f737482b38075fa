"""A folder of Debian packages that together are one MySQL, and its list of checksums.

The list is a `SHA256SUMS` as `sha256sum` writes and checks it. It pins what a server was
made of: Debian's unstable suite keeps no old versions, so a version is only had again
from kept packages.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rewound.errors import HostError, UsageError
from rewound.mysql.version import Version

SERVER_PACKAGE = "mysql-server-core"
"""The package with mysqld."""
PACKAGES = (SERVER_PACKAGE, "mysql-client-core")
"""The packages that we want; the others are what these depend on."""
CHECKSUMS = "SHA256SUMS"
"""The name of the list, beside the packages and in the folder they are unpacked to."""


def get_server_version(file_names: Iterable[str]) -> Version:
    """Return the MySQL version that these packages hold, going by their names.

    Raises:
        UsageError: the server's package is missing, or a package is there twice.
    """
    versions: dict[str, str] = {}
    for file_name in file_names:
        name, _, rest = file_name.partition("_")
        if name in versions:
            raise UsageError(
                f"found two packages of {name}",
                hint=f"keep one of them, or add a {CHECKSUMS} that lists the packages to use",
            )
        versions[name] = rest
    server = re.match(r"(?:\d+%3a)?(\d+)\.(\d+)\.(\d+)", versions.get(SERVER_PACKAGE, ""))
    if server is None:
        raise UsageError(
            f"package {SERVER_PACKAGE} not found",
            hint=f"give a folder with the .deb files of {' and '.join(PACKAGES)} and all their "
            "dependencies, such as the folder `packages` in the cache of an earlier install",
        )
    major, minor, patch = map(int, server.groups())
    return Version(major, minor, patch)


def format_checksums(checksums: Mapping[str, str]) -> str:
    """Write SHA-256 per file name in the form that `sha256sum --check` reads."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(checksums.items()))


def parse_checksums(text: str) -> dict[str, str]:
    """Read the SHA-256 per package out of what `sha256sum` wrote; other files are ignored."""
    found = re.findall(r"^([0-9a-f]{64}) [ *](?:\./)?([^/\s]+\.deb)$", text, re.MULTILINE)
    return {name: sha256 for sha256, name in found}


def read_checksums(folder: Path) -> dict[str, str] | None:
    """Return the folder's listed SHA-256 per package, or None if it has no list."""
    path = folder / CHECKSUMS
    return parse_checksums(path.read_text()) if path.is_file() else None


def get_sha256(package: Path, listed: Mapping[str, str] | None) -> str:
    """Return a package's SHA-256, which must be the listed one where there is a list.

    Raises:
        UsageError: the package is not there.
        HostError: it is there but another file than the listed one.
    """
    if not package.is_file():
        raise UsageError(f"{package} is missing, but listed in {CHECKSUMS}")
    sha256 = sha256_of(package)
    if listed is not None and listed[package.name] != sha256:
        raise HostError(
            f"{package} does not match its SHA-256 in {CHECKSUMS}",
            hint="fetch the packages again",
        )
    return sha256


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
