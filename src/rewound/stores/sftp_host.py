"""The only door to asyncssh: hosts reached by SFTP.

User, keys, agent and known hosts are those of `~/.ssh`, as asyncssh reads them. Its event loop runs
in a thread of its own; the next chunk of a file is fetched while the last one is used.

Source: asyncssh's documentation, "connect"; tried on 2.24.1 with OpenSSH 9.2.
"""

import contextlib
import stat
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar, cast

import asyncssh

from rewound.stores.address import StoreAddress
from rewound.stores.faults import PASSING, StoreFault
from rewound.stores.library_errors import read_ssh_error
from rewound.stores.loop_thread import LoopThread
from rewound.stores.remote_file import RemoteFile

_FOREIGN = (asyncssh.Error, asyncssh.KeyImportError, OSError, ValueError, TimeoutError)
"""What asyncssh raises, and what passes through it."""
_CHUNK_BYTES = 1 << 20
_CONNECT_S = 10
_LOGIN_S = 20
_SILENCE_S = 30
_CLOSE_S = 5
_KEEPALIVE_S = 10

_Result = TypeVar("_Result")


class SftpSession:
    """A connection to one host, made by the first request, and again after it broke."""

    def __init__(self, address: StoreAddress) -> None:
        asyncssh.set_log_level("WARNING")  # it logs every connection
        self._address = address
        self._loop = LoopThread(f"sftp {address.host}")
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None

    def iter_below(self, address: StoreAddress) -> Iterator[RemoteFile]:
        """Yield all files in a folder and below, in any order, without reading them."""
        yield from self._run(self._list_below(address), timeout_s=None)

    def look_at(self, address: StoreAddress) -> RemoteFile:
        """Return one file as it is now; without a size if it is a folder."""
        return self._run(self._look_at(address))

    def stream(self, address: StoreAddress, *, etag: str | None, start: int) -> Iterator[bytes]:
        """Yield the bytes of a file from `start` on; SFTP has no etags."""
        del etag
        file = self._run(self._open(address))
        position = start

        async def fetch() -> bytes:
            nonlocal position
            chunk = await _read(file, _CHUNK_BYTES, position)
            position += len(chunk)
            return chunk

        try:
            yield from self._loop.iter_ahead(fetch, timeout_s=_SILENCE_S)
        except _FOREIGN as error:
            raise self._fail(error) from None
        finally:
            with contextlib.suppress(StoreFault):
                self._run(file.close(), timeout_s=_CLOSE_S)

    def read_range(
        self, address: StoreAddress, *, etag: str | None, start: int, count: int
    ) -> bytes:
        """Return some bytes of a file, fewer than `count` where it ends."""
        del etag
        return self._run(self._read_range(address, start, count))

    def close(self) -> None:
        """Close the connection; may be called again."""
        with contextlib.suppress(StoreFault):
            self._run(self._disconnect(), timeout_s=_CLOSE_S)
        self._loop.close()

    async def _sftp(self) -> asyncssh.SFTPClient:
        if self._client is None:
            self._connection = await asyncssh.connect(
                self._address.host,
                port=self._address.port or (),
                username=self._address.user or (),
                agent_forwarding=False,
                connect_timeout=_CONNECT_S,
                login_timeout=_LOGIN_S,
                keepalive_interval=_KEEPALIVE_S,
            )
            self._client = await self._connection.start_sftp_client()
        return self._client

    async def _disconnect(self) -> None:
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            await connection.wait_closed()

    async def _list_below(self, address: StoreAddress) -> list[RemoteFile]:
        sftp = await self._sftp()
        files: list[RemoteFile] = []
        folders = [_path(address)]
        in_root = folders[0].startswith("/")
        while folders:
            folder = folders.pop()
            async for entry in sftp.scandir(folder):
                name = str(entry.filename)
                if name in (".", ".."):
                    continue
                path = f"{folder.rstrip('/')}/{name}"
                attributes = entry.attrs
                if stat.S_ISLNK(attributes.permissions or 0):
                    attributes = await self._follow(sftp, path)
                mode = attributes.permissions or 0
                if stat.S_ISDIR(mode) and not stat.S_ISLNK(entry.attrs.permissions or 0):
                    folders.append(path)
                elif stat.S_ISREG(mode):
                    key = path.removeprefix("/") if in_root else f"~/{path.removeprefix('./')}"
                    files.append(_describe(address.at_key(key), attributes))
        return files

    async def _follow(self, sftp: asyncssh.SFTPClient, path: str) -> asyncssh.SFTPAttrs:
        """Return what a symbolic link leads to; nothing if that does not exist."""
        try:
            return await sftp.stat(path)
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure):
            return asyncssh.SFTPAttrs()

    async def _look_at(self, address: StoreAddress) -> RemoteFile:
        sftp = await self._sftp()
        return _describe(address, await sftp.stat(_path(address)))

    async def _open(self, address: StoreAddress) -> asyncssh.SFTPClientFile:
        sftp = await self._sftp()
        return await sftp.open(_path(address), "rb")

    async def _read_range(self, address: StoreAddress, start: int, count: int) -> bytes:
        async with await self._open(address) as file:
            content = await _read(file, count, start)
        return content  # noqa: RET504 - mypy takes the block for one that hides errors

    def _run(
        self, work: Coroutine[Any, Any, _Result], *, timeout_s: float | None = _SILENCE_S
    ) -> _Result:
        try:
            return self._loop.run(work, timeout_s=timeout_s)
        except _FOREIGN as error:
            raise self._fail(error) from None

    def _fail(self, error: Exception) -> StoreFault:
        fault = _read_error(error)
        if fault.kind in PASSING:
            self._client = None  # the next request connects again
        return fault


async def _read(file: asyncssh.SFTPClientFile, count: int, start: int) -> bytes:
    """Read from a file that was opened as bytes."""
    return cast("bytes", await file.read(count, start))


def _path(address: StoreAddress) -> str:
    """Return the path on the host; one that begins with ~ is in the user's home."""
    if address.key == "~" or address.key.startswith("~/"):
        return address.key[2:] or "."
    return f"/{address.key}"


def _describe(address: StoreAddress, attributes: asyncssh.SFTPAttrs) -> RemoteFile:
    is_folder = stat.S_ISDIR(attributes.permissions or 0)
    return RemoteFile(
        address.url,
        size_bytes=None if is_folder else attributes.size,
        modified_us=None if attributes.mtime is None else int(attributes.mtime) * 1_000_000,
        secret_url=address.secret_url,
    )


def _read_error(error: BaseException) -> StoreFault:
    names = tuple(each.__name__ for each in type(error).__mro__)
    return read_ssh_error(names, getattr(error, "reason", None) or str(error))
