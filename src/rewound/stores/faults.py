"""What can go wrong with a store, as far as the answer to it differs. Pure."""

import enum


class FaultKind(enum.Enum):
    """What went wrong, as far as the answer to it differs."""

    NO_BUCKET = "no bucket"
    NOT_FOUND = "not found"
    DENIED = "denied"
    BAD_CREDENTIALS = "bad credentials"
    EXPIRED = "expired"
    NO_CREDENTIALS = "no credentials"
    THROTTLED = "throttled"
    ARCHIVED = "archived"
    REPLACED = "replaced"
    WRONG_REGION = "wrong region"
    CLOCK_SKEW = "clock skew"
    TLS = "tls"
    NO_SUCH_HOST = "no such host"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    BROKEN = "broken"
    UNAVAILABLE = "unavailable"
    HOST_KEY = "host key"
    LOGIN = "login"
    BAD_NAME = "bad name"
    SETTINGS = "settings"
    OTHER = "other"


PASSING = frozenset(
    {FaultKind.BROKEN, FaultKind.TIMEOUT, FaultKind.UNAVAILABLE, FaultKind.THROTTLED}
)
"""Faults after which reading goes on by another request."""


class StoreFault(Exception):
    """A store or the way to it failed; it never leaves this package."""

    def __init__(self, kind: FaultKind, detail: str = "") -> None:
        super().__init__(f"{kind.value}: {detail}" if detail else kind.value)
        self.kind = kind
        self.detail = detail
        """What the store said, in one line, without secrets."""
