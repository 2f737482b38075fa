"""A registry of images on this host, for tests of pulling: Debian's package docker-registry.

A daemon trusts registries on the loopback address without TLS, so it needs no settings.
"""

import contextlib
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from rewound import command

_READY_TIMEOUT_S = 20.0
_STOP_GRACE_S = 5.0
# Port 0 is any free one, and the log tells which.
_CONFIG = """\
version: 0.1
log: {{level: info, formatter: text}}
storage:
  filesystem: {{rootdirectory: "{folder}/images"}}
  delete: {{enabled: true}}
http: {{addr: "127.0.0.1:0"}}
"""


class NoRegistry(Exception):
    """There is no registry to be had on this host, or it did not start."""


@contextlib.contextmanager
def serve_registry(folder: Path) -> Iterator[str]:
    """Run an empty registry that keeps its images in this folder; yield `127.0.0.1:PORT`.

    Raises:
        NoRegistry: the program is missing, or ended before it served.
    """
    program = shutil.which("docker-registry")
    if program is None:
        raise NoRegistry("there is no registry here: apt-get install docker-registry")
    config, log = folder / "config.yml", folder / "registry.log"
    config.write_text(_CONFIG.format(folder=folder))
    mark = command.start_daemon([program, "serve", str(config)], log=log, cwd=folder)
    try:
        yield _wait_for_address(mark, log)
    finally:
        command.stop(mark, grace_s=_STOP_GRACE_S)


def _wait_for_address(mark: command.ProcessIdentity, log: Path) -> str:
    deadline = time.monotonic() + _READY_TIMEOUT_S
    while True:
        text = log.read_text()
        found = re.search(r"listening on (127\.0\.0\.1:\d+)", text)
        if found is not None:
            return found[1]
        if time.monotonic() > deadline or not command.is_running(mark):
            raise NoRegistry(f"docker-registry did not start:\n{command.last_lines(text)}")
        time.sleep(0.02)
