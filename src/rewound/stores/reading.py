"""One file of a store as a stream: read once from its start to its end, and in a few ranges.

What is read is the content that was listed, or nothing: requests give the etag, and where a store
has none, size and time are compared again before reading goes on after a broken connection, and by
`has_changed` at the end.
"""

import io
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rewound.figures import show_number
from rewound.stores.address import address_of
from rewound.stores.explaining import reading_error
from rewound.stores.faults import PASSING, FaultKind, StoreFault
from rewound.stores.remote_file import RemoteFile
from rewound.stores.session import StoreSession, connect

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_log = logging.getLogger(__name__)

_PATIENCE_S = 30.0
"""How long reading tries to go on without a new byte. A store that has gone silent is noticed
after 30 s, and fails after 60."""
_PASSING_MEANWHILE = PASSING | {FaultKind.REFUSED, FaultKind.NO_SUCH_HOST}
"""In mid-read the store was there: it may be restarting, or the network may be away."""
_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 8.0


class RemoteStream(io.RawIOBase):
    """The bytes of one file, in their order.

    Every method that asks the store raises `DumpError`.
    """

    def __init__(
        self,
        file: RemoteFile,
        session: StoreSession,
        *,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._file = file
        self._address = address_of(file)
        self._session = session
        self._tell = tell
        self._etag = _strong(file.etag)
        self._chunks: Iterator[bytes] | None = None
        self._rest = memoryview(b"")
        self._position = 0
        self._breaks = 0
        self._broke_at = 0.0

    @property
    def name(self) -> str:
        """The address of the file."""
        return self._file.url

    @property
    def size_bytes(self) -> int:
        """How long the file is."""
        return self._file.size_bytes or 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read some of the next bytes into a buffer; 0 at the end."""
        target = memoryview(buffer).cast("B")
        if not len(target):
            return 0
        if not self._rest:
            self._rest = memoryview(self._next_chunk())
        count = min(len(target), len(self._rest))
        target[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count

    def read_range(self, start: int, count: int) -> bytes:
        """Return the bytes from `start` on, fewer where the file ends; the stream stays."""
        count = min(count, self.size_bytes - start)
        if count <= 0:
            return b""
        try:
            content = self._session.read_range(
                self._address, etag=self._etag, start=start, count=count
            )
            if len(content) != count:
                raise StoreFault(FaultKind.REPLACED)
        except StoreFault as fault:
            raise self._error(fault) from None
        return content

    def read_end(self, count: int) -> bytes:
        """Return the last bytes of the file; the stream stays."""
        start = max(0, self.size_bytes - count)
        return self.read_range(start, self.size_bytes - start)

    def has_changed(self) -> bool:
        """Ask the store whether the file is another one than was listed, or is gone."""
        try:
            return self._is_other(self._session.look_at(self._address))
        except StoreFault as fault:
            if fault.kind is FaultKind.NOT_FOUND:
                return True
            raise self._error(fault) from None

    def close(self) -> None:
        """Close the stream and its connection."""
        if not self.closed:
            self._end_request()
            self._session.close()
        super().close()

    def _next_chunk(self) -> bytes:
        while True:
            try:
                chunk = self._ask()
            except StoreFault as fault:
                self._end_request()
                self._pause_after(fault)
                continue
            self._breaks = 0
            self._position += len(chunk)
            return chunk

    def _ask(self) -> bytes:
        """Return the next bytes of the request that runs; start one if none does."""
        if self._position >= self.size_bytes and self._chunks is None:
            return b""
        if self._chunks is None:
            if self._position and self._etag is None:
                self._require_unchanged()
            self._chunks = self._session.stream(
                self._address, etag=self._etag, start=self._position
            )
        chunk = next(self._chunks, b"")
        if self._position + len(chunk) > self.size_bytes:
            raise StoreFault(FaultKind.REPLACED)
        if not chunk:
            self._end_request()
            if self._position < self.size_bytes:
                # Of a file that was cut meanwhile, nothing more will come.
                self._require_unchanged()
                raise StoreFault(FaultKind.BROKEN)
        return chunk

    def _require_unchanged(self) -> None:
        if self._is_other(self._session.look_at(self._address)):
            raise StoreFault(FaultKind.REPLACED)

    def _is_other(self, file: RemoteFile) -> bool:
        if file.size_bytes != self._file.size_bytes:
            return True
        if file.etag is not None and self._file.etag is not None:
            return file.etag != self._file.etag
        return file.modified_us != self._file.modified_us

    def _pause_after(self, fault: StoreFault) -> None:
        """Wait before the next request; raise what happened if there is to be none."""
        if not self._breaks:
            self._broke_at = time.monotonic()
        self._breaks += 1
        is_late = time.monotonic() - self._broke_at > _PATIENCE_S
        # The first request was tried several times already.
        if not self._position or fault.kind not in _PASSING_MEANWHILE or is_late:
            raise self._error(fault) from None
        _log.warning("%s: %s after %d bytes; reading goes on", self._file, fault, self._position)
        if self._tell is not None:
            self._tell(
                f"{self._file}: the connection broke after {show_number(self._position)} bytes;"
                " reading goes on"
            )
        time.sleep(min(_FIRST_PAUSE_S * 2 ** min(self._breaks - 1, 10), _LONGEST_PAUSE_S))

    def _end_request(self) -> None:
        chunks, self._chunks = self._chunks, None
        if chunks is not None and hasattr(chunks, "close"):
            chunks.close()

    def _error(self, fault: StoreFault) -> Exception:
        return reading_error(self._file, self._address, fault, position=self._position)


def open_remote(file: RemoteFile, *, tell: Callable[[str], None] | None = None) -> RemoteStream:
    """Return a stream of a file's bytes; the first byte is asked for when it is read.

    `tell` is called with a sentence each time reading goes on after a broken connection.

    Raises:
        DumpError: it cannot be reached, or is not the file that was listed.
        HostError: the library for its store is not installed.
    """
    address = address_of(file)
    try:
        session = connect(address)
        try:
            if file.size_bytes is None:
                file = session.look_at(address)
            if file.size_bytes is None:
                raise StoreFault(FaultKind.OTHER, "it is a folder")
            return RemoteStream(file, session, tell=tell)
        except BaseException:
            session.close()
            raise
    except StoreFault as fault:
        raise reading_error(file, address, fault, position=0) from None


def _strong(etag: str | None) -> str | None:
    """Return an etag that If-Match can compare: a weak one never matches (RFC 9110, 13.1.1)."""
    return None if etag is None or etag.startswith("W/") else etag
