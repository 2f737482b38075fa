"""Images of MySQL: choosing, pulling and examining them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rewound.engine.datadir import template_name, templates_folder, templates_lock
from rewound.engine.docker.container import ContainerPlan, ContainerUser
from rewound.engine.docker.daemon import Daemon
from rewound.engine.install.installation import explain_refusal
from rewound.engine.protocol import PullStep
from rewound.engine.server_options import plan_memory_bytes
from rewound.errors import HostError
from rewound.mysql.version import Version, find_mysql_version

_WAYS_OUT = (
    "copy it from a host that has it: docker save IMAGE | ssh THIS-HOST docker load;"
    " or use MySQL without Docker: rewound server install, then --engine process"
)


@dataclass(frozen=True, slots=True)
class Image:
    """One image of MySQL that is on this host."""

    name: str
    """As the user writes it."""
    id: str
    """Of its very content: `sha256:…`."""
    version: Version

    @property
    def template(self) -> str:
        """What the template of its data directories is called."""
        return f"{_stem(self.id)}{self.version}"


def ensure_image(
    daemon: Daemon,
    name: str,
    cache: Path,
    *,
    user: ContainerUser,
    pulling: Callable[[PullStep], None],
) -> Image:
    """Return an image, pulled now if it is not on this host.

    Raises:
        HostError: it cannot be had, or is not a MySQL that we use.
    """
    image_id = daemon.find_image_id(name)
    if image_id is None:
        try:
            daemon.pull(name, pulling)
        except HostError as error:
            raise HostError(
                f"{error.message}, and the image is not on this host",
                hint=error.hint or _WAYS_OUT,
            ) from error
        image_id = daemon.find_image_id(name)
        if image_id is None:
            raise HostError(f"image {name} was pulled but is missing", hint=_WAYS_OUT)
    version = _find_known_version(cache, image_id)
    if version is None:
        version = _ask_version(daemon, name, image_id, cache=cache, user=user)
    return Image(name, image_id, version)


def _stem(image_id: str) -> str:
    return f"image-{image_id.removeprefix('sha256:')[:16]}-mysql-"


def _find_known_version(cache: Path, image_id: str) -> Version | None:
    """Return the version of an image that has a template: that is named after both."""
    pattern = re.escape(template_name(_stem(image_id) + "VERSION"))
    pattern = pattern.replace("VERSION", r"(\d+)\.(\d+)\.(\d+)")
    for template in templates_folder(cache).iterdir():
        if match := re.fullmatch(pattern, template.name):
            major, minor, patch = map(int, match.groups())
            return Version(major, minor, patch)
    return None


def _ask_version(
    daemon: Daemon, name: str, image_id: str, *, cache: Path, user: ContainerUser
) -> Version:
    plan = ContainerPlan(
        image=image_id,
        arguments=("--no-defaults", "--version"),
        user=user,
        folder=templates_folder(cache),
        sees_folder=False,
        memory_bytes=plan_memory_bytes(0),
    )
    try:
        with templates_lock(cache):
            banner = daemon.run(plan)
    except HostError as error:
        raise HostError(
            f"image {name} does not contain MySQL: {error.in_one_line}",
            hint="choose another image, for example --image mysql:8.4",
        ) from error
    version = find_mysql_version(banner)
    refusal = explain_refusal(version)
    if version is None or refusal is not None:
        raise HostError(
            f"image {name} {refusal}", hint="choose another image, for example --image mysql:8.4"
        )
    return version
