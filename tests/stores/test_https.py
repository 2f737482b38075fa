"""Files of web servers: TLS, signed URLs, servers without etags or ranges."""

import os
import subprocess
from pathlib import Path

import pytest

from rewound.errors import CatalogError, DumpError, UsageError
from rewound.stores.listing import list_files, list_urls
from rewound.stores.reading import open_remote
from tests.stores.cutting_proxy import cutting_proxy
from tests.stores.test_s3 import at
from tests.stores.web_server import serve

CONTENT = os.urandom(6 << 20)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Path:
    """A folder with a CA of our own, and the key of a server that it signed."""
    folder: Path = tmp_path_factory.mktemp("ca")
    extensions = folder / "extensions"
    extensions.write_text("subjectAltName=IP:127.0.0.1\n")

    def openssl(*arguments: object) -> None:
        argv = ["openssl", *map(str, arguments)]
        subprocess.run(argv, check=True, capture_output=True, stdin=subprocess.DEVNULL)

    new = ("-newkey", "rsa:2048", "-nodes")
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    openssl("req", "-x509", *new, "-keyout", ca_key, "-out", ca, "-days", 2, "-subj", "/CN=ca")
    request, key = folder / "request", folder / "server.key"
    openssl("req", *new, "-keyout", key, "-out", request, "-subj", "/CN=server")
    signing = ("-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-extfile", extensions)
    openssl("x509", "-req", "-in", request, *signing, "-out", folder / "server.pem", "-days", 2)
    return folder


@pytest.fixture
def site():
    """A server without TLS, which is allowed on this host."""
    with serve() as site:
        site.files["/dumps/host1.sql"] = CONTENT
        yield site


def test_a_file_is_read_by_tls_if_its_authority_is_trusted(authority, monkeypatch):
    with serve(certificate=authority / "server.pem", key=authority / "server.key") as site:
        site.files["/host1.sql"] = CONTENT
        url = f"https://127.0.0.1:{site.port}/host1.sql"
        with pytest.raises(CatalogError, match="signed by nobody that this host trusts") as caught:
            list_files(at(url))
        assert "SSL_CERT_FILE" in (caught.value.hint or "")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
        [file] = list_files(at(url))
        with open_remote(file) as stream:
            assert stream.read() == CONTENT


def test_a_signed_url_is_used_and_never_shown(site):
    site.query = "X-Amz-Signature=SECRET&x=%2F1"
    site.has_head = False
    url = f"http://127.0.0.1:{site.port}/dumps/host1.sql"
    [file] = list_files(at(f"{url}?{site.query}"))
    assert str(file) == url
    assert "SECRET" not in repr(file)
    with open_remote(file) as stream:
        assert stream.read() == CONTENT
        assert not stream.has_changed()
        site.query = "another"
        with pytest.raises(DumpError, match="access denied") as caught:
            stream.read_end(5)
    assert "SECRET" not in f"{caught.value!r} {caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None


def test_user_and_password_are_sent_and_never_shown(site):
    site.authorization = "Basic b3BzOnAvdw=="
    url = f"http://127.0.0.1:{site.port}/dumps/host1.sql"
    with pytest.raises(CatalogError, match="does not accept the credentials"):
        list_files(at(url))
    [file] = list_files(at(url.replace("//", "//ops:p%2Fw@")))
    assert (str(file), file.size_bytes) == (url, len(CONTENT))
    assert "p%2Fw" not in repr(file)


@pytest.mark.parametrize("is_weak", [True, False])
def test_without_an_etag_reading_goes_on_if_size_and_time_are_the_same(site, is_weak):
    site.is_weak, site.has_etags = is_weak, is_weak
    with cutting_proxy(site.port) as proxy:
        [file] = list_files(at(f"http://127.0.0.1:{proxy.port}/dumps/host1.sql"))
        proxy.cut(2, after_bytes=1 << 20)
        with open_remote(file) as stream:
            assert stream.read() == CONTENT
        assert proxy.cuts == 2


def test_without_an_etag_a_file_replaced_in_mid_read_is_not_mixed(site):
    site.has_etags = False
    with cutting_proxy(site.port) as proxy:
        [file] = list_files(at(f"http://127.0.0.1:{proxy.port}/dumps/host1.sql"))

        def replace():
            site.files["/dumps/host1.sql"] = bytes(len(CONTENT))
            site.modified = "Mon, 30 Nov 2026 00:00:01 GMT"

        proxy.on_cut = replace
        proxy.cut(1, after_bytes=1 << 20)
        with (
            open_remote(file) as stream,
            pytest.raises(DumpError, match="it was replaced while it was read, after"),
        ):
            stream.read()


def test_a_server_without_ranges_is_read_whole_and_not_from_the_middle(site):
    site.has_ranges = False
    [file] = list_files(at(f"http://127.0.0.1:{site.port}/dumps/host1.sql"))
    with open_remote(file) as stream:
        assert stream.read() == CONTENT
        with pytest.raises(DumpError):
            stream.read_end(5)


def test_http_to_another_host_needs_a_setting(monkeypatch):
    with pytest.raises(UsageError, match="would not be encrypted") as caught:
        list_files(at("http://store.invalid/host1.sql"))
    assert "REWOUND_ALLOW_HTTP" in (caught.value.hint or "")
    monkeypatch.setenv("REWOUND_ALLOW_HTTP", "true")
    with pytest.raises(CatalogError, match="the name of the host is not known"):
        list_files(at("http://store.invalid/host1.sql"))


def test_a_list_of_signed_urls_keeps_order_and_secrets(site, tmp_path):
    site.query = "sig=SECRET"
    site.files["/dumps/host2.sql"] = b"two"
    urls = [f"http://127.0.0.1:{site.port}/dumps/host{number}.sql" for number in (2, 1)]
    source = tmp_path / "list.txt"
    source.write_text("".join(f"{url}?sig=SECRET\n" for url in urls))
    files = list_urls(source)
    assert [file.url for file in files] == urls
    with open_remote(files[0]) as stream:
        assert stream.read() == b"two"
    source.write_text(f"{urls[0]}?sig=WRONG")
    with pytest.raises(CatalogError, match=r"host2\.sql: access denied") as caught:
        list_urls(source)
    assert "WRONG" not in f"{caught.value}"


def test_a_redirect_is_followed(site):
    site.moved["/latest.sql"] = f"http://127.0.0.1:{site.port}/dumps/host1.sql"
    [file] = list_files(at(f"http://127.0.0.1:{site.port}/latest.sql"))
    with open_remote(file) as stream:
        assert stream.read() == CONTENT
        assert stream.read_end(3) == CONTENT[-3:]


def test_a_missing_file_is_named(site):
    with pytest.raises(CatalogError, match=r"nope\.sql: there is no such file"):
        list_files(at(f"http://127.0.0.1:{site.port}/nope.sql"))
