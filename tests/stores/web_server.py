"""A plain web server with ranges and etags; it can be told to fail as stores do."""

import hashlib
import http.server
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote


@dataclass
class Site:
    """What a web server has, and how it answers."""

    files: dict[str, bytes] = field(default_factory=dict)
    """By their paths, with a slash in front, decoded."""
    moved: dict[str, str] = field(default_factory=dict)
    """Where requests of a path are sent instead."""
    has_etags: bool = True
    is_weak: bool = False
    has_head: bool = True
    has_ranges: bool = True
    modified: str = "Mon, 30 Nov 2026 00:00:00 GMT"
    failure: tuple[int, str, str] | None = None
    """The status, code and message of every answer."""
    query: str | None = None
    """What every request must have as its query."""
    authorization: str | None = None
    listing: bytes | None = None
    """The answer to a request for a list of objects."""
    requests: list[str] = field(default_factory=list)
    port: int = 0

    def etag(self, content: bytes) -> str | None:
        """Return the etag of a content."""
        if not self.has_etags:
            return None
        return f'{"W/" if self.is_weak else ""}"{hashlib.sha256(content).hexdigest()[:16]}"'


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        site = self.site
        site.requests.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
        path, _, query = self.path.partition("?")
        path = unquote(path)
        if site.failure is not None:
            self._fail(*site.failure)
        elif self.command == "HEAD" and not site.has_head:
            self._fail(403, "SignatureDoesNotMatch", "signed for GET")
        elif site.listing is not None and "list-type=2" in query:
            self._send(200, site.listing, {})
        elif path in site.moved:
            self._send(302, b"", {"Location": site.moved[path]})
        elif site.query is not None and query != site.query:
            self._fail(403, "AccessDenied", "no signature")
        elif site.authorization not in (None, self.headers.get("Authorization")):
            self._fail(401, "AuthenticationRequired", "who are you?")
        elif path not in site.files:
            self._fail(404, "NoSuchKey", "The specified key does not exist.")
        else:
            self._send_file(site.files[path])

    def _send_file(self, content: bytes) -> None:
        etag = self.site.etag(content)
        headers = {"Last-Modified": self.site.modified, **({"ETag": etag} if etag else {})}
        wanted = self.headers.get("If-Match")
        if wanted is not None and (wanted != etag or etag.startswith("W/")):
            self._fail(412, "PreconditionFailed", "it is another one")
            return
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if match is None or not self.site.has_ranges:
            self._send(200, content, headers)
            return
        start, end = int(match[1]), min(int(match[2] or len(content)), len(content) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
        self._send(206, content[start : end + 1], headers)

    def _fail(self, status: int, code: str, message: str) -> None:
        text = (
            f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        )
        self._send(status, text.encode(), {"x-ms-error-code": code})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *arguments: object) -> None:
        """Say nothing of connections that were cut."""


@contextmanager
def serve(*, certificate: Path | None = None, key: Path | None = None) -> Iterator[Site]:
    """Run a web server; with a certificate, by TLS."""
    site = Site()
    handler = type("Handler", (_Handler,), {"site": site})
    with _Server(("127.0.0.1", 0), handler) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        site.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join()
