import shlex
from pathlib import Path

import pytest

from rewound.errors import UsageError
from rewound.mysql.addresses import make_tunnel, make_url
from rewound.mysql.endpoint import Endpoint

ENDPOINT = Endpoint(Path("/w/mysqld.sock"), "127.0.0.1", 4000, "reader", "secret")


@pytest.mark.parametrize(
    ("driver", "url"),
    [
        (None, "mysql://reader:secret@127.0.0.1:4000/game"),
        ("pymysql", "mysql+pymysql://reader:secret@127.0.0.1:4000/game"),
        ("aiomysql", "mysql+aiomysql://reader:secret@127.0.0.1:4000/game"),
    ],
)
def test_a_url_names_its_driver(driver: str | None, url: str):
    assert make_url(ENDPOINT, "game", driver=driver) == url


@pytest.mark.parametrize("driver", ["", "My SQL", "a://b", "+x"])
def test_what_is_no_driver_is_refused(driver: str):
    with pytest.raises(UsageError, match="is not the name of a driver"):
        make_url(ENDPOINT, None, driver=driver)


def test_a_tunnel_is_one_command_with_a_forward_of_each_port():
    assert make_tunnel([4000], "operator-host") == [
        "ssh -N -L 4000:127.0.0.1:4000 operator-host",
    ]
    lines = make_tunnel([4000, 4001], "me@db.example.com")
    assert lines[:-1] == [
        "ssh -N \\",
        "  -L 4000:127.0.0.1:4000 \\",
        "  -L 4001:127.0.0.1:4001 \\",
    ]
    words = shlex.split("\n".join(lines))
    assert words[:2] == ["ssh", "-N"]
    assert words[-1] == "me@db.example.com"


def test_a_host_cannot_be_more_than_a_host():
    for host in ("-oProxyCommand=x", "", "a b", "a\nb", "'"):
        with pytest.raises(UsageError, match="is not a host that ssh could reach"):
            make_tunnel([4000], host)
    assert make_tunnel([1], "a;b") == ["ssh -N -L 1:127.0.0.1:1 'a;b'"]
