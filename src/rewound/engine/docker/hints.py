"""What to do about Docker's own messages, told by their words. Pure.

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
        "check the name of the image; if its registry wants a login: docker login",
    ),
    (r"manifest(?: for .*)? (?:unknown|not found)", "the registry has no such tag; check --image"),
    (r"toomanyrequests", "the registry limits how often it is asked: docker login, or wait"),
    (r"[Nn]o such image", "fetch it with docker pull, or name another one with --image"),
    (
        r'container name "/?(?P<name>[^"]+)" is already in use',
        "it is none of this fleet's; docker ps --all shows it, docker rm --force {name} removes it",
    ),
    (
        r"network with name (?P<name>\S+) already exists",
        "it is none of this fleet's; docker network rm {name} removes it",
    ),
    (r"address pool", "Docker has no addresses left for networks: docker network prune"),
    (r"no space left on device", "free some space in Docker's folder; docker system df shows it"),
    (r"[Mm]inimum memory limit", "give more memory with --memory-limit"),
    (
        r"[Pp]ermission denied",
        "let this user use Docker, for example by the group docker (sudo usermod -aG docker USER,"
        " then log in again), or use --engine process",
    ),
    (
        r"Connection refused|No such file or directory|Connection reset|Connection aborted",
        "start the daemon, for example by systemctl start docker, and see docker info; or use"
        " --engine process",
    ),
)
_PATTERNS = tuple((re.compile(pattern), hint) for pattern, hint in _HINTS)


def find_hint(message: str) -> str | None:
    """Return what can be done about a message of Docker's; None where that is not known."""
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
        f"the network {network} is still used by containers that are not of Rewound: {names}",
        f"take them out and run it again: {commands}",
    )
