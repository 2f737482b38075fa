"""The text of a dump's parts, one after the other, with proof that each was read whole."""

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Self

from rewound.dump.file.expansion import Expansion
from rewound.dump.file.hashes import combine_hashes
from rewound.dump.file.location import DumpFiles, DumpPart
from rewound.dump.file.reader import DumpReader


class PartsReader:
    """Reads all parts of a dump. Use it as a context manager.

    The figures grow while the parts are read; `sha256` and the proof are complete when
    `iter_parts` has ended. What a part may expand to is limited as for one file.
    """

    def __init__(self, dump: DumpFiles, *, allows_any_ratio: bool = False) -> None:
        """Open the first part; the others are opened when the one before has been read."""
        self.dump = dump
        self._allows_any_ratio = allows_any_ratio
        self._reader: DumpReader | None = self._open(dump.parts[0])
        self._part = dump.parts[0]
        self._read: list[tuple[DumpPart, str, int]] = []
        self._expansion = Expansion()
        self._file_bytes = 0
        self.is_checked = True
        """Whether a checksum showed that each part read is what was written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._reader is not None:
            self._reader.__exit__(kind, error, traceback)

    @property
    def part(self) -> DumpPart:
        """The part that is being read, or was read last."""
        return self._part

    @property
    def expansion(self) -> Expansion:
        """What all bytes so far became."""
        if self._reader is None:
            return self._expansion
        return self._expansion + self._reader.expansion

    @property
    def text_bytes_read(self) -> int:
        """How many bytes of text were read."""
        return self.expansion.text_bytes

    @property
    def file_bytes_read(self) -> int:
        """How many bytes of the files were read."""
        return self._file_bytes + (0 if self._reader is None else self._reader.file_bytes_read)

    @property
    def sha256(self) -> str:
        """The hash of what was read, as `combine_hashes` defines it."""
        return combine_hashes([(part, sha256) for part, sha256, _ in self._read])

    @property
    def parts_read(self) -> Sequence[tuple[DumpPart, str, int]]:
        """The parts that were read, with the hash of each, and its size in bytes."""
        return self._read

    def count_statement(self) -> None:
        """Count a statement without rows in the text so far."""
        if self._reader is not None:
            self._reader.statements += 1

    def iter_parts(self) -> Iterator[tuple[DumpPart, Iterator[bytes]]]:
        """Yield each part with the chunks of its text, which have to be drawn to their end.

        Raises:
            DumpError: as `DumpReader.iter_chunks` does, about a part.
        """
        for part in self.dump.parts:
            if self._reader is None:
                self._reader = self._open(part)
            self._part = part
            yield part, self._reader.iter_chunks()
            self._read.append((part, self._reader.sha256, self._reader.file_bytes_read))
            self.is_checked = self.is_checked and bool(self._reader.layers)
            self._expansion = self.expansion
            self._file_bytes = self.file_bytes_read
            reader, self._reader = self._reader, None
            reader.__exit__(None, None, None)

    def _open(self, part: DumpPart) -> DumpReader:
        return DumpReader(
            part.location,
            identities=self.dump.identities,
            allows_any_ratio=self._allows_any_ratio,
            holds=part.holds,
        )
