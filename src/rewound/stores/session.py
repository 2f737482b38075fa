"""What every kind of store can do: the protocol of its doors, and which door opens which store.

Each door imports one library, which is an extra, only when a store of its kind is used.
"""

from collections.abc import Iterator
from typing import Protocol

from rewound.errors import HostError
from rewound.stores.address import StoreAddress, StoreKind
from rewound.stores.remote_file import RemoteFile

_EXTRAS = {"obstore": "stores", "asyncssh": "sftp"}


class StoreSession(Protocol):
    """One connected store; every method raises `StoreFault`."""

    def iter_below(self, address: StoreAddress) -> Iterator[RemoteFile]:
        """Yield all files in a folder and below, in any order, without reading them."""

    def look_at(self, address: StoreAddress) -> RemoteFile:
        """Return one file as it is now."""

    def stream(self, address: StoreAddress, *, etag: str | None, start: int) -> Iterator[bytes]:
        """Yield the bytes of a file from `start` on; with an etag, of that content or none."""

    def read_range(
        self, address: StoreAddress, *, etag: str | None, start: int, count: int
    ) -> bytes:
        """Return some bytes of a file, fewer than `count` where it ends."""

    def close(self) -> None:
        """Close the connection; may be called again."""


def connect(address: StoreAddress) -> StoreSession:
    """Return a session with the store of an address; its first request connects.

    Raises:
        HostError: the library for it is not installed.
        StoreFault: its settings are not usable.
        UsageError: it would not be encrypted, which is not allowed.
    """
    try:
        if address.kind is StoreKind.SFTP:
            from rewound.stores.sftp_host import SftpSession

            return SftpSession(address)
        from rewound.stores.object_store import ObjectSession

        return ObjectSession(address)
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in _EXTRAS:
            raise
        raise HostError(
            f"{address.kind.value}:// needs the Python package {library}, which is not installed",
            hint=f"pip install 'rewound[{_EXTRAS[library]}]'",
        ) from error
