"""Servers as one would make them by hand: mysqld with plain options, reached by its socket.

A data directory is `DATA`, its socket `DATA.sock`, its log `DATA.log`. Nothing of Rewound
takes part, except that it says where the MySQL is.
"""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from rewound.engine.install.installation import Installation

_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 120.0
_PROBE_S = 0.05


class HandMadeServer:
    """One mysqld with MySQL's own defaults, less what `settings` change."""

    def __init__(
        self, data: Path, installation: Installation, settings: Sequence[str] = ()
    ) -> None:
        if installation.client is None:
            raise SystemExit("the mysql client is missing: rewound server install brings one")
        self.data = data
        self.socket = data.with_suffix(".sock")
        self._log = data.with_suffix(".log")
        options = [f"--datadir={data}", f"--user={getpass.getuser()}", *installation.options]
        self._argv = [*installation.mysqld, "--no-defaults", *options]
        # Debian's own folder for files is not there, and the sockets must not collide.
        listen = ["--secure-file-priv=NULL", "--skip-networking", "--mysqlx=OFF"]
        self._serving = [*listen, f"--socket={self.socket}", *settings]
        self._client = [*installation.client, "--no-defaults", "-uroot", f"-S{self.socket}"]
        self._process: subprocess.Popen[bytes] | None = None

    def initialise(self) -> None:
        """Make an empty data directory."""
        with self._log.open("wb") as log:
            subprocess.run([*self._argv, "--initialize-insecure"], stderr=log, check=True)

    def copy(self, template: Path) -> None:
        """Copy an empty data directory; the copy gets a server UUID of its own."""
        shutil.copytree(template, self.data, ignore=shutil.ignore_patterns("auto.cnf"))

    def start(self) -> None:
        """Start, and return when it answers."""
        with self._log.open("ab") as log:
            argv = [*self._argv, *self._serving]
            self._process = subprocess.Popen(argv, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"mysqld does not answer:\n{self._log.read_text()}")
            time.sleep(_PROBE_S)

    def load(self, dump: Path) -> None:
        """Pipe a dump into the client."""
        with subprocess.Popen(["zcat", dump], stdout=subprocess.PIPE) as zcat:
            subprocess.run(self._client, stdin=zcat.stdout, check=True)
        if zcat.returncode:
            raise SystemExit(f"zcat {dump} failed")

    def execute(self, sql: str) -> str:
        """Return what one statement answers, tabs between the values."""
        argv = [*self._client, "--batch", "--skip-column-names", "-e", sql]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    def stop(self) -> None:
        """Shut the server down cleanly."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_STOP_TIMEOUT_S)
            self._process = None

    def end(self) -> None:
        """End the server at once; its data is not needed any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        # A client started every 50 ms for each of many servers would keep them from starting.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(self.socket))
                return bool(probe.recv(1))
            except OSError:
                return False
