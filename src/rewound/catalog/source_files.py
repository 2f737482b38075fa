"""The files of a source: of a folder on this host, of a store, or of a list of URLs."""

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from rewound.catalog.dump import NotUnderstood
from rewound.catalog.source import Source
from rewound.catalog.walk import SourceFile, list_files
from rewound.errors import CatalogError
from rewound.stores import listing
from rewound.stores.address import StoreAddress, address_of
from rewound.stores.remote_file import RemoteFile

_OF_A_STORE = -2
"""In place of the device: files of stores have no links."""
_BEGINS_LIST = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*(?:s3|gs|az|https?|sftp|ssh)://[^\s]+\s",
    re.IGNORECASE,
)
_LIST_NAMES = (".txt", ".urls", ".list")
_START_BYTES = 4096


def list_source_files(
    source: Source,
) -> tuple[tuple[SourceFile, ...], tuple[NotUnderstood, ...]]:
    """Return all files of a source, sorted by their paths in it, and what was passed over.

    Raises:
        CatalogError: it does not exist, or cannot be listed.
        HostError: the library for its store is not installed.
        UsageError: a list of URLs is not one.
    """
    if isinstance(source, StoreAddress):
        if source.key.lower().endswith(_LIST_NAMES):
            return _as_source_files(listing.list_urls(source), None), ()
        return _as_source_files(listing.list_files(source), source), ()
    if _is_url_list(source):
        return _as_source_files(listing.list_urls(source), None), ()
    return list_files(source)


def _as_source_files(
    files: Sequence[RemoteFile], folder: StoreAddress | None
) -> tuple[SourceFile, ...]:
    found = [
        SourceFile(file, _relative(file, folder), file.size_bytes or 0, (_OF_A_STORE, number))
        for number, file in enumerate(files)
    ]
    return tuple(sorted(found, key=lambda file: file.relative))


def _relative(file: RemoteFile, folder: StoreAddress | None) -> PurePosixPath:
    """Return the path below a folder; of files of a list of URLs, that on their hosts."""
    address = address_of(file)
    if folder is None:
        return PurePosixPath(address.host) / address.key
    above = folder.key.rstrip("/")
    below = address.key.removeprefix(f"{above}/" if above else "")
    return PurePosixPath(
        PurePosixPath(address.key).name if below == address.key and above else below
    )


def _is_url_list(source: Path) -> bool:
    if source.suffix.lower() not in _LIST_NAMES or not source.is_file():
        return False
    try:
        with source.open("rb") as file:
            return _BEGINS_LIST.match(file.read(_START_BYTES) + b"\n") is not None
    except OSError as error:
        raise CatalogError(f"{source} cannot be read: {error.strerror}") from error
