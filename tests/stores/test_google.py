"""Google Cloud Storage by a fake of the three requests: no emulator speaks its XML API."""

import json
import os

import pytest

from rewound.errors import CatalogError, DumpError
from rewound.stores.listing import list_files
from rewound.stores.reading import open_remote
from tests.stores.test_s3 import at
from tests.stores.web_server import Site, serve

CONTENT = os.urandom(100_000)


@pytest.fixture
def google(monkeypatch):
    with serve() as site:
        account = {
            "gcs_base_url": f"http://127.0.0.1:{site.port}",
            "disable_oauth": True,
            "client_email": "",
            "private_key": "",
            "private_key_id": "",
        }
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT_KEY", json.dumps(account))
        monkeypatch.setenv("GOOGLE_ALLOW_HTTP", "true")
        site.files["/backups/host1.sql"] = CONTENT
        site.listing = make_listing(site)
        yield site


def make_listing(site: Site) -> bytes:
    entries = "".join(
        f"<Contents><Key>{path.removeprefix('/backups/')}</Key><Size>{len(content)}</Size>"
        f"<LastModified>2026-11-30T00:00:00.000Z</LastModified>"
        f"<ETag>{site.etag(content)}</ETag></Contents>"
        for path, content in site.files.items()
    )
    return f"<ListBucketResult>{entries}</ListBucketResult>".encode()


def test_a_bucket_is_listed_and_read(google):
    [file] = list_files(at("gs://backups"))
    assert (file.url, file.size_bytes) == ("gs://backups/host1.sql", len(CONTENT))
    with open_remote(file) as stream:
        assert stream.read() == CONTENT
        assert stream.read_end(3) == CONTENT[-3:]
        assert not stream.has_changed()


def test_a_replaced_object_is_not_read(google):
    [file] = list_files(at("gs://backups"))
    google.files["/backups/host1.sql"] = bytes(len(CONTENT))
    with open_remote(file) as stream:
        assert stream.has_changed()
        with pytest.raises(DumpError, match=r"gs://backups/host1\.sql: it was replaced"):
            stream.read()


def test_a_missing_object_is_named(google):
    google.listing = b"<ListBucketResult></ListBucketResult>"
    with pytest.raises(CatalogError, match="gs://backups/x: there is no such object or folder"):
        list_files(at("gs://backups/x"))
