"""The text of a dump, out of whatever is around it, with proof that all of it was complete.

This module ties the bytes of a location (`opening`) to the layers in it (`layers`), limits how far
a small file may expand: see `LARGEST_RATIO`, and turns failures into a `DumpError`. Formats are
recognised by the first bytes, not by the name. Nothing is written and nothing is interpreted.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rewound.dump.file.encryption import is_garbled
from rewound.dump.file.expansion import Expansion
from rewound.dump.file.failures import LAYER_FAILURES, explain, refuse_expansion
from rewound.dump.file.feed import PIECE_BYTES
from rewound.dump.file.foreign_formats import START_BYTES, find_foreign_format
from rewound.dump.file.hashes import hash_member
from rewound.dump.file.layers import RECOGNISED_BYTES, Layers, find_layer
from rewound.dump.file.location import ArchiveMember, Holds, Location
from rewound.dump.file.opening import open_bytes, reading_failed
from rewound.errors import DumpError

CHUNK_BYTES = PIECE_BYTES
_SUFFIXES = frozenset(
    {".gz", ".zst", ".xz", ".bz2", ".lz4", ".zip", ".tar", ".tgz", ".age", ".gpg", ".asc", ".enc"}
)
"""Endings that promise another format than text."""


class DumpReader:
    """Streams one dump's text; reading to the end proves that it is complete.

    Use it as a context manager. `file_bytes_read` and `text_bytes_read` grow while the chunks are
    read; `sha256` is that of the bytes as they lie, of a member that of `hash_member`, and, like
    the proof, complete when `iter_chunks` has ended.
    """

    def __init__(
        self,
        location: Location,
        *,
        identities: tuple[Path, ...] = (),
        allows_any_ratio: bool = False,
        holds: Holds = Holds.STATEMENTS,
    ) -> None:
        """Open the location; `identities` are files with keys.

        `allows_any_ratio` lets it expand without a limit. A file of rows may be empty, and may
        begin with any bytes.
        """
        self.location = location
        self.text_bytes_read = 0
        self.statements = 0
        """Statements without rows in the text so far, as far as its reader counts them."""
        self._allows_any_ratio = allows_any_ratio
        self._holds = holds
        self._source = open_bytes(location)
        self._layers = Layers(self._source, identities=identities, watch=self._watch_layer)
        self.file_size_bytes = self._source.size_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._layers.close()
        self._source.close()

    @property
    def file_bytes_read(self) -> int:
        """How many bytes have been read of what lies at the location."""
        return self._source.bytes_read

    @property
    def sha256(self) -> str:
        """SHA-256 of all bytes read so far, in hexadecimal."""
        whole = self._source.digest.hexdigest()
        if isinstance(self.location, ArchiveMember):
            return hash_member(whole, self.location.member)
        return whole

    @property
    def expansion(self) -> Expansion:
        """What the bytes so far became."""
        return Expansion(self._layers.bytes_used, self.text_bytes_read, self.statements)

    @property
    def layers(self) -> Sequence[str]:
        """What was around the text, from the outside; known once some of it was read."""
        return self._layers.names

    def is_compressed(self) -> bool:
        """Tell whether anything is around the text; call this before reading anything.

        Raises:
            DumpError: the file cannot be read.
        """
        try:
            return find_layer(self._layers.feed.peek(RECOGNISED_BYTES)) is not None
        except OSError as error:
            raise reading_failed(self.location, error) from error

    def read_end(self, count: int) -> bytes:
        """Return the last bytes of an uncompressed file; this proves nothing.

        Raises:
            DumpError: the file cannot be read.
        """
        try:
            return self._source.read_end(count)
        except OSError as error:
            raise reading_failed(self.location, error) from error

    def iter_chunks(self) -> Iterator[bytes]:
        """Yield the text in order.

        Raises:
            DumpError: a layer is cut off, fails its checksum, expands more than any dump does or
                cannot be decrypted, or the file changed while it was read.
            HostError: a program that decrypts is missing.
        """
        try:
            member = self.location.member if isinstance(self.location, ArchiveMember) else None
            if self._may_have_layers():
                self._layers.open(member)
            yield from self._iter_text()
            self._read_rest()
            changed = self._source.find_changed()
        except LAYER_FAILURES as error:
            raise explain(
                error,
                self.location,
                text_bytes=self.text_bytes_read,
                file_bytes=self.file_bytes_read,
                size_bytes=self.file_size_bytes,
            ) from error
        except OSError as error:
            raise reading_failed(self.location, error) from error
        if changed is not None:
            raise DumpError(
                changed,
                "the file changed while it was read",
                hint="wait until the dump is complete",
            )

    def _may_have_layers(self) -> bool:
        """Tell whether the beginning can say what is around the text: rows are any bytes."""
        is_bare = self._holds is Holds.ROWS and self.location.suffix not in _SUFFIXES
        return not is_bare or isinstance(self.location, ArchiveMember)

    def _iter_text(self) -> Iterator[bytes]:
        start = self._read_start()
        if self._holds is Holds.STATEMENTS:
            if not start:
                raise DumpError(self.location, "is empty", hint="the job that wrote it failed")
            self._refuse_foreign(start)
        yield start
        while chunk := self._layers.feed.read_piece(CHUNK_BYTES):
            self.text_bytes_read += len(chunk)
            if self.expansion.is_too_large and not self._allows_any_ratio:
                raise refuse_expansion(self.location, self.expansion)
            yield chunk

    def _read_start(self) -> bytes:
        """Read enough to recognise the text, even if the pieces are short."""
        start = b""
        while len(start) < START_BYTES and (chunk := self._layers.feed.read_piece(CHUNK_BYTES)):
            start += chunk
            self.text_bytes_read += len(chunk)
        return start

    def _read_rest(self) -> None:
        """Read what no layer asked for, so that all of the file is hashed."""
        while self._source.read(CHUNK_BYTES):
            pass

    def _refuse_foreign(self, start: bytes) -> None:
        foreign = find_foreign_format(start[:START_BYTES])
        if foreign is not None:
            raise DumpError(
                self.location, f"contains {foreign.name}, not SQL for MySQL", hint=foreign.hint
            )
        if not self._layers.names and self.location.suffix in _SUFFIXES and is_garbled(start):
            raise DumpError(
                self.location,
                f"is named {self.location.suffix} but its content is in another format",
                hint="the program `file` may identify it",
            )

    def _watch_layer(self, size_bytes: int, used_bytes: int) -> None:
        """Limit what a layer expands to whose text is in another one."""
        expansion = Expansion(used_bytes, size_bytes)
        if expansion.is_too_large and not self._allows_any_ratio:
            raise refuse_expansion(self.location, expansion)
