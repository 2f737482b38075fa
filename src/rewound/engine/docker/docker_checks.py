"""Checks of the host's Docker."""

from collections.abc import Iterator

from rewound.engine.docker.daemon import Daemon
from rewound.engine.host.checks import Check, CheckState, check_space
from rewound.errors import HostError

_REGISTRY_TIMEOUT_S = 10


def check_docker(address: str | None, image: str) -> Iterator[Check]:
    """Look at the daemon, at its disk, and for an image; nothing is pulled."""
    if address is None:
        yield Check("Docker", CheckState.LIMITED, "there is no daemon", "install Docker or Podman")
        return
    try:
        daemon = Daemon(address, timeout_s=_REGISTRY_TIMEOUT_S)
    except HostError as error:
        yield Check("Docker", CheckState.LIMITED, error.message, error.hint)
        return
    facts = daemon.facts
    rootless = ", without root" if facts.is_rootless else ""
    detail = f"{facts.version} at {address}, storage driver {facts.storage_driver}{rootless}"
    yield Check("Docker", CheckState.OK, detail)
    if facts.root.exists():
        yield check_space("Docker's folder", facts.root, hint="free some space there")
    yield _check_image(daemon, image)


def _check_image(daemon: Daemon, image: str) -> Check:
    if daemon.find_image_id(image) is not None:
        return Check("image", CheckState.OK, f"{image} is on this host")
    try:
        daemon.ask_registry(image)
    except HostError as error:
        return Check(
            "image",
            CheckState.LIMITED,
            f"{image} is not on this host: {error.message}",
            "load it with docker load, or choose another with --image",
        )
    return Check("image", CheckState.OK, f"{image} is not on this host yet, but can be pulled")
