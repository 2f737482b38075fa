"""The process engine: one mysqld per world as a process of this host.

A server lives in its world's folder: `data/`, `tmp/`, `mysqld.sock`, `mysqld.log`. Its
`--datadir` argument names that folder, so every server can be found again without any
record of it; what is mounted there is found in the kernel's table.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath
from shutil import disk_usage

from rewound import command
from rewound.command import ProcessIdentity
from rewound.engine.boot import (
    LOG_LINES,
    SOCKET,
    TEMPORARY,
    boot_file,
    explain_end,
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
from rewound.engine.host.memory import total_bytes
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import Installation, folder_name
from rewound.engine.process.process_watch import ProcessWatch
from rewound.engine.protocol import Server, ServerSpec
from rewound.engine.server_options import (
    BEHIND_DOOR,
    ENVIRONMENT,
    LOOPBACK,
    OWN_SETTINGS_ONLY,
    SMALL_REDO_LOG,
    ServerSettings,
    initialise_options,
    plan_memory_bytes,
    plan_small_start,
    serving_options,
)
from rewound.errors import HostError
from rewound.files.writing import writing
from rewound.mysql.accounts import ROOT
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.unix_socket import fits

_INITIALISE_TIMEOUT_S = 300.0
_STOP_GRACE_S = 20.0
_FLUSH_GRACE_S = 600.0
_LONGEST_DATA_PATH_BYTES = 400
"""mysqld cuts paths at 511 bytes, without a word, and appends to this one: the name of the host,
for example. 9.7.4 took 434 bytes here, and did not start with 469."""
_LOG = "mysqld.log"


class ProcessEngine(ProcessWatch):
    """Runs the mysqld of one installation."""

    def __init__(
        self, installation: Installation, cache: Path, *, wanted: CloneMethod | None = None
    ) -> None:
        self._installation = installation
        self._cache = cache
        self._data = DataDirectories(self.ensure_template, wanted)

    def prepare(self, folder: Path, baselines: Path) -> None:
        """Choose how to clone, and initialise the template if this version has none yet."""
        self._data.prepare(folder, baselines)

    def start(self, spec: ServerSpec) -> Server:
        """Clone what is to be its data, start mysqld on it and return when it answers."""
        _require_short(spec.folder / DATA)
        with writing(spec.folder):
            self._data.ensure(spec)
            start = plan_small_start(spec.buffer_pool_bytes, sleeps=spec.is_behind_door)
            with boot_file(spec, start.statements) as first:
                return self._boot(spec, first, start.options)

    def clone_data(self, spec: ServerSpec) -> None:
        """Clone what is to be a server's data."""
        _require_short(spec.folder / DATA)
        with writing(spec.folder):
            self._data.lay_out(spec)

    def command_line(self, spec: ServerSpec, *, address: str, first: Path) -> list[str]:
        """Return what runs mysqld on a server's data, a file of statements executed first."""
        options = serving_options(
            data=spec.folder / DATA,
            socket=_name_socket(spec.folder / SOCKET),
            temporary=spec.folder / TEMPORARY,
            address=address,
            port=spec.port,
            buffer_pool_bytes=spec.buffer_pool_bytes,
            settings=spec.settings,
        )
        return [*self._mysqld(), *options, f"--init-file={first}"]

    def stop(self, server: Server) -> None:
        """End mysqld with TERM and make sure that it came to its regular end."""
        command.stop(server.identity, grace_s=_FLUSH_GRACE_S)
        folder = server.socket.parent
        require_clean_end(folder.name, _tail(folder / _LOG), free_bytes=disk_usage(folder).free)

    def explain_end(self, server: Server) -> HostError:
        """Return why it ended, by its log."""
        folder = server.socket.parent
        return _explain(folder.name, folder / _LOG)

    def copy_data(self, folder: Path, target: Path) -> bool:
        """Copy a running server's data where that costs less than to stop it; tell if it did."""
        return self._data.copy_data(folder, target)

    def export_data(self, folder: Path, target: Path) -> None:
        """Copy a stopped server's data, or link it where only clones will be started."""
        self._data.export_data(folder, target)

    def _boot(self, spec: ServerSpec, first: Path, options: Sequence[str]) -> Server:
        socket, temporary, log = (spec.folder / name for name in (SOCKET, TEMPORARY, _LOG))
        temporary.mkdir(mode=0o700, exist_ok=True)
        address = BEHIND_DOOR if spec.is_behind_door else LOOPBACK
        argv = [*self.command_line(spec, address=address, first=first), *options]
        identity = command.start_daemon(
            argv,
            log=log,
            cwd=spec.folder,
            env=ENVIRONMENT,
            data_limit_bytes=memory_limit_bytes(spec),
        )
        server = Server(identity=identity, socket=socket, host=LOOPBACK, port=spec.port)
        try:
            _wait(spec.name, identity, server.endpoint(ROOT, spec.root_password), log)
        except BaseException:
            command.kill(identity)
            raise
        return server

    def ensure_template(self, lower_case_table_names: int = 0) -> Path:
        """Return the data directory that new servers are copies of, made if it is missing."""
        return ensure_template(
            self._cache,
            template_name(
                folder_name(self._installation.version),
                lower_case_table_names=lower_case_table_names,
            ),
            partial(self._make_template, lower_case_table_names),
            discard=self._discard_template,
        )

    def _discard_template(self, making: Path) -> None:
        self.end_all(making.parent)
        shutil.rmtree(_template_boot_folder(making), ignore_errors=True)

    def _make_template(self, lower_case_table_names: int, data: Path) -> None:
        """Initialise a data directory and boot it once, which makes its TLS keys."""
        options = initialise_options(data=data, lower_case_table_names=lower_case_table_names)
        command.run([*self._mysqld(), *options], timeout_s=_INITIALISE_TIMEOUT_S)
        folder = _template_boot_folder(data)
        folder.mkdir(mode=0o700)
        try:
            self._boot_template(lower_case_table_names, data, folder)
        finally:
            shutil.rmtree(folder)

    def _boot_template(self, lower_case_table_names: int, data: Path, folder: Path) -> None:
        options = serving_options(
            data=data,
            socket=folder / SOCKET,
            temporary=folder,
            address=LOOPBACK,
            port=pick_ports(1, base=None)[0],
            buffer_pool_bytes=64 << 20,
            settings=ServerSettings(lower_case_table_names=lower_case_table_names),
        )
        log = folder / _LOG
        argv = [*self._mysqld(), *options, SMALL_REDO_LOG]
        identity = command.start_daemon(argv, log=log, cwd=folder, dies_with_us=True)
        try:
            endpoint = Endpoint(folder / SOCKET, LOOPBACK, 0, ROOT, "")
            _wait("the template", identity, endpoint, log)
            finish_template(endpoint)
        finally:
            command.stop(identity, grace_s=_STOP_GRACE_S)

    def _mysqld(self) -> list[str]:
        # mysqld refuses to run as root without this option.
        user = ["--user=root"] if os.getuid() == 0 else []
        return [*self._installation.mysqld, OWN_SETTINGS_ONLY, *self._installation.options, *user]


def memory_limit_bytes(spec: ServerSpec) -> int:
    """Return the most memory of its own that a server gets on this host."""
    return plan_memory_bytes(spec.buffer_pool_bytes, host_bytes=total_bytes())


def _require_short(data: Path) -> None:
    """Raise HostError if mysqld would not take the path of its data directory."""
    length = len(os.fsencode(data))
    if length > _LONGEST_DATA_PATH_BYTES:
        raise HostError(
            f"the data directory {data} has a path of {length} bytes,"
            f" mysqld takes {_LONGEST_DATA_PATH_BYTES}",
            hint="set REWOUND_STATE_DIR to a folder with a shorter path",
        )


def _name_socket(socket: Path) -> PurePath:
    """Return a name for the socket beside its data that mysqld takes, whatever its length.

    mysqld works in its data directory.
    """
    return socket if fits(socket) else PurePath("..", socket.name)


def _template_boot_folder(data: Path) -> Path:
    """Return where a template that is being made has its socket: a path that is short."""
    return Path(tempfile.gettempdir(), f"rewound-{data.name}")


def _wait(name: str, identity: ProcessIdentity, endpoint: Endpoint, log: Path) -> None:
    wait_until_ready(
        name,
        endpoint,
        is_running=partial(command.is_running, identity),
        explain=partial(_explain, name, log),
        read_log=partial(_tail, log),
    )


def _explain(name: str, log: Path) -> HostError:
    """Return why a server ended that was not asked to."""
    return explain_end(name, _tail(log), free_bytes=disk_usage(log.parent).free)


def _tail(log: Path) -> str:
    if not log.exists():
        return ""
    return command.last_lines(log.read_text(errors="replace"), LOG_LINES)
