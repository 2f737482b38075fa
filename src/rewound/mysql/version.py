"""Identifying a server: version numbers, and MySQL as opposed to its forks."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A MySQL version; ordered as versions are."""

    major: int
    minor: int
    patch: int

    @property
    def number(self) -> int:
        """The number that versioned comments compare with: 9.7.4 is 90704."""
        return self.major * 10_000 + self.minor * 100 + self.patch

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


OLDEST_SUPPORTED = Version(8, 0, 30)
"""The first server with dynamic redo log capacity; older ones are not used."""


def parse_version(text: str) -> Version:
    """Return the version that `str` of a Version shows."""
    major, minor, patch = map(int, text.split("."))
    return Version(major, minor, patch)


def find_mysql_version(banner: str) -> Version | None:
    """Return the version that `mysqld --version` prints, or None for another product.

    MariaDB also calls its server `mysqld`; a banner that names it is not MySQL.
    Source: "mysqld  Ver 9.7.4 for Linux on x86_64 (Debian)" of MySQL 9.7.4,
    "mysqld  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu" of MariaDB 10.11.
    """
    if "mariadb" in banner.lower():
        return None
    match = re.search(r"\bVer (\d+)\.(\d+)\.(\d+)", banner)
    if match is None:
        return None
    major, minor, patch = map(int, match.groups())
    return Version(major, minor, patch)
