"""What the URL of a store says: which store, which place in it. Pure.

User names, passwords and queries of URLs are secret: they are in `secret_url` only, and no message
contains them. Keys of object stores are taken as they stand, as the programs of these stores take
them; paths of web servers and SFTP are percent-decoded.
"""

import enum
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlsplit

from rewound.errors import UsageError
from rewound.similar_names import suggest
from rewound.stores.remote_file import RemoteFile

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OTHER_NAMES = {"ssh": "sftp", "scp": "sftp", "gcs": "gs", "azure": "az", "s3a": "s3", "s3n": "s3"}
_SAFE_IN_PATH = "/!$&'()*+,;=:@~-._"


class StoreKind(enum.Enum):
    """The schemes of stores; the value is the scheme."""

    S3 = "s3"
    GOOGLE = "gs"
    AZURE = "az"
    HTTPS = "https"
    HTTP = "http"
    SFTP = "sftp"

    @property
    def is_web(self) -> bool:
        """Whether it is a plain web server, which lists no folders."""
        return self in (StoreKind.HTTPS, StoreKind.HTTP)

    @property
    def has_buckets(self) -> bool:
        """Whether it is an object store: a bucket and keys."""
        return self in (StoreKind.S3, StoreKind.GOOGLE, StoreKind.AZURE)


_EXAMPLES = {
    StoreKind.S3: "s3://bucket/backups/",
    StoreKind.GOOGLE: "gs://bucket/backups/",
    StoreKind.AZURE: "az://container/backups/",
    StoreKind.HTTPS: "https://host/backups/world1.sql.gz",
    StoreKind.HTTP: "http://127.0.0.1:8000/world1.sql.gz",
    StoreKind.SFTP: "sftp://user@host/srv/backups/",
}


@dataclass(frozen=True, slots=True)
class StoreAddress:
    """A place in a store: one file, or a folder."""

    kind: StoreKind
    host: str
    """The bucket, the container, or the name of the host."""
    port: int | None
    key: str
    """The key or path, without a slash in front; empty for all of the store."""
    url: str
    """The whole address without anything secret; shown in messages."""
    secret_url: str | None = field(default=None, repr=False, compare=False)
    """The address as it was given, if that has a user or a query; never show it."""

    def __str__(self) -> str:
        return self.url

    @property
    def is_loopback(self) -> bool:
        """Whether nothing that is sent there leaves this host."""
        return is_loopback(self.host)

    @property
    def user(self) -> str | None:
        """The user that the URL names."""
        return unquote(self._login.partition(":")[0]) or None

    @property
    def password(self) -> str | None:
        """The password in the URL; never show it."""
        return unquote(self._login.partition(":")[2]) or None

    @property
    def query(self) -> str:
        """The query of the URL, such as a signature; never show it."""
        return urlsplit(self.secret_url).query if self.secret_url and self.kind.is_web else ""

    @property
    def _login(self) -> str:
        return urlsplit(self.secret_url).netloc.rpartition("@")[0] if self.secret_url else ""

    def at_key(self, key: str) -> "StoreAddress":
        """Return the address of another file of the same store."""
        url = f"{self.root}{key}" if self.kind.has_buckets else f"{self.root}{_encode(key)}"
        secret = self.secret_url if self._login else None
        if secret is not None:
            parts = urlsplit(secret)
            secret = f"{parts.scheme}://{parts.netloc}/{_encode(key)}"
        return StoreAddress(self.kind, self.host, self.port, key, url, secret)

    @property
    def root(self) -> str:
        """The URL of the whole store, with a slash at its end."""
        if self.kind.has_buckets:
            return f"{self.kind.value}://{self.host}/"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind.value}://{host}{'' if self.port is None else f':{self.port}'}/"


def parse_address(text: str) -> StoreAddress | None:
    """Return the place that a URL names; None if the text is no URL, so a path.

    Raises:
        UsageError: it is a URL, but of no store that is known, or not a complete one.
    """
    match = _URL.fullmatch(text.strip())
    if match is None:
        return None
    kind = _read_kind(match["scheme"].lower())
    if _CONTROL.search(match["rest"]):
        raise _unfit(kind, "it has control characters in it")
    return (
        _read_object(kind, match["rest"]) if kind.has_buckets else _read_host(kind, match["rest"])
    )


def address_of(file: RemoteFile) -> StoreAddress:
    """Return where a file is that was listed.

    Raises:
        UsageError: its URL is that of no store.
    """
    address = parse_address(file.secret_url or file.url)
    if address is None:
        raise UsageError(f"{file.url} is not the URL of a store")
    return address


def is_loopback(host: str) -> bool:
    """Tell whether a host is this one."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _read_kind(scheme: str) -> StoreKind:
    known = [kind.value for kind in StoreKind]
    if _OTHER_NAMES.get(scheme, scheme) in known:
        return StoreKind(_OTHER_NAMES.get(scheme, scheme))
    if scheme.startswith(("mysql", "mariadb")):
        raise UsageError(
            f"{scheme}:// is a server, not a place where dumps lie",
            hint=f"give a folder or a store, for example {_EXAMPLES[StoreKind.S3]}",
        )
    raise UsageError(
        f"dumps cannot be read from {scheme}://", hint=suggest(scheme, known, listed_as="schemes")
    )


def _read_object(kind: StoreKind, rest: str) -> StoreAddress:
    bucket, _, key = rest.partition("/")
    noun = "container" if kind is StoreKind.AZURE else "bucket"
    if "@" in bucket or ":" in bucket:
        raise _unfit(
            kind,
            f"it must begin with the name of a {noun}, without keys",
            hint="give keys in the environment or the configuration of the store",
        )
    if not _BUCKET.fullmatch(bucket):
        raise _unfit(kind, f"it has no valid name of a {noun}")
    key = key.lstrip("/")
    return StoreAddress(kind, bucket, None, key, f"{kind.value}://{bucket}/{key}")


def _read_host(kind: StoreKind, rest: str) -> StoreAddress:
    parts = urlsplit(f"{kind.value}://{rest}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if "@" not in parts.netloc and ":" in parts.netloc and "@" in parts.path:
        raise _unfit(kind, "the signs / ? # @ in a password or path must be percent-encoded")
    if not host:
        raise _unfit(kind, "its host or port cannot be read")
    if parts.fragment and kind.is_web:
        raise _unfit(kind, "it has a # in it, which must be written as %23")
    if kind is StoreKind.SFTP:
        _require_no_password(parts.password)
    path = parts.path if kind.is_web else rest.partition("/")[2]
    key = unquote(path).lstrip("/") if kind.is_web else unquote(path)
    if kind.is_web and (not key or key.endswith("/")):
        raise _unfit(
            kind,
            "a web server lists no folders",
            hint="name one file, or give a list of URLs in a file",
        )
    bare = StoreAddress(kind, host, port, key, "")
    has_secret = "@" in parts.netloc or bool(parts.query and kind.is_web)
    return StoreAddress(
        kind,
        host,
        port,
        key,
        bare.root + _encode(key),
        f"{kind.value}://{rest}" if has_secret else None,
    )


def _require_no_password(password: str | None) -> None:
    if password is not None:
        raise _unfit(
            StoreKind.SFTP,
            "it has a password in it, which everybody on this host could read",
            hint="use a key: ssh-agent, or IdentityFile in ~/.ssh/config",
        )


def _encode(path: str) -> str:
    return quote(path, safe=_SAFE_IN_PATH)


def _unfit(kind: StoreKind, reason: str, *, hint: str | None = None) -> UsageError:
    return UsageError(
        f"this {kind.value}:// address cannot be used: {reason}",
        hint=hint or f"for example {_EXAMPLES[kind]}",
    )
