"""The image of MySQL that the tests of containers stand on keeps the official one's word."""

import contextlib
import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from rewound.engine.install.installation import Installation, find_installed
from tests.docker_host.daemon import FOLDER_LABEL, connect, remove_containers_below
from tests.docker_host.image import OTHER_TAG, build_mysql_image, build_other_image

READY_TIMEOUT_S = 120.0
PASSWORD = "it's \\ secret"


@pytest.fixture
def client(docker_address: str) -> Iterator[docker.DockerClient]:
    """A client of the daemon."""
    with connect(docker_address) as client:
        yield client


@pytest.fixture
def newest(cache_dir: Path) -> Installation:
    """The MySQL that is in the image."""
    return find_installed(cache_dir)[0]


@contextlib.contextmanager
def started(
    client: docker.DockerClient, image: str, *argv: str, **options: Any
) -> Iterator[Container]:
    """Start a container; remove it at the end, with its volume (`remove=True` leaves that)."""
    container = client.containers.create(image, list(argv), **options)
    try:
        container.start()
        yield container
    finally:
        container.remove(v=True, force=True)


def run(client: docker.DockerClient, image: str, *argv: str, **options: Any) -> tuple[int, str]:
    """Run a container to its end; return its exit code and all of its output."""
    with started(client, image, *argv, **options) as container:
        status: dict[str, Any] = {**container.wait()}
        return status["StatusCode"], container.logs().decode()


def execute(container: Container, *argv: str) -> tuple[int, str]:
    """Run a program in a running container; return its exit code and all of its output."""
    code, output = container.exec_run(list(argv), environment={"MYSQL_PWD": PASSWORD})
    assert code is not None and isinstance(output, bytes)
    return code, output.decode()


def ask(container: Container, sql: str) -> str:
    """Ask the server in a container, once it answers over TCP, as only the final one does."""
    argv = ("mysql", "--no-defaults", "--host=127.0.0.1", "--skip-column-names", "-e", sql)
    deadline = time.monotonic() + READY_TIMEOUT_S
    while (answer := execute(container, *argv))[0] != 0:
        container.reload()
        if container.status != "running" or time.monotonic() > deadline:
            pytest.fail(f"{answer[1]}\n{container.logs().decode()}")
        time.sleep(0.1)
    return answer[1]


@pytest.mark.parametrize("program", ["mysqld", "mysql", "mysqldump", "mysqladmin"])
def test_programs_of_mysql_are_on_path(
    client: docker.DockerClient, docker_image: str, newest: Installation, program: str
) -> None:
    argv = (program, "--no-defaults", "--version")
    code, banner = run(client, docker_image, *argv, entrypoint="")
    assert code == 0
    assert f"Ver {newest.version}" in banner


def test_image_that_is_there_is_not_built_again(
    client: docker.DockerClient, docker_image: str, newest: Installation
) -> None:
    there = client.images.get(docker_image).id
    assert build_mysql_image(client, newest, tag=docker_image) == there


def test_any_user_can_initialize_on_a_root_that_is_read_only(
    client: docker.DockerClient, docker_image: str
) -> None:
    script = """
        mysqld --no-defaults --initialize-insecure --log-error=/tmp/log
        stat -c '%u:%g' /var/lib/mysql/mysql.ibd
        ls /usr/lib/mysql/plugin/component_reference_cache.so
    """
    code, output = run(
        client,
        docker_image,
        *("sh", "-euc", script),
        entrypoint="",
        user="12345:12345",
        read_only=True,
        tmpfs={"/tmp": ""},
    )
    assert code == 0, output
    assert output.splitlines() == [
        "12345:12345",
        "/usr/lib/mysql/plugin/component_reference_cache.so",
    ]


def test_entrypoint_loads_what_is_in_its_folder_and_serves(
    client: docker.DockerClient, docker_image: str, tmp_path: Path
) -> None:
    sql = "CREATE DATABASE game; CREATE TABLE game.t SELECT 'Zoë' AS name;"
    (tmp_path / "1.sql.gz").write_bytes(gzip.compress(sql.encode()))
    (tmp_path / "2.sql").write_text("INSERT INTO game.t VALUES ('Bob');")
    with started(
        client,
        docker_image,
        environment={"MYSQL_ROOT_PASSWORD": PASSWORD},
        volumes={str(tmp_path): {"bind": "/docker-entrypoint-initdb.d", "mode": "ro"}},
    ) as container:
        assert ask(container, "SELECT COUNT(*), CURRENT_USER() FROM game.t") == "2\troot@%\n"
        owner = execute(container, "stat", "-c", "%u:%g", "/var/lib/mysql/mysql.ibd")
        assert owner == (0, "999:999\n")
        container.stop()
        assert {**container.wait()} == {"StatusCode": 0, "Error": None}


def test_entrypoint_ends_with_an_error_where_a_dump_is_broken(
    client: docker.DockerClient, docker_image: str, tmp_path: Path
) -> None:
    (tmp_path / "1.sql.gz").write_bytes(gzip.compress(b"SELECT 1; " * 9000)[:-20])
    code, output = run(
        client,
        docker_image,
        environment={"MYSQL_ALLOW_EMPTY_PASSWORD": "1"},
        volumes={str(tmp_path): {"bind": "/docker-entrypoint-initdb.d", "mode": "ro"}},
    )
    assert code != 0
    assert "Ready for start up" not in output


def test_entrypoint_refuses_without_a_password(
    client: docker.DockerClient, docker_image: str
) -> None:
    code, output = run(client, docker_image)
    assert code == 1
    assert "password option is not specified" in output


def test_other_image_has_a_shell_and_no_mysql(client: docker.DockerClient) -> None:
    build_other_image(client)
    assert run(client, OTHER_TAG, "sh", "-c", "which mysqld || echo none") == (0, "none\n")


def test_containers_of_a_folder_are_found_and_removed(
    client: docker.DockerClient, docker_address: str, tmp_path: Path
) -> None:
    build_other_image(client)
    inside, beside = (
        client.containers.create(OTHER_TAG, labels={FOLDER_LABEL: str(tmp_path / name / "fleet")})
        for name in ("one", "one-more")
    )
    try:
        assert remove_containers_below(docker_address, tmp_path / "one") == [inside.name]
        beside.reload()
    finally:
        remove_containers_below(docker_address, tmp_path)
