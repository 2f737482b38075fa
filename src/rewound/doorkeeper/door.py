"""The door of one world: where it listens, who waits in front of it, and where it leads."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from rewound.doorkeeper.decisions import DoorView, Stage
from rewound.engine.protocol import Server
from rewound.engine.server_options import BEHIND_DOOR, LOOPBACK
from rewound.fleet.doors import keeper_socket, lead_to
from rewound.fleet.world import World
from rewound.mysql.unix_socket import reachable

_log = logging.getLogger(__name__)

_BACKLOG = 512
_GONE = "you have hung up"

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[Server], Awaitable[Streams]]
"""Connects to a server in the way in which a client has connected to the door."""
Serve = Callable[["Door", asyncio.StreamReader, asyncio.StreamWriter, Connect], Awaitable[None]]


@dataclass(slots=True)
class Waiting:
    """Somebody who connected while the world slept."""

    reader: asyncio.StreamReader
    since: float
    answer: "asyncio.Future[str | None]"
    """None once the server runs, or why it does not."""

    @property
    def has_left(self) -> bool:
        """Whether they have hung up."""
        return self.reader.at_eof()


@dataclass(slots=True)
class Door:
    """One world as its doorkeeper sees it."""

    name: str
    port: int
    fleet: Path
    world: World | None
    """What the fleet's record said of it when it was closed, or opened first."""
    stage: Stage = Stage.ASLEEP
    server: Server | None = None
    """Its server while it is awake; where it is closed, the one that ended."""
    reason: str = ""
    """Why it is closed."""
    passing: int = 0
    """How many connections are passed on to its server."""
    used_at: float = 0.0
    not_before: float = 0.0
    ever: int = 0
    """How many connections its server had when it was looked at last."""
    waiting: list[Waiting] = field(default_factory=list)
    listeners: list[asyncio.Server] = field(default_factory=list)
    has_port: bool = False
    """Its TCP port is open."""

    def get_server(self) -> Server:
        """Return the server of a world that is awake."""
        if self.server is None:
            raise ValueError(f"{self.name} has no server")
        return self.server

    def view(self) -> DoorView:
        """Return what decisions are made on."""
        for each in self.waiting:
            if each.has_left and not each.answer.done():
                each.answer.set_result(_GONE)
        self.waiting = [each for each in self.waiting if not each.answer.done()]
        return DoorView(
            self.name,
            self.stage,
            wanted_since=min((each.since for each in self.waiting), default=None),
            is_in_use=self.passing > 0,
            used_at=self.used_at,
            not_before=self.not_before,
        )

    def answer(self, reason: str | None) -> None:
        """Let everybody in who waits, or tell them why not."""
        for each in self.waiting:
            if not each.answer.done():
                self.passing += reason is None
                each.answer.set_result(reason)
        self.waiting = []

    async def open(self, serve: Serve) -> None:
        """Listen on the socket of this world.

        Raises:
            OSError: that is not possible.
        """
        path = keeper_socket(self.fleet, self.port)
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        with reachable(path) as short:
            listener.bind(short)
        path.chmod(0o777)  # as mysqld's own; the folder decides who gets here
        self.listeners.append(await self._listen(listener, serve, _connect_to_socket))

    async def open_port(self, serve: Serve) -> None:
        """Listen on the TCP port of this world.

        Raises:
            OSError: another program does.
        """
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, self.port))
        except OSError:
            listener.close()
            raise
        self.listeners.append(await self._listen(listener, serve, _connect_to_port))
        self.has_port = True

    async def _listen(
        self, listener: socket.socket, serve: Serve, connect: Connect
    ) -> asyncio.Server:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(self, reader, writer, connect)

        return await asyncio.start_server(accept, sock=listener, backlog=_BACKLOG)

    def lead_to_keeper(self) -> bool:
        """Let all who connect from now on come to the doorkeeper; tell whether that worked."""
        return self._lead_to(keeper_socket(self.fleet, self.port))

    def lead_to_server(self, server: Server) -> bool:
        """Let all who connect to the socket from now on come to the server; tell as well."""
        return self._lead_to(server.socket)

    def _lead_to(self, target: Path) -> bool:
        try:
            lead_to(self.fleet, self.port, target)
        except OSError as error:  # no space, for example
            _log.warning("%s: cannot be led to %s: %s", self.name, target.name, error.strerror)
            return False
        return True


async def _connect_to_socket(server: Server) -> Streams:
    with reachable(server.socket) as short:
        return await asyncio.open_unix_connection(short)


async def _connect_to_port(server: Server) -> Streams:
    return await asyncio.open_connection(BEHIND_DOOR, server.port)
