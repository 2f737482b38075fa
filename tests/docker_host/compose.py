"""Docker's own client with Compose v2, for tests of what it is to run: Debian's packages.

Debian's stable suite has an older Compose. The programs are taken out of the unstable
suite's packages, once per machine, and need nothing of it but a libc that any host has.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs
from filelock import FileLock

from rewound import command
from rewound.engine.install import debian
from rewound.errors import HostError

_PACKAGES = ("docker-cli", "docker-compose")
_PLUGIN = "cli-plugins/docker-compose"
_CLIENT = "docker"
_TIMEOUT_S = 120.0


class NoCompose(Exception):
    """The programs cannot be had on this host."""


@dataclass(frozen=True, slots=True)
class Compose:
    """`docker compose` for one project of one daemon."""

    tools: Path
    """What `ensure_compose` returned."""
    address: str
    """Of the daemon."""
    folder: Path
    """Has the Compose file."""
    project: str
    """What Docker calls all that it makes."""

    def __call__(self, *arguments: str) -> str:
        """Run it to its end; return its output."""
        environment: Mapping[str, str] = {
            "DOCKER_HOST": self.address,
            "DOCKER_CONFIG": str(self.tools),
            "COMPOSE_PROJECT_NAME": self.project,
        }
        argv = [str(self.tools / _CLIENT), "compose", *arguments]
        return command.run(argv, timeout_s=_TIMEOUT_S, env=environment, cwd=self.folder)


def ensure_compose() -> Path:
    """Return a folder with the programs, fetched now if this machine has none yet.

    Raises:
        NoCompose: they cannot be fetched.
    """
    cache = platformdirs.user_cache_path("rewound") / "test-tools"
    cache.mkdir(parents=True, exist_ok=True)
    tools = cache / "compose"
    with FileLock(cache / "compose.lock"):
        if not tools.exists():
            try:
                with tempfile.TemporaryDirectory(dir=cache) as work:
                    _fetch(Path(work)).rename(tools)
            except HostError as error:
                raise NoCompose(f"there is no Compose v2 to be had: {error}") from error
    return tools


def _fetch(work: Path) -> Path:
    """Return a folder in `work` with the programs, out of Debian's packages."""
    apt = debian.create_private_apt(work / "apt", archives=work / "packages")
    plan = apt.plan(_PACKAGES)
    for package in apt.download(_PACKAGES, plan):
        if package.name.startswith(_PACKAGES):
            debian.unpack(package, work / "tree")
    tools = work / "tools"
    (tools / _PLUGIN).parent.mkdir(parents=True)
    usr = work / "tree/usr"
    shutil.copy(usr / "bin/docker", tools / _CLIENT)
    shutil.copy(usr / "libexec/docker" / _PLUGIN, tools / _PLUGIN)
    command.run([os.fspath(tools / _PLUGIN), "version"], timeout_s=_TIMEOUT_S)
    return tools
