"""Where a Docker daemon listens on this host. Imports nothing of Docker's."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from rewound.errors import UsageError

SCHEME = "unix://"


def find_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the address in DOCKER_HOST, or else that of the first usual socket that exists.

    Podman's sockets have the same API.

    Raises:
        UsageError: DOCKER_HOST names no socket of this host, where the data would have to be.
    """
    if named := environment.get("DOCKER_HOST"):
        if not named.startswith(SCHEME):
            raise UsageError(
                f"DOCKER_HOST is {named}: worlds need a Docker daemon on this host",
                hint="unset it, or set it to a socket such as unix:///var/run/docker.sock",
            )
        return named
    usual = (path for path in _usual_sockets(environment) if path.exists())
    return next((f"{SCHEME}{path}" for path in usual), None)


def _usual_sockets(environment: Mapping[str, str]) -> Iterator[Path]:
    yield Path("/var/run/docker.sock")
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "docker.sock"  # Docker without root
        yield Path(runtime) / "podman/podman.sock"
    yield Path("/run/podman/podman.sock")
