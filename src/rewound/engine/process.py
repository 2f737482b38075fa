"""The process engine: one mysqld per world as a process of this host.

A server lives in its world's folder: `data/`, `tmp/`, `mysqld.sock`, `mysqld.log`. Its
`--datadir` argument names that folder, so every server can be found again without any
record of it; what is mounted there is found in the kernel's table.
"""

import logging
import os
import shutil
import tempfile
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from rewound import command
from rewound.command import ProcessMark
from rewound.engine.cloning import DATA, CloneMethod, choose_method, clone, give_away
from rewound.engine.datadir import ensure_template
from rewound.engine.installation import Installation
from rewound.engine.mounts import remove_tree
from rewound.engine.options import LOOPBACK, SMALL_REDO_LOG, initialise_options, serving_options
from rewound.engine.ports import pick_ports
from rewound.engine.process_watch import ProcessWatch
from rewound.engine.protocol import Server, ServerSpec
from rewound.errors import HostError, MysqlError, ServerNotReady
from rewound.mysql.accounts import ROOT, boot_statement
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_log = logging.getLogger(__name__)

SOCKET = "mysqld.sock"
"""The name of the socket in a server's folder."""

_INITIALISE_TIMEOUT_S = 300.0
_READY_TIMEOUT_S = 120.0
_STOP_GRACE_S = 20.0
_FLUSH_GRACE_S = 600.0
_SHUT_DOWN = "[MY-010910]"  # "Shutdown complete", the last but one line of a clean end
_LONGEST_SOCKET_PATH_BYTES = 107  # sockaddr_un of Linux, less the closing zero
_LOG = "mysqld.log"
_TEMPORARY = "tmp"
_CLASSIC_HASHING = "component_classic_hashing"


class ProcessEngine(ProcessWatch):
    """Runs the mysqld of one installation."""

    def __init__(
        self, installation: Installation, cache: Path, *, wanted: CloneMethod | None = None
    ) -> None:
        self._installation = installation
        self._cache = cache
        self._wanted = wanted
        self._method = CloneMethod.COPY

    def prepare(self, folder: Path, baselines: Path) -> None:
        """Choose how to clone, and initialise the template if this version has none yet."""
        self._method = choose_method(baselines, folder, self._wanted)
        _log.debug("cloning by %s", self._method.value)
        self.ensure_template()

    def start(self, spec: ServerSpec) -> Server:
        """Clone what is to be its data, start mysqld on it and return when it answers."""
        data, socket = spec.folder / DATA, spec.folder / SOCKET
        _require_short(socket)
        if data.exists() and spec.data_from is not None and self._method is CloneMethod.OVERLAY:
            remove_tree(data)
        if not data.exists():
            self._clone(spec)
        boot_file = spec.folder / "boot.sql"
        statements = (boot_statement(spec.root_password), *spec.boot_statements)
        _write_private(boot_file, "".join(f"{statement};\n" for statement in statements))
        try:
            return self._boot(spec, socket=socket, boot_file=boot_file)
        finally:
            boot_file.unlink()

    def command_line(self, spec: ServerSpec, *, bind_address: str, init_file: Path) -> list[str]:
        """Return what runs mysqld on the data of a server, one statement file executed first."""
        options = serving_options(
            data=spec.folder / DATA,
            socket=spec.folder / SOCKET,
            temporary=spec.folder / _TEMPORARY,
            port=spec.port,
            buffer_pool_bytes=spec.buffer_pool_bytes,
            bind_address=bind_address,
        )
        return [*self._mysqld(), *options, f"--init-file={init_file}"]

    def stop(self, server: Server) -> None:
        """End mysqld with TERM and make sure that it came to its regular end."""
        command.stop(server.mark, grace_s=_FLUSH_GRACE_S)
        log = server.socket.with_name(_LOG)
        if _SHUT_DOWN not in (tail := _tail(log)):
            raise ServerNotReady(
                server.socket.parent.name, reason="did not stop cleanly", log_tail=tail
            )

    def give_data(self, folder: Path, target: Path) -> None:
        """Copy a stopped server's data, or link it where only clones will be started."""
        give_away(self._method, folder / DATA, target)

    def _clone(self, spec: ServerSpec) -> None:
        if spec.data_from is not None:
            clone(self._method, spec.data_from, spec.folder)
            return
        # An overlay over the template could not become a baseline: most of it is elsewhere.
        clone(CloneMethod.COPY, self.ensure_template(), spec.folder)

    def _boot(self, spec: ServerSpec, *, socket: Path, boot_file: Path) -> Server:
        (spec.folder / _TEMPORARY).mkdir(mode=0o700, exist_ok=True)
        log = spec.folder / _LOG
        argv = self.command_line(spec, bind_address=LOOPBACK, init_file=boot_file)
        mark = command.start_daemon(argv, log=log, cwd=spec.folder)
        server = Server(mark=mark, socket=socket, host=LOOPBACK, port=spec.port)
        try:
            _wait_until_ready(
                spec.name,
                mark,
                endpoint=Endpoint(socket, LOOPBACK, spec.port, ROOT, spec.root_password),
                log=log,
            )
        except BaseException:
            command.kill(mark)
            raise
        return server

    def ensure_template(self) -> Path:
        """Return the data directory that new servers are copies of, made if it is missing."""
        return ensure_template(self._cache, self._installation, self._make_template)

    def _make_template(self, data: Path) -> None:
        """Initialise a data directory and boot it once, which makes its TLS keys."""
        command.run(
            [*self._mysqld(), *initialise_options(data=data)], timeout_s=_INITIALISE_TIMEOUT_S
        )
        folder = Path(tempfile.mkdtemp(prefix="rewound-"))
        try:
            self._boot_template(data, folder)
        finally:
            shutil.rmtree(folder)

    def _boot_template(self, data: Path, folder: Path) -> None:
        boot_file = folder / "boot.sql"
        _write_private(boot_file, f"INSTALL COMPONENT 'file://{_CLASSIC_HASHING}';\n")
        options = serving_options(
            data=data,
            socket=folder / SOCKET,
            temporary=folder,
            port=pick_ports(1, base=None)[0],
            buffer_pool_bytes=64 << 20,
        )
        options.append(SMALL_REDO_LOG)
        if self._has_component(_CLASSIC_HASHING):
            options.append(f"--init-file={boot_file}")
        log = folder / "mysqld.log"
        mark = command.start_daemon([*self._mysqld(), *options], log=log, cwd=folder)
        try:
            endpoint = Endpoint(folder / SOCKET, LOOPBACK, 0, ROOT, "")
            _wait_until_ready("the template", mark, endpoint=endpoint, log=log)
        finally:
            command.stop(mark, grace_s=_STOP_GRACE_S)

    def _mysqld(self) -> list[str]:
        # mysqld refuses to run as root unless it is told to.
        user = ["--user=root"] if os.getuid() == 0 else []
        return [*self._installation.mysqld, "--no-defaults", *self._installation.options, *user]

    def _has_component(self, name: str) -> bool:
        folders = [
            Path(option.removeprefix("--plugin-dir="))
            for option in self._installation.options
            if option.startswith("--plugin-dir=")
        ]
        return any((folder / f"{name}.so").exists() for folder in folders)


class _NotYet(Exception):
    """The server does not answer, but may soon."""


def _wait_until_ready(name: str, mark: ProcessMark, *, endpoint: Endpoint, log: Path) -> None:
    def look() -> None:
        if not command.is_running(mark):
            raise _explain_end(name, log)
        try:
            Connection(endpoint, connect_timeout_s=5.0).close()
        except MysqlError as error:
            raise _NotYet from error

    try:
        Retrying(
            stop=stop_after_delay(_READY_TIMEOUT_S),
            wait=wait_fixed(0.01),
            retry=retry_if_exception_type(_NotYet),
            reraise=True,
        )(look)
    except _NotYet as error:
        reason = f"did not answer within {_READY_TIMEOUT_S:.0f} s: {error.__cause__}"
        raise ServerNotReady(name, reason=reason, log_tail=_tail(log)) from error


def _explain_end(name: str, log: Path) -> HostError:
    tail = _tail(log)
    if "another mysqld server running on port" in tail:
        return HostError(
            f"the port of {name} was taken by another program just now", hint="run it again"
        )
    if "No space left" in tail or "errno: 28" in tail:
        return HostError(f"no space is left for the server of {name}", hint="free some disk space")
    return ServerNotReady(name, reason="ended while it started", log_tail=tail)


def _tail(log: Path) -> str:
    return command.last_lines(log.read_text(errors="replace"), 8)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text)


def _require_short(socket: Path) -> None:
    length = len(os.fsencode(socket))
    if length > _LONGEST_SOCKET_PATH_BYTES:
        raise HostError(
            f"the path of the socket {socket} has {length} bytes,"
            f" {_LONGEST_SOCKET_PATH_BYTES} are possible",
            hint="set REWOUND_STATE_DIR to a folder with a shorter path",
        )
