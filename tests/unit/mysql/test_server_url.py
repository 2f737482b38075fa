"""What is read in the URL of a server, and that no message tells its password."""

import pytest

from rewound.errors import UsageError
from rewound.mysql.server_url import ServerUrl, Tls, read_urls


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("mysql://u:p@h:3307/game", ServerUrl("h", 3307, "u", "p", "game")),
        ("mysql+pymysql://u@h", ServerUrl("h", 3306, "u", None, None)),
        ("mariadb://u:@h/", ServerUrl("h", 3306, "u", "", None)),
        ("mysql://a%40b:%2F%3A%25@h/a%20b", ServerUrl("h", 3306, "a@b", "/:%", "a b")),
        ("mysql://u:p@[::1]:5/g", ServerUrl("::1", 5, "u", "p", "g")),
        (
            "mysql://u:p@localhost/g?unix_socket=/run/my.sock&charset=utf8mb4",
            ServerUrl("localhost", 3306, "u", "p", "g", "/run/my.sock"),
        ),
        (
            "mysql://u:p@h/g?ssl-mode=REQUIRED",
            ServerUrl("h", 3306, "u", "p", "g", tls=Tls.REQUIRED),
        ),
        (" mysql://u:p@h/g\n", ServerUrl("h", 3306, "u", "p", "g")),
    ],
)
def test_a_url_is_read(text: str, url: ServerUrl):
    assert list(read_urls([text]).values()) == [url]


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["mysql://a/game", "mysql://b/game"], ["a", "b"]),
        (["mysql://a/red", "mysql://a/blue"], ["red", "blue"]),
        (["mysql://a:1/game", "mysql://a:2/game"], ["a:1", "a:2"]),
        (["mysql://a:1/x", "mysql://a:1/y", "mysql://b:1/x"], ["a:1/x", "a:1/y", "b:1/x"]),
        (["one=mysql://a:1/game", "mysql://a:2/game"], ["one", "a"]),
        (["mysql://a", "mysql://a:2"], ["a:3306", "a:2"]),
    ],
)
def test_a_server_is_named_by_what_distinguishes_it(texts: list[str], names: list[str]):
    assert list(read_urls(texts)) == names


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("postgres://u:secret@h/d", "it is not a mysql:// URL"),
        ("secret", "it is not a mysql:// URL"),
        ("x=secret", "it is not a mysql:// URL"),
        ("mysql://u:sec/ret@h/d", "must be percent-encoded"),
        ("mysql://u:sec#ret@h/d", "must be percent-encoded"),
        ("mysql://u:sec?ret@h/d", "must be percent-encoded"),
        ("mysql://u:secret@h:port/d", "its host or port cannot be read"),
        ("mysql://u:secret@/d", "its host or port cannot be read"),
        ("mysql://u:secret@h/d?ssl_ca=/ca.pem", "parameter ssl_ca is not supported"),
        ("mysql://u:secret@h/d?ssl-mode=VERIFY_CA", "ssl-mode is one of"),
    ],
)
def test_what_cannot_be_read_is_refused_without_its_password(text: str, why: str):
    with pytest.raises(UsageError) as caught:
        read_urls(["mysql://a", text])
    assert "--url number 2: " in caught.value.message
    assert why in caught.value.message
    for part in ("secret", "sec", "ret@"):
        assert part not in caught.value.message


def test_two_servers_of_one_name_are_refused():
    for texts in (["a=mysql://h/x", "a=mysql://h/y"], ["mysql://h/x", "mysql://h/x"]):
        with pytest.raises(UsageError, match="two servers would be called"):
            read_urls(texts)


def test_a_password_is_in_no_text_of_it():
    [server] = read_urls(["mysql://u:secret@h/d"]).values()
    assert "secret" not in f"{server!r} {server} {server.address}"
