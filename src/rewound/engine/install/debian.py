"""Packages out of Debian's archive for a user without root: a private apt.

apt runs with its own state, cache, sources and configuration, so it neither needs root
nor touches the host's. It checks the archive's signature against Debian's keyring and the
packages against the signed lists. From the host come only the mirror and the way to it
(proxies, certificates).

Left out on purpose: freshness. A mirror's Release file of the unstable suite may be past
its Valid-Until; it is used anyway, and the caller records what was fetched.
"""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewound import command
from rewound.engine.install.packages import sha256_of
from rewound.errors import CommandFailed, HostError

OTHER_WAYS = (
    "install MySQL 8.0.30 or newer so that mysqld is on PATH; or download its generic Linux "
    "tarball (dev.mysql.com/downloads/mysql, Linux - Generic) and run: "
    "rewound server install --from TARBALL --sha256 HEX"
)
"""The hint for a host on which packages cannot be fetched."""

_SUITE = "sid"  # Debian's unstable; the only suite with mysql-server-core (tried 2026-11).
_KEYRINGS = tuple(
    Path(f"/usr/share/keyrings/debian-archive-keyring.{ending}") for ending in ("gpg", "pgp")
)
_TOOLS = ("apt-get", "apt-config", "dpkg", "dpkg-deb")
_QUERY_TIMEOUT_S = 60.0
_LISTS_TIMEOUT_S = 300.0
_DOWNLOAD_TIMEOUT_S = 1800.0
_UNPACK_TIMEOUT_S = 300.0
_ENVIRONMENT = {"LC_ALL": "C"}

# mysql-server-core depends on perl for mysqldumpslow alone, which we do not use: 8 of 60
# packages and 10 of 66 MB. apt leaves out what it believes to be installed.
_PRETENDED_STATUS = """\
Package: perl
Status: install ok installed
Architecture: {architecture}
Multi-Arch: allowed
Version: 99
Maintainer: nobody
Description: not installed, left out on purpose
"""

_CONFIGURATION = """\
Dir::State "{root}/state/";
Dir::State::lists "{root}/state/lists/";
Dir::State::status "{root}/status";
Dir::Cache "{root}/cache/";
Dir::Cache::archives "{archives}/";
Dir::Log "{root}/log/";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "{root}/empty/";
Dir::Etc::preferences "{root}/none";
Dir::Etc::preferencesparts "{root}/empty/";
Dir::Etc::main "{root}/none";
Dir::Etc::parts "{root}/empty/";
APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Get::AllowUnauthenticated "false";
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Check-Valid-Until "false";
Acquire::ForceHash "SHA256";
Acquire::GzipIndexes "true";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::Languages "none";
Debug::NoLocking "true";
"""

_HINTS = (
    (
        r"NO_PUBKEY|EXPKEYSIG|KEYEXPIRED|is not signed|signatures? (were|was|could)",
        "update the package debian-archive-keyring; if the mirror is not one of Debian's "
        "archive, name one: rewound server install --mirror URL",
    ),
    (r"no installation candidate|Unable to locate package", OTHER_WAYS),
    (r"not valid yet", "the clock of this host is slow: set it"),
    (
        r"unmet dependencies|held broken",
        f"Debian's unstable suite is inconsistent at the moment; {OTHER_WAYS}",
    ),
    (r"[Nn]o space left|enough free space|quota", "free some disk space and try again"),
    # Last, because apt fails to fetch for all of the reasons above too.
    (
        r"resolv|connect|unreachable|timed out|timeout|Failed to fetch|Proxy",
        f"check that this host can reach its Debian mirror, then try again; or {OTHER_WAYS}",
    ),
)


@dataclass(frozen=True, slots=True)
class Package:
    """One package as the signed lists of the archive describe it."""

    file_name: str
    """Its name in the archives folder, `name_version_architecture.deb`."""
    size_bytes: int
    """The size of that file."""
    sha256: str
    """The SHA-256 of that file, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """An apt that works in `root` and keeps packages in `archives`."""

    root: Path
    """Its state, configuration and lists; disposable."""
    archives: Path
    """The folder for packages; existing ones are not fetched again."""

    def plan(self, names: Sequence[str]) -> list[Package]:
        """Fetch the package lists; return the packages with all that they depend on."""
        self._run(["-qq", "update"], timeout_s=_LISTS_TIMEOUT_S)
        # Packages that are in the archives folder would not be listed: look past it.
        elsewhere = f"Dir::Cache::archives={self.root}/empty/"
        arguments = ["-qq", "-y", "--print-uris", "-o", elsewhere, "install", *names]
        return parse_packages(self._run(arguments, timeout_s=_QUERY_TIMEOUT_S))

    def download(self, names: Sequence[str], plan: Sequence[Package]) -> list[Path]:
        """Fetch what `plan` needs and is not there yet; return the files, in its order."""
        for package in plan:
            # apt takes a file of the right size for the right file.
            path = self.archives / package.file_name
            if path.exists() and sha256_of(path) != package.sha256:
                path.unlink()
        arguments = ["-qq", "-y", "--download-only", "install", *names]
        self._run(arguments, timeout_s=_DOWNLOAD_TIMEOUT_S)
        paths = [self.archives / package.file_name for package in plan]
        missing = [path.name for path in paths if not path.is_file()]
        if missing:
            raise HostError(f"apt-get did not fetch {', '.join(missing)}", hint=OTHER_WAYS)
        return paths

    def _run(self, arguments: Sequence[str], *, timeout_s: float) -> str:
        environment = {"APT_CONFIG": str(self.root / "apt.conf")}
        return _run(["apt-get", *arguments], timeout_s=timeout_s, env=environment)


def create_private_apt(root: Path, *, archives: Path, mirror: str | None = None) -> PrivateApt:
    """Write a private apt into the new folder `root`; `mirror` None means the host's.

    Raises:
        HostError: no apt on this host, no Debian keyring, or no Debian mirror known.
    """
    require_tools(_TOOLS)
    keyring = next(filter(Path.is_file, _KEYRINGS), None)
    if keyring is None:
        raise HostError(
            f"Debian's signatures cannot be checked: {_KEYRINGS[0]} is missing",
            hint=f"install the package debian-archive-keyring; or {OTHER_WAYS}",
        )
    mirror = mirror or get_host_mirror()
    architecture = _run(["dpkg", "--print-architecture"]).strip()
    for folder in ("state/lists/partial", "cache", "empty/partial", "log"):
        (root / folder).mkdir(parents=True)
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    (root / "status").write_text(_PRETENDED_STATUS.format(architecture=architecture))
    (root / "sources.list").write_text(
        f"deb [arch={architecture} signed-by={keyring}] {mirror} {_SUITE} main\n"
    )
    configuration = _CONFIGURATION.format(root=root, archives=archives, architecture=architecture)
    host_configuration = _run(["apt-config", "dump"])
    (root / "apt.conf").write_text(configuration + choose_host_settings(host_configuration))
    return PrivateApt(root=root, archives=archives)


def unpack(package: Path, folder: Path) -> None:
    """Unpack one package's files into `folder`, without running its scripts."""
    _run(["dpkg-deb", "-x", str(package), str(folder)], timeout_s=_UNPACK_TIMEOUT_S)


def require_tools(names: Iterable[str]) -> None:
    """Raise HostError when a program of Debian's is missing."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise HostError(
            "MySQL can be fetched only on Debian and its derivatives, and this host has no"
            f" {', '.join(missing)}",
            hint=OTHER_WAYS,
        )


def get_host_mirror() -> str:
    """Return the Debian mirror that this host's apt uses."""
    targets = ["indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages"]
    mirror = choose_mirror(
        index_targets=_run(["apt-get", *targets]),
        # Not with -qq, which would print nothing here.
        update_uris=_run(["apt-get", "update", "--print-uris"]),
    )
    if mirror is None:
        raise HostError(
            "apt on this host uses no mirror of the Debian archive",
            hint=f"use rewound server install --mirror URL; or {OTHER_WAYS}",
        )
    return mirror


def choose_mirror(*, index_targets: str, update_uris: str) -> str | None:
    """Choose the Debian mirror out of what apt says of the host's sources.

    `index_targets` are lines `origin|label|URI` of the fetched lists: they tell for sure.
    A fresh container has no lists; there `update_uris`, what `apt-get update --print-uris`
    would fetch, is judged by its paths: `.../debian` with a `main` section.
    Source: apt 2.6.1; third-party archives whose path ends in /debian name other sections.
    """
    for line in index_targets.splitlines():
        origin, _, rest = line.partition("|")
        label, _, uri = rest.partition("|")
        if (origin, label) == ("Debian", "Debian") and not uri.startswith("cdrom:"):
            return uri.rstrip("/")
    found = re.findall(r"^'((?!cdrom:)\S+?)/+dists/[^/\s]+/main/binary-", update_uris, re.MULTILINE)
    candidates = [uri for uri in dict.fromkeys(found) if _is_debian_path(uri)]
    # The shorter path is the archive itself rather than a vendor's corner of a host.
    return min(
        candidates, key=lambda uri: (not uri.endswith("/debian"), uri.count("/")), default=None
    )


def choose_host_settings(apt_configuration: str) -> str:
    """Return the lines of `apt-config dump` that say how the host reaches its mirror."""
    kept = re.findall(
        r"^Acquire::(?:https?|ftp|tor|Retries|ForceIPv[46])\b.*;$",
        apt_configuration,
        re.MULTILINE | re.IGNORECASE,
    )
    return "".join(f"{line}\n" for line in kept)


def parse_packages(printed_uris: str) -> list[Package]:
    """Read what `apt-get --print-uris install` prints, one package per line."""
    found = re.findall(r"^'\S+' (\S+\.deb) (\d+) SHA256:([0-9a-f]{64})", printed_uris, re.MULTILINE)
    return [Package(name, int(size), sha256) for name, size, sha256 in found]


def find_hint(apt_words: str) -> str | None:
    """Return what to do about an error of apt's, where we know it."""
    return next((hint for pattern, hint in _HINTS if re.search(pattern, apt_words)), None)


def _is_debian_path(uri: str) -> bool:
    last = uri.rpartition("/")[2]
    return "debian" in last and not re.search(r"security|ports|archive|backports|debug", last)


def _run(
    argv: Sequence[str],
    *,
    timeout_s: float = _QUERY_TIMEOUT_S,
    env: Mapping[str, str] | None = None,
) -> str:
    try:
        return command.run(argv, timeout_s=timeout_s, env={**_ENVIRONMENT, **(env or {})})
    except CommandFailed as failure:
        failure.hint = find_hint(failure.stderr_tail)
        raise
