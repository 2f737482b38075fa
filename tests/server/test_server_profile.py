"""The server that `verify` judges for is the real one."""

from dataclasses import replace

from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.load.server_reading import read_server_profile
from rewound.mysql.client import Connection
from tests.server.load_server import LoadServer


def test_the_reference_is_the_newest_server(server: LoadServer):
    with Connection(server.root) as connection:
        real = read_server_profile(connection)
    assert real.version_number // 100 == REFERENCE_SERVER.version_number // 100
    assert replace(REFERENCE_SERVER, version_number=real.version_number) == real
