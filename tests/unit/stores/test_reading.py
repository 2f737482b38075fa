"""A stream over a store that fails as it likes, without a store."""

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.errors import DumpError
from rewound.stores import reading
from rewound.stores.address import StoreAddress
from rewound.stores.faults import FaultKind, StoreFault
from rewound.stores.reading import RemoteStream
from rewound.stores.remote_file import RemoteFile


class Unsteady:
    """A store of one file that gives some chunks of it, then fails."""

    def __init__(self, content: bytes, cuts: list[int], *, chunk: int = 3) -> None:
        self.content, self.cuts, self.chunk = content, cuts, chunk
        self.starts: list[int] = []
        self.seen = RemoteFile("s3://b/x", len(content), "e", None, 1)
        self.is_closed = False
        self.fault = StoreFault(FaultKind.BROKEN)

    def iter_below(self, address: StoreAddress) -> Iterator[RemoteFile]:
        yield self.seen

    def look_at(self, address: StoreAddress) -> RemoteFile:
        return self.seen

    def stream(self, address: StoreAddress, *, etag: str | None, start: int) -> Iterator[bytes]:
        self.starts.append(start)
        left = self.cuts.pop(0) if self.cuts else len(self.content)
        for at in range(start, len(self.content), self.chunk):
            if left == 0:
                raise self.fault
            left -= 1
            yield self.content[at : at + self.chunk]

    def read_range(
        self, address: StoreAddress, *, etag: str | None, start: int, count: int
    ) -> bytes:
        return self.content[start : start + count]

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(reading, "_FIRST_PAUSE_S", 0.0)


def open_stream(store: Unsteady, **fields: object) -> RemoteStream:
    values = {"url": "s3://b/x", "size_bytes": len(store.content), "etag": "e", "modified_us": 1}
    return RemoteStream(RemoteFile(**{**values, **fields}), store)  # type: ignore[arg-type]


@given(
    st.binary(min_size=1, max_size=100),
    st.lists(st.integers(1, 5), max_size=10),
    st.integers(1, 20),
)
def test_however_it_is_cut_and_read_the_bytes_are_the_same(content, cuts, count):
    store = Unsteady(content, cuts)
    with open_stream(store) as stream:
        assert b"".join(iter(lambda: stream.read(count), b"")) == content
    assert store.is_closed
    assert store.starts == sorted(store.starts)


def test_breaks_in_a_row_without_a_byte_end_it(monkeypatch):
    monkeypatch.setattr(reading, "_PATIENCE_S", 0.01)
    store = Unsteady(b"abcdef", [1, *itertools.repeat(0, 100_000)])
    with open_stream(store) as stream, pytest.raises(DumpError, match="after 3 bytes"):
        stream.read()
    assert len(store.starts) > 1
    assert set(store.starts) == {0, 3}


def test_breaks_with_progress_are_not_counted_together():
    content = bytes(300)
    with open_stream(Unsteady(content, [1] * 99)) as stream:
        assert stream.read() == content


def test_a_failure_that_does_not_pass_is_not_tried_again():
    store = Unsteady(b"abcdef", [1])
    store.fault = StoreFault(FaultKind.DENIED)
    with open_stream(store) as stream, pytest.raises(DumpError, match="access denied, after 3"):
        stream.read()
    assert store.starts == [0]


def test_a_first_request_is_not_tried_again():
    store = Unsteady(b"abcdef", [0])
    with open_stream(store) as stream, pytest.raises(DumpError, match="the connection broke"):
        stream.read()
    assert store.starts == [0]


@pytest.mark.parametrize("etag", [None, 'W/"e"'])
def test_without_a_strong_etag_a_changed_file_is_not_read_on(etag):
    store = Unsteady(b"abcdef", [1])
    store.seen = RemoteFile("s3://b/x", 6, etag, None, 2)
    if etag:
        store.seen = RemoteFile("s3://b/x", 6, 'W/"f"', None, 1)
    with open_stream(store, etag=etag) as stream, pytest.raises(DumpError, match="replaced"):
        stream.read()
    assert store.starts == [0]


@pytest.mark.parametrize("size", [5, 7])
def test_a_length_other_than_the_listed_one_is_a_replaced_file(size):
    store = Unsteady(b"abcdef", [])
    with open_stream(store, size_bytes=size) as stream, pytest.raises(DumpError, match="replaced"):
        stream.read()


@pytest.mark.parametrize(
    ("seen", "has_changed"),
    [
        (RemoteFile("s3://b/x", 6, "e", None, 1), False),
        (RemoteFile("s3://b/x", 6, "e", None, 2), False),
        (RemoteFile("s3://b/x", 6, "f", None, 1), True),
        (RemoteFile("s3://b/x", 7, "e", None, 1), True),
        (RemoteFile("s3://b/x", 6, None, None, 1), False),
        (RemoteFile("s3://b/x", 6, None, None, 2), True),
    ],
)
def test_what_counts_as_changed(seen, has_changed):
    store = Unsteady(b"abcdef", [])
    store.seen = seen
    with open_stream(store) as stream:
        assert stream.has_changed() is has_changed


def test_an_empty_file_asks_for_nothing():
    store = Unsteady(b"", [])
    with open_stream(store) as stream:
        assert stream.read() == b""
        assert stream.read_end(10) == b""
    assert store.starts == []
