"""Addresses of stores: what each URL means, and that no secret of it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.errors import UsageError
from rewound.stores.address import (
    StoreAddress,
    StoreKind,
    address_of,
    is_loopback,
    parse_address,
)
from rewound.stores.remote_file import RemoteFile


def parse(text: str) -> StoreAddress:
    address = parse_address(text)
    assert address is not None
    return address


@pytest.mark.parametrize(
    "text", ["backups", "/srv/backups", "./s3:/x", "C:/x", "s3:/bucket", "host1:backups", ""]
)
def test_what_is_no_url_is_a_path(text):
    assert parse_address(text) is None


@pytest.mark.parametrize(
    ("text", "kind", "host", "port", "key", "shown"),
    [
        ("s3://b/dir/a.sql", "s3", "b", None, "dir/a.sql", "s3://b/dir/a.sql"),
        ("S3://b", "s3", "b", None, "", "s3://b/"),
        ("s3a://b//dir/", "s3", "b", None, "dir/", "s3://b/dir/"),
        ("s3://b/a b%20?#.sql", "s3", "b", None, "a b%20?#.sql", "s3://b/a b%20?#.sql"),
        ("gs://my_b.c/x", "gs", "my_b.c", None, "x", "gs://my_b.c/x"),
        ("az://$root/x", "az", "$root", None, "x", "az://$root/x"),
        ("https://h/a%20b.sql", "https", "h", None, "a b.sql", "https://h/a%20b.sql"),
        ("https://H:8443/x", "https", "h", 8443, "x", "https://h:8443/x"),
        ("http://[::1]:80/x", "http", "::1", 80, "x", "http://[::1]:80/x"),
        ("sftp://h/srv/x", "sftp", "h", None, "srv/x", "sftp://h/srv/x"),
        ("ssh://u@h:22/~/a?b", "sftp", "h", 22, "~/a?b", "sftp://h:22/~/a%3Fb"),
        ("sftp://h", "sftp", "h", None, "", "sftp://h/"),
    ],
)
def test_parts_of_an_address(text, kind, host, port, key, shown):
    address = parse(text)
    assert (address.kind, address.host, address.port, address.key) == (
        StoreKind(kind),
        host,
        port,
        key,
    )
    assert str(address) == shown


@pytest.mark.parametrize(
    ("text", "reason", "hint"),
    [
        ("ftp://h/x", "cannot be read from ftp://", "sftp"),
        ("htps://h/x", "cannot be read from htps://", "https"),
        ("mysql://h/x", "is a server", "s3://bucket"),
        ("s3://", "no valid name of a bucket", "s3://bucket"),
        ("az:///x", "no valid name of a container", "az://container"),
        ("s3://KEY:SECRET@b/x", "without keys", "environment"),
        ("s3://b/x\ny", "control characters", "s3://"),
        ("https:///x", "host or port", "https://host"),
        ("https://h:port/x", "host or port", "https://host"),
        ("https://h/", "lists no folders", "list of URLs"),
        ("https://h/dir/", "lists no folders", "list of URLs"),
        ("https://h/a#b", "%23", "https://host"),
        ("https://u:SEC/RET@h/x", "percent-encoded", None),
        ("https://u:SEC?RET@h/x", "host or port", None),
        ("https://u:12/RET@h/x", "percent-encoded", None),
        ("sftp://u:SECRET@h/x", "password in it", "ssh-agent"),
    ],
)
def test_a_url_of_no_use_is_refused_without_its_secrets(text, reason, hint):
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert reason in str(caught.value)
    assert hint is None or hint in (caught.value.hint or "")
    for secret in ("SECRET", "KEY", "SEC/RET", "RET"):
        assert secret not in f"{caught.value} {caught.value.hint}"


def test_secrets_are_kept_apart_and_never_shown():
    address = parse("https://ops:p%40ss@h/a.sql?sig=TOKEN")
    assert (address.user, address.password, address.query) == ("ops", "p@ss", "sig=TOKEN")
    file = RemoteFile(address.url, secret_url=address.secret_url)
    for shown in (str(address), repr(address), str(file), repr(file)):
        assert "https://h/a.sql" in shown
        assert "TOKEN" not in shown
        assert "ops" not in shown
    assert address_of(file) == address
    assert address_of(file).query == "sig=TOKEN"
    assert file == RemoteFile(address.url)


def test_the_user_of_a_host_goes_with_all_of_its_files():
    file = parse("sftp://ops@h:22/srv").at_key("srv/a b?.sql")
    assert (file.user, file.key, str(file)) == (
        "ops",
        "srv/a b?.sql",
        "sftp://h:22/srv/a%20b%3F.sql",
    )
    assert parse(file.secret_url or "") == file


@given(st.text(st.characters(min_codepoint=32, exclude_characters="\x7f"), min_size=1))
def test_every_key_of_a_bucket_is_found_again_by_its_url(key):
    file = RemoteFile(f"s3://bucket/{key.lstrip('/')}")
    if file.url == file.url.strip():
        assert address_of(file).key == key.lstrip("/")


@given(st.text(st.characters(min_codepoint=33, exclude_categories=["Cs"]), min_size=1))
def test_every_path_of_a_host_is_found_again_by_its_url(path):
    address = parse("sftp://h/").at_key(path.lstrip("/"))
    assert parse(address.url).key == path.lstrip("/")


@pytest.mark.parametrize(
    ("host", "is_this_host"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("", False),
    ],
)
def test_loopback(host, is_this_host):
    assert is_loopback(host) is is_this_host
