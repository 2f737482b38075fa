"""What is around a dump's text, known by its first bytes: compression, encryption, archives."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from rewound.dump.file.archive.members import MemberStream
from rewound.dump.file.archive.tar_walk import BLOCK_BYTES, TarWalk, is_tar
from rewound.dump.file.archive.walking import ArchiveRefused, ArchiveWalk
from rewound.dump.file.archive.zip_walk import ZipWalk, is_zip
from rewound.dump.file.compression import Compression, TextStream, find_compression
from rewound.dump.file.decryption import DecryptedStream, NotDecrypted
from rewound.dump.file.encryption import OPENSSL, Encryption, find_encryption, is_garbled
from rewound.dump.file.feed import Feed

MOST_LAYERS = 4
"""gzip in tar in gzip in age has as many."""
RECOGNISED_BYTES = BLOCK_BYTES


class TooManyLayers(Exception):
    """Something is inside that many layers; the text names the next one."""


Archive = Callable[[Feed], ArchiveWalk]


def find_archive(start: bytes) -> tuple[str, Archive] | None:
    """Return the kind of an archive with this beginning, and how to go through it."""
    if is_zip(start):
        return "zip", ZipWalk
    if is_tar(start):
        return "tar", TarWalk
    return None


def find_layer(start: bytes) -> str | None:
    """Return the name of the layer that begins like this; None if it is the text itself."""
    known: Compression | Encryption | None = find_compression(start) or find_encryption(start)
    if known is not None:
        return known.name
    archive = find_archive(start)
    return None if archive is None else archive[0]


class Layers:
    """Guards the layers that were opened; `feed` is what is inside them."""

    def __init__(
        self,
        source: TextStream,
        *,
        identities: Sequence[Path],
        watch: Callable[[int, int], None],
    ) -> None:
        """Begin with the file; `watch` gets the sizes of what each outer layer expands to."""
        self.feed = Feed(source)
        self.names: list[str] = []
        """The layers that were opened, from the outside."""
        self._identities = tuple(identities)
        self._watch = watch
        self._programs = ExitStack()

    @property
    def bytes_used(self) -> int:
        """How many bytes of the file what was read from `feed` needed."""
        return self.feed.find_used(self.feed.position)

    def open(self, member: str | None) -> None:
        """Open all layers; of the first archive `member`, of any other its only file.

        Raises:
            LayerFailed: a layer is damaged, cut off, or needs too much memory.
            ArchiveRefused: an archive does not have exactly that file.
            NoKey, NotDecrypted: it cannot be decrypted.
            TooManyLayers: there are more than a dump has.
            HostError: the program that decrypts is missing.
        """
        while (archive := self.find_next_archive()) is not None:
            name, start_walk = archive
            self._push(name, MemberStream(self.feed, start_walk(self.feed), member))
            member = None
        if member is not None:
            raise ArchiveRefused("is no archive any more")

    def find_next_archive(self) -> tuple[str, Archive] | None:
        """Open what is compressed or encrypted; return what archive is inside, None without one.

        Raises: see `open`.
        """
        while (inner := self._find_wrapping()) is not None:
            self._require_room(inner.name)
            if isinstance(inner, Compression):
                self._push(inner.name, inner.open(self.feed))
            else:
                stream = DecryptedStream(self.feed, inner, self._identities)
                self._programs.callback(stream.close)
                self._push(inner.name, stream)
        start = self.feed.peek(RECOGNISED_BYTES)
        if (archive := find_archive(start)) is not None:
            self._require_room(archive[0])
        elif self.names[-1:] == [OPENSSL.name] and is_garbled(start):
            raise NotDecrypted(OPENSSL, "the password or the cipher is wrong")
        return archive

    def watch_inside(self) -> None:
        """Limit what the last layer expands to, whoever reads it."""
        if self.names:
            self.feed.watch = self._watch

    def close(self) -> None:
        """End the programs that decrypt, the innermost first."""
        self._programs.close()

    def _find_wrapping(self) -> Compression | Encryption | None:
        start = self.feed.peek(RECOGNISED_BYTES)
        return find_compression(start) or find_encryption(start)

    def _require_room(self, name: str) -> None:
        if len(self.names) >= MOST_LAYERS:
            raise TooManyLayers(f"has {name} inside of {' in '.join(reversed(self.names))}")

    def _push(self, name: str, stream: TextStream) -> None:
        self.watch_inside()
        self.names.append(name)
        self.feed = Feed(stream, layer=name, below=self.feed)
