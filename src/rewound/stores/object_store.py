"""The only door to obstore: S3, Google Cloud Storage, Azure, and files of web servers.

A request is tried a few times, within `_RETRY_S`; obstore goes on by itself with a range where a
connection broke in mid-stream and the store has given an etag. What it raises becomes a
`StoreFault`, without the original as its cause: that has signed URLs and answers in it.

Source: obstore's documentation, ClientConfig and RetryConfig; tried on 0.12.1.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, HTTPStore, S3Store

from rewound.errors import HostError
from rewound.stores import surroundings
from rewound.stores.address import StoreAddress, StoreKind
from rewound.stores.call_thread import CallThread
from rewound.stores.faults import FaultKind, StoreFault
from rewound.stores.library_errors import read_object_error
from rewound.stores.remote_file import RemoteFile

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import ClientConfig, ObjectStore, RetryConfig, S3Config

_FOREIGN = (BaseError, OSError, ValueError, NotImplementedError)
"""What obstore raises."""
_CHUNK_BYTES = 1 << 20
_LIST_CHUNK = 1000
_CONNECT_S = 5
_SILENCE_S = 15
"""How long a store may send nothing."""
_RETRY_S = 20
_MOST_RETRIES = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Result = TypeVar("_Result")


class ObjectSession:
    """A bucket, a container, or a web server."""

    def __init__(self, address: StoreAddress) -> None:
        client: ClientConfig = {
            "connect_timeout": timedelta(seconds=_CONNECT_S),
            "read_timeout": timedelta(seconds=_SILENCE_S),
            # Of the whole request, so that of reading a whole dump: obstore's is 30 s.
            "timeout": timedelta(days=7),
        }
        if surroundings.allows_http(address):
            client["allow_http"] = True
        try:
            self._store = _open_store(address, client)
        except _FOREIGN as error:
            raise _read_error(error) from None
        self._calls = CallThread(f"{address.kind.value} {address.host}")

    def iter_below(self, address: StoreAddress) -> Iterator[RemoteFile]:
        """Yield all files in a folder and below, in any order, without reading them."""
        root = address.root
        for meta in self._run(lambda: _list(self._store, address.key)):
            yield _describe(root + meta["path"], meta)

    def look_at(self, address: StoreAddress) -> RemoteFile:
        """Return one file as it is now.

        Where HEAD fails, GET is tried: its answer says why, and a URL that is signed for GET
        allows nothing else. Its bytes are not read.
        """
        try:
            meta = self._run(lambda: obstore.head(self._store, address.key))
        except StoreFault as fault:
            if not fault.detail.startswith("HTTP "):
                raise
            meta = self._run(lambda: obstore.get(self._store, address.key)).meta
        return _describe(address.url, meta, secret_url=address.secret_url)

    def stream(self, address: StoreAddress, *, etag: str | None, start: int) -> Iterator[bytes]:
        """Yield the bytes of a file from `start` on; with an etag, of that content or none."""
        options = _match(etag)
        if start:
            options["range"] = {"offset": start}
        answer = self._run(lambda: obstore.get(self._store, address.key, options=options))
        if answer.range[0] != start:
            raise StoreFault(FaultKind.OTHER, "it sends files from their start only")
        chunks = iter(answer.stream(_CHUNK_BYTES))
        try:
            yield from self._calls.iter_ahead(lambda: bytes(next(chunks, b"")))
        except _FOREIGN as error:
            raise _read_error(error) from None

    def read_range(
        self, address: StoreAddress, *, etag: str | None, start: int, count: int
    ) -> bytes:
        """Return some bytes of a file, fewer than `count` where it ends."""
        options = _match(etag)
        options["range"] = (start, start + count)
        return self._run(lambda: _get_all(self._store, address.key, options))

    def close(self) -> None:
        """Close the connection; may be called again."""
        self._calls.close()

    def _run(self, call: Callable[[], _Result]) -> _Result:
        try:
            return self._calls.run(call)
        except _FOREIGN as error:
            raise _read_error(error) from None


def _list(store: "ObjectStore", prefix: str) -> "list[ObjectMeta]":
    metas: list[ObjectMeta] = []
    for chunk in obstore.list(store, prefix or None, chunk_size=_LIST_CHUNK):
        metas.extend(chunk)
    return metas


def _get_all(store: "ObjectStore", key: str, options: "GetOptions") -> bytes:
    return bytes(obstore.get(store, key, options=options).bytes())


def _open_store(address: StoreAddress, client: "ClientConfig") -> "ObjectStore":
    retry: RetryConfig = {
        "max_retries": _MOST_RETRIES,
        "retry_timeout": timedelta(seconds=_RETRY_S),
    }
    if address.kind is StoreKind.GOOGLE:
        return GCSStore(address.host, client_options=client, retry_config=retry)
    if address.kind is StoreKind.AZURE:
        return AzureStore(address.host, client_options=client, retry_config=retry)
    if address.kind is StoreKind.S3:
        return _open_s3(address, client, retry)
    if address.user or address.password:
        login = b64encode(f"{address.user or ''}:{address.password or ''}".encode()).decode()
        client["default_headers"] = {"authorization": f"Basic {login}"}
    url = f"{address.root}?{address.query}" if address.query else address.root
    return HTTPStore(url, client_options=client, retry_config=retry)


def _open_s3(address: StoreAddress, client: "ClientConfig", retry: "RetryConfig") -> S3Store:
    provider, region = None, None
    if surroundings.wants_profile() or surroundings.may_use_profile():
        try:
            from rewound.stores.aws_profiles import read_profile

            provider, region = read_profile()
        except ModuleNotFoundError as error:
            if surroundings.wants_profile():
                raise HostError(
                    "AWS_PROFILE is set, but the Python package boto3, which reads profiles, is"
                    " not installed",
                    hint="pip install boto3, or: eval $(aws configure export-credentials"
                    " --format env), and unset AWS_PROFILE",
                ) from error
    config: S3Config = {}
    if region is not None and not surroundings.has_region():
        config["region"] = region
    return S3Store(
        address.host,
        config=config,
        client_options=client,
        retry_config=retry,
        credential_provider=provider,
    )


def _match(etag: str | None) -> "GetOptions":
    return {} if etag is None else {"if_match": etag}


def _describe(url: str, meta: "ObjectMeta", *, secret_url: str | None = None) -> RemoteFile:
    modified = meta["last_modified"]
    return RemoteFile(
        url,
        size_bytes=meta["size"],
        etag=_quoted(meta["e_tag"]),
        version=meta["version"],
        # A web server that does not say when is given 1970.
        modified_us=None
        if modified <= _EPOCH
        else (modified - _EPOCH) // timedelta(microseconds=1),
        secret_url=secret_url,
    )


def _quoted(etag: str | None) -> str | None:
    """Return an etag as headers have it: in the lists of Azure it has no quotes."""
    return etag if etag is None or etag.endswith('"') else f'"{etag}"'


def _read_error(error: Exception) -> StoreFault:
    return read_object_error(type(error).__name__, str(error))
