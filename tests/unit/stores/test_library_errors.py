"""What the libraries say, as they say it, and what is made of it."""

import socket

import asyncssh
import obstore.exceptions
import pytest

from rewound.stores.faults import FaultKind, StoreFault
from rewound.stores.library_errors import _BY_CLASS, read_object_error, read_ssh_error

_GET = "Generic S3 error: Error performing GET http://127.0.0.1:1/b/x?sig=TOKEN in 1.1ms"
_ANSWER = " - Server returned non-2xx status code: "


def answer(status: str, code: str = "", message: str = "") -> str:
    xml = f'<?xml version="1.0"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return f"{_GET}{_ANSWER}{status}: {xml if code else ''}\n\nDebug source:\nGeneric {{ }}"


def failed(debug: str) -> str:
    text = (
        f"{_GET}, after 2 retries, max_retries: 2, retry_timeout: 10s  - HTTP error: error sending"
    )
    return f"{text} request\n\nDebug source:\nGeneric {{ uri: http://h/?sig=TOKEN, {debug} }}"


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        (answer("404 Not Found", "NoSuchBucket", "No."), "no bucket", "NoSuchBucket: No."),
        (answer("404 Not Found", "ContainerNotFound"), "no bucket", "ContainerNotFound"),
        (answer("404 Not Found", "NoSuchKey"), "not found", "NoSuchKey"),
        (answer("404 Not Found"), "not found", "HTTP 404 Not Found"),
        (answer("403 Forbidden", "AccessDenied"), "denied", "AccessDenied"),
        (answer("403 Forbidden"), "denied", "HTTP 403 Forbidden"),
        (answer("403 Forbidden", "ExpiredToken"), "expired", "ExpiredToken"),
        (answer("400 Bad Request", "ExpiredToken"), "expired", "ExpiredToken"),
        (answer("403 Forbidden", "SignatureDoesNotMatch"), "bad credentials", None),
        (answer("403 Forbidden", "InvalidAccessKeyId", "The key 'TOKEN' is not valid"),
         "bad credentials", "InvalidAccessKeyId"),
        (answer("401 Unauthorized"), "bad credentials", "HTTP 401 Unauthorized"),
        (answer("403 Forbidden", "RequestTimeTooSkewed"), "clock skew", None),
        (answer("403 Forbidden", "InvalidObjectState"), "archived", None),
        (answer("409 Conflict", "BlobArchived"), "archived", None),
        (answer("412 Precondition Failed"), "replaced", None),
        (answer("503 Service Unavailable", "SlowDown"), "throttled", None),
        (answer("429 Too Many Requests"), "throttled", None),
        (answer("500 Internal Server Error"), "unavailable", None),
        (answer("400 Bad Request", "AuthorizationHeaderMalformed", "expecting 'eu'"),
         "wrong region", "AuthorizationHeaderMalformed: expecting 'eu'"),
        (answer("400 Bad Request", "SomethingNew", "who knows"), "other", "HTTP 400 Bad Request"),
        (f"{_GET} - Received redirect without LOCATION, this normally indicates an incorrectly"
         " configured region", "wrong region", ""),
        ("Generic S3 error: Error performing PUT http://169.254.169.254/latest/api/token in 1ms"
         f"{_ANSWER}403 Forbidden: denied", "no credentials", ""),
        ("Generic GCS error: Error performing token request: Error performing GET http://meta",
         "no credentials", ""),
        ("Generic MicrosoftAzure error: Account must be specified", "settings",
         "Generic MicrosoftAzure error: Account must be specified"),
        (failed('ConnectError("tcp", Os { kind: ConnectionRefused })'), "refused", ""),
        (failed('ConnectError("dns error", Custom { })'), "no such host", ""),
        (failed("InvalidCertificate(\n  UnknownIssuer,\n)"), "tls",
         "its certificate is signed by nobody that this host trusts"),
        (failed("InvalidCertificate(\n ExpiredContext { }"), "tls", "its certificate has expired"),
        (failed("InvalidCertificate(\n NotValidForNameContext {"), "tls",
         "its certificate is for another host"),
        (failed("InvalidMessage(\n InvalidContentType"), "tls",
         "it does not speak TLS as this host does"),
        (failed("kind: Timeout, source: TimedOut"), "timeout", ""),
        (failed("BadScheme"), "settings", ""),
        (failed("who knows"), "broken", ""),
        ('Encountered object with invalid path: Path "a//b" contained empty path segment',
         "bad name", 'Path "a//b" contained empty path segment'),
        ("Generic HTTP error: HTTP error: request or response body error", "broken", ""),
    ],
)  # fmt: skip
def test_errors_of_obstore(text, kind, detail):
    fault = read_object_error("GenericError", text)
    assert fault.kind is FaultKind(kind)
    assert detail is None or fault.detail == detail
    assert "TOKEN" not in str(fault)
    assert "\n" not in str(fault)


def test_what_is_not_known_is_shown_by_its_first_line_without_secrets():
    text = 'Generic error: bad https://u:pw@h/x?sig=TOKEN, invalid type: string "KEY"\nmore'
    fault = read_object_error("GenericError", text)
    assert fault.kind is FaultKind.OTHER
    assert fault.detail == "Generic error: bad https://h/x invalid type: a string"


def test_a_long_line_is_cut():
    assert len(read_object_error("GenericError", "x" * 10_000).detail) < 250


def test_every_class_of_obstore_is_known():
    classes = {name for name in dir(obstore.exceptions) if name.endswith("Error")}
    by_text = {"BaseError", "GenericError", "JoinError", "InvalidPathError"}
    by_text |= {"NotSupportedError", "AlreadyExistsError"}
    assert classes - by_text <= set(_BY_CLASS)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (asyncssh.HostKeyNotVerifiable("not trusted"), "host key"),
        (asyncssh.PermissionDenied("Permission denied for user TOKEN"), "login"),
        (asyncssh.SFTPNoSuchFile("no"), "not found"),
        (asyncssh.SFTPPermissionDenied("no"), "denied"),
        (asyncssh.SFTPConnectionLost("lost"), "broken"),
        (asyncssh.ConnectionLost("lost"), "broken"),
        (asyncssh.ProtocolError("what"), "broken"),
        (asyncssh.SFTPFailure("what"), "other"),
        (ConnectionRefusedError(111, "refused"), "refused"),
        (OSError(113, "no route"), "refused"),
        (TimeoutError(), "timeout"),
        (socket.gaierror(-2, "unknown"), "no such host"),
        (asyncssh.ConfigParseError("line 1"), "settings"),
    ],
)
def test_errors_of_asyncssh(error, kind):
    names = tuple(each.__name__ for each in type(error).__mro__)
    fault = read_ssh_error(names, str(error))
    assert fault.kind is FaultKind(kind)
    assert "TOKEN" not in str(fault)


def test_a_fault_says_what_and_why():
    assert str(StoreFault(FaultKind.DENIED, "HTTP 403")) == "denied: HTTP 403"
    assert str(StoreFault(FaultKind.DENIED)) == "denied"
