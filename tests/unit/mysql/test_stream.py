"""The door to the driver that streams, as far as it can be tried without a server."""

import asyncio
import inspect
import socket
from pathlib import Path

import pytest
from asyncmy import errors

from rewound.errors import MysqlError
from rewound.mysql import stream
from rewound.mysql.endpoint import Endpoint

DRIVER_ERRORS = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, BaseException)
]


@pytest.mark.parametrize("kind", DRIVER_ERRORS, ids=lambda kind: kind.__name__)
def test_every_error_of_the_driver_leaves_the_door_as_ours(kind: type[Exception]):
    error = kind(1234, "what the server said")
    assert isinstance(error, errors.MySQLError), "StreamSession catches this class only"
    ours = stream._translate(error)
    assert (ours.number, ours.message) == (1234, "MySQL error 1234: what the server said")


def test_the_errors_of_the_driver_are_those_we_know():
    assert len(DRIVER_ERRORS) == 11


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(stream, "_CONNECT_TIMEOUT_S", 0.05)
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        with pytest.raises(MysqlError, match=r"did not answer in 0.05 s"):
            asyncio.run(
                stream.StreamSession.open(Endpoint(path, "127.0.0.1", 1, "reader", "secret"))
            )
