"""One connection: it waits until its world is awake, is passed on, or is told why not."""

import asyncio
import logging
import time
from collections.abc import Callable

from rewound.doorkeeper.decisions import Stage
from rewound.doorkeeper.door import Connect, Door, Waiting
from rewound.doorkeeper.passing import close, pass_on, refusal
from rewound.fleet.world import fleet_flag

_log = logging.getLogger(__name__)


async def serve(
    door: Door,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    connect: Connect,
    *,
    changed: Callable[[], None],
) -> None:
    """Serve one connection to its end; `changed` is called when somebody waits, or has gone."""
    try:
        reason = await _wait_until_awake(door, reader, changed)
        if reason is None:
            try:
                await pass_on((reader, writer), await connect(door.get_server()))
            finally:
                door.passing -= 1
                door.used_at = time.monotonic()
        else:
            writer.write(refusal(reason))
    except OSError as error:
        _log.info("%s: a connection ended: %s", door.name, error)
    finally:
        await close(writer)
        changed()


def explain_closed(door: Door) -> str:
    """Return why a world is not woken any more, and what helps."""
    flag = fleet_flag(door.fleet.name)
    return f"world {door.name} is stopped: {door.reason}; rewound start{flag} {door.name}"


async def _wait_until_awake(
    door: Door, reader: asyncio.StreamReader, changed: Callable[[], None]
) -> str | None:
    """Return once the world is awake, or with the reason why it is not.

    In the first case the connection is counted as one that is passed on.
    """
    if door.stage is Stage.AWAKE:
        door.passing += 1
        return None
    if door.stage is Stage.CLOSED:
        return explain_closed(door)
    answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
    door.waiting.append(Waiting(reader, time.monotonic(), answer))
    changed()
    return await answer
