"""Finding and ending servers that run in containers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rewound import command
from rewound.engine.docker.daemon import Daemon
from rewound.engine.protocol import Server
from rewound.files.mounts import unmount_below

_AT_A_TIME = 8


class DockerWatch:
    """Sees and ends the containers of one daemon.

    A server is the mysqld in a container, which is a process of this host too: whether it runs can
    be seen without asking the daemon, even if that is down.
    """

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def is_running(self, server: Server) -> bool:
        """Tell whether this very server still runs."""
        return command.is_running(server.identity)

    def find_folders(self, folder: Path) -> list[Path]:
        """Return the folders below `folder` that have a container, in use or left over."""
        return sorted(set(self._daemon.find_containers(folder).values()))

    def end_all(self, folder: Path) -> int:
        """Remove every container whose folder is below `folder`; return how many.

        Their networks are removed too, and their mounts unmounted.
        """
        containers = self._daemon.find_containers(folder)
        with ThreadPoolExecutor(max_workers=_AT_A_TIME) as pool:
            list(pool.map(self._daemon.remove, containers))
        self._daemon.remove_networks(folder)
        unmount_below(folder)
        return len(containers)
