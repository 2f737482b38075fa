"""Fleets of containers from the command line: what a fleet of processes gives, and no less."""

import json
import os
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import docker
import pytest
from docker.models.containers import Container

from rewound.engine.docker.container import FOLDER_LABEL
from tests.conftest import EXAMPLES, Cli, Dumps
from tests.docker_host.daemon import connect
from tests.docker_host.image import build_other_image
from tests.docker_host.registry import serve_registry
from tests.waiting import wait_until

GAME_SAMPLE = Path(__file__).parents[3] / "shared/data/game-sample"

COUNTS = "SELECT COUNT(*) AS players, SUM(player_score) AS score FROM player"
LONGEST_INTERRUPT_S = 10.0

Up = Callable[..., str]


@pytest.fixture
def client(docker_address: str) -> Iterator[docker.DockerClient]:
    with connect(docker_address) as client:
        yield client


@pytest.fixture
def up(cli: Cli, docker_image: str) -> Iterator[Up]:
    """Brings a fleet of containers up; all fleets are taken down after the test."""

    def run(source: Path, *arguments: object) -> str:
        done = cli("up", source, "--engine", "docker", "--image", docker_image, *arguments)
        assert done.code == 0, done.stderr
        return done.stderr

    yield run
    assert cli("down", "--all").code == 0


def ask(cli: Cli, sql: str, *arguments: str) -> list[str]:
    done = cli("query", sql, "--format", "csv", *arguments)
    assert done.code == 0, done.stderr
    return done.lines


def states_of(cli: Cli) -> dict[str, str]:
    done = cli("status", "--format", "json")
    assert done.code == 0, done.stderr
    return {row["world"]: row["state"] for row in json.loads(done.stdout)}


def containers_of(client: docker.DockerClient, cli: Cli) -> list[Container]:
    found = client.containers.list(all=True, filters={"label": FOLDER_LABEL}, ignore_removed=True)
    return [each for each in found if each.labels[FOLDER_LABEL].startswith(f"{cli.state_dir}/")]


def require_gone(client: docker.DockerClient, cli: Cli) -> None:
    assert containers_of(client, cli) == []
    networks = client.networks.list(filters={"label": FOLDER_LABEL})
    labels = [each.attrs["Labels"][FOLDER_LABEL] for each in networks]
    assert not [label for label in labels if label.startswith(f"{cli.state_dir}/")]
    assert not list(cli.state_dir.glob("fleets/*/"))


def answers_of(cli: Cli, source: Path, times: tuple[str, str], *engine: str) -> list[object]:
    """Bring two moments up, ask, compare, change and reset; return what was answered."""
    before, after = times
    for fleet, at in (("before", before), ("after", after)):
        done = cli("up", source, "--fleet", fleet, "--at", at, *engine)
        assert done.code == 0, done.stderr
    answers: list[object] = [ask(cli, COUNTS, "--fleet", fleet) for fleet in ("before", "after")]
    found = cli("diff", "before", "after", "--format", "json")
    assert found.code == 1, found.stderr
    comparison = json.loads(found.stdout)
    del comparison["provenance"]  # names the servers, and the time
    answers.append(comparison)
    change = "UPDATE player SET player_score = 0"
    assert cli("query", change, "--write", "--fleet", "after").code == 0
    assert ask(cli, COUNTS, "--fleet", "after") != answers[1]
    assert cli("reset", "--fleet", "after").code == 0
    answers.append(ask(cli, COUNTS, "--fleet", "after"))
    assert answers[3] == answers[1]
    assert cli("down", "--all").code == 0
    return answers


@pytest.mark.parametrize(
    ("source", "times"),
    [
        pytest.param(EXAMPLES, ("2026-03-02 22:00", "2026-03-03 22:00"), id="examples"),
        pytest.param(
            GAME_SAMPLE,
            ("2024-06-17 23:59", "2024-06-18 23:59"),
            id="game-sample",
            marks=pytest.mark.skipif(not GAME_SAMPLE.exists(), reason="no game-sample here"),
        ),
    ],
)
def test_containers_give_what_processes_give(
    cli: Cli,
    docker_image: str,
    client: docker.DockerClient,
    source: Path,
    times: tuple[str, str],
    up: Up,
):
    of_processes = answers_of(cli, source, times, "--engine", "process")
    of_containers = answers_of(cli, source, times, "--engine", "docker", "--image", docker_image)
    assert of_containers == of_processes
    require_gone(client, cli)


def test_a_container_is_shut_in_limited_and_labelled(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient
):
    dumps.write("CREATE TABLE t (id INT);\n")
    up(dumps.folder, "--fleet", "a.b", "--memory-limit", "2GiB")
    [container] = containers_of(client, cli)
    host = container.attrs["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["Memory"] == host["MemorySwap"] == 2 << 30
    assert host["Ulimits"] == [{"Name": "nofile", "Hard": 10_000, "Soft": 10_000}]
    assert host["RestartPolicy"]["Name"] in ("", "no")
    assert [mount["Destination"] for mount in container.attrs["Mounts"]] == ["/var/lib/mysql"]
    [published] = host["PortBindings"].values()
    assert [each["HostIp"] for each in published] == ["127.0.0.1"]
    assert {name: container.labels[f"rewound.{name}"] for name in ("fleet", "world")} == {
        "fleet": "a.b",
        "world": "host1",
    }
    assert str(container.name).startswith("rewound-a.b-host1-")
    # The password of no account is to be seen from outside.
    shown = json.dumps(container.attrs)
    for option_file in (cli.state_dir / "fleets/a.b").glob("*.cnf"):
        password = option_file.read_text().split("password=")[1].strip()
        assert password not in shown


def test_containers_reach_neither_each_other_nor_the_world(
    dumps: Dumps, cli: Cli, up: Up, client: docker.DockerClient
):
    for world in ("a", "b"):
        dumps.write("CREATE TABLE t (id INT);\n", name=f"{world}_fulldump_20260302_211500.sql")
    up(dumps.folder)
    one, other = containers_of(client, cli)
    [network] = other.attrs["NetworkSettings"]["Networks"].values()
    tried = one.exec_run(
        ["mysql", "--no-defaults", f"--host={network['IPAddress']}", "--connect-timeout=2"]
    )
    assert tried.exit_code != 0
    assert b"Can't connect" in tried.output


def test_a_container_that_was_killed_shows_as_stopped_and_is_reset(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient
):
    dumps.write("CREATE TABLE t (id INT);\nINSERT INTO t VALUES (1), (2);\n")
    up(dumps.folder)
    for kill in ("kill", "remove"):
        [container] = containers_of(client, cli)
        container.kill() if kill == "kill" else container.remove(force=True, v=True)
        assert states_of(cli) == {"host1": "stopped"}
        refused = cli("query", "SELECT 1")
        assert refused.code == 1
        assert "stopped" in refused.stderr
        done = cli("reset")
        assert done.code == 0, done.stderr
        assert ask(cli, "SELECT COUNT(*) AS n FROM t") == ["world,n", "host1,2"]


def test_a_container_that_is_killed_while_it_is_loaded_fails_its_world_alone(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient, docker_image: str
):
    write_slow_dump(dumps)
    dumps.write("CREATE TABLE t (id INT);\n", name="quick_fulldump_20260302_211500.sql")
    process = cli.start("up", dumps.folder, "--engine", "docker", "--image", docker_image)
    wait_until(lambda: cli.state_dir.joinpath("fleets/default/fleet.json").exists())
    record = cli.state_dir / "fleets/default/fleet.json"
    wait_until(lambda: '"loading"' in record.read_text() and '"ready"' in record.read_text())
    [victim] = [each for each in containers_of(client, cli) if "-slow-" in str(each.name)]
    victim.kill()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 4, stderr
    assert "the MySQL server of slow ended unexpectedly" in stderr
    assert states_of(cli) == {"quick": "ready", "slow": "failed"}
    assert len(containers_of(client, cli)) == 1


def test_an_interrupt_while_a_container_is_loaded_leaves_nothing(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient, docker_image: str
):
    write_slow_dump(dumps)
    process = cli.start("up", dumps.folder, "--engine", "docker", "--image", docker_image)
    record = cli.state_dir / "fleets/default/fleet.json"
    wait_until(lambda: record.exists() and '"loading"' in record.read_text())
    started = time.monotonic()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - started < LONGEST_INTERRUPT_S
    require_gone(client, cli)


def remove_while_in_use(folder: Path) -> None:
    """Remove a folder in which running servers make files."""
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)


def test_down_finds_the_containers_of_a_fleet_whose_folder_was_deleted(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient
):
    dumps.write("CREATE TABLE t (id INT);\n")
    for names in (["default"], ["one", "two"]):
        for name in names:
            up(dumps.folder, "--fleet", name, "--clone", "copy")
        remove_while_in_use(cli.state_dir / "fleets")
        assert len(containers_of(client, cli)) == len(names)
        done = cli("down", *(["--all"] if len(names) > 1 else []))
        assert done.code == 0, done.stderr
        assert "1 server stopped" in done.stderr
        require_gone(client, cli)
    assert "nothing to do" in cli("down").stderr


def test_up_clears_away_what_a_deleted_fleet_of_its_name_has_left(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient
):
    dumps.write("CREATE TABLE t (id INT);\n")
    up(dumps.folder, "--clone", "copy")
    remove_while_in_use(cli.state_dir / "fleets")
    up(dumps.folder)
    assert len(containers_of(client, cli)) == 1


# What cannot be.


def test_a_foreign_container_in_the_fleets_network_is_named_and_down_can_be_repeated(
    cli: Cli, dumps: Dumps, up: Up, client: docker.DockerClient, docker_image: str
):
    dumps.write("CREATE TABLE t (id INT);\n")
    up(dumps.folder)
    [network] = client.networks.list(filters={"label": f"{FOLDER_LABEL}={own_folder(cli)}"})
    foreign = client.containers.run(
        docker_image,
        ["infinity"],
        entrypoint=["sleep"],
        detach=True,
        network=network.name,
        labels={"rewound-test": str(cli.state_dir)},
    )
    try:
        done = cli("down")
        assert done.code == 3
        assert f"still used by containers that are not Rewound's: {foreign.name}" in done.stderr
        hint = f"docker network disconnect --force {network.name} {foreign.name}"
        assert hint in done.stderr
        network.disconnect(foreign, force=True)
        assert cli("down").code == 0
        require_gone(client, cli)
    finally:
        foreign.remove(force=True)


def own_folder(cli: Cli) -> str:
    return os.path.realpath(cli.state_dir / "fleets" / "default")


@pytest.mark.parametrize("image", ["MySQL:8.4", "mysql:8:4", "http://x/mysql"])
def test_the_name_of_an_image_that_is_malformed_is_said(
    cli: Cli, dumps: Dumps, client: docker.DockerClient, image: str
):
    dumps.write("CREATE TABLE t (id INT);\n")
    done = cli("up", dumps.folder, "--image", image)
    assert done.code == 3
    assert "hint: an image is written NAME:TAG in lower case" in done.stderr


def test_an_image_that_is_not_mysql_is_refused(
    cli: Cli, dumps: Dumps, client: docker.DockerClient, docker_address: str
):
    build_other_image(client)
    dumps.write("CREATE TABLE t (id INT);\n")
    done = cli("up", dumps.folder, "--image", "rewound-test/not-mysql")
    assert done.code == 3
    assert "image rewound-test/not-mysql does not contain MySQL" in done.stderr
    require_gone(client, cli)


def test_an_image_that_cannot_be_had_is_an_error_with_two_ways_out(
    cli: Cli, dumps: Dumps, docker_address: str
):
    dumps.write("CREATE TABLE t (id INT);\n")
    with closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    done = cli("up", dumps.folder, "--image", f"127.0.0.1:{port}/mysql:8.4")
    assert done.code == 3
    assert "cannot be pulled" in done.stderr
    assert "docker load" in done.stderr
    assert "rewound server install" in done.stderr


def test_a_port_that_is_taken_is_said_and_nothing_is_left(
    cli: Cli, dumps: Dumps, client: docker.DockerClient, docker_image: str
):
    dumps.write("CREATE TABLE t (id INT);\n")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        done = cli("up", dumps.folder, "--image", docker_image, "--port-base", port)
    assert done.code == 3
    assert f"port {port} of 127.0.0.1 is already in use" in done.stderr
    require_gone(client, cli)


def test_too_little_memory_for_mysqld_is_said_and_nothing_is_left(
    cli: Cli, dumps: Dumps, client: docker.DockerClient, docker_image: str
):
    dumps.write("CREATE TABLE t (id INT);\n")
    done = cli("up", dumps.folder, "--image", docker_image, "--memory-limit", "60MiB")
    assert done.code == 2
    assert re.search(
        r"error: a server needs \d+ MiB of memory, but --memory-limit allows 60 MiB", done.stderr
    )
    require_gone(client, cli)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_a_daemon_that_does_not_see_the_mounts_here_is_reported(
    cli: Cli, dumps: Dumps, client: docker.DockerClient, docker_image: str
):
    dumps.write("CREATE TABLE t (id INT);\n")
    up = ["up", dumps.folder, "--image", docker_image]
    apart = ["unshare", "--mount"]  # what is mounted in there is nowhere else
    empty_state = ["sh", "-c", 'mount -t tmpfs none "$REWOUND_STATE_DIR"; exec "$@"', "sh"]
    assert cli(*up, "--clone", "copy").code == 0
    assert cli("down").code == 0
    for by, arguments in ((apart, ["--clone", "overlay"]), (apart + empty_state, [])):
        done = cli(*up, *arguments, by=by)
        assert done.code == 3
        assert f"cannot see {cli.state_dir}/fleets/default/worlds/host1" in done.stderr
        assert "REWOUND_STATE_DIR" in done.stderr
        assert "--clone copy" in done.stderr
        require_gone(client, cli)
    done = cli(*up, "--clone", "copy", by=apart)
    assert done.code == 0, done.stderr
    assert "from its baseline" in done.stderr, "it was not the baseline's fault"
    assert cli("down").code == 0


def test_a_daemon_that_stops_is_said_and_its_fleet_is_not_called_gone(
    dumps: Dumps,
    cli: Cli,
    docker_address: str,
    docker_image: str,
    client: docker.DockerClient,
    tmp_path: Path,
):
    dumps.write("CREATE TABLE t (id INT);\n")
    path = cli.state_dir / "docker.sock"
    with relay(path, Path(docker_address.removeprefix("unix://"))) as address:
        env = {"DOCKER_HOST": address}
        done = cli("up", dumps.folder, "--image", docker_image, env=env)
        assert done.code == 0, done.stderr
    for arguments in (["down"], ["reset"], ["up", dumps.folder, "--engine", "docker"]):
        done = cli(*arguments, *(["--fleet", "new"] if arguments[0] == "up" else []), env=env)
        assert done.code == 3, arguments
        assert f"the Docker daemon at {address} cannot be used" in done.stderr
        assert "docker info" in done.stderr
    assert len(containers_of(client, cli)) == 1
    assert states_of(cli) == {"host1": "ready"}, "its server runs, whoever answers for it"
    with relay(path, Path(docker_address.removeprefix("unix://"))):
        # The address is remembered: DOCKER_HOST says another one here.
        assert cli("down").code == 0
    require_gone(client, cli)


# Which engine, and which image.


def test_an_image_is_pulled_where_it_is_missing(
    cli: Cli, dumps: Dumps, client: docker.DockerClient, docker_image: str, tmp_path: Path
):
    dumps.write("CREATE TABLE t (id INT);\n")
    with serve_registry(tmp_path) as registry:
        name = f"{registry}/mysql:9.7"
        client.images.get(docker_image).tag(name)
        client.images.push(name)
        client.images.remove(name)
        done = cli("up", dumps.folder, "--image", name)
        assert done.code == 0, done.stderr
        assert f"image {name} is not on this host; pulling it" in done.stderr
        assert cli("down").code == 0
        client.images.remove(name)


def test_match_takes_the_dumps_own_release(cli: Cli, dumps: Dumps, docker_address: str):
    header = "-- MySQL dump 10.13\n-- Server version\t8.0.36-28\n"
    dumps.write("CREATE TABLE t (id INT);\n", header=header)
    done = cli("up", dumps.folder, "--server", "match", "--engine", "process")
    assert done.code == 3
    assert "no server on this host is MySQL 8.0, the release of the dumps" in done.stderr
    done = cli("up", dumps.folder, "--server", "match")
    assert "image mysql:8.0 is not on this host; pulling it" in done.stderr


@contextmanager
def relay(path: Path, target: Path) -> Iterator[str]:
    """Listen at a socket for a daemon that listens at another one."""

    def copy(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()

    def accept() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(target))
            opened.extend((near, far))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=copy, args=pair, daemon=True).start()

    opened: list[socket.socket] = []
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"unix://{path}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for each in opened:
        each.close()
    path.unlink()


def write_slow_dump(dumps: Dumps) -> None:
    """Write a dump of a world `slow` that takes minutes to load."""
    table = (
        "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, s TEXT,"
        " slow CHAR(128) AS (SHA2(REPEAT(s, 10000), 512)) STORED);\n"
        "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n"
    )
    rows = [f"INSERT INTO t (id, s) VALUES ({n},'{'a text ' * 6}');\n" for n in range(1, 100_001)]
    dumps.write(table + "".join(rows), name="slow_fulldump_20260302_211500.sql")
