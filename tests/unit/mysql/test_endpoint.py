from pathlib import Path
from urllib.parse import unquote, urlsplit

from rewound.mysql.endpoint import Endpoint


def make_endpoint(*, user: str = "dev", password: str = "secret") -> Endpoint:
    return Endpoint(Path("/w/mysqld.sock"), "127.0.0.1", 4000, user, password)


def test_url_holds_address_and_login():
    assert make_endpoint().url() == "mysql://dev:secret@127.0.0.1:4000"
    assert make_endpoint().url("game") == "mysql://dev:secret@127.0.0.1:4000/game"


def test_url_quotes_what_would_change_its_meaning():
    url = make_endpoint(user="a:b", password="p@/ :?#%é").url("my/schema?")
    parts = urlsplit(url)
    assert (parts.hostname, parts.port) == ("127.0.0.1", 4000)
    assert unquote(parts.username or "") == "a:b"
    assert unquote(parts.password or "") == "p@/ :?#%é"
    assert unquote(parts.path) == "/my/schema?"
    assert not parts.query
    assert not parts.fragment


def test_the_password_is_not_shown():
    assert "secret" not in repr(make_endpoint())
