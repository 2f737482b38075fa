import socket
from contextlib import closing

import pytest

from rewound.engine.host.ports import pick_ports
from rewound.errors import HostError


def test_pick_ports_gives_different_free_ones():
    ports = pick_ports(50, base=None)
    assert len(set(ports)) == 50
    assert all(port >= 1024 for port in ports)


def test_pick_ports_counts_upward_from_the_base():
    base = pick_ports(1, base=None)[0]
    assert pick_ports(1, base=base) == [base]


def test_pick_ports_names_the_one_that_is_taken():
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        with pytest.raises(HostError, match=f"port {taken} of 127.0.0.1 is already in use"):
            pick_ports(1, base=taken)


def test_pick_ports_ends_where_the_ports_do():
    with pytest.raises(HostError, match="65536 is not a valid port"):
        pick_ports(2, base=65535)
