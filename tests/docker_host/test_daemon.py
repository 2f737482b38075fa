"""The door to Docker: what the library raises becomes an error of ours."""

import inspect
from pathlib import Path

import docker.errors
import pytest
import requests

from rewound.engine.docker.daemon import _FOREIGN, Daemon
from rewound.errors import HostError


def test_every_error_of_the_library_is_known_at_the_door():
    classes = [
        each for _, each in inspect.getmembers(docker.errors, inspect.isclass)
        if issubclass(each, Exception)
    ]  # fmt: skip
    assert len(classes) > 10
    assert [each for each in classes if not issubclass(each, _FOREIGN)] == []
    assert issubclass(requests.ReadTimeout, _FOREIGN)


def test_a_socket_that_nobody_listens_at_is_named(tmp_path: Path):
    address = f"unix://{tmp_path}/docker.sock"
    with pytest.raises(HostError, match=r"cannot be used: .*No such file") as caught:
        Daemon(address)
    assert address in str(caught.value)


def test_what_is_not_there_is_removed_without_a_word(docker_address: str):
    Daemon(docker_address).remove("0" * 64)
