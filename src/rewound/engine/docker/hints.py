"""Hints for Docker's own messages, recognised by their text. Pure.

Source: the messages of dockerd 20.10.24, tried; those of registries and of newer daemons, which
take no network name twice, are in moby's source.
"""

import re
from collections.abc import Sequence

MALFORMED_IMAGE = "an image is written NAME:TAG in lower case, for example --image mysql:8.4"

_HINTS = (
    (
        r"invalid reference format|repository name must|invalid tag format|Invalid repository"
        r"|cannot contain a scheme|no Host in request URL|Resource ID was not provided",
        MALFORMED_IMAGE,
    ),
    (
        r"pull access denied|access to the resource is denied|unauthorized|authentication required",
        "check the name of the image; if its registry requires a login, use docker login",
    ),
    (r"manifest(?: for .*)? (?:unknown|not found)", "the registry has no such tag; check --image"),
    (r"toomanyrequests", "the registry limits the rate of requests: use docker login, or wait"),
    (r"[Nn]o such image", "fetch it with docker pull, or choose another one with --image"),
    (
        r'container name "/?(?P<name>[^"]+)" is already in use',
        "it does not belong to this fleet; docker ps --all shows it, docker rm --force {name}"
        " removes it",
    ),
    (
        r"network with name (?P<name>\S+) already exists",
        "it does not belong to this fleet; docker network rm {name} removes it",
    ),
    (r"address pool", "Docker has no network addresses left; docker network prune frees some"),
    (r"no space left on device", "free some space in Docker's folder; docker system df shows it"),
    (r"[Mm]inimum memory limit", "raise --memory-limit"),
    (
        r"[Pp]ermission denied",
        "allow this user to use Docker, for example as a member of the group docker (sudo usermod"
        " -aG docker USER, then log in again), or use --engine process",
    ),
    (
        r"Connection refused|No such file or directory|Connection reset|Connection aborted",
        "start the daemon, for example with systemctl start docker, and check docker info; or use"
        " --engine process",
    ),
)
_PATTERNS = tuple((re.compile(pattern), hint) for pattern, hint in _HINTS)


def find_hint(message: str) -> str | None:
    """Return what can be done about a message of Docker's; None if that is not known."""
    for pattern, hint in _PATTERNS:
        if match := pattern.search(message):
            return hint.format(**match.groupdict())
    return None


def explain_used_network(network: str, containers: Sequence[str]) -> tuple[str, str]:
    """Return why a network cannot be removed, and what to do about it."""
    names = ", ".join(containers)
    commands = "; ".join(
        f"docker network disconnect --force {network} {name}" for name in containers
    )
    return (
        f"the network {network} is still used by containers that are not Rewound's: {names}",
        f"disconnect them and run the command again: {commands}",
    )
