"""One file of a binary log: what it is, and its events one after the other.

Every event that `iter_event_bytes` gives has been checked: its length, the end that its header
states, its CRC32. What a file is must be clear before anything of it is used: an
encrypted log, a relay log or another file is refused by name.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import PurePosixPath
from types import TracebackType
from typing import Self

from rewound.binlog.events.checksums import INTACT_CRC, crc32
from rewound.binlog.events.format_description import LogFormat, read_format
from rewound.binlog.events.header import (
    HEADER_BYTES,
    LARGEST_EVENT_BYTES,
    LogEvent,
    take_event,
)
from rewound.binlog.events.kinds import EventKind, name_kind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.log_bytes import copy_again, open_log_bytes
from rewound.dump.file.compression import find_compression
from rewound.dump.file.location import Location
from rewound.errors import BinlogError

MAGIC = b"\xfebin"
ENCRYPTED_MAGIC = b"\xfdbin"
_FIRST_POSITION = len(MAGIC)
_LONGEST_MAGIC = 8
_COMPRESSED = re.compile(r"(?:\.(?:gz|gzip|zst|zstd|xz|bz2))+$", re.IGNORECASE)
_COPY_BINARY_LOGS = "give the files that `SHOW BINARY LOGS` lists on the server"

_unpack_sizes = struct.Struct("<9xII").unpack_from


class CutOff(Exception):
    """The file ends inside the event at `position`."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class LogFile:
    """One open file; use it as a context manager."""

    def __init__(self, path: Location) -> None:
        """Open the file and read its FORMAT event.

        Raises:
            BinlogError: it cannot be read, or is not a binary log that can be replayed.
        """
        self.path = path
        self.content = open_log_bytes(path)
        try:
            self.format, self.first_position = self._read_start()
        except BaseException:
            self.content.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.content.close()

    @property
    def name(self) -> str:
        """What its server calls it: without the suffix of a compression."""
        return log_name(self.path)

    def iter_events(self, start: int | None = None) -> Iterator[LogEvent]:
        """Yield the events from `start`, where one has to begin, or after FORMAT.

        Raises:
            BinlogError: no event begins there, one is damaged, or the file ends inside one.
        """
        position = self.first_position if start is None else start
        has_checksum = self.format.has_checksums
        try:
            for data in self.iter_event_bytes(position):
                yield take_event(data, position, has_checksum=has_checksum)
                position += len(data)
        except CutOff as cut:
            raise self.refuse_cut(cut) from cut

    def iter_event_bytes(self, position: int) -> Iterator[bytes]:
        """Yield the bytes of the events from `position` on, each checked.

        Raises:
            BinlogError: no event begins there, or one is damaged.
            CutOff: the file ends inside an event.
        """
        for batch in self.iter_batches(position):
            yield from batch

    def iter_batches(self, position: int) -> Iterator[list[bytes]]:
        """Yield the same in lists of about 1 MiB: handing events over one by one takes longer.

        Raises:
            BinlogError: no event begins there, or one is damaged.
            CutOff: the file ends inside an event.
        """
        at_least = HEADER_BYTES
        while buffer := self.content.fetch(position, at_least):
            batch: list[bytes] = []
            try:
                offset, at_least = self._split(buffer, position, batch)
            except BinlogError:
                if batch:
                    yield batch  # whole transactions may be in it
                raise
            if batch:
                yield batch
            elif len(buffer) < at_least:
                raise CutOff(position)
            position += offset

    def _split(self, buffer: bytes, position: int, batch: list[bytes]) -> tuple[int, int]:
        """Put the events in a buffer into `batch`.

        Return where the first one begins that is not whole, and how long it is at least.
        """
        has_checksums = self.format.has_checksums
        offset, size, base = 0, len(buffer), position
        while size - offset >= HEADER_BYTES:
            length, end = _unpack_sizes(buffer, offset)
            stop = offset + length
            if end != (base + stop) & 0xFFFFFFFF or not (
                HEADER_BYTES <= length <= LARGEST_EVENT_BYTES
            ):
                raise self.refuse_no_event(base + offset)
            if stop > size:
                return offset, length
            data = buffer[offset:stop]
            if has_checksums and crc32(data) != INTACT_CRC:
                raise self.refuse_checksum(base + offset, data[4])
            batch.append(data)
            offset = stop
        return offset, HEADER_BYTES

    def refuse_cut(self, cut: CutOff) -> BinlogError:
        """Return the error of a file that ends inside an event."""
        return BinlogError(
            self.path,
            "the file ends inside this event (copied while in use?)",
            position=cut.position,
            hint=copy_again(self.path),
        )

    def refuse_no_event(self, position: int) -> BinlogError:
        """Return the error of a place where the header of an event was expected."""
        return BinlogError(
            self.path,
            "no event begins here: these bytes are not the header of one",
            position=position,
            hint=f"if a position was given, give the start of a transaction;"
            f" else {copy_again(self.path)}",
        )

    def refuse_checksum(self, position: int, kind: int) -> BinlogError:
        """Return the error of an event whose CRC32 differs."""
        return BinlogError(
            self.path,
            f"the event ({name_kind(kind)}) does not match its checksum",
            position=position,
            hint=copy_again(self.path),
        )

    def refuse_encrypted(self, position: int | None) -> BinlogError:
        """Return the error of a file whose key we do not have."""
        return BinlogError(
            self.path,
            "is encrypted (binlog_encryption); the key is on its server",
            position=position,
            hint=f"copy it with mysqlbinlog --read-from-remote-server --raw {self.name}:"
            " the server decrypts it",
        )

    def refuse_malformed(self, position: int, error: MalformedEvent) -> BinlogError:
        """Return the error of an event whose body is not what its type requires."""
        return BinlogError(self.path, str(error), position=position, hint=copy_again(self.path))

    def _read_start(self) -> tuple[LogFormat, int]:
        start = self.content.fetch(0, _LONGEST_MAGIC)
        magic = start[:_FIRST_POSITION]
        if magic == ENCRYPTED_MAGIC:
            raise self.refuse_encrypted(None)
        if magic != MAGIC:
            raise self._refuse_magic(start)
        data = self._read_first_event()
        try:
            log_format = read_format(data)
        except MalformedEvent as error:
            raise self.refuse_malformed(_FIRST_POSITION, error) from error
        if log_format.is_relay_log:
            raise BinlogError(
                self.path,
                "is a relay log: a replica's copy of what another server has logged",
                hint=_COPY_BINARY_LOGS,
            )
        return log_format, _FIRST_POSITION + len(data)

    def _refuse_magic(self, start: bytes) -> BinlogError:
        """Return the error of a file that does not begin as binary logs do."""
        if not start:
            reason = "is empty (copied while it was being created?)"
        elif MAGIC.startswith(start):
            reason = "is cut off in its first bytes"
        elif (inner := find_compression(start)) is not None and not self.content.is_plain:
            return BinlogError(
                self.path,
                f"is compressed twice: what it decompresses to is {inner.name} data",
                hint="decompress it once",
            )
        else:
            return BinlogError(
                self.path,
                "is not a binary log: it begins with other bytes than fe 62 69 6e",
                hint=_COPY_BINARY_LOGS,
            )
        return BinlogError(self.path, reason, hint=copy_again(self.path))

    def _read_first_event(self) -> bytes:
        header = self.content.fetch(_FIRST_POSITION, HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            raise self.refuse_cut(CutOff(_FIRST_POSITION))
        length, _ = _unpack_sizes(header)
        if header[4] != EventKind.FORMAT or not HEADER_BYTES <= length < 1 << 16:
            raise BinlogError(
                self.path,
                "a FORMAT event was expected here",
                position=_FIRST_POSITION,
                hint=copy_again(self.path),
            )
        data = self.content.fetch(_FIRST_POSITION, length)[:length]
        if len(data) < length:
            raise self.refuse_cut(CutOff(_FIRST_POSITION))
        return data


def log_name(path: Location | PurePosixPath) -> str:
    """Return what the server calls a file: without the suffix of a compression."""
    return _COMPRESSED.sub("", path.name)
