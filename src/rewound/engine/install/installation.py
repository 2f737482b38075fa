"""Which MySQL servers this host offers: on PATH, or put in the cache by `provision`.

An `Installation` says how to run a MySQL: argv prefixes that the caller completes. What
is found is MySQL, never MariaDB, and not older than `OLDEST_SUPPORTED`. A folder in the
cache is there only when it is whole (`provision` renames it into place after having run
it), so it is recognised by its files, without starting anything.

Left out on purpose: fetching a MySQL (`provision`) and deciding when to.
"""

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rewound import command
from rewound.engine.install.packages import CHECKSUMS
from rewound.engine.install.tarball import MYSQLD
from rewound.errors import CommandFailed, HostError, UsageError
from rewound.mysql.version import OLDEST_SUPPORTED, Version, find_mysql_version
from rewound.similar_names import suggest

AUTO = "auto"
"""The selection of the first server found: on PATH, then the newest installed."""
PATH_NAME = "path"
"""The name of the installation that was found on PATH."""

# Servers live where PATH of an ordinary user does not look: /usr/sbin (Debian, Ubuntu),
# /usr/libexec (Fedora), /usr/local/mysql/bin (Oracle's tarball).
_SERVER_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/usr/local/mysql/bin")
_BANNER_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Installation:
    """One MySQL that this host can run. The caller appends options to the argv prefixes."""

    name: str
    """What `--server` calls it: `path`, or the folder's name such as `mysql-9.7.4`."""
    version: Version
    """The server's version."""
    source: str
    """Where it is from, for people."""
    mysqld: tuple[str, ...]
    """argv prefix of the server; `--no-defaults` or `--defaults-file` must come next."""
    options: tuple[str, ...]
    """Server options that point into its folder; empty if its built-in paths fit."""
    client: tuple[str, ...] | None
    """argv prefix of the `mysql` client, if there is one."""
    mysqldump: tuple[str, ...] | None
    """argv prefix of `mysqldump`, if there is one."""


@dataclass(frozen=True, slots=True)
class PathSearch:
    """What the search on PATH found, and what it did not take."""

    installation: Installation | None
    """The first usable server."""
    passed_over: tuple[str, ...]
    """One text per server program that came before it: which, and why it is not used."""


def find_on_path() -> Installation | None:
    """Return the first usable MySQL on PATH or in the usual folders of servers."""
    return search_path().installation


def search_path(folders: Sequence[str] | None = None) -> PathSearch:
    """Look for a usable MySQL in `folders`, by default PATH and the usual server folders."""
    if folders is None:
        folders = [*os.environ.get("PATH", "").split(os.pathsep), *_SERVER_FOLDERS]
    passed_over: list[str] = []
    for program in _find_programs("mysqld", folders):
        try:
            banner = _read_banner(program)
        except CommandFailed as failure:
            passed_over.append(failure.message)
            continue
        version = find_mysql_version(banner)
        refusal = explain_refusal(version)
        if version is None or refusal is not None:
            passed_over.append(f"{program} {refusal}")
            continue
        installation = Installation(
            name=PATH_NAME,
            version=version,
            source=f"this host's {program}",
            mysqld=(str(program),),
            options=(),
            client=_find_client("mysql", folders),
            mysqldump=_find_client("mysqldump", folders),
        )
        return PathSearch(installation, tuple(passed_over))
    return PathSearch(None, tuple(passed_over))


def explain_refusal(version: Version | None) -> str | None:
    """Say why a server of this version is not used; None if it is."""
    if version is None:
        return "is not MySQL"
    if version < OLDEST_SUPPORTED:
        return f"is MySQL {version}, older than {OLDEST_SUPPORTED}"
    return None


def find_installed(cache: Path) -> list[Installation]:
    """Return the servers in the cache, newest first; incomplete folders are passed over."""
    installed = []
    for folder in servers_folder(cache).glob("mysql-*"):
        version = parse_folder_name(folder.name)
        installation = None if version is None else read_folder(folder, version)
        if installation is not None:
            installed.append(installation)
    return sorted(installed, key=lambda installation: installation.version, reverse=True)


def list_installations(cache: Path) -> list[Installation]:
    """Return all usable servers in the order in which `auto` prefers them."""
    on_path = find_on_path()
    return [*([] if on_path is None else [on_path]), *find_installed(cache)]


def get_installation(selection: str, cache: Path) -> Installation:
    """Return the server of that name, or for `auto` the first one there is.

    Raises:
        UsageError: there is none of that name.
        HostError: `auto`, and there is none at all.
    """
    search = search_path() if selection in (AUTO, PATH_NAME) else PathSearch(None, ())
    installed = find_installed(cache)
    if selection == AUTO:
        if search.installation is not None:
            return search.installation
        if installed:
            return installed[0]
        raise HostError(
            _with_reasons(f"no MySQL {OLDEST_SUPPORTED} or newer on this host", search),
            hint="install one for your user: rewound server install",
        )
    for installation in (search.installation, *installed):
        if installation is not None and installation.name == selection:
            return installation
    if selection == PATH_NAME:
        raise UsageError(_with_reasons("no usable mysqld on PATH", search))
    names = [AUTO, *(known.name for known in list_installations(cache))]
    raise UsageError(f"no MySQL server named {selection!r}", hint=suggest(selection, names))


def servers_folder(cache: Path) -> Path:
    """Return the folder that holds the installed servers."""
    return cache / "servers"


def folder_name(version: Version) -> str:
    """Return the name of the folder, and so of the installation, of a version."""
    return f"mysql-{version}"


def parse_folder_name(name: str) -> Version | None:
    """Return the version in an installed folder's name; None if it is not one of ours."""
    match = re.fullmatch(r"mysql-(\d+)\.(\d+)\.(\d+)", name)
    if match is None:
        return None
    major, minor, patch = map(int, match.groups())
    return Version(major, minor, patch)


def read_folder(folder: Path, version: Version) -> Installation | None:
    """Describe the MySQL unpacked in `folder`, or return None if a part is missing."""
    if not (folder / CHECKSUMS).is_file():
        return None
    return _read_packages(folder, version) or _read_tarball(folder, version)


def _read_tarball(folder: Path, version: Version) -> Installation | None:
    """Describe what a generic tarball became: its programs use the host's C library."""
    mysqld = folder / MYSQLD
    if not mysqld.is_file():
        return None
    client, mysqldump = mysqld.with_name("mysql"), mysqld.with_name("mysqldump")
    return Installation(
        name=folder_name(version),
        version=version,
        source=f"installed in {folder}",
        mysqld=(str(mysqld),),
        options=(
            f"--basedir={folder}",
            f"--lc-messages-dir={folder}/share",
            f"--character-sets-dir={folder}/share/charsets",
            f"--plugin-dir={folder}/lib/plugin",
        ),
        client=(str(client),) if client.is_file() else None,
        mysqldump=(str(mysqldump),) if mysqldump.is_file() else None,
    )


def _read_packages(folder: Path, version: Version) -> Installation | None:
    """Describe what Debian's packages became.

    Its programs run under the loader and with the libraries that came with them, because
    the host's C library may be older than the one they were built for. The folder of the
    libraries is the one that the loader is in: its name differs per architecture.
    """
    usr = folder / "usr"
    # ld-linux-x86-64.so.2, ld-linux-aarch64.so.1; ld64.so.2 on ppc64el, ld64.so.1 on s390x.
    loader = min(usr.glob("lib/*/ld*.so.[0-9]"), default=None)
    mysqld = usr / "sbin/mysqld"
    if loader is None or not mysqld.is_file():
        return None
    prefix = (str(loader), "--library-path", str(loader.parent))
    client, mysqldump = usr / "bin/mysql", usr / "bin/mysqldump"
    return Installation(
        name=folder_name(version),
        version=version,
        source=f"installed in {folder}",
        mysqld=(*prefix, str(mysqld)),
        options=(
            f"--basedir={usr}",
            f"--lc-messages-dir={usr}/share/mysql",
            f"--character-sets-dir={usr}/share/mysql/charsets",
            f"--plugin-dir={usr}/lib/mysql/plugin",
        ),
        client=(*prefix, str(client)) if client.is_file() else None,
        mysqldump=(*prefix, str(mysqldump)) if mysqldump.is_file() else None,
    )


def _find_programs(name: str, folders: Iterable[str]) -> list[Path]:
    """Return the programs of that name in the order of `folders`, each file once."""
    programs: dict[Path, Path] = {}
    for folder in folders:
        found = shutil.which(name, path=folder) if folder else None
        if found is not None:
            programs.setdefault(Path(found).resolve(), Path(found))
    return list(programs.values())


def _find_client(name: str, folders: Iterable[str]) -> tuple[str, ...] | None:
    for program in _find_programs(name, folders):
        try:
            if find_mysql_version(_read_banner(program)) is not None:
                return (str(program),)
        except CommandFailed:
            continue
    return None


def _read_banner(program: Path) -> str:
    # --no-defaults: a my.cnf that MySQL does not like would make even --version fail.
    return command.run([str(program), "--no-defaults", "--version"], timeout_s=_BANNER_TIMEOUT_S)


def _with_reasons(text: str, search: PathSearch) -> str:
    if not search.passed_over:
        return text
    return f"{text}; ignored: {'; '.join(search.passed_over)}"
