"""The door to the driver, as far as it can be tried without a server."""

import inspect
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from pymysql import err

from rewound.errors import MysqlError
from rewound.mysql.client import Connection, _translate
from rewound.mysql.endpoint import Endpoint

DRIVER_ERRORS = [
    value
    for value in vars(err).values()
    if inspect.isclass(value) and issubclass(value, BaseException)
]
MAPPED = {
    "MySQLError",
    "Warning",
    "Error",
    "InterfaceError",
    "DatabaseError",
    "DataError",
    "OperationalError",
    "IntegrityError",
    "InternalError",
    "ProgrammingError",
    "NotSupportedError",
}


def make_endpoint(path: Path) -> Endpoint:
    return Endpoint(path, "127.0.0.1", 1, "reader", "secret")


def test_every_error_of_the_driver_is_known():
    assert {kind.__name__ for kind in DRIVER_ERRORS} == MAPPED


@pytest.mark.parametrize("kind", DRIVER_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_leaves_the_door_as_ours(kind: type[BaseException]):
    error = kind(1234, "what the server said")
    assert isinstance(error, pymysql.err.MySQLError), "Connection catches this class only"
    ours = _translate(error)
    assert (ours.number, ours.message) == (1234, "MySQL error 1234: what the server said")


@pytest.mark.parametrize(
    ("arguments", "number", "text"),
    [
        (("(0, '')",), 2000, "(0, '')"),
        ((0, ""), 0, "the connection broke"),
        ((), 2000, "the connection broke"),
    ],
)
def test_an_error_without_number_or_text_still_says_something(
    arguments: tuple[object, ...], number: int, text: str
):
    ours = _translate(err.OperationalError(*arguments))
    assert (ours.number, ours.text) == (number, text)


def test_no_server_is_an_error_of_ours(tmp_path: Path):
    with pytest.raises(MysqlError, match="No such file") as caught:
        Connection(make_endpoint(tmp_path / "mysqld.sock"))
    assert caught.value.number == 2002


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen(1)
        yield listener


def test_a_server_that_hangs_up_is_an_error_of_ours(listener: socket.socket):
    hanging_up = threading.Thread(target=lambda: listener.accept()[0].close())
    hanging_up.start()
    with pytest.raises(MysqlError, match="Lost connection"):
        Connection(make_endpoint(Path(listener.getsockname())), answer_timeout_s=30)
    hanging_up.join()


def test_a_server_that_says_nothing_is_an_error_of_ours(listener: socket.socket):
    with pytest.raises(MysqlError, match="timed out"):
        Connection(make_endpoint(Path(listener.getsockname())), answer_timeout_s=0.01)
