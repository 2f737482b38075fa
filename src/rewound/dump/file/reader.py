"""The decompressed bytes of a dump, with proof that the file was complete.

This module owns decompression, the checks that the format offers (end mark, CRC), and the SHA-256
of the file on disk. It recognises the format by the first bytes, not by the name, and limits how
far a small file may expand: see `expansion`. Nothing is written and nothing is interpreted.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from rewound.dump.file.compression import (
    COMPRESSIONS,
    Compression,
    CorruptData,
    NeedsMemory,
    TextStream,
    WrongChecksum,
    find_compression,
)
from rewound.dump.file.expansion import Expansion
from rewound.dump.file.foreign_formats import START_BYTES, find_foreign_format
from rewound.dump.file.location import Holds, Location
from rewound.dump.file.opening import open_dump, reading_failed
from rewound.dump.rules.table import COMPRESSED_TOO_WELL
from rewound.errors import DumpError

CHUNK_BYTES = 1 << 20
_ANOTHER_COPY = "copy this dump again; up --fallback takes the next older one, if there is one"


class DumpReader:
    """Streams one dump's decompressed bytes; reading to the end proves that it is complete.

    Use it as a context manager. `file_bytes_read` and `text_bytes_read` grow while the chunks are
    read; `sha256` is that of the file on disk and, like the proof, complete when `iter_chunks` has
    ended.
    """

    def __init__(
        self,
        location: Location,
        *,
        identities: tuple[Path, ...] = (),  # noqa: ARG002 - to come
        allows_any_ratio: bool = False,
        holds: Holds = Holds.STATEMENTS,
    ) -> None:
        """Open the file; `allows_any_ratio` lets it expand without a limit.

        A file of rows may be empty, and may begin with any bytes.
        """
        self.location = location
        self.text_bytes_read = 0
        self.statements = 0
        """Statements without rows in the text so far, as far as its reader counts them."""
        self._allows_any_ratio = allows_any_ratio
        self._holds = holds
        self._file = _HashingFile(open_dump(location))
        self._stream: TextStream = self._file
        self.file_size_bytes = self._file.size_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def file_bytes_read(self) -> int:
        """How many bytes of the file on disk have been read."""
        return self._file.bytes_read

    @property
    def sha256(self) -> str:
        """SHA-256 of all file bytes read so far, in hexadecimal."""
        return self._file.digest.hexdigest()

    @property
    def expansion(self) -> Expansion:
        """What the bytes so far became."""
        return Expansion(self._stream.bytes_used, self.text_bytes_read, self.statements)

    def is_compressed(self) -> bool:
        """Tell whether the file is compressed; call this before reading anything.

        Raises:
            DumpError: the file cannot be read.
        """
        try:
            return find_compression(self._file.peek_start()) is not None
        except OSError as error:
            raise reading_failed(self.location, error) from error

    def read_end(self, count: int) -> bytes:
        """Return the last bytes of an uncompressed file; this proves nothing.

        Raises:
            DumpError: the file cannot be read.
        """
        try:
            return self._file.read_end(count)
        except OSError as error:
            raise reading_failed(self.location, error) from error

    def iter_chunks(self) -> Iterator[bytes]:
        """Yield the decompressed bytes in order.

        Raises:
            DumpError: the file is not what its name says, is cut off, fails its CRC, expands more
                than any dump does, or changed while it was read.
        """
        compression: Compression | None = None
        format_name = ""
        try:
            if compression := find_compression(self._file.peek_start()):
                format_name = compression.name
            yield from self._iter_text(compression)
            has_changed = self._file.has_changed()
        except EOFError as error:
            raise DumpError(
                self.location,
                f"the {format_name} data is cut off: the file ends after"
                f" {self.file_bytes_read:,} bytes, in the middle of it",
                hint=_ANOTHER_COPY,
            ) from error
        except CorruptData as error:
            if isinstance(error, WrongChecksum):
                place = f"somewhere in its {self.file_size_bytes:,} bytes"
            elif self.text_bytes_read:
                place = f"after {self.text_bytes_read:,} bytes of text"
            else:
                place = f"in its first {self.file_bytes_read:,} bytes"
            raise DumpError(
                self.location,
                f"the {format_name} data is damaged {place}: {error}",
                hint=_ANOTHER_COPY,
            ) from error
        except NeedsMemory as error:
            raise DumpError(
                self.location,
                f"the {format_name} data needs too much memory: {error}",
                hint="decompress it by hand if you trust it",
            ) from error
        except OSError as error:
            raise reading_failed(self.location, error) from error
        if has_changed:
            raise DumpError(
                self.location,
                "the file changed while it was read",
                hint="wait until the dump is complete",
            )

    def _iter_text(self, compression: Compression | None) -> Iterator[bytes]:
        if compression is not None:
            # Kept until this object is deleted: closing its buffer would close our file as well.
            self._stream = compression.open(self._file)
        chunks = _iter_chunks(self._stream)
        start = self._read_start(chunks)
        if self._holds is Holds.ROWS:
            yield start
            yield from self._iter_rest(chunks)
            return
        if not start:
            raise DumpError(self.location, "is empty", hint="the job that wrote it failed")
        self._refuse_foreign(start)
        if compression is None and self.location.suffix in {known.suffix for known in COMPRESSIONS}:
            raise DumpError(
                self.location,
                f"is named {self.location.suffix} but its content is in another format",
                hint="rename it if it is plain SQL text",
            )
        yield start
        yield from self._iter_rest(chunks)

    def _iter_rest(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.text_bytes_read += len(chunk)
            if self.expansion.is_too_large and not self._allows_any_ratio:
                raise DumpError(
                    self.location,
                    f"refused by rule {COMPRESSED_TOO_WELL.name}: {self.expansion}",
                    hint=f"the job that wrote it may have failed; if you trust the file, use"
                    f" --allow {COMPRESSED_TOO_WELL.name}",
                )
            yield chunk

    def _read_start(self, chunks: Iterator[bytes]) -> bytes:
        """Read enough to recognise the text, even if the pieces are short."""
        start = b""
        for chunk in chunks:
            start += chunk
            self.text_bytes_read += len(chunk)
            if len(start) >= START_BYTES:
                break
        return start

    def _refuse_foreign(self, start: bytes) -> None:
        if find_compression(start) is not None:
            raise DumpError(self.location, "was compressed twice", hint="decompress it once")
        foreign = find_foreign_format(start[:START_BYTES])
        if foreign is not None:
            raise DumpError(
                self.location, f"contains {foreign.name}, not SQL for MySQL", hint=foreign.hint
            )


def _iter_chunks(stream: TextStream) -> Iterator[bytes]:
    """Yield the pieces of a stream, none longer than CHUNK_BYTES."""
    while piece := stream.read(CHUNK_BYTES):
        if len(piece) <= CHUNK_BYTES:
            yield piece
        else:
            for start in range(0, len(piece), CHUNK_BYTES):
                yield piece[start : start + CHUNK_BYTES]


class _HashingFile(io.RawIOBase):
    """A file that counts and hashes what is read from it, each byte once, in order."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self.bytes_read = 0
        self.digest = hashlib.sha256()
        self._stat = os.fstat(self._file.fileno())
        self.size_bytes = self._stat.st_size

    @property
    def bytes_used(self) -> int:
        return self.bytes_read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io passes views
        count = self._file.readinto(buffer) or 0
        self.digest.update(buffer[:count])
        self.bytes_read += count
        return count

    def peek_start(self) -> bytes:
        """Return the first bytes; call this before reading anything."""
        start = self._file.read(8) or b""
        self._file.seek(0)
        return start

    def read_end(self, count: int) -> bytes:
        """Return the last bytes, uncounted."""
        self._file.seek(max(0, self.size_bytes - count))
        end = self._file.read(count) or b""
        self._file.seek(0)
        return end

    def has_changed(self) -> bool:
        """Tell, when everything was read, whether the file changed since it was opened."""
        now = os.fstat(self._file.fileno())
        unchanged = (self._stat.st_size, self._stat.st_mtime_ns)
        if (now.st_size, now.st_mtime_ns) != unchanged or self.bytes_read != now.st_size:
            return True
        # It was renamed or linked, or its time was reset after a change: compare the contents.
        return now.st_ctime_ns != self._stat.st_ctime_ns and not self._reads_the_same()

    def _reads_the_same(self) -> bool:
        self._file.seek(0)
        return hashlib.file_digest(self._file, "sha256").digest() == self.digest.digest()

    def close(self) -> None:
        self._file.close()
        super().close()
