"""Every fault is a message that says what, which, why, and what next."""

import pytest

from rewound.stores.address import StoreKind, parse_address
from rewound.stores.explaining import listing_error, reading_error
from rewound.stores.faults import FaultKind, StoreFault
from rewound.stores.remote_file import RemoteFile

_URLS = ["s3://b/x", "gs://b/x", "az://b/x", "https://h/x", "http://h/x", "sftp://h/x"]


@pytest.mark.parametrize("url", _URLS)
@pytest.mark.parametrize("kind", FaultKind)
def test_every_fault_has_a_reason_and_nearly_every_one_a_hint(url, kind):
    address = parse_address(url)
    assert address is not None
    error = listing_error(address, StoreFault(kind, "Detail."))
    assert error.message.startswith(f"{url}: ")
    assert "(Detail)" in error.message
    assert not error.message.endswith(".")
    assert "{" not in error.message
    assert "HOST" not in (error.hint or "")
    has_none = kind is FaultKind.OTHER or (kind is FaultKind.SETTINGS and address.kind.is_web)
    assert (error.hint is None) == has_none


@pytest.mark.parametrize(
    ("kind", "position", "words"),
    [
        (FaultKind.REPLACED, 0, "it was replaced since it was listed"),
        (FaultKind.REPLACED, 1234, "it was replaced while it was read, after 1,234 bytes"),
        (FaultKind.NOT_FOUND, 0, "there is no such object"),
        (FaultKind.NOT_FOUND, 1, "it was deleted while it was read, after 1 byte"),
        (FaultKind.BROKEN, 5, "the connection broke, and could not be made again, after 5 bytes"),
    ],
)
def test_what_happens_while_reading_says_where(kind, position, words):
    file = RemoteFile("s3://b/x")
    address = parse_address(file.url)
    assert address is not None
    error = reading_error(file, address, StoreFault(kind), position=position)
    assert error.reason.startswith(words)
    assert str(error).startswith("s3://b/x: ")


def test_credentials_are_those_of_the_store():
    hints = {}
    for url in _URLS:
        address = parse_address(url)
        assert address is not None
        hints[address.kind] = listing_error(address, StoreFault(FaultKind.NO_CREDENTIALS)).hint
    assert "AWS_" in (hints[StoreKind.S3] or "")
    assert "GOOGLE_" in (hints[StoreKind.GOOGLE] or "")
    assert "AZURE_" in (hints[StoreKind.AZURE] or "")
    assert ".ssh" in (hints[StoreKind.SFTP] or "")
