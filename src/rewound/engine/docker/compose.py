"""The servers of worlds as a Compose file and its env file. Pure.

They equal the containers of the docker engine, from the same values (`container`). Values that
another host may need to change are in the env file, which the Compose file refers to; everything
else in the Compose file is literal, whatever it contains.

The passwords are mounted from a file, not passed as the content of a `config`: Compose copies that
into containers, which cannot be done where nothing can be written (Compose 2.40.3: "`file` is the
sole supported option").

Left out on purpose: a health check. The only program that every image has is mysqld, which cannot
query another mysqld.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from rewound.engine.docker.container import (
    AS_ROOT,
    DROPPED_CAPABILITIES,
    FLUSH_GRACE_S,
    HOME,
    LOG_DRIVER,
    LOG_OPTIONS,
    NETWORK_DRIVER,
    NETWORK_OPTIONS,
    OPEN_FILES,
    PORT,
    PROGRAM,
    SECURITY_OPTIONS,
    STOP_SIGNAL,
    TASKS,
    WORKING_FOLDER,
    server_arguments,
)
from rewound.engine.server_options import (
    BUFFER_POOL_OPTION,
    ENVIRONMENT,
    LOOPBACK,
    ServerSettings,
)
from rewound.errors import UsageError

COMPOSE_FILE = "docker-compose.yml"
ENV_FILE = ".env"
PASSWORDS_FILE = "passwords.sql"
WORLDS_FOLDER = "worlds"
"""Has a folder per service, which its container sees as `HOME`."""
IMAGE = "IMAGE"
USER = "WORLD_USER"
BUFFER_POOL = "BUFFER_POOL"
MEMORY_LIMIT = "MEMORY_LIMIT"
USUAL_BUFFER_POOL_BYTES = 128 << 20
"""Of each server: what MySQL itself takes, since nobody knows the other host."""

_LAST_PORT = 65535
_UNFIT_IN_SERVICES = re.compile(r"[^A-Za-z0-9._-]")
_UNFIT_IN_VARIABLES = re.compile(r"[^A-Z0-9]")
_IMAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")
_FIRST = HOME.parent / PASSWORDS_FILE  # beside the world's folder, so that it is not in there

_COMPOSE_NOTE = """\
# Worlds as Rewound restored them, written by `rewound export compose`.
# Start them with `docker compose up -d` (Compose v2), stop them with `docker compose down`.
# Ports, memory, passwords, the image and the user who runs the servers are in .env; the option
# --user=root only permits that user to be root, as with rootless Docker.
"""
_ENV_NOTE = """\
# Belongs to docker-compose.yml. It contains passwords: keep it private.

# A MySQL image: of the release that created the data, or of the next newer one.
IMAGE={image}

# uid:gid of the owner of worlds/ and passwords.sql; the servers run as that user. If you
# copied the folder as another user, set that user's `id -u` and `id -g` here. If your
# Docker runs without root, write 0:0.
WORLD_USER={user}

# Servers on this host: {count}. The memory of each: what it caches of its data, and the most that
# its container may take. It usually takes about 150M more than BUFFER_POOL; the rest of
# MEMORY_LIMIT is for huge rows and queries. More of both makes large worlds faster.
BUFFER_POOL={buffer_pool}
MEMORY_LIMIT={memory_limit}

# The port of each world on 127.0.0.1.
{ports}

# The accounts: reader may read, dev may change everything in the restored schemas, root
# may log in only by the socket. The servers read them from passwords.sql at every start.
{passwords}
"""


@dataclass(frozen=True, slots=True)
class ComposeService:
    """One world's server."""

    world: str
    name: str
    """What Compose calls it; also its folder."""
    variable: str
    """Has its port, in the env file."""
    port: int


@dataclass(frozen=True, slots=True)
class ComposePlan:
    """What is to be written."""

    fleet: str
    services: tuple[ComposeService, ...]
    image: str
    user: str
    """`uid:gid` of who owns the data."""
    buffer_pool_bytes: int
    """Of each server; the env file can change it."""
    memory_bytes: int
    """The most that each container may take; the env file can change it."""
    settings: Mapping[str, ServerSettings]
    """What each world was restored with."""


class _Reference(str):
    """A text that Compose is to interpolate."""

    __slots__ = ()


def plan_services(worlds: Sequence[str], *, first_port: int) -> tuple[ComposeService, ...]:
    """Return a service per world, in their order, with names and variables of their own.

    Names that differ only in case get different folders too: the target file system may ignore
    case.

    Raises:
        UsageError: there are not that many ports from the first one on.
    """
    if first_port + len(worlds) - 1 > _LAST_PORT:
        raise UsageError(
            f"{len(worlds)} worlds need ports up to {first_port + len(worlds) - 1},"
            f" but the highest port is {_LAST_PORT}",
            hint="choose a lower --port-base",
        )
    services: list[ComposeService] = []
    for port, world in enumerate(worlds, first_port):
        name = _UNFIT_IN_SERVICES.sub("_", world)
        if not name[:1].isalnum():
            name = f"world{name}"
        name = _make_unique(name, {each.name.lower() for each in services}, "-")
        stem = _UNFIT_IN_VARIABLES.sub("_", name.upper())
        if stem[0].isdigit():
            stem = f"WORLD_{stem}"
        taken = {each.variable.lower().removesuffix("_port") for each in services}
        variable = f"{_make_unique(stem, taken, '_')}_PORT"
        services.append(ComposeService(world, name, variable, port))
    return tuple(services)


def require_image_name(image: str) -> None:
    """Raise UsageError if no image can be called so."""
    if not _IMAGE_NAME.fullmatch(image):
        raise UsageError(f"invalid image name {image!r}", hint="for example --image mysql:8.4")


def write_compose_file(plan: ComposePlan) -> str:
    """Return the text of the Compose file."""
    document = {
        "services": {each.name: _describe(each, plan) for each in plan.services},
        "networks": {"default": {"driver": NETWORK_DRIVER, "driver_opts": dict(NETWORK_OPTIONS)}},
    }
    text = yaml.safe_dump(_as_it_stands(document), sort_keys=False, allow_unicode=True, width=96)
    return f"{_COMPOSE_NOTE}\n{text}"


def write_env_file(plan: ComposePlan, passwords: Mapping[str, str]) -> str:
    """Return the text of the env file; `passwords` are those of the accounts to write."""
    require_image_name(plan.image)
    return _ENV_NOTE.format(
        image=plan.image,
        user=plan.user,
        count=len(plan.services),
        buffer_pool=_show_mib(plan.buffer_pool_bytes),
        memory_limit=_show_mib(plan.memory_bytes),
        ports="\n".join(f"{each.variable}={each.port}" for each in plan.services),
        passwords="\n".join(f"{user.upper()}_PASSWORD={word}" for user, word in passwords.items()),
    )


def _describe(service: ComposeService, plan: ComposePlan) -> dict[str, object]:
    arguments = server_arguments(
        first=_FIRST,
        buffer_pool_bytes=plan.buffer_pool_bytes,
        settings=plan.settings[service.world],
    )
    sized = f"{BUFFER_POOL_OPTION}={plan.buffer_pool_bytes}"
    resizable = _Reference(f"{BUFFER_POOL_OPTION}=${{{BUFFER_POOL}:?}}")
    return {
        "image": _Reference(f"${{{IMAGE}:?}}"),
        "entrypoint": [PROGRAM],
        "command": [*(resizable if each == sized else each for each in arguments), AS_ROOT],
        "user": _Reference(f"${{{USER}:?}}"),
        "userns_mode": "host",  # where Docker gives containers other ids, the data's owner stays
        "working_dir": WORKING_FOLDER,
        "environment": dict(ENVIRONMENT),
        "volumes": [
            _bind(f"./{WORLDS_FOLDER}/{service.name}", str(HOME), read_only=False),
            _bind(f"./{PASSWORDS_FILE}", str(_FIRST), read_only=True),
        ],
        "ports": [
            {
                "target": PORT,
                "host_ip": LOOPBACK,
                "published": _Reference(f"${{{service.variable}:?}}"),
                "protocol": "tcp",
            }
        ],
        "labels": {"rewound.fleet": plan.fleet, "rewound.world": service.world},
        "read_only": True,
        "cap_drop": list(DROPPED_CAPABILITIES),
        "security_opt": list(SECURITY_OPTIONS),
        "ulimits": {"nofile": {"soft": OPEN_FILES, "hard": OPEN_FILES}},
        "pids_limit": TASKS,
        "mem_limit": _Reference(f"${{{MEMORY_LIMIT}:?}}"),
        "memswap_limit": _Reference(f"${{{MEMORY_LIMIT}:?}}"),
        "healthcheck": {"disable": True},
        "stop_signal": STOP_SIGNAL,
        "stop_grace_period": f"{FLUSH_GRACE_S:.0f}s",
        "restart": "no",
        "logging": {"driver": LOG_DRIVER, "options": dict(LOG_OPTIONS)},
    }


def _bind(source: str, target: str, *, read_only: bool) -> dict[str, object]:
    return {
        "type": "bind",
        "source": source,
        "target": target,
        "read_only": read_only,
        "bind": {"create_host_path": False},
    }


def _as_it_stands(value: object) -> object:
    """Return a document in which Compose finds nothing to interpolate but references."""
    match value:
        case dict():
            return {key: _as_it_stands(each) for key, each in value.items()}
        case list():
            return [_as_it_stands(each) for each in value]
        case _Reference():
            return str(value)
        case str():
            return value.replace("$", "$$")
    return value


def _show_mib(size_bytes: int) -> str:
    """Return a size as mysqld and Compose both read it."""
    return f"{size_bytes >> 20}M"


def _make_unique(text: str, taken: set[str], separator: str) -> str:
    number, candidate = 1, text
    while candidate.lower() in taken:
        number += 1
        candidate = f"{text}{separator}{number}"
    return candidate
