"""Which files a store has below an address, with sizes and etags; no file is read for it."""

from collections.abc import Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path

from rewound.errors import UsageError
from rewound.stores.address import StoreAddress
from rewound.stores.explaining import listing_error
from rewound.stores.faults import FaultKind, StoreFault
from rewound.stores.remote_file import RemoteFile
from rewound.stores.session import StoreSession, connect
from rewound.stores.url_list import read_url_list

_MOST_LIST_BYTES = 16 << 20
_ASKED_AT_ONCE = 8


def list_files(address: StoreAddress) -> list[RemoteFile]:
    """Return all files at an address: the file of that name, or all that are in that folder.

    They are sorted by URL. A bucket without objects has none.

    Raises:
        CatalogError: the store cannot be listed, or has nothing of that name.
        HostError: the library for it is not installed.
        UsageError: it would not be encrypted, which is not allowed.
    """
    try:
        with closing(connect(address)) as session:
            return sorted(_list(session, address), key=lambda file: file.url)
    except StoreFault as fault:
        raise listing_error(address, fault) from None


def without_folder_marks(files: Sequence[RemoteFile], address: StoreAddress) -> list[RemoteFile]:
    """Leave out the empty objects by which programs mark folders: `dir/`, listed as `dir`."""
    folders = {address.url.rstrip("/")}
    for file in files:
        folder = file.url
        while (folder := folder.rpartition("/")[0]) not in folders and "/" in folder:
            folders.add(folder)
    return [file for file in files if file.size_bytes or file.url not in folders]


def list_urls(source: Path | StoreAddress) -> list[RemoteFile]:
    """Return the files that a list of URLs names, in its order; the list is a file here or there.

    Raises:
        CatalogError: one of them does not exist, or cannot be asked for.
        HostError: the library for one of them is not installed.
        UsageError: the list is not one, or names a folder.
    """
    addresses = read_url_list(_read_list(source), source=source)
    files: dict[str, RemoteFile] = {}
    ordered = sorted(addresses, key=lambda each: each.root)
    for _, group in groupby(ordered, key=lambda each: each.root):
        files.update((file.url, file) for file in _look_at_all(list(group)))
    return [files[address.url] for address in addresses]


def _list(session: StoreSession, address: StoreAddress) -> Sequence[RemoteFile]:
    if address.kind.has_buckets:
        listed = list(session.iter_below(address))
        if listed or not address.key:
            return without_folder_marks(listed, address)
        # What lists as empty may be one object, or nothing at all.
        return [session.look_at(address)]
    file = session.look_at(address)
    return [file] if file.size_bytes is not None else list(session.iter_below(address))


def _look_at_all(addresses: Sequence[StoreAddress]) -> list[RemoteFile]:
    """Ask one store for all its files of a list, several at a time."""
    by_session: dict[str | None, list[StoreAddress]] = {}
    for address in addresses:
        # A signature is of one URL, and part of the connection's settings.
        by_session.setdefault(address.secret_url, []).append(address)
    from concurrent.futures import ThreadPoolExecutor  # 3 ms that nobody else here needs

    with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
        groups = pool.map(_look_at_some, by_session.values())
        return [file for group in groups for file in group]


def _look_at_some(addresses: Sequence[StoreAddress]) -> list[RemoteFile]:
    files = []
    with closing(_connect(addresses[0])) as session:
        for address in addresses:
            try:
                file = session.look_at(address)
            except StoreFault as fault:
                raise listing_error(address, fault) from None
            if file.size_bytes is None:
                raise UsageError(
                    f"{address} is a folder; a list of URLs names files",
                    hint=f"give the folder itself: rewound dumps {address}",
                )
            files.append(file)
    return files


def _connect(address: StoreAddress) -> StoreSession:
    try:
        return connect(address)
    except StoreFault as fault:
        raise listing_error(address, fault) from None


def _read_list(source: Path | StoreAddress) -> str:
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                content = file.read(_MOST_LIST_BYTES + 1)
        except OSError as error:
            raise UsageError(f"{source}: {error.strerror or error}") from error
    else:
        content = _fetch_list(source)
    if len(content) > _MOST_LIST_BYTES:
        raise UsageError(f"{source}: this is too large for a list of URLs")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: this is not a list of URLs, but binary data") from error


def _fetch_list(source: StoreAddress) -> bytes:
    try:
        with closing(connect(source)) as session:
            file = session.look_at(source)
            if file.size_bytes is None:
                raise StoreFault(FaultKind.NOT_FOUND)
            count = min(file.size_bytes, _MOST_LIST_BYTES + 1)
            if not count:
                return b""
            return session.read_range(source, etag=file.etag, start=0, count=count)
    except StoreFault as fault:
        raise listing_error(source, fault) from None
