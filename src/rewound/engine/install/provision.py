"""Get a MySQL for this user alone: fetch Debian's packages, unpack, try, rename into place.

It promises that a folder under `servers/` with a server's name is whole: everything is
unpacked and tried in a work folder next to it, and renamed last. A killed install leaves
only a work folder, which the next install removes. Installed folders are never modified.
Needs no root; apt's signatures are checked in `debian`.

Layout of the cache: `servers/mysql-9.7.4/` (with SHA256SUMS of the packages it is made
of), `packages/` (those packages, for `source`, here or on another host).
"""

import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rewound import command
from rewound.engine.install import debian
from rewound.engine.install.installation import (
    Installation,
    explain_refusal,
    find_installed,
    folder_name,
    read_folder,
    servers_folder,
)
from rewound.engine.install.packages import (
    CHECKSUMS,
    PACKAGES,
    format_checksums,
    get_server_version,
    get_sha256,
    read_checksums,
    sha256_of,
)
from rewound.engine.install.tarball import MYSQLD, explain_no_run, unpack
from rewound.errors import CommandFailed, HostError, UsageError
from rewound.mysql.version import Version, find_mysql_version

_log = logging.getLogger(__name__)

_WORK_PREFIX = ".work-"
_UNUSED = ("doc", "man", "locale", "lintian", "bug")  # below usr/share
# Measured for MySQL 9.7.4 on amd64: packages 53 MiB, lists 22 MiB, unpacked 324 MiB.
_NEEDED_BYTES = 572 << 20
_TRY_TIMEOUT_S = 60.0
_LOCK_TIMEOUT_S = 1800.0


def install(
    cache: Path,
    *,
    source: Path | None = None,
    sha256: str | None = None,
    refresh: bool = False,
    mirror: str | None = None,
    narrate: Callable[[str], None],
) -> Installation:
    """Return a MySQL in the cache, fetching and unpacking it where there is none that runs.

    With `source` nothing is fetched: the packages of that folder are used, checked against its
    SHA256SUMS where it has one, or that generic tarball, checked against `sha256`.
    `refresh` looks for a newer version even if one is installed. `mirror` replaces the
    Debian mirror of the host's own apt.

    Raises:
        UsageError: `source` does not hold one MySQL.
        HostError: the host cannot get, unpack or run it; the hint says what would help.
    """
    any_will_do = not refresh and source is None
    if any_will_do and (installed := _find_running(find_installed(cache), narrate)):
        return installed
    # ld.so splits --library-path at both.
    if re.search("[:;]", str(cache)):
        raise HostError(
            f"MySQL cannot run from {cache}: the path contains a ':' or ';'",
            hint="use a cache folder without these characters",
        )
    servers = servers_folder(cache)
    try:
        servers.mkdir(parents=True, exist_ok=True)
        with _only_installer(servers, narrate):
            # Another install may have been waited for: its result will do.
            if any_will_do and (installed := _find_running(find_installed(cache), narrate)):
                return installed
            _remove_leftovers(servers)
            with tempfile.TemporaryDirectory(prefix=_WORK_PREFIX, dir=servers) as work:
                if source is not None and source.is_file():
                    return _install_tarball(source, sha256, servers, Path(work), narrate)
                if source is not None:
                    return _install_folder(source, servers, Path(work), narrate)
                return _install_fetched(cache, Path(work), mirror, narrate)
    except OSError as error:
        raise HostError(f"MySQL could not be installed into {servers}: {error}") from error


def _install_fetched(
    cache: Path, work: Path, mirror: str | None, narrate: Callable[[str], None]
) -> Installation:
    servers, archives = servers_folder(cache), cache / "packages"
    apt = debian.create_private_apt(work / "apt", archives=archives, mirror=mirror)
    narrate("looking up MySQL in Debian's unstable suite")
    plan = apt.plan(PACKAGES)
    version = get_server_version(package.file_name for package in plan)
    if installed := _find_running(_find_version(servers, version), narrate):
        return installed
    _require_space(servers)
    size_mib = sum(package.size_bytes for package in plan) >> 20
    narrate(f"fetching MySQL {version}: {len(plan)} packages, {size_mib:,} MiB")
    packages = apt.download(PACKAGES, plan)
    checksums = {package.file_name: package.sha256 for package in plan}
    _keep_only(archives, checksums)
    return _install_packages(packages, checksums, servers, work, narrate)


def _install_folder(
    folder: Path, servers: Path, work: Path, narrate: Callable[[str], None]
) -> Installation:
    debian.require_tools(["dpkg-deb"])
    listed = read_checksums(folder)
    if listed is None:
        narrate(f"{folder} has no {CHECKSUMS}, so its packages are not verified")
        packages = sorted(folder.glob("*.deb"))
    else:
        packages = [folder / name for name in listed]
    version = get_server_version(path.name for path in packages)
    checksums = {path.name: get_sha256(path, listed) for path in packages}
    if installed := _find_running(_find_version(servers, version), narrate):
        return installed
    _require_space(servers)
    return _install_packages(packages, checksums, servers, work, narrate)


def _install_packages(
    packages: Sequence[Path],
    checksums: Mapping[str, str],
    servers: Path,
    work: Path,
    narrate: Callable[[str], None],
) -> Installation:
    """Unpack into `work`, try it there, and rename the result to its name in `servers`."""
    version = get_server_version(checksums)
    narrate(f"unpacking MySQL {version}")
    tree = work / "tree"
    tree.mkdir()
    for package in packages:
        debian.unpack(package, tree)
    for unused in _UNUSED:
        shutil.rmtree(tree / "usr/share" / unused, ignore_errors=True)
    (tree / CHECKSUMS).write_text(format_checksums(checksums))
    unpacked = read_folder(tree, version)
    if unpacked is None:
        raise HostError("the packages do not contain a complete MySQL", hint=debian.OTHER_WAYS)
    _try(unpacked)
    return _move_into_place(tree, version, servers, work, narrate)


def _install_tarball(
    tarball: Path,
    sha256: str | None,
    servers: Path,
    work: Path,
    narrate: Callable[[str], None],
) -> Installation:
    """Unpack a generic tarball into `work`, try it there, and rename it to its name."""
    found = sha256_of(tarball)
    if sha256 is None:
        narrate(f"{tarball} is not verified: --sha256 was not given; it has {found}")
    elif sha256.strip().lower() != found:
        raise HostError(
            f"{tarball} does not have the SHA-256 {sha256}, but {found}", hint="fetch it again"
        )
    _require_space(servers)
    narrate(f"unpacking {tarball.name}")
    tree = work / "tree"
    tree.mkdir()
    unpack(tarball, tree)
    try:
        banner = command.run(
            [str(tree / MYSQLD), "--no-defaults", "--version"], timeout_s=_TRY_TIMEOUT_S
        )
    except CommandFailed as failure:
        failure.hint = explain_no_run(is_musl=any(Path("/lib").glob("ld-musl-*")))
        raise
    version = find_mysql_version(banner)
    refusal = explain_refusal(version)
    if version is None or refusal is not None:
        raise UsageError(f"the server in {tarball.name} {refusal}")
    if installed := _find_running(_find_version(servers, version), narrate):
        return installed
    (tree / CHECKSUMS).write_text(format_checksums({tarball.name: found}))
    return _move_into_place(tree, version, servers, work, narrate)


def _move_into_place(
    tree: Path, version: Version, servers: Path, work: Path, narrate: Callable[[str], None]
) -> Installation:
    target = servers / folder_name(version)
    if target.exists():  # it is there but does not run, or we would have returned it
        target.rename(work / "broken")
    tree.rename(target)
    installation = read_folder(target, version)
    assert installation is not None, "it was whole before the rename"  # noqa: S101
    narrate(f"MySQL {version} is {installation.source}")
    return installation


def _find_version(servers: Path, version: Version) -> list[Installation]:
    installation = read_folder(servers / folder_name(version), version)
    return [] if installation is None else [installation]


def _find_running(
    installations: Iterable[Installation], narrate: Callable[[str], None]
) -> Installation | None:
    """Return the first of these that runs, and report it."""
    for installation in installations:
        try:
            _try(installation)
        except HostError as error:
            _log.warning("%s does not run: %s", installation.name, error)
        else:
            narrate(f"MySQL {installation.version} is already {installation.source}")
            return installation
    return None


def _try(installation: Installation) -> None:
    """Run `mysqld --version` and see that it answers with the version it should have."""
    argv = [*installation.mysqld, "--no-defaults", "--version"]
    try:
        banner = command.run(argv, timeout_s=_TRY_TIMEOUT_S)
    except CommandFailed as failure:
        failure.hint = (
            "a dependency may be missing, or the packages may be for another architecture than "
            "this host's"
        )
        raise
    if find_mysql_version(banner) != installation.version:
        raise HostError(f"the MySQL {installation.source} reports itself as {banner.strip()!r}")


def _keep_only(archives: Path, checksums: Mapping[str, str]) -> None:
    """Leave in the packages' folder what one version needs, with its list."""
    for path in archives.glob("*.deb"):
        if path.name not in checksums:
            path.unlink()
    (archives / CHECKSUMS).write_text(format_checksums(checksums))


def _require_space(servers: Path) -> None:
    free_bytes = shutil.disk_usage(servers).free
    if free_bytes < _NEEDED_BYTES:
        raise HostError(
            f"a MySQL needs {_NEEDED_BYTES >> 20:,} MiB, "
            f"{servers} has {free_bytes >> 20:,} MiB left",
            hint="free some disk space and try again",
        )


def _remove_leftovers(servers: Path) -> None:
    for leftover in servers.glob(f"{_WORK_PREFIX}*"):
        _log.info("removing %s of an install that did not end", leftover)
        shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _only_installer(servers: Path, narrate: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other process installs into `servers`, and keep others out."""
    lock = FileLock(servers / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        narrate("waiting for another installation to finish")
        try:
            lock.acquire(timeout=_LOCK_TIMEOUT_S)
        except Timeout as error:
            raise HostError(f"another installation holds {servers / '.lock'}") from error
    try:
        yield
    finally:
        lock.release()
