"""An image of Debian to build on, made here because no registry may be in reach.

It is what debootstrap makes of this host's own mirror, with the host's way to it and the
host's certificates: so builds go out as the host does. It is kept under its tag, and made
again where what it is made from is another.

Needs root and debootstrap.
"""

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

import docker

from rewound import command
from rewound.engine.install.debian import choose_host_settings, get_host_mirror
from rewound.errors import RewoundError
from tests.docker_host.image import ImageNotBuilt

SUITE = "bookworm"
TAG = f"rewound-test/debian:{SUITE}"

_CONTENT_LABEL = "rewound-test.content"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_CERTIFICATES_INSIDE = "etc/host-certificates.crt"
_TIMEOUT_S = 900.0
_LEFT_OUT = ("dev/", "proc/", "sys/", "var/cache/apt/", "var/lib/apt/lists/", "var/log/")


def build_debian_image(client: docker.DockerClient) -> str:
    """Make the image, unless the tag has it already; return the tag.

    Raises:
        ImageNotBuilt: this host cannot make one.
    """
    try:
        mirror = get_host_mirror()
        settings = choose_host_settings(command.run(["apt-config", "dump"], timeout_s=60.0))
        certificates = _CERTIFICATES.read_bytes() if _CERTIFICATES.exists() else b""
        content = hashlib.sha256(
            b"\0".join(
                (Path(__file__).read_bytes(), mirror.encode(), settings.encode(), certificates)
            )
        ).hexdigest()
        if client.images.list(name=TAG, filters={"label": f"{_CONTENT_LABEL}={content}"}):
            return TAG
        if shutil.which("debootstrap") is None or os.getuid() != 0:
            raise ImageNotBuilt("a Debian needs root and debootstrap: apt-get install debootstrap")
        with tempfile.TemporaryDirectory(prefix="rewound-debian-") as folder:
            root = Path(folder, "root")
            command.run(
                ["debootstrap", "--variant=minbase", SUITE, str(root), mirror],
                timeout_s=_TIMEOUT_S,
            )
            (root / "etc/apt/apt.conf.d/90host").write_text(settings)
            (root / _CERTIFICATES_INSIDE).write_bytes(certificates)
            changes = [f"LABEL {_CONTENT_LABEL}={content}", 'CMD ["sh"]']
            if certificates:
                changes.append(f"ENV PIP_CERT=/{_CERTIFICATES_INSIDE}")
            _import(client, root, changes)
    except RewoundError as error:
        raise ImageNotBuilt(error.message) from error
    return TAG


def _import(client: docker.DockerClient, root: Path, changes: list[str]) -> None:
    def keep(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        return None if entry.name.startswith(_LEFT_OUT) else entry

    with tempfile.TemporaryFile() as file:
        with tarfile.TarFile(fileobj=file, mode="w") as tar:
            tar.add(root, arcname="", filter=keep)
        file.seek(0)
        repository, _, version = TAG.rpartition(":")
        answer = client.api.import_image_from_data(file, repository, version, changes)
    status = json.loads(answer)
    if "error" in status:
        raise ImageNotBuilt(str(status["error"]))
