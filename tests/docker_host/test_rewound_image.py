"""The image of Rewound: a container of it is one proven world, and nothing before that."""

import contextlib
import os
import ssl
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pymysql
import pytest
from docker.models.containers import Container
from filelock import FileLock

from tests.conftest import EXAMPLES
from tests.docker_host.daemon import FOLDER_LABEL, connect
from tests.docker_host.debian_base import build_debian_image
from tests.docker_host.image import ImageNotBuilt
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
TAG = "rewound-test/rewound:latest"
DUMP = "host1_fulldump_20260303_211508.sql.gz"
PASSWORDS = {"dev": "dev-of-this-test", "reader": "reader-of-this-test"}
READY_TIMEOUT_S = 120.0
LONGEST_STOP_S = 10.0
SECOND_NS = 1_000_000_000
BUILD_ARGUMENTS = ("PIP_INDEX_URL", "http_proxy", "https_proxy", "no_proxy")


@pytest.fixture
def client(docker_address: str) -> Iterator[docker.DockerClient]:
    """A client of the daemon."""
    with connect(docker_address) as client:
        yield client


@pytest.fixture(scope="session")
def rewound_image(docker_address: str, pytestconfig: pytest.Config) -> str:
    """The tag of the image that the Dockerfile makes of the Debian that is made here."""
    lock = Path(tempfile.gettempdir(), f"rewound-test-rewound-image-{os.getuid()}.lock")
    try:
        with FileLock(lock), connect(docker_address) as client:
            base = build_debian_image(client)
            arguments = {name: os.environ[name] for name in BUILD_ARGUMENTS if name in os.environ}
            client.images.build(
                path=str(ROOT),
                tag=TAG,
                buildargs={"BASE": base, **arguments},
                network_mode="host",
                rm=True,
                forcerm=True,
            )
    except ImageNotBuilt as error:
        if pytestconfig.getoption("--require-docker"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    except docker.errors.BuildError as error:
        pytest.fail("".join(str(line.get("stream", line)) for line in error.build_log))
    return TAG


@contextlib.contextmanager
def started(
    client: docker.DockerClient,
    image: str,
    dump: Path,
    folder: Path,
    *,
    environment: dict[str, str] | None = None,
    **options: Any,
) -> Iterator[Container]:
    """Start a container as the docs do, with as few rights as there can be."""
    container = client.containers.create(
        image,
        ["restore-world", f"/backups/{dump.name}"],
        labels={FOLDER_LABEL: str(folder / "world")},
        environment=environment,
        volumes={
            str(dump.parent): {"bind": "/backups", "mode": "ro"},
            **{
                str(path): {"bind": f"/run/secrets/{path.name}", "mode": "ro"}
                for path in write_secrets(folder)
            },
        },
        ports={"3306/tcp": ("127.0.0.1", 0)},
        healthcheck={"interval": SECOND_NS // 2},
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit="512m",
        **options,
    )
    try:
        container.start()
        yield container
    finally:
        container.remove(v=True, force=True)


def write_secrets(folder: Path) -> list[Path]:
    paths = [folder / f"{account}_password" for account in PASSWORDS]
    for path, password in zip(paths, PASSWORDS.values(), strict=True):
        path.write_text(f"{password}\n")
    return paths


SECRETS = {
    f"REWOUND_{account.upper()}_PASSWORD_FILE": f"/run/secrets/{account}_password"
    for account in PASSWORDS
}


def watch(container: Container, until: str) -> list[str]:
    """Return what the container's health was until it has this one, or has ended."""
    seen: list[str] = []
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        container.reload()
        health = str(container.attrs["State"]["Health"]["Status"])
        if health not in seen:
            seen.append(health)
        if health == until or container.status == "exited":
            return seen
        time.sleep(0.1)
    pytest.fail(f"{seen}: {container.logs().decode()}")


def ask(container: Container, user: str, sql: str) -> tuple[tuple[object, ...], ...]:
    """Ask as a stranger does: over the published port, with TLS."""
    published = container.ports["3306/tcp"]
    assert published is not None
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = pymysql.connect(
        host="127.0.0.1",
        port=int(published[0]["HostPort"]),
        user=user,
        password=PASSWORDS[user],
        ssl=context,
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return tuple(cursor.fetchall())


def read(container: Container, path: str) -> str:
    code, output = container.exec_run(["cat", path])
    assert code == 0 and isinstance(output, bytes)
    return output.decode()


def test_container_is_a_proven_world_that_stays(
    client: docker.DockerClient, rewound_image: str, tmp_path: Path, state_dir: Path
) -> None:
    dump = EXAMPLES / DUMP
    with started(client, rewound_image, dump, state_dir, environment=SECRETS) as container:
        assert watch(container, "healthy") == ["starting", "healthy"]
        assert ask(container, "reader", "SELECT COUNT(*) FROM game.player") == ((155,),)
        ask(container, "dev", "CREATE TABLE game.mine (id INT)")
        with pytest.raises(pymysql.err.OperationalError, match=r"denied|READ ONLY"):
            ask(container, "reader", "DROP TABLE game.mine")
        assert ask(container, "reader", "SHOW STATUS LIKE 'Ssl_cipher'")[0][1]
        arguments = read(container, "/proc/1/cmdline").split("\0")
        assert any(argument.endswith("/mysqld") for argument in arguments)
        assert "--bind-address=0.0.0.0" in arguments
        assert "Uid:\t999\t999\t999\t999" in read(container, "/proc/1/status")

        begun = time.monotonic()
        container.stop(timeout=30)
        assert time.monotonic() - begun < LONGEST_STOP_S
        assert {**container.wait()}["StatusCode"] == 0

        container.start()
        assert "healthy" in watch(container, "healthy")
        assert ask(container, "reader", "SELECT COUNT(*) FROM game.mine") == ((0,),)
        log = container.logs().decode()
        assert (log.count(": loading\n"), log.count("already restored, proven")) == (1, 1)
        assert not [password for password in PASSWORDS.values() if password in log]


def test_container_of_a_dump_that_is_cut_off_fails_and_is_never_healthy(
    client: docker.DockerClient, rewound_image: str, tmp_path: Path, state_dir: Path
) -> None:
    dump = tmp_path / "backups" / DUMP
    dump.parent.mkdir(mode=0o755)
    dump.write_bytes((EXAMPLES / DUMP).read_bytes()[:-1000])
    with started(client, rewound_image, dump, state_dir) as container:
        assert "healthy" not in watch(container, "healthy")
        assert {**container.wait()}["StatusCode"] == 1
        assert f"/backups/{DUMP}" in container.logs().decode()


def test_container_ends_at_once_when_it_is_stopped_before_it_is_ready(
    client: docker.DockerClient, rewound_image: str, state_dir: Path
) -> None:
    with started(client, rewound_image, EXAMPLES / DUMP, state_dir) as container:
        wait_until(lambda: b": starting\n" in container.logs(), timeout_s=READY_TIMEOUT_S)
        begun = time.monotonic()
        container.stop(timeout=30)
        assert time.monotonic() - begun < LONGEST_STOP_S
        assert {**container.wait()}["StatusCode"] == 130


def test_a_stop_in_the_first_moments_of_a_proven_world_is_not_lost(
    client: docker.DockerClient, rewound_image: str, state_dir: Path
) -> None:
    with started(client, rewound_image, EXAMPLES / DUMP, state_dir) as container:
        assert "healthy" in watch(container, "healthy")
        container.stop(timeout=30)
        for delay_s in (0.0, 0.1, 0.2, 0.35, 0.7):
            container.start()
            time.sleep(delay_s)
            container.stop(timeout=30)
            assert {**container.wait()}["StatusCode"] == 0, delay_s


def test_a_second_container_on_a_volume_that_is_served_is_refused(
    client: docker.DockerClient, rewound_image: str, state_dir: Path, tmp_path: Path
) -> None:
    dump = EXAMPLES / DUMP
    with started(client, rewound_image, dump, state_dir, environment=SECRETS) as first:
        assert "healthy" in watch(first, "healthy")
        logins = read(first, "/var/lib/mysql/reader.cnf")
        with started(client, rewound_image, dump, tmp_path, volumes_from=[first.id]) as second:
            assert {**second.wait()}["StatusCode"] == 1
            log = second.logs().decode()
        assert "a server is already running on the world in /var/lib/mysql; nothing was" in log
        assert "hint: stop it first" in log
        assert read(first, "/var/lib/mysql/reader.cnf") == logins
        assert ask(first, "reader", "SELECT COUNT(*) FROM game.player") == ((155,),)


def test_any_user_can_run_it_on_memory_alone(
    client: docker.DockerClient, rewound_image: str, state_dir: Path
) -> None:
    with started(
        client,
        rewound_image,
        EXAMPLES / DUMP,
        state_dir,
        user="12345:0",
        tmpfs={"/var/lib/mysql": "mode=1777,size=400m"},
    ) as container:
        assert watch(container, "healthy") == ["starting", "healthy"]
