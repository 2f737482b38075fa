"""Bytes are passed on as they are, over socket pairs."""

import asyncio
import socket
import struct

import pymysql
import pytest

from rewound.doorkeeper.passing import close, pass_on, refusal

_MIB = 1 << 20
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def pair() -> tuple[Streams, Streams]:
    one, other = socket.socketpair()
    return await asyncio.open_connection(sock=one), await asyncio.open_connection(sock=other)


def test_both_directions_and_the_end_of_each():
    async def run() -> tuple[bytes, bytes]:
        client, before = await pair()
        behind, server = await pair()
        passing = asyncio.create_task(pass_on(before, behind))
        question, answer = bytes(range(256)) * 4096, b"answer" * 100_000
        client[1].write(question)
        client[1].write_eof()
        asked = await server[0].read(-1)
        server[1].write(answer)
        server[1].close()
        told = await client[0].read(-1)
        async with asyncio.timeout(10):
            await passing
        for _, writer in (client, server):
            await close(writer)
        assert asked == question
        return answer, told

    answer, told = asyncio.run(run())
    assert answer == told


def test_what_nobody_takes_is_not_read():
    async def run() -> int:
        client, before = await pair()
        behind, server = await pair()
        passing = asyncio.create_task(pass_on(before, behind))
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 64 * _MIB:
                server[1].write(b"x" * _MIB)
                sent += _MIB
                async with asyncio.timeout(0.2):
                    await server[1].drain()
        client[1].close()
        server[1].transport.abort()
        async with asyncio.timeout(10):
            await passing
        return sent

    assert asyncio.run(run()) < 16 * _MIB


def test_a_client_that_is_gone_ends_it():
    async def run() -> None:
        client, before = await pair()
        behind, server = await pair()
        passing = asyncio.create_task(pass_on(before, behind))
        client[1].transport.abort()
        assert await server[0].read(-1) == b""  # as the server sees it
        await close(server[1])
        async with asyncio.timeout(10):
            await passing

    asyncio.run(run())


def test_a_refusal_is_an_error_to_a_driver():
    packet = refusal("world eu-1 is stopped: its server was killed")
    assert struct.unpack("<I", packet[:3] + b"\0") == (len(packet) - 4,)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(packet)
        driver = pymysql.connect(defer_connect=True)
        with pytest.raises(pymysql.err.MySQLError) as caught:
            driver.connect(ours)
    assert caught.value.args == (1105, "world eu-1 is stopped: its server was killed")
