"""All doors of one fleet, and who goes in and out.

One event loop; what blocks (starting and stopping servers) runs in threads. Whoever starts or stops
the server of a world holds the lock of its door: this process, or a command such as `reset`.
"""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from rewound import command
from rewound.doorkeeper import servers
from rewound.doorkeeper.decisions import Limits, Stage, plan_steps
from rewound.doorkeeper.door import Connect, Door
from rewound.doorkeeper.server_ends import ServerEnds
from rewound.doorkeeper.visitors import explain_closed, serve
from rewound.engine.cloning import was_closed
from rewound.engine.protocol import Server
from rewound.errors import FleetError, LoadError, MysqlError, RewoundError
from rewound.fleet.doors import Doors, find_doors, lock_door, write_doors
from rewound.fleet.fleet_context import FleetContext
from rewound.fleet.world import World, WorldState

_log = logging.getLogger(__name__)

_TICK_S = 0.25
_PORT_RETRY_S = 5.0
_LEAST_LOOK_S = 0.5
_MOST_LOOK_S = 15.0
_LOOKS_PER_SLEEP = 10
_AGAIN_S = 1.0
"""So long a world is left alone that could not be put to sleep."""

_Value = TypeVar("_Value")


class Keeper:
    """Guards the doors of one fleet."""

    def __init__(self, context: FleetContext, limits: Limits) -> None:
        self._context = context
        self._limits = limits
        self._fleet = context.folder.path
        self._doors: dict[str, Door] = {}
        self._active: set[str] = set()
        """The worlds that are not simply asleep."""
        self._threads = ThreadPoolExecutor(limits.most_starting + limits.most_stopping + 2)
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends = ServerEnds()
        self._identity = command.own_identity()
        self._told: Doors | None = None
        self._record_seen = 0
        self._looked_at = self._tried_ports_at = 0.0
        self._planned: asyncio.Handle | None = None

    async def keep(self) -> None:
        """Open the doors, and serve whoever comes until the fleet is gone."""
        known = find_doors(self._fleet)
        self._end_strays(known)
        while self._read_record():
            await self._follow_record(known)
            known = None
            self._let_go()
            self._look_at_idle()
            self._plan()
            self._tell()
            await asyncio.sleep(_TICK_S)

    # What commands do: the record tells.

    def _read_record(self) -> bool:
        """Read the fleet's record again if it was written; tell whether the fleet exists."""
        try:
            seen = (self._fleet / "fleet.json").stat().st_mtime_ns
        except FileNotFoundError:
            return False
        if seen != self._record_seen:
            try:
                self._context.record_writer.record = self._context.folder.read()
            except FleetError as error:
                _log.warning("%s", error.message)
                return False
            self._record_seen = seen
        return True

    async def _follow_record(self, known: Doors | None) -> None:
        """Open doors of worlds that became ready; take over servers that commands started."""
        for name, world in self._context.record.worlds.items():
            if world.state is not WorldState.READY:
                continue
            door = self._doors.get(name)
            if door is None:
                server = world.server
                if known is not None:
                    server = known.awake.get(name, server)
                await self._open(world, server)
            elif door.stage is Stage.CLOSED and world != door.world:
                door.stage = Stage.HELD  # `_let_go` finds out
        if time.monotonic() >= self._tried_ports_at + _PORT_RETRY_S:
            self._tried_ports_at = time.monotonic()
            for door in self._doors.values():
                if not door.has_port:
                    await self._open_port(door)

    async def _open(self, world: World, server: Server | None) -> None:
        door = Door(world.name, world.port, self._fleet, world)
        self._doors[world.name] = door
        await door.open(self._serve)
        await self._open_port(door)
        self._settle(door, server)

    async def _open_port(self, door: Door) -> None:
        try:
            await door.open_port(self._serve)
        except OSError as error:
            _log.warning("%s: port %d cannot be opened: %s", door.name, door.port, error.strerror)

    def _settle(self, door: Door, server: Server | None) -> None:
        """Find out whether a world is awake, asleep, or has to be started by a command."""
        if server is not None and _runs(server):
            self._take_over(door, server)
            return
        door.lead_to_keeper()
        if was_closed(self._context.folder.world_folder(door.name)):
            door.server = None
            self._set(door, Stage.ASLEEP)
        else:
            door.server = server or door.server
            self._close(door, "its server was killed")

    def _take_over(self, door: Door, server: Server) -> None:
        door.server, door.reason, door.ever = server, "", 0
        door.used_at = time.monotonic()
        self._set(door, Stage.AWAKE)
        door.lead_to_server(server)  # if that fails, all connections are passed on
        self._ends.watch(server, partial(self._has_ended, door, server))
        door.answer(None)

    def _close(self, door: Door, reason: str) -> None:
        door.reason = reason
        door.world = self._context.record.worlds.get(door.name)
        self._set(door, Stage.CLOSED)
        door.answer(explain_closed(door))
        _log.warning("%s: closed: %s", door.name, reason)

    def _let_go(self) -> None:
        """Look after the worlds that commands held, and that they may have let go."""
        for door in self._iter_active():
            if door.stage is not Stage.HELD:
                continue
            with contextlib.suppress(BlockingIOError), self._locked(door):
                self._read_record()
                world = self._context.record.worlds.get(door.name)
                if world is None or world.state is not WorldState.READY:
                    self._close(door, "it was not restored")
                else:
                    self._settle(door, self._find_server(door, world))

    def _find_server(self, door: Door, world: World) -> Server | None:
        """Return the server of a world that ran last: a command's, or our own."""
        return world.server if _runs(world.server) else door.server or world.server

    async def _serve(
        self,
        door: Door,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connect: Connect,
    ) -> None:
        """Serve one connection; whatever changes by it is planned for."""
        self._active.add(door.name)
        await serve(door, reader, writer, connect, changed=self._plan_soon)

    # Waking and putting to sleep.

    def _plan_soon(self) -> None:
        """Plan once all that has happened by now is known."""
        if self._planned is None:
            self._planned = asyncio.get_running_loop().call_soon(self._plan)

    def _plan(self) -> None:
        self._planned = None
        views = [door.view() for door in self._iter_active()]
        for view in views:
            if view.stage is Stage.ASLEEP and view.wanted_since is None:
                self._active.discard(view.name)
        steps = plan_steps(views, self._limits, now=time.monotonic())
        for name in steps.wake:
            self._begin(self._wake, self._doors[name], Stage.WAKING)
        for name in steps.refuse:
            self._doors[name].answer(
                f"world {name} sleeps, and the {self._limits.most_awake} that may be awake are in"
                " use: ask fewer worlds at a time"
            )
        for name in steps.sleep:
            self._begin(self._put_to_sleep, self._doors[name], Stage.FALLING_ASLEEP)

    def _begin(
        self, act: Callable[[Door], Coroutine[None, None, None]], door: Door, stage: Stage
    ) -> None:
        self._set(door, stage)
        self._spawn(act(door), door)

    def _spawn(self, act: Coroutine[None, None, None], door: Door) -> None:
        task = asyncio.get_running_loop().create_task(act)
        self._tasks.add(task)
        task.add_done_callback(partial(self._has_done, door))

    def _has_done(self, door: Door, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s: unexpected failure", door.name, exc_info=error)
            self._close(door, f"its doorkeeper failed: {error}")

    async def _wake(self, door: Door) -> None:
        try:
            with self._locked(door):
                self._read_record()
                world = self._context.record.worlds[door.name]
                if world.state is not WorldState.READY:
                    self._close(door, "it was not restored")
                    return
                try:
                    server = await self._in_thread(servers.wake, self._context, world)
                except (FleetError, LoadError) as error:
                    self._close(door, error.in_one_line)
                except RewoundError as error:
                    if was_closed(self._context.folder.world_folder(door.name)):
                        self._set(door, Stage.ASLEEP)
                        door.answer(f"world {door.name} could not be woken: {error.message}")
                        _log.warning("%s: not woken: %s", door.name, error.in_one_line)
                    else:
                        self._close(door, error.in_one_line)
                else:
                    self._take_over(door, server)
        except BlockingIOError:
            self._set(door, Stage.HELD)
        self._tell()
        self._plan_soon()

    async def _put_to_sleep(self, door: Door) -> None:
        server = door.get_server()
        try:
            with self._locked(door):
                self._ends.forget(server)
                world = self._context.record.worlds[door.name]
                try:
                    slept = door.lead_to_keeper() and await self._in_thread(
                        servers.put_to_sleep, self._context, world, server
                    )
                except MysqlError as error:  # it has no connection left for us, for example
                    _log.info("%s: not put to sleep: %s", door.name, error)
                    slept = False
                except RewoundError as error:
                    self._close(door, error.in_one_line)
                    return
                if slept:
                    door.server = None
                    self._set(door, Stage.ASLEEP)
                elif _runs(server):
                    self._take_over(door, server)
                    door.not_before = time.monotonic() + _AGAIN_S
                else:
                    self._settle(door, server)
        except BlockingIOError:
            self._set(door, Stage.HELD)
        self._tell()
        self._plan_soon()

    def _look_at_idle(self) -> None:
        """Have a look at the servers that nobody is connected to through us."""
        every_s = self._limits.after_s / _LOOKS_PER_SLEEP
        every_s = max(_LEAST_LOOK_S, min(_MOST_LOOK_S, every_s))
        if time.monotonic() < self._looked_at + every_s:
            return
        self._looked_at = time.monotonic()
        for door in self._iter_active():
            if door.stage is Stage.AWAKE and door.passing:
                door.used_at = time.monotonic()
            elif door.stage is Stage.AWAKE:
                self._spawn(self._look(door), door)

    async def _look(self, door: Door) -> None:
        server, world = door.get_server(), self._context.record.worlds[door.name]
        try:
            use = await self._in_thread(servers.look_at_use, self._context, world, server)
        except MysqlError as error:
            _log.info("%s: does not say who is connected: %s", door.name, error.message)
            door.used_at = time.monotonic()
            return
        if use.connected or use.ever != door.ever + 1:
            door.used_at = time.monotonic()
        door.ever = use.ever

    # The end of a server.

    def _has_ended(self, door: Door, server: Server) -> None:
        if door.server != server:
            return
        self._set(door, Stage.HELD)  # by whoever ended it, it seems; `_let_go` finds out
        door.lead_to_keeper()
        self._let_go()
        self._tell()

    def _end_strays(self, known: Doors | None) -> None:
        """Stop servers that nobody knows of, because a doorkeeper was killed starting them."""
        for name, identities in servers.find_servers(self._fleet / "worlds").items():
            world = self._context.record.worlds.get(name)
            if world is None or world.state is not WorldState.READY:
                continue
            ours = known.awake.get(name) if known is not None else None
            strays = identities - {each.identity for each in (ours, world.server) if each}
            if strays:
                with contextlib.suppress(BlockingIOError):
                    lock = lock_door(self._fleet, world.port)
                    servers.stop_strays(strays)
                    os.close(lock)

    # Bookkeeping.

    @contextlib.contextmanager
    def _locked(self, door: Door) -> Iterator[None]:
        lock = lock_door(self._fleet, door.port)
        try:
            yield
        finally:
            os.close(lock)

    def _set(self, door: Door, stage: Stage) -> None:
        _log.debug("%s: %s", door.name, stage.value)
        door.stage = stage
        self._active.add(door.name)

    def _iter_active(self) -> Iterator[Door]:
        return iter([self._doors[name] for name in self._active])

    async def _in_thread(self, function: Callable[..., _Value], *arguments: object) -> _Value:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(function, *arguments))

    def _tell(self) -> None:
        """Write down which worlds are awake, for commands."""
        active = sorted(self._iter_active(), key=lambda door: door.name)
        doors = Doors(
            self._identity,
            {door.name: door.server for door in active if door.server is not None},
            {door.name: door.reason for door in active if door.stage is Stage.CLOSED},
        )
        if doors == self._told:
            return
        try:
            write_doors(self._fleet, doors)
        except OSError as error:  # tried again at the next tick
            _log.warning("cannot write down who is awake: %s", error.strerror)
        else:
            self._told = doors


def _runs(server: Server | None) -> bool:
    return server is not None and command.is_running(server.identity)
