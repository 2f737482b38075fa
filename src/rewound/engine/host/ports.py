"""TCP ports of the loopback address for servers that are about to start."""

import contextlib
import errno
import socket

from rewound.engine.server_options import LOOPBACK
from rewound.errors import HostError


def pick_ports(count: int, *, base: int | None) -> list[int]:
    """Return ports that nobody listens on: from `base` upward, or any.

    Raises:
        HostError: one of the ports from `base` on is taken.
    """
    with contextlib.ExitStack() as held:
        # Held together, so that the kernel cannot give the same free port twice.
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        return [
            _bind(listener, 0 if base is None else base + index)
            for index, listener in enumerate(listeners)
        ]


def _bind(listener: socket.socket, port: int) -> int:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OverflowError as error:
        raise HostError(f"{port} is not a valid port", hint="choose a lower --port-base") from error
    except OSError as error:
        message = f"port {port} of {LOOPBACK} cannot be used: {error.strerror}"
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {LOOPBACK} is already in use"
        raise HostError(
            message,
            hint="choose another --port-base, or remove it to use any free ports",
        ) from error
    return int(listener.getsockname()[1])
