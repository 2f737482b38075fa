"""The docker engine: one mysqld per world in a container of its own.

A server lives in its world's folder, which its container sees as `HOME`: `data/`, `tmp/`,
`mysqld.sock`. The image brings the programs only: its entrypoint is not used, its settings are not
read. The socket in the folder is the same one outside, so a world is loaded and queried like that
of a process.
"""

import hashlib
import os
from functools import partial
from pathlib import Path
from shutil import disk_usage

from rewound import command
from rewound.command import ProcessIdentity
from rewound.engine.boot import (
    LOG_LINES,
    SOCKET,
    TEMPORARY,
    boot_file,
    explain_end,
    port_taken,
    require_clean_end,
    wait_until_ready,
)
from rewound.engine.cloning import DATA, CloneMethod
from rewound.engine.datadir import (
    DataDirectories,
    ensure_template,
    finish_template,
    template_name,
)
from rewound.engine.docker.container import (
    FLUSH_GRACE_S,
    HOME,
    PORT,
    UNFIT_IN_NAMES,
    ContainerPlan,
    ContainerUser,
    choose_user,
    container_name,
    server_arguments,
)
from rewound.engine.docker.daemon import Daemon, PortInUse
from rewound.engine.docker.docker_watch import DockerWatch
from rewound.engine.docker.images import Image
from rewound.engine.protocol import Server, ServerSpec
from rewound.engine.server_options import (
    LOOPBACK,
    OWN_SETTINGS_ONLY,
    SMALL_REDO_LOG,
    ServerSettings,
    initialise_options,
    plan_memory_bytes,
    serving_options,
)
from rewound.errors import HostError, ServerNotReady
from rewound.files.writing import writing
from rewound.mysql.accounts import ROOT
from rewound.mysql.endpoint import Endpoint

_STOP_GRACE_S = 20.0
_TEMPLATE_POOL_BYTES = 64 << 20
_MIB = 1 << 20
_UNSEEN = (
    f"Can't get stat of '{HOME / TEMPORARY}'",
    f"Failed to set datadir to '{HOME / DATA}/'",  # an overlay's empty folder, root's
    f"Can't create test file {HOME / DATA}/",
)
"""Of mysqld where what is mounted here is not mounted for the daemon."""


def current_user(daemon: Daemon) -> ContainerUser:
    """Return who mysqld is to be in containers of this user."""
    return choose_user(
        uid=os.getuid(), gid=os.getgid(), daemon_is_rootless=daemon.facts.is_rootless
    )


class DockerEngine(DockerWatch):
    """Runs the mysqld of one image."""

    def __init__(
        self,
        daemon: Daemon,
        image: Image,
        cache: Path,
        *,
        wanted: CloneMethod | None = None,
        memory_limit_bytes: int | None = None,
    ) -> None:
        super().__init__(daemon)
        self._image = image
        self._cache = cache
        self._user = current_user(daemon)
        self._data = DataDirectories(self._template, wanted)
        self._memory_limit_bytes = memory_limit_bytes
        self._network: str | None = None

    def prepare(self, folder: Path, baselines: Path) -> None:
        """Choose how to clone, make the template, and the network of this fleet."""
        self._data.prepare(folder, baselines)
        self._network = self._daemon.ensure_network(network_name(folder), folder)

    def start(self, spec: ServerSpec) -> Server:
        """Clone what is to be its data, start a container on it, return when mysqld answers."""
        with writing(spec.folder):
            self._own(self._data.ensure(spec))
            temporary = spec.folder / TEMPORARY
            temporary.mkdir(mode=0o700, exist_ok=True)
            self._own(spec.folder, temporary)
            with boot_file(spec) as first:
                self._own(first)
                return self._boot(spec, first)

    def clone_data(self, spec: ServerSpec) -> None:
        """Clone what is to be a server's data."""
        with writing(spec.folder):
            self._data.lay_out(spec)

    def stop(self, server: Server) -> None:
        """End mysqld with TERM, make sure that it came to its regular end, and clear away."""
        folder = server.socket.parent
        containers = self._daemon.find_containers(folder)
        if not containers:
            raise ServerNotReady(folder.name, reason="was removed before it was stopped")
        for container in containers:
            self._daemon.stop(container, grace_s=FLUSH_GRACE_S)
            free_bytes = disk_usage(folder).free
            require_clean_end(folder.name, self._tail(container), free_bytes=free_bytes)
            self._daemon.remove(container)

    def explain_end(self, server: Server) -> HostError:
        """Return why it ended, by its container."""
        folder = server.socket.parent
        for container in self._daemon.find_containers(folder):
            return self._explain(folder.name, container, folder)
        return ServerNotReady(folder.name, reason="is gone: its container was removed")

    def copy_data(self, folder: Path, target: Path) -> bool:
        """Copy a running server's data where that costs less than to stop it; tell if it did."""
        return self._data.copy_data(folder, target)

    def export_data(self, folder: Path, target: Path) -> None:
        """Copy a stopped server's data, or link it where only clones will be started."""
        self._data.export_data(folder, target)

    def _boot(self, spec: ServerSpec, first: Path) -> Server:
        if self._network is None:
            raise ValueError("prepare comes before start")
        plan = ContainerPlan(
            image=self._image.id,
            arguments=server_arguments(
                first=HOME / first.name,
                buffer_pool_bytes=spec.buffer_pool_bytes,
                settings=spec.settings,
            ),
            user=self._user,
            folder=spec.folder,
            memory_bytes=self._memory_bytes(spec.buffer_pool_bytes),
            labels={f"rewound.{name}": value for name, value in spec.labels.items()},
            name=container_name(spec.labels, spec.port),
            network=self._network,
            port=spec.port,
        )
        try:
            container = self._daemon.start(plan)
        except PortInUse as error:
            raise port_taken(spec.name) from error
        endpoint = Endpoint(spec.folder / SOCKET, LOOPBACK, spec.port, ROOT, spec.root_password)
        try:
            identity = self._wait(spec.name, container, endpoint)
        except BaseException:
            self._daemon.remove(container)
            raise
        return Server(identity=identity, socket=endpoint.socket, host=LOOPBACK, port=spec.port)

    def _wait(self, name: str, container: str, endpoint: Endpoint) -> ProcessIdentity:
        """Wait for the server of a container that was just started; return its mysqld."""
        identity = command.find_identity(self._daemon.look_at(container).pid)
        if identity is None:
            if self._daemon.look_at(container).pid:
                raise HostError(
                    f"the processes of the Docker daemon at {self._daemon.address} cannot be seen",
                    hint="run rewound on the host of the daemon, not inside a container",
                )
            raise self._explain(name, container, endpoint.socket.parent)
        wait_until_ready(
            name,
            endpoint,
            is_running=partial(command.is_running, identity),
            explain=partial(self._explain, name, container, endpoint.socket.parent),
            read_log=partial(self._tail, container),
        )
        return identity

    def _explain(self, name: str, container: str, folder: Path) -> HostError:
        """Return why a container of ours ended that has its data in a folder."""
        state = self._daemon.await_end(container)
        if state.is_out_of_memory:
            return HostError(
                f"the kernel killed the server of {name}, because it used more memory than its"
                f" limit of {state.memory_bytes // _MIB:,} MiB",
                hint="raise or remove --memory-limit",
            )
        tail = self._tail(container)
        if any(words in tail for words in _UNSEEN):
            return self._daemon.does_not_see(folder)
        return explain_end(name, tail, free_bytes=disk_usage(folder).free)

    def _template(self, lower_case_table_names: int) -> Path:
        return ensure_template(
            self._cache,
            template_name(self._image.template, lower_case_table_names=lower_case_table_names),
            partial(self._make_template, lower_case_table_names),
            discard=self._discard_template,
        )

    def _discard_template(self, making: Path) -> None:
        self.end_all(making.parent)

    def _make_template(self, lower_case_table_names: int, data: Path) -> None:
        """Initialise a data directory and boot it once, which makes its TLS keys."""
        self._own(data)
        options = initialise_options(data=HOME, lower_case_table_names=lower_case_table_names)
        self._daemon.run(self._template_plan(data, options))
        options = serving_options(
            data=HOME,
            socket=HOME / SOCKET,
            temporary=HOME,
            address=LOOPBACK,
            port=PORT,
            buffer_pool_bytes=_TEMPLATE_POOL_BYTES,
            settings=ServerSettings(lower_case_table_names=lower_case_table_names),
        )
        plan = self._template_plan(data, [*options, SMALL_REDO_LOG])
        container = self._daemon.start(plan)
        try:
            endpoint = Endpoint(data / SOCKET, LOOPBACK, 0, ROOT, "")
            self._wait("the template", container, endpoint)
            finish_template(endpoint)
            self._daemon.stop(container, grace_s=_STOP_GRACE_S)
        finally:
            self._daemon.remove(container)

    def _template_plan(self, folder: Path, options: list[str]) -> ContainerPlan:
        return ContainerPlan(
            image=self._image.id,
            arguments=(OWN_SETTINGS_ONLY, *options),
            user=self._user,
            folder=folder,
            memory_bytes=self._memory_bytes(_TEMPLATE_POOL_BYTES),
        )

    def _memory_bytes(self, buffer_pool_bytes: int) -> int:
        return self._memory_limit_bytes or plan_memory_bytes(buffer_pool_bytes)

    def _tail(self, container: str) -> str:
        return command.last_lines(self._daemon.read_log(container, LOG_LINES), LOG_LINES)

    def _own(self, *paths: Path) -> None:
        """Give files of this user's to the one that mysqld is."""
        if os.getuid() == 0:
            for path in paths:
                os.chown(path, self._user.uid, -1)  # the group may be one that shares the fleet


def network_name(folder: Path) -> str:
    """Return the name of a fleet's network, which no other has.

    Docker accepts the same name twice, and the name is then ambiguous.
    """
    digest = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:8]
    return f"rewound-{UNFIT_IN_NAMES.sub('_', folder.name)}-{digest}"
