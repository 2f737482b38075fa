"""S3 by a real SeaweedFS: listing, reading, what breaks, and who may not."""

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from rewound.errors import CatalogError, DumpError, HostError, UsageError
from rewound.stores.address import parse_address
from rewound.stores.listing import list_files, list_urls
from rewound.stores.reading import open_remote
from tests.stores.conftest import CLOSED_PORT
from tests.stores.cutting_proxy import CuttingProxy, cutting_proxy
from tests.stores.servers import STRANGER_KEY, STRANGER_SECRET, S3Server, find_free_ports
from tests.stores.web_server import serve

CONTENT = os.urandom(6 << 20)
"""Larger than what sockets and libraries buffer."""


@pytest.fixture(scope="module")
def bucket(seaweedfs: S3Server) -> str:
    seaweedfs.make_bucket("backups")
    seaweedfs.put("backups", "host1/2024.sql", CONTENT)
    seaweedfs.put("backups", "host1/odd names/a b+c%20ä&.sql", b"odd")
    seaweedfs.put("backups", "host10/2024.sql", b"ten")
    seaweedfs.put("backups", "empty.sql", b"")
    return "backups"


@pytest.fixture
def proxy(seaweedfs: S3Server, s3: S3Server, monkeypatch) -> Iterator[CuttingProxy]:
    """What cuts connections to the store."""
    with cutting_proxy(seaweedfs.port) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        yield proxy


def at(url: str):
    address = parse_address(url)
    assert address is not None
    return address


def test_a_bucket_is_listed_with_sizes_and_etags(s3, bucket):
    files = {file.url: file for file in list_files(at(f"s3://{bucket}"))}
    assert set(files) == {
        "s3://backups/empty.sql",
        "s3://backups/host1/2024.sql",
        "s3://backups/host1/odd names/a b+c%20ä&.sql",
        "s3://backups/host10/2024.sql",
    }
    file = files["s3://backups/host1/2024.sql"]
    assert file.size_bytes == len(CONTENT)
    assert file.etag == f'"{hashlib.md5(CONTENT).hexdigest()}"'
    assert abs((file.modified_us or 0) / 1e6 - time.time()) < 3600


def test_a_folder_is_not_the_beginning_of_another_name(s3, bucket):
    files = list_files(at(f"s3://{bucket}/host1"))
    assert {file.url.split("/")[3] for file in files} == {"host1"}
    assert files == list_files(at(f"s3://{bucket}/host1/"))


def test_one_object_is_one_file(s3, bucket):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    assert (file.url, file.size_bytes) == ("s3://backups/host1/2024.sql", len(CONTENT))


def test_every_listed_name_can_be_read(s3, bucket):
    files = list_files(at(f"s3://{bucket}"))
    contents = {}
    for file in files:
        with open_remote(file) as stream:
            contents[file.name] = stream.read()
    assert contents["a b+c%20ä&.sql"] == b"odd"
    assert contents["empty.sql"] == b""


def test_a_stream_reads_all_and_ranges_do_not_move_it(s3, bucket):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    with open_remote(file) as stream:
        assert stream.size_bytes == len(CONTENT)
        start = stream.read(1000)
        assert stream.read_end(100) == CONTENT[-100:]
        assert stream.read_range(5000, 10) == CONTENT[5000:5010]
        assert stream.read_range(len(CONTENT) - 5, 100) == CONTENT[-5:]
        assert stream.read_range(len(CONTENT), 100) == b""
        assert len(stream.read_end(len(CONTENT) * 2)) == len(CONTENT)
        assert start + stream.read() == CONTENT
        assert stream.read(1) == b""
        assert not stream.has_changed()


def test_many_small_reads_give_the_same_bytes(s3, bucket):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    with open_remote(file) as stream:
        assert b"".join(iter(lambda: stream.read(99_991), b"")) == CONTENT


@pytest.mark.parametrize("cuts", [1, 3])
def test_reading_goes_on_where_a_connection_was_cut(proxy, bucket, cuts):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    proxy.cut(cuts, after_bytes=1 << 20)
    with open_remote(file) as stream:
        assert stream.read() == CONTENT
    assert proxy.cuts == cuts


def test_reading_goes_on_after_more_cuts_than_the_library_bears_and_tells_it(proxy, bucket):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    told: list[str] = []
    proxy.cut(9, after_bytes=600_000)
    with open_remote(file, tell=told.append) as stream:
        assert stream.read() == CONTENT
    assert proxy.cuts == 9
    assert told
    assert "s3://backups/host1/2024.sql: the connection broke after" in told[0]


def test_an_object_replaced_while_a_connection_is_cut_is_not_mixed(proxy, s3, bucket, seaweedfs):
    seaweedfs.put(bucket, "moving.sql", CONTENT)
    [file] = list_files(at(f"s3://{bucket}/moving.sql"))
    proxy.on_cut = lambda: seaweedfs.put(bucket, "moving.sql", bytes(len(CONTENT)))
    proxy.cut(1, after_bytes=1 << 20)
    with (
        open_remote(file) as stream,
        pytest.raises(DumpError, match="it was replaced while it was read") as caught,
    ):
        stream.read()
    assert "s3://backups/moving.sql" in str(caught.value)
    assert caught.value.hint is not None
    seaweedfs.delete(bucket, "moving.sql")


def test_an_object_replaced_since_it_was_listed_is_not_read(s3, bucket):
    s3.put(bucket, "moving.sql", b"one")
    [file] = list_files(at(f"s3://{bucket}/moving.sql"))
    s3.put(bucket, "moving.sql", b"two")
    with open_remote(file) as stream:
        assert stream.has_changed()
        with pytest.raises(DumpError, match="it was replaced since it was listed"):
            stream.read()
        with pytest.raises(DumpError, match="it was replaced since it was listed"):
            stream.read_end(2)
    s3.delete(bucket, "moving.sql")


def test_an_object_that_was_deleted_has_changed(s3, bucket):
    s3.put(bucket, "going.sql", b"one")
    [file] = list_files(at(f"s3://{bucket}/going.sql"))
    s3.delete(bucket, "going.sql")
    with open_remote(file) as stream:
        assert stream.has_changed()
        with pytest.raises(DumpError, match=r"going\.sql: there is no such object"):
            stream.read()


def test_a_store_that_dies_in_mid_read_is_an_error_with_the_position(
    s3, proxy, bucket, monkeypatch
):
    monkeypatch.setattr("rewound.stores.reading._PATIENCE_S", 1.0)
    # More than all buffers on the way may hold.
    s3.put(bucket, "large.sql", CONTENT * 10)
    [file] = list_files(at(f"s3://{bucket}/large.sql"))
    with open_remote(file) as stream:
        assert stream.read(10) == CONTENT[:10]
        proxy.die()
        with pytest.raises(DumpError, match=r"nothing answers at that address.*, after .* bytes"):
            stream.read()


def test_a_store_that_is_back_soon_is_read_on(s3, bucket, seaweedfs, monkeypatch):
    with cutting_proxy(seaweedfs.port) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
        [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
        told: list[str] = []
        with ExitStack() as stack:

            def come_back(sentence: str) -> None:
                if not told:
                    stack.enter_context(cutting_proxy(seaweedfs.port, own_port=proxy.port))
                told.append(sentence)

            stream = stack.enter_context(open_remote(file, tell=come_back))
            start = stream.read(10)
            proxy.die()
            assert start + stream.read() == CONTENT
            assert told


def test_no_such_bucket_and_no_such_key_are_told_apart(s3, bucket):
    with pytest.raises(CatalogError, match="s3://nowhere/x: there is no such bucket"):
        list_files(at("s3://nowhere/x"))
    with pytest.raises(CatalogError, match="s3://backups/x: there is no such object or folder"):
        list_files(at(f"s3://{bucket}/x"))


def test_who_may_not_is_denied_and_no_key_is_shown(s3, bucket, monkeypatch):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", STRANGER_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", STRANGER_SECRET)
    with pytest.raises(CatalogError, match="access denied"):
        list_files(at(f"s3://{bucket}/host1"))
    with open_remote(file) as stream, pytest.raises(DumpError, match="access denied"):
        stream.read()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "no-such-key")
    with pytest.raises(CatalogError, match="does not accept the credentials") as caught:
        list_files(at(f"s3://{bucket}/host1"))
    shown = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert "no-such-key" not in shown
    assert STRANGER_SECRET not in shown


def test_no_credentials_is_said_with_what_to_set(s3, bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    [port] = find_free_ports(1)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", f"http://127.0.0.1:{port}")
    with pytest.raises(CatalogError, match="no credentials were found") as caught:
        list_files(at(f"s3://{bucket}"))
    assert "AWS_ACCESS_KEY_ID" in (caught.value.hint or "")


def test_a_profile_gives_credentials_and_region(s3, bucket, monkeypatch, tmp_path):
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        f"[ops]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    )
    (tmp_path / ".aws" / "config").write_text("[profile ops]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_PROFILE", "ops")
    assert list_files(at(f"s3://{bucket}/host10"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(CatalogError, match="nobody"):
        list_files(at(f"s3://{bucket}/host10"))


def test_a_profile_without_boto3_is_said(s3, bucket, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_PROFILE", "ops")
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "rewound.stores.aws_profiles", raising=False)
    with pytest.raises(HostError, match="AWS_PROFILE is set, but the Python package boto3"):
        list_files(at(f"s3://{bucket}"))


def test_http_to_another_host_needs_a_setting(s3, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://store.invalid")
    with pytest.raises(UsageError, match="would not be encrypted") as caught:
        list_files(at(f"s3://{bucket}"))
    assert "AWS_ALLOW_HTTP" in (caught.value.hint or "")


def test_an_unknown_host_and_a_closed_port_are_told_apart(s3, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://store.invalid")
    with pytest.raises(CatalogError, match="the name of the host is not known"):
        list_files(at(f"s3://{bucket}"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", CLOSED_PORT)
    with pytest.raises(CatalogError, match="nothing answers at that address"):
        list_files(at(f"s3://{bucket}"))


def test_a_server_without_tls_is_no_encrypted_connection(s3, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3.endpoint.replace("http:", "https:"))
    with pytest.raises(CatalogError, match="no encrypted connection"):
        list_files(at(f"s3://{bucket}"))


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ((403, "ExpiredToken", "The token has expired."), "the credentials have expired"),
        ((400, "ExpiredToken", "The token has expired."), "the credentials have expired"),
        ((403, "RequestTimeTooSkewed", "Too large."), "the clock of this host"),
        ((503, "SlowDown", "Reduce your rate."), "refused too many requests"),
        ((301, "PermanentRedirect", "Elsewhere."), "in another region"),
        ((400, "AuthorizationHeaderMalformed", "expecting 'eu-central-1'"), "eu-central-1"),
        ((500, "InternalError", "Try again."), "the store is not available"),
    ],
)
def test_what_a_store_answers_becomes_a_message(s3, monkeypatch, failure, words):
    with serve() as site:
        site.failure = failure
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{site.port}")
        with pytest.raises(CatalogError, match=words):
            list_files(at("s3://backups/host1"))


def test_an_archived_object_is_named_when_it_is_read(s3, bucket, monkeypatch):
    [file] = list_files(at(f"s3://{bucket}/host1/2024.sql"))
    with serve() as site:
        site.failure = (403, "InvalidObjectState", "The storage class does not allow it.")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{site.port}")
        with open_remote(file) as stream, pytest.raises(DumpError, match="archived") as caught:
            stream.read()
    assert "restore the object" in (caught.value.hint or "")


def test_a_list_of_urls_may_be_an_object_and_keeps_its_order(s3, bucket, tmp_path):
    text = f"# ours\ns3://{bucket}/host10/2024.sql\n\ns3://{bucket}/host1/2024.sql\n"
    (tmp_path / "list.txt").write_text(text)
    files = list_urls(tmp_path / "list.txt")
    assert [file.size_bytes for file in files] == [3, len(CONTENT)]
    s3.put("ready", "list.txt", text.encode())
    assert list_urls(at("s3://ready/list.txt")) == files


def test_a_missing_library_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "rewound.stores.object_store", raising=False)
    with pytest.raises(HostError, match="obstore, which is not installed") as caught:
        list_files(at("s3://backups"))
    assert caught.value.hint == "pip install 'rewound[stores]'"
