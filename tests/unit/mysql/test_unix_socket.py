import os
import socket
from contextlib import closing
from pathlib import Path

import pytest

from rewound.errors import MysqlError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.unix_socket import fits, reachable


def make_listener(folder: Path) -> tuple[socket.socket, Path]:
    """Listen in a folder, whatever the length of its path."""
    folder.mkdir(parents=True)
    listener = socket.socket(socket.AF_UNIX)
    with reachable(folder / "mysqld.sock") as path:
        listener.bind(path)
    listener.listen()
    return listener, folder / "mysqld.sock"


@pytest.mark.parametrize("length", [1, 60, 250])
def test_a_socket_is_reachable_whatever_the_length_of_its_path(tmp_path: Path, length: int):
    listener, path = make_listener(tmp_path / ("w" * length))
    with closing(listener), closing(socket.socket(socket.AF_UNIX)) as client:
        with reachable(path) as short:
            client.connect(short)
            assert len(os.fsencode(short)) <= 107
        listener.accept()[0].close()
    assert fits(path) == (len(str(path)) <= 107)


def test_a_path_that_fits_is_used_as_it_is():
    with reachable(Path("/" + "w" * 106)) as path:
        assert path == "/" + "w" * 106
    assert not fits(Path("/" + "w" * 107))


def test_a_folder_that_is_not_there_is_an_error_of_the_connection(tmp_path: Path):
    endpoint = Endpoint(tmp_path / ("w" * 200) / "mysqld.sock", "127.0.0.1", 1, "u", "p")
    with pytest.raises(MysqlError, match=r"cannot connect to .*: No such file or directory"):
        Connection(endpoint)
