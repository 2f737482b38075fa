"""What went wrong with a store, out of what its library says. Pure.

obstore says most in the text of its errors: a first line, with the answer of the store, and a
debug dump, whose only use here is to tell why a connection failed. Nothing but the code and the
message of a store's answer is kept, as the rest may contain keys and signed addresses.

Sources: error codes of Amazon S3, Google's XML API, Azure Blob Storage ("Common REST API error
codes"); texts of obstore 0.12.1 (object_store 0.14.2) as seen, asyncssh 2.24.1.
"""

import html
import re
from collections.abc import Mapping

from rewound.stores.faults import FaultKind, StoreFault

_MOST_CHARACTERS = 200

_CODES: Mapping[str, FaultKind] = {
    "NoSuchBucket": FaultKind.NO_BUCKET,
    "InvalidBucketName": FaultKind.NO_BUCKET,
    "ContainerNotFound": FaultKind.NO_BUCKET,
    "ContainerBeingDeleted": FaultKind.NO_BUCKET,
    "NoSuchKey": FaultKind.NOT_FOUND,
    "NoSuchVersion": FaultKind.NOT_FOUND,
    "BlobNotFound": FaultKind.NOT_FOUND,
    "ResourceNotFound": FaultKind.NOT_FOUND,
    "AccessDenied": FaultKind.DENIED,
    "AllAccessDisabled": FaultKind.DENIED,
    "AuthorizationPermissionMismatch": FaultKind.DENIED,
    "AuthorizationFailure": FaultKind.DENIED,
    "InsufficientAccountPermissions": FaultKind.DENIED,
    "AccountIsDisabled": FaultKind.DENIED,
    "PublicAccessNotPermitted": FaultKind.DENIED,
    "InvalidAccessKeyId": FaultKind.BAD_CREDENTIALS,
    "SignatureDoesNotMatch": FaultKind.BAD_CREDENTIALS,
    "InvalidToken": FaultKind.BAD_CREDENTIALS,
    "InvalidSecurity": FaultKind.BAD_CREDENTIALS,
    "AuthenticationRequired": FaultKind.BAD_CREDENTIALS,
    "AuthenticationFailed": FaultKind.BAD_CREDENTIALS,
    "InvalidAuthenticationInfo": FaultKind.BAD_CREDENTIALS,
    "NoAuthenticationInformation": FaultKind.NO_CREDENTIALS,
    "ExpiredToken": FaultKind.EXPIRED,
    "TokenRefreshRequired": FaultKind.EXPIRED,
    "RequestExpired": FaultKind.EXPIRED,
    "SlowDown": FaultKind.THROTTLED,
    "Throttling": FaultKind.THROTTLED,
    "ThrottlingException": FaultKind.THROTTLED,
    "TooManyRequests": FaultKind.THROTTLED,
    "RequestLimitExceeded": FaultKind.THROTTLED,
    "ServerBusy": FaultKind.THROTTLED,
    "InvalidObjectState": FaultKind.ARCHIVED,
    "BlobArchived": FaultKind.ARCHIVED,
    "BlobBeingRehydrated": FaultKind.ARCHIVED,
    "PreconditionFailed": FaultKind.REPLACED,
    "ConditionNotMet": FaultKind.REPLACED,
    "PermanentRedirect": FaultKind.WRONG_REGION,
    "AuthorizationHeaderMalformed": FaultKind.WRONG_REGION,
    "IllegalLocationConstraintException": FaultKind.WRONG_REGION,
    "RequestTimeTooSkewed": FaultKind.CLOCK_SKEW,
    "InternalError": FaultKind.UNAVAILABLE,
    "ServiceUnavailable": FaultKind.UNAVAILABLE,
    "OperationTimedOut": FaultKind.UNAVAILABLE,
}

_STATUSES: Mapping[int, FaultKind] = {
    301: FaultKind.WRONG_REGION,
    401: FaultKind.BAD_CREDENTIALS,
    403: FaultKind.DENIED,
    404: FaultKind.NOT_FOUND,
    408: FaultKind.UNAVAILABLE,
    410: FaultKind.NOT_FOUND,
    412: FaultKind.REPLACED,
    429: FaultKind.THROTTLED,
}

_MARKS: tuple[tuple[str, FaultKind], ...] = (
    ("incorrectly configured region", FaultKind.WRONG_REGION),
    ("BadScheme", FaultKind.SETTINGS),
    ("InvalidCertificate", FaultKind.TLS),
    ("InvalidMessage", FaultKind.TLS),
    ("AlertReceived", FaultKind.TLS),
    ("HandshakeFailure", FaultKind.TLS),
    ("PeerIncompatible", FaultKind.TLS),
    ("dns error", FaultKind.NO_SUCH_HOST),
    ("kind: ConnectionRefused", FaultKind.REFUSED),
    ("kind: HostUnreachable", FaultKind.REFUSED),
    ("kind: NetworkUnreachable", FaultKind.REFUSED),
    ("TimedOut", FaultKind.TIMEOUT),
    ("kind: Timeout", FaultKind.TIMEOUT),
    ("request or response body error", FaultKind.BROKEN),
    ("IncompleteMessage", FaultKind.BROKEN),
    ("UnexpectedEof", FaultKind.BROKEN),
    ("ConnectionReset", FaultKind.BROKEN),
    ("BrokenPipe", FaultKind.BROKEN),
    ("error sending request", FaultKind.BROKEN),
)
"""What the first line and the debug dump of obstore have in them, the most telling first."""

_CERTIFICATE = re.compile(r"InvalidCertificate\(\s*(\w+)")
_CERTIFICATE_FAULTS = {
    "UnknownIssuer": "its certificate is signed by nobody that this host trusts",
    "Expired": "its certificate has expired",
    "ExpiredContext": "its certificate has expired",
    "NotValidYet": "its certificate is not valid yet",
    "NotValidYetContext": "its certificate is not valid yet",
    "NotValidForName": "its certificate is for another host",
    "NotValidForNameContext": "its certificate is for another host",
    "Revoked": "its certificate was revoked",
}

_METADATA = re.compile(
    r"https?://169\.254\.|https?://(?:\[fd00:ec2|metadata\b)|/latest/(?:api/token|meta-data)"
    r"|/computeMetadata/|/metadata/identity/|/msi/token"
)
_TOKEN_REQUEST = "token request"  # noqa: S105 - a part of a message
_BAD_NAME = "object with invalid path: "
_SETTINGS = (
    "must be specified",
    "Invalid Access Key",
    "Error reading pem",
    "Error decoding",
    "Missing ",
    "Unable to parse",
    "unable to parse",
    "Unable to decode",
    "Unable to open service account",
    "Unable to read service account",
    "Configuration key",
    "environment variable",
)

_BY_CLASS: Mapping[str, FaultKind] = {
    "FileNotFoundError": FaultKind.NOT_FOUND,
    "NotFoundError": FaultKind.NOT_FOUND,
    "PermissionDeniedError": FaultKind.DENIED,
    "UnauthenticatedError": FaultKind.BAD_CREDENTIALS,
    "PreconditionError": FaultKind.REPLACED,
    "NotModifiedError": FaultKind.REPLACED,
    "UnknownConfigurationKeyError": FaultKind.SETTINGS,
}

_BY_SSH_CLASS: Mapping[str, FaultKind] = {
    "HostKeyNotVerifiable": FaultKind.HOST_KEY,
    "PermissionDenied": FaultKind.LOGIN,
    "SFTPNoSuchFile": FaultKind.NOT_FOUND,
    "SFTPNoSuchPath": FaultKind.NOT_FOUND,
    "SFTPNotADirectory": FaultKind.NOT_FOUND,
    "SFTPPermissionDenied": FaultKind.DENIED,
    "SFTPConnectionLost": FaultKind.BROKEN,
    "SFTPNoConnection": FaultKind.BROKEN,
    "SFTPEOFError": FaultKind.BROKEN,
    "ConnectionLost": FaultKind.BROKEN,
    "DisconnectError": FaultKind.BROKEN,
    "MACError": FaultKind.BROKEN,
    "ConnectionResetError": FaultKind.BROKEN,
    "BrokenPipeError": FaultKind.BROKEN,
    "ChannelOpenError": FaultKind.BROKEN,
    "ConnectionRefusedError": FaultKind.REFUSED,
    "gaierror": FaultKind.NO_SUCH_HOST,
    "TimeoutError": FaultKind.TIMEOUT,
    "ConfigParseError": FaultKind.SETTINGS,
    "KeyImportError": FaultKind.SETTINGS,
    "KeyEncryptionError": FaultKind.SETTINGS,
    "IllegalUserName": FaultKind.SETTINGS,
}


def read_object_error(class_name: str, text: str) -> StoreFault:
    """Return what an error of obstore says, by the name of its class and its text."""
    first, _, debug = text.partition("\n\nDebug source:")
    code, message = _read_answer(first)
    if code in _CODES:
        answered = _CODES[code]
        # Some stores repeat the key that they do not accept.
        has_message = message and answered is not FaultKind.BAD_CREDENTIALS
        return StoreFault(answered, f"{code}: {message}" if has_message else code)
    if _is_about_credentials(first):
        return StoreFault(FaultKind.NO_CREDENTIALS)
    status = re.search(r"status code: (\d{3})(?: ([A-Za-z ]+))?", first)
    if status:
        number = int(status[1])
        kind = _STATUSES.get(number, _BY_CLASS.get(class_name))
        if kind is None:
            kind = FaultKind.UNAVAILABLE if number >= 500 else FaultKind.OTHER
        return StoreFault(kind, f"HTTP {number} {(status[2] or '').strip()}".strip())
    if class_name in _BY_CLASS:
        return StoreFault(_BY_CLASS[class_name])
    if _BAD_NAME in first:
        return StoreFault(FaultKind.BAD_NAME, _one_line(first.partition(_BAD_NAME)[2]))
    for mark, kind in _MARKS:
        if mark in first or mark in debug:
            return StoreFault(kind, _say_certificate(debug) if kind is FaultKind.TLS else "")
    kind = FaultKind.SETTINGS if any(each in first for each in _SETTINGS) else FaultKind.OTHER
    return StoreFault(kind, _one_line(first))


def read_ssh_error(class_names: tuple[str, ...], text: str) -> StoreFault:
    """Return what an error of asyncssh says, by the names of its class and of its bases."""
    for name in class_names:
        if name in _BY_SSH_CLASS:
            kind = _BY_SSH_CLASS[name]
            # What is said of a login names the user.
            return StoreFault(kind, "" if kind is FaultKind.LOGIN else _one_line(text))
    if "OSError" in class_names:
        return StoreFault(FaultKind.REFUSED, _one_line(text))
    return StoreFault(FaultKind.OTHER, _one_line(text))


def _read_answer(first: str) -> tuple[str, str]:
    """Return the code and the message of a store's answer in XML; empty if it has none."""
    code = re.search(r"<Code>([A-Za-z]+)</Code>", first)
    message = re.search(r"<Message>([^<]*)", first)
    return code[1] if code else "", _one_line(html.unescape(message[1])) if message else ""


def _is_about_credentials(first: str) -> bool:
    return bool(_METADATA.search(first)) or _TOKEN_REQUEST in first


def _say_certificate(debug: str) -> str:
    match = _CERTIFICATE.search(debug)
    if match is None:
        return "it does not speak TLS as this host does"
    return _CERTIFICATE_FAULTS.get(match[1], f"its certificate is not valid ({match[1]})")


def _one_line(text: str) -> str:
    """Return the first line of a text without what may be secret: users, queries, values."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    line = re.sub(r"(https?://[^\s?]*)\?\S*", r"\1", line)
    line = re.sub(r"://[^\s/@]*@", "://", line)
    line = re.sub(r'string "[^"]*"', "a string", line)
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]} …"
