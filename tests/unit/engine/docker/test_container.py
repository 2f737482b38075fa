"""What the container of a server is."""

from pathlib import Path

import pytest

from rewound.engine.docker.container import (
    ContainerUser,
    choose_user,
    container_name,
)
from rewound.engine.docker.docker_engine import network_name


@pytest.mark.parametrize(
    ("uid", "gid", "rootless", "user"),
    [
        (1000, 100, False, ContainerUser("1000:100", 1000, 100)),
        (1000, 100, True, ContainerUser("0:0", 1000, 100)),
        (0, 0, False, ContainerUser("999:999", 999, 999)),
        (0, 0, True, ContainerUser("0:0", 0, 0)),
    ],
)
def test_choose_user_gives_files_to_who_has_to_handle_them(
    uid: int, gid: int, rootless: bool, user: ContainerUser
):
    assert choose_user(uid=uid, gid=gid, daemon_is_rootless=rootless) == user
    assert user.is_root_inside is rootless


def test_container_name_has_what_docker_takes():
    labels = {"fleet": "a.b", "world": "höst 1/x"}
    assert container_name(labels, 4000) == "rewound-a.b-h_st_1_x-4000"


def test_network_name_differs_for_fleets_of_one_name(tmp_path: Path):
    one, other = network_name(Path("/a/default")), network_name(Path("/b/default"))
    assert one != other
    assert one.startswith("rewound-default-")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert network_name(tmp_path / "link/x") == network_name(tmp_path / "real/x")
