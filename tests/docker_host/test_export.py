"""What `rewound export compose` writes is run elsewhere by the real Compose."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from rewound.engine.docker.compose import (
    ComposePlan,
    plan_services,
    write_compose_file,
    write_env_file,
)
from rewound.engine.host.ports import pick_ports
from rewound.engine.server_options import ServerSettings
from tests.conftest import EXAMPLES, Cli
from tests.docker_host.compose import Compose, NoCompose, ensure_compose
from tests.docker_host.daemon import FOLDER_LABEL, connect

QUESTION = "SELECT COUNT(*), SUM(player_score) FROM game.player"
CHANGE = "UPDATE game.player SET player_score = 0"
PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
ACCESS_DENIED = 1045
COMMAND_DENIED = 1142
SAME_CONFIG = ("Entrypoint", "User", "WorkingDir", "StopSignal", "Healthcheck")
SAME_HOST_CONFIG = (
    "ReadonlyRootfs",
    "CapDrop",
    "SecurityOpt",
    "Ulimits",
    "PidsLimit",
    "LogConfig",
    "Privileged",
)

MakeCompose = Callable[[Path], Compose]


@pytest.fixture
def make_compose(docker_address: str, pytestconfig: pytest.Config) -> Iterator[MakeCompose]:
    """Makes a project of a folder; it is taken down after the test."""
    try:
        tools = ensure_compose()
    except NoCompose as error:
        if pytestconfig.getoption("--require-docker"):
            raise
        pytest.skip(str(error))
    made: list[Compose] = []

    def make(folder: Path) -> Compose:
        made.append(Compose(tools, docker_address, folder, f"rewound-test-{uuid.uuid4().hex}"))
        return made[-1]

    yield make
    for compose in made:
        compose("down", "--volumes", "--timeout", "0")


@pytest.mark.parametrize("engine", ["process", "docker"])
def test_exported_worlds_answer_elsewhere_as_the_fleet_did(
    cli: Cli,
    tmp_path: Path,
    docker_address: str,
    docker_image: str,
    make_compose: MakeCompose,
    engine: str,
    subtests: pytest.Subtests,
):
    image = ("--image", docker_image)
    up = cli("up", EXAMPLES, "--engine", engine, *(image if engine == "docker" else ()))
    assert up.code == 0, up.stderr
    answers = cli("query", QUESTION, "--format", "csv").lines[1:]
    login = dict(line.split(": ", 1) for line in cli("connect", "host1", "--print").lines)
    assert cli("query", CHANGE, "--write", "--worlds", "host1").code == 0
    export = cli("export", "compose", "made", *(image if engine == "process" else ()))
    assert export.code == 0, export.stderr
    own = f"{FOLDER_LABEL}={cli.state_dir}/fleets/default/worlds/host1"
    inspected = inspect_one(docker_address, own) if engine == "docker" else None
    assert cli("down").code == 0
    (tmp_path / "else where").mkdir()
    folder = (tmp_path / "made").rename(tmp_path / "else where" / "worlds of Tuesday")

    with subtests.test("passwords are for the owner alone, and in the env file"):
        env = read_env(folder)
        assert folder.stat().st_mode & 0o777 == 0o700
        for name in (".env", "passwords.sql"):
            assert (folder / name).stat().st_mode & 0o777 == 0o600
        words = [value for name, value in env.items() if name.endswith("_PASSWORD")]
        assert len(set(words)) == 3
        text = (folder / "docker-compose.yml").read_text()
        assert not [word for word in words if word in text]

    with subtests.test("no key of this host goes along"):
        assert list(cli.cache_dir.glob("templates/*/server-key.pem"))
        assert not list(folder.rglob("*.pem"))

    ports = set_free_ports(folder)
    compose = make_compose(folder)
    compose("up", "--detach")
    for port in ports.values():
        wait_until_it_answers(port)
    with subtests.test("each world makes a key of its own"):
        keys = {path.read_bytes() for path in folder.glob("worlds/*/data/server-key.pem")}
        assert len(keys) == len(ports)

    for user in ("reader", "dev"):
        with subtests.test("the answers are those of the fleet before its change", user=user):
            password = env[f"{user.upper()}_PASSWORD"]
            rows = [ask(port, user, password, QUESTION) for port in ports.values()]
            told = [",".join(map(str, (f"host{n}", *(row or ())))) for n, row in enumerate(rows, 1)]
            assert told == answers
    port = ports["HOST1_PORT"]
    with subtests.test("dev may change everything, reader nothing"):
        with pytest.raises(pymysql.err.OperationalError) as caught:
            ask(port, "reader", env["READER_PASSWORD"], CHANGE)
        assert caught.value.args[0] == COMMAND_DENIED
        ask(port, "dev", env["DEV_PASSWORD"], CHANGE)
        assert ask(port, "dev", env["DEV_PASSWORD"], QUESTION) == (155, 0)
    with subtests.test("nobody else gets in"):
        empty = [(user, "") for user in ("root", "rewound", "dev", "reader", "")]
        for user, password in (*empty, ("dev", login["password"]), ("root", env["ROOT_PASSWORD"])):
            with pytest.raises(pymysql.err.OperationalError) as caught:
                ask(port, user, password, "SELECT 1")
            assert caught.value.args[0] == ACCESS_DENIED
    with subtests.test("the worlds listen on the loopback address alone"):
        published = json.loads(compose("ps", "--format", "json", "host1"))["Publishers"]
        assert {each["URL"] for each in published if each["PublishedPort"]} == {"127.0.0.1"}
    if inspected is not None:
        with subtests.test("a container is shut in as the engine's is"):
            exported = inspect_one(
                docker_address, f"{PROJECT_LABEL}={compose.project}", f"{SERVICE_LABEL}=host1"
            )
            assert read_confinement(exported) == read_confinement(inspected)
            limits = {exported["HostConfig"][name] for name in ("Memory", "MemorySwap")}
            assert limits == {int(read_env(folder)["MEMORY_LIMIT"].removesuffix("M")) << 20}

    compose("down", "--volumes")
    assert find_what_is_left(docker_address, compose) == []


def test_compose_reads_every_name_and_value_as_it_stands(tmp_path: Path, make_compose: MakeCompose):
    worlds = [
        "host1",
        "HOST1",
        "host-1",
        "host_1",
        "$HOME",
        "${IMAGE}",
        "a: b\n'\"#{",
        "1",
        "ü",
        "",
    ]
    plan = ComposePlan(
        fleet="default",
        services=plan_services(worlds, first_port=40000),
        image="registry.example:5000/mysql:8.4",
        user="1000:1000",
        buffer_pool_bytes=1 << 24,
        memory_bytes=1 << 30,
        settings=dict.fromkeys(worlds, ServerSettings()),
    )
    (tmp_path / "docker-compose.yml").write_text(write_compose_file(plan))
    (tmp_path / ".env").write_text(write_env_file(plan, {"dev": "pass-word_1"}))
    services = json.loads(make_compose(tmp_path)("config", "--format", "json"))["services"]
    # What Compose shows could be read by it again: a dollar stands there twice.
    read = {each["labels"]["rewound.world"].replace("$$", "$"): each for each in services.values()}
    assert list(services) == sorted(service.name for service in plan.services)
    assert read.keys() == set(worlds)
    assert [read[world]["ports"][0]["published"] for world in worlds] == [
        str(port) for port in range(40000, 40000 + len(worlds))
    ]
    assert {each["image"] for each in read.values()} == {plan.image}
    assert {each["user"] for each in read.values()} == {plan.user}


def read_env(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def set_free_ports(folder: Path) -> dict[str, int]:
    """Write ports that are free into the env file; return them by variable."""
    text, env = (folder / ".env").read_text(), read_env(folder)
    variables = [name for name in env if name.endswith("_PORT")]
    ports = dict(zip(variables, pick_ports(len(variables), base=None), strict=True))
    for variable, port in ports.items():
        text = text.replace(f"{variable}={env[variable]}\n", f"{variable}={port}\n")
    (folder / ".env").write_text(text)
    return ports


def ask(port: int, user: str, password: str, sql: str) -> tuple[Any, ...] | None:
    connection = pymysql.connect(
        host="127.0.0.1", port=port, user=user, password=password, autocommit=True
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


@retry(
    retry=retry_if_exception_type(ConnectionError),
    stop=stop_after_delay(60),
    wait=wait_fixed(0.1),
    reraise=True,
)
def wait_until_it_answers(port: int) -> None:
    """Return when a server knows that nobody has no name."""
    try:
        ask(port, "nobody", "", "SELECT 1")
    except pymysql.err.OperationalError as error:
        if error.args[0] != ACCESS_DENIED:
            raise ConnectionError from error


def inspect_one(address: str, *labels: str) -> dict[str, Any]:
    """Return what the daemon says of the container with these labels."""
    with connect(address) as client:
        return dict(client.containers.list(filters={"label": list(labels)})[0].attrs)


def read_confinement(inspected: dict[str, Any]) -> dict[str, Any]:
    """Return what shuts a container in."""
    config, host = inspected["Config"], inspected["HostConfig"]
    # Their memory is sized for different hosts.
    sized = ("--init-file=", "--innodb-buffer-pool-size=")
    own = [option for option in config["Cmd"] if not option.startswith(sized)]
    return {
        "Cmd": [option for option in own if option != "--user=root"],
        **{name: config[name] for name in SAME_CONFIG},
        **{name: host[name] for name in SAME_HOST_CONFIG},
    }


def find_what_is_left(address: str, compose: Compose) -> list[object]:
    filters: Any = {"label": f"{PROJECT_LABEL}={compose.project}"}
    with connect(address) as client:
        return [
            *client.containers.list(all=True, filters=filters),
            *client.networks.list(filters=filters),
            *client.volumes.list(filters=filters),
        ]
