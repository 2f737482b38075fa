import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pytest
import yaml

from rewound.engine.docker.compose import (
    ComposePlan,
    plan_services,
    require_image_name,
    write_compose_file,
    write_env_file,
)
from rewound.engine.docker.container import HOME, server_arguments
from rewound.engine.server_options import ENVIRONMENT, ServerSettings
from rewound.errors import UsageError

HOSTILE = (
    "$HOME",
    "${IMAGE}",
    "..",
    "../../etc",
    "-rf",
    "a: b",
    "a\nb: c",
    "'\"#{}[]&*!|>%@`",
    "HOST1",
    "host1",
    "host-1",
    "host_1",
    "host_1_2",
    "host_1_port",
    "1",
    "ü",
    "",
    " ",
)
PLAN = ComposePlan(
    fleet="default",
    services=plan_services(["host1", "host2"], first_port=33061),
    image="mysql:8.4",
    user="1000:100",
    buffer_pool_bytes=1 << 24,
    memory_bytes=1 << 30,
    settings={"host1": ServerSettings(), "host2": ServerSettings("Asia/Tokyo", 1)},
)


def read_services(plan: ComposePlan) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(write_compose_file(plan))["services"]
    return services


def test_plan_services_keeps_the_names_of_worlds():
    services = plan_services(["host1", "eu-1.b", "EU_2"], first_port=4000)
    assert [each.name for each in services] == ["host1", "eu-1.b", "EU_2"]
    assert [each.variable for each in services] == ["HOST1_PORT", "EU_1_B_PORT", "EU_2_PORT"]
    assert [each.port for each in services] == [4000, 4001, 4002]


def test_plan_services_gives_every_name_one_of_its_own_that_compose_takes():
    services = plan_services(HOSTILE, first_port=4000)
    assert [each.world for each in services] == list(HOSTILE)
    for each in services:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", each.name)
        assert re.fullmatch(r"[A-Z][A-Z0-9_]*_PORT", each.variable)
    assert len({each.name.lower() for each in services}) == len(HOSTILE)
    assert len({each.variable for each in services}) == len(HOSTILE)


def test_plan_services_refuses_ports_that_there_are_not():
    assert plan_services(["a", "b"], first_port=65534)[-1].port == 65535
    with pytest.raises(UsageError, match="ports up to 65536") as caught:
        plan_services(["a", "b"], first_port=65535)
    assert "--port-base" in str(caught.value.hint)


def test_compose_file_refers_to_the_env_file_and_to_nothing_else():
    services = plan_services(HOSTILE, first_port=4000)
    settings = dict.fromkeys(HOSTILE, ServerSettings())
    plan = replace(PLAN, fleet="$FLEET", services=services, settings=settings)
    env = write_env_file(plan, {"dev": "word"})
    text = write_compose_file(plan)
    references = re.findall(r"\$\{(\w+):\?\}", text.replace("$$", ""))
    assert text.replace("$$", "").count("$") == len(references)
    assert set(references) == {
        *("IMAGE", "WORLD_USER", "BUFFER_POOL", "MEMORY_LIMIT"),
        *(each.variable for each in plan.services),
    }
    for name in references:
        assert re.search(rf"^{name}=\S+$", env, re.MULTILINE)
    labels = {each["labels"]["rewound.world"] for each in read_services(plan).values()}
    assert labels == {world.replace("$", "$$") for world in HOSTILE}


def test_compose_file_runs_the_server_of_the_docker_engine():
    service = read_services(PLAN)["host2"]
    assert service["entrypoint"] == ["mysqld"]
    first = PurePosixPath(service["volumes"][1]["target"])
    arguments = server_arguments(
        first=first,
        buffer_pool_bytes=PLAN.buffer_pool_bytes,
        settings=PLAN.settings["host2"],
    )
    sized = f"--innodb-buffer-pool-size={PLAN.buffer_pool_bytes}"
    assert sized in arguments
    assert service["command"][:-1] == [
        "--innodb-buffer-pool-size=${BUFFER_POOL:?}" if each == sized else each
        for each in arguments
    ]
    assert service["environment"] == dict(ENVIRONMENT)
    assert service["environment"]["TZ"] == "UTC"
    assert service["volumes"][0]["source"] == "./worlds/host2"
    assert service["volumes"][0]["target"] == str(HOME)
    assert not first.is_relative_to(HOME), "it would lie in the world's folder"
    assert service["mem_limit"] == service["memswap_limit"] == "${MEMORY_LIMIT:?}"


def test_compose_file_shuts_the_server_in():
    for service in read_services(PLAN).values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges"]
        assert service["restart"] == "no"
        assert service["volumes"][1]["read_only"] is True
        assert [port["host_ip"] for port in service["ports"]] == ["127.0.0.1"]


def test_env_file_has_what_can_be_changed():
    lines = write_env_file(PLAN, {"reader": "r-1", "dev": "d_2"}).splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [
        "IMAGE=mysql:8.4",
        "WORLD_USER=1000:100",
        "BUFFER_POOL=16M",
        "MEMORY_LIMIT=1024M",
        "HOST1_PORT=33061",
        "HOST2_PORT=33062",
        "READER_PASSWORD=r-1",
        "DEV_PASSWORD=d_2",
    ]


@pytest.mark.parametrize("image", ["", "mysql:$TAG", "mysql 8.4", "a\nWORLD_USER=0:0", "'mysql'"])
def test_env_file_refuses_what_is_not_an_image(image: str):
    with pytest.raises(UsageError, match="invalid image name"):
        write_env_file(replace(PLAN, image=image), {})


@pytest.mark.parametrize(
    "image", ["mysql:8.4", "registry.example:5000/a/mysql@sha256:0a1b", "sha256:0a1b", "0a1b"]
)
def test_require_image_name_takes_what_docker_takes(image: str):
    require_image_name(image)
