"""What of a bucket's list is a file."""

import pytest

from rewound.stores.address import parse_address
from rewound.stores.listing import without_folder_marks
from rewound.stores.remote_file import RemoteFile


@pytest.mark.parametrize(
    ("address", "listed", "kept"),
    [
        ("s3://b", {"s3://b/d": 0, "s3://b/d/a": 3}, ["s3://b/d/a"]),
        ("s3://b", {"s3://b/d": 0, "s3://b/d/e": 0, "s3://b/d/e/a": 3}, ["s3://b/d/e/a"]),
        ("s3://b/d/", {"s3://b/d": 0, "s3://b/d/a": 0}, ["s3://b/d/a"]),
        ("s3://b/d", {"s3://b/d": 0}, []),
        ("s3://b", {"s3://b/d": 5, "s3://b/d/a": 3}, ["s3://b/d", "s3://b/d/a"]),
        ("s3://b", {"s3://b/d": 0, "s3://b/da": 0}, ["s3://b/d", "s3://b/da"]),
        ("s3://b", {}, []),
    ],
)
def test_the_marks_of_folders_are_left_out(address, listed, kept):
    place = parse_address(address)
    assert place is not None
    files = [RemoteFile(url, size) for url, size in listed.items()]
    assert [file.url for file in without_folder_marks(files, place)] == kept
