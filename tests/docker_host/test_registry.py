"""The registry that tests pull from takes an image and gives it back."""

from pathlib import Path

import docker
import pytest

from tests.docker_host.daemon import connect
from tests.docker_host.image import build_other_image
from tests.docker_host.registry import NoRegistry, serve_registry


def test_registry_gives_back_what_was_pushed(
    docker_address: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    try:
        with serve_registry(tmp_path) as registry, connect(docker_address) as client:
            name = f"{registry}/rewound-test/pulled"
            image = client.images.get(build_other_image(client))
            image.tag(name, "1")
            client.images.push(name, "1")
            client.images.remove(f"{name}:1")
            try:
                assert client.images.pull(name, "1").id == image.id
            finally:
                client.images.remove(f"{name}:1")
            with pytest.raises(docker.errors.NotFound):
                client.images.pull(name, "2")
    except NoRegistry as error:
        if pytestconfig.getoption("--require-docker"):
            raise
        pytest.skip(str(error))
