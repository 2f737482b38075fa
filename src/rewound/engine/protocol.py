"""The protocol of an engine: start, find and end servers. Higher layers use only this.

Each engine is a folder beside this file, such as `process` and `docker`; `choice` names them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rewound.command import ProcessIdentity
from rewound.engine.server_options import ServerSettings
from rewound.errors import HostError
from rewound.mysql.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """One server that is wanted."""

    name: str
    """What messages call it: fleet and world."""
    folder: Path
    """Its own folder, which exists; everything of it stays inside."""
    port: int
    """TCP port on the loopback address."""
    buffer_pool_bytes: int
    root_password: str = field(repr=False)
    """The password of root@localhost from before the first connection on."""
    settings: ServerSettings = ServerSettings()  # noqa: RUF009 - frozen value
    """The settings that affect the contents of its world."""
    boot_statements: tuple[str, ...] = field(default=(), repr=False)
    """What it executes before its first connection."""
    data_from: Path | None = None
    """The data directory to start from a clone of; None for that of a new server."""
    resumes: bool = False
    """Start on the data that its folder has, whatever became of it since it was cloned from
    `data_from`."""
    is_behind_door: bool = False
    """Another process listens at its address, and passes connections on to `BEHIND_DOOR`."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What it is called in lists that are not ours, such as Docker's."""


@dataclass(frozen=True, slots=True)
class Server:
    """One running server."""

    identity: ProcessIdentity
    """Its mysqld, also where that is in a container: it is a process of this host."""
    socket: Path
    host: str
    port: int

    def endpoint(self, user: str, password: str) -> Endpoint:
        """Return its address with the login of one account."""
        return Endpoint(self.socket, self.host, self.port, user, password)


@dataclass(frozen=True, slots=True)
class PullStep:
    """What a daemon says while it pulls, a layer at a time."""

    layer: str
    """Its short id; empty if the message is about the whole image."""
    what: str
    """In the daemon's words: `Downloading`."""
    done_bytes: int
    total_bytes: int
    """0 where it is not known."""


class ServerWatch(Protocol):
    """Seeing and ending servers, which needs no MySQL to be installed."""

    def is_running(self, server: Server) -> bool:
        """Tell whether this very server still runs."""

    def find_folders(self, folder: Path) -> list[Path]:
        """Return the folders below one that have a server or its remains, known or not."""

    def end_all(self, folder: Path) -> int:
        """End every server that lives below a folder, known or not; return how many.

        Their data is not saved, because the worlds are thrown away. Afterwards the folder can be
        deleted.

        Raises:
            HostError: something stays mounted there.
        """


class Engine(ServerWatch, Protocol):
    """A way of making MySQL servers."""

    def prepare(self, folder: Path, baselines: Path) -> None:
        """Do once what all servers below `folder` need, such as making their template.

        `baselines` is the folder that will contain `data_from`. Both folders exist.
        """

    def start(self, spec: ServerSpec) -> Server:
        """Start a server and return when it answers.

        In an empty folder it gets a clone of its own; if its folder contains the data of a stopped
        server, it starts on that, unless the data was given away.

        Raises:
            ServerNotReady: it ended or did not answer in time; nothing of it runs on.
            HostError: no space, no memory, a port taken.
        """

    def clone_data(self, spec: ServerSpec) -> None:
        """Make the data that a server is to be started on later, as `start` would.

        Raises:
            HostError: no space.
        """

    def stop(self, server: Server) -> None:
        """Stop a server so that its data is complete on disk.

        Raises:
            HostError: it did not end cleanly; its data is worth nothing.
        """

    def explain_end(self, server: Server) -> HostError:
        """Return why a server ended that was not asked to."""

    def copy_data(self, folder: Path, target: Path) -> bool:
        """Copy the data of a running server to `target` if that is cheap; tell whether it was.

        The copy is usable only if the server was `at_rest` all the time.

        Raises:
            HostError: for example, no space is left.
        """

    def export_data(self, folder: Path, target: Path) -> None:
        """Give the data of a stopped server away, to `target`, which must not exist yet.

        From then on its own server starts from a clone of `data_from`, if that is set.

        Raises:
            HostError: for example, no space is left; the data stays the server's.
        """
