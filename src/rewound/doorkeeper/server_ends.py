"""Noticing at once that a server has ended, whoever started it."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from functools import partial

from rewound.command import ProcessIdentity
from rewound.engine.protocol import Server


class ServerEnds:
    """Guards what the kernel tells of the ends of processes: a pidfd for each (Linux 5.3)."""

    def __init__(self) -> None:
        self._descriptors: dict[ProcessIdentity, int] = {}

    def watch(self, server: Server, ended: Callable[[], None]) -> None:
        """Call `ended` from the event loop once a server has ended, unless it is forgotten."""
        self.forget(server)
        loop = asyncio.get_running_loop()
        try:
            descriptor = os.pidfd_open(server.identity.pid)
        except ProcessLookupError:
            loop.call_soon(ended)
            return
        self._descriptors[server.identity] = descriptor
        loop.add_reader(descriptor, partial(self._has_ended, server, ended))

    def forget(self, server: Server) -> None:
        """Watch a server no longer."""
        descriptor = self._descriptors.pop(server.identity, None)
        if descriptor is not None:
            asyncio.get_running_loop().remove_reader(descriptor)
            os.close(descriptor)

    def _has_ended(self, server: Server, ended: Callable[[], None]) -> None:
        self.forget(server)
        with contextlib.suppress(ChildProcessError):  # a command's child
            os.waitpid(server.identity.pid, os.WNOHANG)
        ended()
