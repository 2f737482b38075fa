"""Servers that are not worlds of ours: what their URLs say, and how each server is named. Pure.

Messages contain only the host, port and schema of a URL: the rest may be a password.
"""

import enum
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from rewound.errors import UsageError

_NAMED = re.compile(r"(?:(?P<name>[^=:/@?#]*)=)?(?P<url>(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://.*)")
_SCHEME = re.compile(r"(?:mysql|mariadb)(?:\+\w+)?", re.IGNORECASE)
_DEFAULT_PORT = 3306
_EXAMPLE = "for example --url mysql://reader@10.0.0.5:3306/game, or world1=mysql://…"
_IGNORED = frozenset({"charset"})
"""Parameters of other libraries that change nothing here: results are always UTF-8."""


class Tls(enum.Enum):
    """Whether the connection is encrypted; the server's identity is never checked."""

    DISABLED = "disabled"
    PREFERRED = "preferred"
    """Encrypted if the server can."""
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class ServerUrl:
    """What the URL of a server says."""

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    """None if the URL has none; never log it."""
    schema: str | None
    """The schema for unqualified names."""
    socket: str | None = None
    """The path of a unix socket, instead of host and port."""
    tls: Tls = Tls.PREFERRED

    @property
    def address(self) -> str:
        """The server's address, for messages."""
        if self.socket is not None:
            return self.socket
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_urls(texts: Sequence[str]) -> dict[str, ServerUrl]:
    """Return the servers of `URL` or `NAME=URL` by their names.

    If no name is given, it is the shortest of host, schema, host:port and host:port/schema that
    tells the servers apart.

    Raises:
        UsageError: one of them is not the URL of a MySQL server, or two have the same name.
    """
    read = [_read_url(text, number) for number, text in enumerate(texts, start=1)]
    names = _name_unnamed([url for name, url in read if name is None])
    servers: dict[str, ServerUrl] = {}
    for name, url in read:
        key = names[url] if name is None else name
        if key in servers:
            raise UsageError(
                f"two servers would be called {key}", hint="name them: --url NAME=mysql://…"
            )
        servers[key] = url
    return servers


def _read_url(text: str, number: int) -> tuple[str | None, ServerUrl]:
    match = _NAMED.fullmatch(text.strip())
    if match is None or not _SCHEME.fullmatch(match["scheme"]):
        raise _unfit(number, "it is not a mysql:// URL")
    parts = urlsplit(match["url"])
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if "@" not in parts.netloc and "@" in match["url"]:
        raise _unfit(number, "the signs / ? # in a password must be percent-encoded")
    if host is None or parts.fragment:
        raise _unfit(number, "its host or port cannot be read")
    user, _, _ = parts.netloc.rpartition("@")[0].partition(":")
    parameters = _read_parameters(parts.query, number)
    url = ServerUrl(
        host=unquote(host),
        port=port or _DEFAULT_PORT,
        user=unquote(user),
        password=None if parts.password is None else unquote(parts.password),
        schema=unquote(parts.path.removeprefix("/")) or None,
        socket=parameters.get("unix_socket") or parameters.get("socket"),
        tls=Tls(parameters.get("ssl-mode", Tls.PREFERRED.value)),
    )
    return match["name"] or None, url


def _read_parameters(query: str, number: int) -> Mapping[str, str]:
    parameters = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        key = {"ssl_mode": "ssl-mode", "sslmode": "ssl-mode"}.get(name.lower(), name.lower())
        if key == "ssl-mode":
            value = value.lower()
            if value not in {tls.value for tls in Tls}:
                raise _unfit(number, "ssl-mode is one of disabled, preferred and required")
        elif key not in _IGNORED | {"unix_socket", "socket"}:
            raise _unfit(number, f"parameter {key} is not supported")
        parameters[key] = value
    return parameters


def _unfit(number: int, why: str) -> UsageError:
    return UsageError(f"--url number {number}: {why}", hint=_EXAMPLE)


_NAMINGS: tuple[Callable[[ServerUrl], str], ...] = (
    lambda url: url.socket or url.host,
    lambda url: url.schema or "",
    lambda url: url.address,
    lambda url: f"{url.address}/{url.schema or ''}",
)


def _name_unnamed(urls: Sequence[ServerUrl]) -> dict[ServerUrl, str]:
    """Return the names of servers that were given none."""
    different = list(dict.fromkeys(urls))
    for naming in _NAMINGS:
        names = [naming(url) for url in different]
        if all(names) and len(set(names)) == len(names):
            break
    return dict(zip(different, names, strict=True)) if different else {}
