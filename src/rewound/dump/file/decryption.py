"""Decrypting a stream by the program that its format belongs to. Nothing is written to the disk."""

from collections.abc import Sequence
from pathlib import Path

from rewound.dump.file.encryption import (
    IDENTITY_HINT,
    MOST_IDENTITY_BYTES,
    NOT_WHOLE,
    Encryption,
    KeyFile,
    ends_as_it_began,
    find_failure,
    plan_decryption,
)
from rewound.dump.file.feed import Feed
from rewound.dump.file.opening import open_dump, unreadable
from rewound.errors import CommandFailed, HostError
from rewound.piped_command import PipedCommand

_PIECE_BYTES = 1 << 19
_START_BYTES = 1024
_END_BYTES = 256
# A locale would translate what the programs say, by which their failures are told apart.
_ENVIRONMENT = {"LC_ALL": "C", "LANGUAGE": "C"}


class NotDecrypted(Exception):
    """A program did not decrypt all that it was given; the text says why."""

    def __init__(self, encryption: Encryption, reason: str, *, hint: str | None = None) -> None:
        super().__init__(reason)
        self.encryption = encryption
        self.hint = hint


def read_identities(paths: Sequence[Path]) -> tuple[KeyFile, ...]:
    """Return the files with keys that the user names.

    Raises:
        DumpError: one of them cannot be read.
    """
    identities = []
    for path in paths:
        with open_dump(path) as file:
            try:
                start = file.read(MOST_IDENTITY_BYTES) or b""
            except OSError as error:
                raise unreadable(path, error) from error
        identities.append(KeyFile(path, start))
    return tuple(identities)


class DecryptedStream:
    """The decrypted bytes of a feed; the last piece comes only if the program was content."""

    def __init__(self, feed: Feed, encryption: Encryption, identities: Sequence[Path]) -> None:
        """Start the program.

        Raises:
            NoKey: nothing was given that could decrypt it.
            HostError: the program is missing.
        """
        start = feed.peek(_START_BYTES)
        argv = plan_decryption(encryption, start, read_identities(identities))
        self._feed = feed
        self._encryption = encryption
        self._has_identities = bool(identities)
        self._start, self._end = start, b""
        try:
            self._program = PipedCommand(argv, source=self._feed_piece, env=_ENVIRONMENT)
        except CommandFailed as error:
            raise HostError(
                f"{error.message}, and a dump is encrypted with it",
                hint=f"apt install {encryption.package}, or decrypt the dump by hand",
            ) from error

    @property
    def bytes_used(self) -> int:
        """How many bytes of the feed the program was given."""
        return self._feed.position

    def read(self, _size: int, /) -> bytes:
        """Return the next piece.

        Raises:
            NotDecrypted: the key is wrong, or the data is not whole.
        """
        if piece := self._program.read(_PIECE_BYTES):
            return piece
        self._require_all()
        return b""

    def close(self) -> None:
        """End the program."""
        self._program.close()

    def _feed_piece(self, size: int) -> bytes:
        piece = self._feed.read_piece(size)
        self._end = (self._end + piece[-_END_BYTES:])[-_END_BYTES:]
        return piece

    def _require_all(self) -> None:
        succeeded = True
        try:
            self._program.require_success()
        except CommandFailed:
            succeeded = False
        succeeded = succeeded and self._program.is_all_read
        reason = find_failure(self._encryption, self._program.said, succeeded=succeeded)
        if reason is None and not ends_as_it_began(self._start, self._end):
            reason = NOT_WHOLE
        if reason is not None:
            hint = None if self._has_identities else IDENTITY_HINT
            raise NotDecrypted(self._encryption, reason, hint=hint)
