"""The Docker daemon of the tests, and containers that outlived their test.

Where there is no daemon to be had, the functions say so by exceptions: whether a test is
then skipped is the fixtures' matter.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import docker

FOLDER_LABEL = "rewound.folder"
"""The label of a container of ours; its value is the folder that the container belongs to."""

_USUAL_ADDRESS = "unix:///var/run/docker.sock"


class NoDaemon(Exception):
    """Nobody answers at the address."""


def find_address() -> str:
    """Return the address where the daemon has to be, whether there is one or not."""
    return os.environ.get("DOCKER_HOST") or _USUAL_ADDRESS


@contextlib.contextmanager
def connect(address: str) -> Iterator[docker.DockerClient]:
    """Connect to the daemon at a `unix://` address, and close the connections at the end.

    Raises:
        NoDaemon: the address is another kind of address, or nobody answers there.
    """
    if not address.startswith("unix://"):
        raise NoDaemon(f"{address} is not a unix:// address")
    try:
        # The SDK leaves the socket open with which it could not connect (7.2.0), and an
        # unclosed socket is a warning, so an error.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(address.removeprefix("unix://"))
        client = docker.DockerClient(base_url=address)
    except (OSError, docker.errors.DockerException) as error:
        raise NoDaemon(f"no Docker daemon answers at {address}") from error
    with contextlib.closing(client):
        yield client


def remove_containers_below(address: str, folder: Path) -> list[str]:
    """Remove all containers that belong to folders below this one; return their names."""
    names = []
    with connect(address) as client:
        containers = client.containers.list(
            all=True, filters={"label": FOLDER_LABEL}, ignore_removed=True
        )
        for container in containers:
            if folder in Path(container.labels[FOLDER_LABEL]).parents:
                names.append(str(container.name))
                with contextlib.suppress(docker.errors.NotFound):
                    container.remove(v=True, force=True)
    return names
