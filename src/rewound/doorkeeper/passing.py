"""Passing a connection on: bytes as they are, in both directions, TLS included.

What one side does not take is not read from the other: `drain` waits.
"""

import asyncio
import contextlib
import struct

_CHUNK_BYTES = 256 << 10
_UNKNOWN_ERROR = 1105  # ER_UNKNOWN_ERROR: what a server says if no other number fits


async def pass_on(
    client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Pass bytes on until the server has ended the connection, or a side is gone.

    A client that has only closed its direction still gets the rest of its answer.
    """
    asking = asyncio.create_task(_pump(client[0], server[1]))
    answering = asyncio.create_task(_pump(server[0], client[1]))
    try:
        done, _ = await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
        if answering not in done and asking.exception() is None:
            await answering
    except OSError:
        pass  # the client is gone
    finally:
        for task in (asking, answering):
            task.cancel()
        await asyncio.gather(asking, answering, return_exceptions=True)
        for _, writer in (client, server):
            await close(writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def close(writer: asyncio.StreamWriter) -> None:
    """Close a connection; what was written is sent first."""
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def refusal(reason: str) -> bytes:
    """Return what a MySQL server sends instead of its greeting if it lets nobody in.

    Source: MySQL documentation, "ERR_Packet"; before the handshake it has no SQLSTATE.
    """
    body = struct.pack("<BH", 0xFF, _UNKNOWN_ERROR) + reason.encode()[:500]
    return struct.pack("<I", len(body))[:3] + b"\0" + body
