"""Where a Docker daemon listens."""

from pathlib import Path

import pytest

from rewound.engine.docker.address import find_address
from rewound.errors import UsageError


def test_find_address_takes_what_docker_host_names():
    assert find_address({"DOCKER_HOST": "unix:///x.sock"}) == "unix:///x.sock"


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:2375", "ssh://host"])
def test_find_address_refuses_a_daemon_of_another_host(address: str):
    with pytest.raises(UsageError, match="on this host"):
        find_address({"DOCKER_HOST": address})


def test_find_address_knows_the_socket_of_podman(tmp_path: Path):
    if Path("/var/run/docker.sock").exists():
        pytest.skip("Docker's own socket comes first here")
    (tmp_path / "podman").mkdir()
    (tmp_path / "podman/podman.sock").touch()
    found = find_address({"XDG_RUNTIME_DIR": str(tmp_path)})
    assert found == f"unix://{tmp_path}/podman/podman.sock"
