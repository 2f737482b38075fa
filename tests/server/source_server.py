"""A server as production has it: with a binary log and GTIDs, so that dumps state them."""

import os
from collections.abc import Sequence
from pathlib import Path

from rewound import command
from rewound.engine.boot import wait_until_ready
from rewound.engine.cloning import DATA, CloneMethod, clone
from rewound.engine.install.installation import Installation
from rewound.engine.process.process_engine import ProcessEngine
from rewound.engine.server_options import LOOPBACK, ServerSettings, serving_options
from rewound.errors import ServerNotReady
from rewound.mysql.accounts import ROOT
from rewound.mysql.endpoint import Endpoint

_AS_IN_PRODUCTION = (
    *("--log-bin=binlog", "--server-id=1", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"),
    *("--log-bin-trust-function-creators=ON", "--event-scheduler=OFF", "--sync-binlog=0"),
)


def start_source(
    installation: Installation,
    cache: Path,
    folder: Path,
    *,
    port: int,
    options: Sequence[str] = (),
) -> Endpoint:
    """Start the server in a folder; `ProcessWatch.end_all` ends it. Root has no password."""
    engine = ProcessEngine(installation, cache)
    engine.prepare(folder, cache)
    clone(CloneMethod.COPY, engine.ensure_template(), folder)
    return start_again(installation, folder, port=port, options=options)


def start_again(
    installation: Installation, folder: Path, *, port: int, options: Sequence[str] = ()
) -> Endpoint:
    """Start a server that was shut down, with its data."""
    socket = folder / "mysqld.sock"
    own_options = serving_options(
        data=folder / DATA,
        socket=socket,
        temporary=folder,
        address=LOOPBACK,
        port=port,
        buffer_pool_bytes=32 << 20,
        settings=ServerSettings(),
    )
    own_options.remove("--skip-log-bin")
    # mysqld refuses to run as root unless it is told to.
    user = ["--user=root"] if os.getuid() == 0 else []
    mark = command.start_daemon(
        [
            *installation.mysqld,
            "--no-defaults",
            *installation.options,
            *user,
            *own_options,
            *_AS_IN_PRODUCTION,
            *options,
        ],
        log=folder / "mysqld.log",
        cwd=folder,
    )
    endpoint = Endpoint(socket, LOOPBACK, port, ROOT, "")

    def read_log() -> str:
        return (folder / "mysqld.log").read_text(errors="replace")

    wait_until_ready(
        "the source",
        endpoint,
        is_running=lambda: command.is_running(mark),
        explain=lambda: ServerNotReady("the source", reason="ended", log_tail=read_log()),
        read_log=read_log,
    )
    return endpoint
