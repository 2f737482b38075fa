"""Azure Blob Storage by a real Azurite."""

import os

import pytest

from rewound.errors import CatalogError, DumpError
from rewound.stores.listing import list_files
from rewound.stores.reading import open_remote
from tests.stores.cutting_proxy import cutting_proxy
from tests.stores.servers import AZURE_ACCOUNT, AzureServer
from tests.stores.test_s3 import at

CONTENT = os.urandom(3 << 20)


@pytest.fixture(scope="module")
def container(azurite: AzureServer) -> str:
    azurite.request("PUT", "backups", query="restype=container")
    azurite.request("PUT", "backups/host1/2024.sql", body=CONTENT)
    azurite.request("PUT", "backups/host2.sql", body=b"two")
    return "backups"


def test_a_container_is_listed_and_read(azure, container):
    files = list_files(at(f"az://{container}"))
    assert [file.url for file in files] == ["az://backups/host1/2024.sql", "az://backups/host2.sql"]
    assert files[0].size_bytes == len(CONTENT)
    assert files[0].etag
    assert list_files(at(f"az://{container}/host1/2024.sql")) == files[:1]
    with open_remote(files[0]) as stream:
        assert stream.read_end(7) == CONTENT[-7:]
        assert stream.read() == CONTENT
        assert not stream.has_changed()


def test_reading_goes_on_where_a_connection_was_cut(azure, container, monkeypatch):
    [file] = list_files(at(f"az://{container}/host1"))
    with cutting_proxy(azure.port) as proxy:
        monkeypatch.setenv(
            "AZURE_STORAGE_ENDPOINT", f"http://127.0.0.1:{proxy.port}/{AZURE_ACCOUNT}"
        )
        proxy.cut(2, after_bytes=1 << 19)
        with open_remote(file) as stream:
            assert stream.read() == CONTENT
        assert proxy.cuts == 2


def test_a_replaced_blob_is_not_read(azure, container):
    azure.request("PUT", "backups/moving.sql", body=b"one")
    [file] = list_files(at(f"az://{container}/moving.sql"))
    azure.request("PUT", "backups/moving.sql", body=b"two")
    with open_remote(file) as stream:
        assert stream.has_changed()
        with pytest.raises(DumpError, match=r"az://backups/moving\.sql: it was replaced"):
            stream.read()
    azure.request("DELETE", "backups/moving.sql")


def test_missing_things_and_wrong_keys_are_told_apart(azure, container, monkeypatch):
    with pytest.raises(CatalogError, match="az://nowhere/: there is no such container"):
        list_files(at("az://nowhere"))
    with pytest.raises(CatalogError, match="there is no such object or folder"):
        list_files(at(f"az://{container}/x"))
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "AAAA")
    with pytest.raises(CatalogError, match="access denied") as caught:
        list_files(at(f"az://{container}"))
    assert "AAAA" not in str(caught.value)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "not base64")
    with pytest.raises(CatalogError, match="the settings for this store") as caught:
        list_files(at(f"az://{container}"))
    assert "not base64" not in str(caught.value)


def test_an_account_must_be_named(azure, container, monkeypatch):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME")
    with pytest.raises(CatalogError, match="the settings for this store are not usable") as caught:
        list_files(at(f"az://{container}"))
    assert "AZURE_STORAGE_ACCOUNT_NAME" in (caught.value.hint or "")
