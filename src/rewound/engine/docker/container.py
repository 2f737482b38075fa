"""The container of a server: its user, its limits, its mounts. Pure.

It sees its world's folder and nothing else of the host: its root file system cannot be
written, it has no capabilities, can get none, and can neither be reached by other
containers nor reach them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rewound.engine.boot import SOCKET, TEMPORARY
from rewound.engine.cloning import DATA
from rewound.engine.server_options import (
    ANY_ADDRESS,
    OWN_SETTINGS_ONLY,
    ServerSettings,
    serving_options,
)

HOME = PurePosixPath("/var/lib/mysql")
"""Where a container has its world's folder: images of MySQL have a volume there, which
Docker would else fill with one of its own."""
PROGRAM = "mysqld"
"""What is run, by the image's PATH; its own entrypoint is not."""
PORT = 3306
"""The port in a container; on the host it has another."""
NO_NETWORK = "none"
NETWORK_DRIVER = "bridge"
NETWORK_OPTIONS: Mapping[str, str] = {
    "com.docker.network.bridge.enable_icc": "false",  # no container reaches another
    "com.docker.network.bridge.enable_ip_masquerade": "false",  # nor the world outside
}
WORKING_FOLDER = "/"
DROPPED_CAPABILITIES = ("ALL",)
SECURITY_OPTIONS = ("no-new-privileges",)
AS_ROOT = "--user=root"
"""The option without which mysqld does not run as root; to another user it is a warning."""
STOP_SIGNAL = "SIGTERM"
FLUSH_GRACE_S = 600.0
"""How long mysqld may take to flush its memory when it is stopped."""
LOG_DRIVER = "json-file"
LOG_OPTIONS: Mapping[str, str] = {"max-size": "10m"}
OPEN_FILES = 10_000
"""The limit of open files. mysqld asks for 8,161 (9.7.4); a daemon without the right to
raise limits can give no more than it has itself, some 20,000 at least."""
TASKS = 4096
"""The limit of threads."""

FOLDER_LABEL = "rewound.folder"
"""Has the folder of the server on the host, by which everything of ours is found."""

_IMAGE_USER_ID = 999  # mysql in the official image
_LONGEST_WORD = 60  # containers are shown by their names, and 63 bytes is a label of the DNS
UNFIT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
"""What the name of a container or a network cannot have."""


@dataclass(frozen=True, slots=True)
class ContainerUser:
    """Who mysqld is, seen from within and from the host."""

    inside: str
    """`uid:gid` in the container."""
    uid: int
    """The owner of its files on the host."""
    gid: int

    @property
    def is_root_inside(self) -> bool:
        """Whether mysqld needs the option that lets it run as root."""
        return self.inside.startswith("0:")


@dataclass(frozen=True, slots=True)
class ContainerPlan:
    """One container that is wanted."""

    image: str
    """Its id, or a name."""
    arguments: tuple[str, ...]
    """Of mysqld."""
    user: ContainerUser
    folder: Path
    """The host's folder that belongs to it."""
    memory_bytes: int
    labels: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    """What Docker's own lists call it; None for whatever Docker thinks of."""
    sees_folder: bool = True
    network: str = NO_NETWORK
    port: int | None = None
    """The port of the host's loopback address that leads to its own; None for no way in."""


def choose_user(*, uid: int, gid: int, daemon_is_rootless: bool) -> ContainerUser:
    """Return the user that mysqld runs as, for a caller with these ids.

    Its files belong to the caller, so cloning and deleting them needs no root. Root does not run
    mysqld as root, because it can give the files to another user.
    """
    if daemon_is_rootless:
        return ContainerUser("0:0", uid, gid)  # root in there is the user out here
    if uid == 0:
        uid = gid = _IMAGE_USER_ID
    return ContainerUser(f"{uid}:{gid}", uid, gid)


def server_arguments(
    *, first: PurePosixPath, buffer_pool_bytes: int, settings: ServerSettings
) -> tuple[str, ...]:
    """Return the arguments of a world's mysqld; it executes `first` before it answers."""
    options = serving_options(
        data=HOME / DATA,
        socket=HOME / SOCKET,
        temporary=HOME / TEMPORARY,
        address=ANY_ADDRESS,
        port=PORT,
        buffer_pool_bytes=buffer_pool_bytes,
        settings=settings,
    )
    return (OWN_SETTINGS_ONLY, *options, f"--init-file={first}")


def container_name(labels: Mapping[str, str], port: int) -> str:
    """Return a name that tells people which world it is; the port makes it the only one."""
    words = ("rewound", *labels.values(), str(port))
    return "-".join(UNFIT_IN_NAMES.sub("_", word)[:_LONGEST_WORD] for word in words)
