"""The images that tests and benchmarks of containers run: one of MySQL, one of something else.

They are made here because tests also run where no registry can be reached. That of MySQL
keeps what the official `mysql` image promises: programs on PATH, a user mysql with the id
999, a volume, a port, and an entrypoint that fills an empty volume. It holds the MySQL that
`rewound server install` unpacked, under the paths that were built into it, and the
libraries that this MySQL's own loader names.

The shell is busybox, from Debian's package busybox-static.

    python -m tests.docker_host.image       make the image of MySQL, print its tag
"""

import hashlib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import docker
import platformdirs

from rewound import command
from rewound.engine.install.installation import Installation, find_installed
from rewound.engine.install.packages import CHECKSUMS
from tests.docker_host.daemon import connect, find_address
from tests.docker_host.root_tar import RootTar

MYSQL_ID = 999
"""User and group of mysqld in the official image."""
OTHER_TAG = "rewound-test/not-mysql:latest"

_CONTENT_LABEL = "rewound-test.content"
_ENTRYPOINT = Path(__file__).with_name("docker-entrypoint.sh")
_PROGRAMS = ("sbin/mysqld", "bin/mysql", "bin/mysqladmin", "bin/mysqldump")
_COMPONENTS = "lib/mysql/plugin/component_*.so"
_TIMEOUT_S = 30.0
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
    f"mysql:x:{MYSQL_ID}:{MYSQL_ID}:mysql:/var/lib/mysql:/bin/false\n",
    "etc/group": f"root:x:0:\nmysql:x:{MYSQL_ID}:\n",
    "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "etc/my.cnf": """\
[mysqld]
user=mysql
host-cache-size=0
skip-name-resolve
datadir=/var/lib/mysql
pid-file=/var/run/mysqld/mysqld.pid
socket=/var/run/mysqld/mysqld.sock
secure-file-priv=/var/lib/mysql-files

[client]
socket=/var/run/mysqld/mysqld.sock
""",
}
_FOLDERS = {
    "tmp": (0o1777, 0),
    "docker-entrypoint-initdb.d": (0o755, 0),
    # Whoever runs the server may write here, not only mysql; so it is in the official image.
    "var/lib/mysql": (0o1777, MYSQL_ID),
    "var/run/mysqld": (0o1777, MYSQL_ID),
    "var/lib/mysql-files": (0o750, MYSQL_ID),
}
"""Mode and owner of the folders that are not simply 0755 and root's, or else would not be."""


class ImageNotBuilt(Exception):
    """This host lacks something that the image is made of."""


def name_mysql_image(installation: Installation) -> str:
    """Return the tag that the image of this MySQL has for all tests and benchmarks."""
    return f"rewound-test/mysql:{installation.version}"


def build_mysql_image(client: docker.DockerClient, installation: Installation, *, tag: str) -> str:
    """Make the image of an installed MySQL, unless the tag has it already; return its id.

    Raises:
        ImageNotBuilt: there is no static busybox here, or the MySQL is not one that
            `rewound server install` unpacked.
    """
    if len(installation.mysqld) == 1:
        raise ImageNotBuilt(f"{installation.source} cannot be packed: only an installed MySQL")
    busybox = find_busybox()
    loader, usr = Path(installation.mysqld[0]), Path(installation.mysqld[-1]).parents[1]

    def fill(root: RootTar) -> None:
        _add_system(root, busybox)
        _add_mysql(root, usr, loader)

    return _ensure_image(
        client,
        tag,
        # The packages' checksums stand for all that was unpacked from them.
        parts=(usr.parent / CHECKSUMS, _ENTRYPOINT, busybox),
        fill=fill,
        changes=(
            f"ENV MYSQL_VERSION={installation.version}",
            "VOLUME /var/lib/mysql",
            "EXPOSE 3306 33060",
            'ENTRYPOINT ["docker-entrypoint.sh"]',
            'CMD ["mysqld"]',
        ),
    )


def build_other_image(client: docker.DockerClient) -> str:
    """Make an image without a MySQL in it, of the tag `OTHER_TAG`; return its id.

    Raises:
        ImageNotBuilt: there is no static busybox here.
    """
    busybox = find_busybox()
    return _ensure_image(
        client,
        OTHER_TAG,
        parts=(busybox,),
        fill=lambda root: _add_system(root, busybox),
        changes=('CMD ["sh"]',),
    )


def find_busybox() -> Path:
    """Return this host's busybox, which needs no libraries.

    Raises:
        ImageNotBuilt: there is none.
    """
    found = shutil.which("busybox")
    # A program that needs libraries names its loader, and Debian's other busybox does.
    if found is None or re.search(rb"\0/lib(64)?/ld[^/\0]*\.so", Path(found).read_bytes()):
        raise ImageNotBuilt("there is no static busybox here: apt-get install busybox-static")
    return Path(found)


def _ensure_image(
    client: docker.DockerClient,
    tag: str,
    *,
    parts: Iterable[Path],
    fill: Callable[[RootTar], None],
    changes: Sequence[str],
) -> str:
    """Import what `fill` writes, unless the tag's image was made of the same `parts`."""
    digest = hashlib.sha256()
    for part in (Path(__file__), *parts):
        digest.update(hashlib.sha256(part.read_bytes()).digest())
    content = digest.hexdigest()
    images = client.images.list(name=tag, filters={"label": f"{_CONTENT_LABEL}={content}"})
    if images:
        return str(images[0].id)
    with tempfile.TemporaryFile() as file:
        root = RootTar(file)
        fill(root)
        root.close()
        file.seek(0)
        repository, _, version = tag.rpartition(":")
        label = f"LABEL {_CONTENT_LABEL}={content}"
        path = "ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin"
        answer = client.api.import_image_from_data(
            file, repository, version, [path, label, *changes]
        )
    return str(json.loads(answer)["status"])


def _add_system(root: RootTar, busybox: Path) -> None:
    """Add what every image has: Debian's folders, a user, and a shell with its commands."""
    for name in ("bin", "sbin", "lib", "lib64"):
        root.add_folder(Path("usr", name))
        root.add_link(Path(name), f"usr/{name}")
    for name, (mode, owner) in _FOLDERS.items():
        root.add_folder(Path(name), mode=mode, owner=owner)
    for name, text in _FILES.items():
        root.add_bytes(Path(name), text.encode())
    root.add_file(Path("usr/bin/busybox"), busybox)
    for name in command.run([str(busybox), "--list"], timeout_s=_TIMEOUT_S).split():
        if name != "busybox":
            root.add_link(Path("usr/bin", name), "busybox")


def _add_mysql(root: RootTar, usr: Path, loader: Path) -> None:
    """Add MySQL out of the folder `usr` that it was unpacked to, at the same place below /usr."""
    target = Path("usr")
    programs = [usr / name for name in _PROGRAMS]
    components = sorted(usr.glob(_COMPONENTS))
    messages = [path for path in sorted(usr.glob("share/mysql/**/*")) if path.is_file()]
    libraries = {loader}
    for program in (*programs, *components):
        libraries |= _list_libraries(program, loader)
    for path in (*programs, *components, *messages, *sorted(libraries)):
        root.add_file(target / path.relative_to(usr), path)
    # Programs name the loader by a link: /lib64/ld-linux-x86-64.so.2, /lib/ld-linux-aarch64.so.1.
    for path in (*usr.glob("lib64/ld*.so.*"), *usr.glob("lib/ld*.so.*")):
        root.add_link(target / path.relative_to(usr), str(path.readlink()))
    root.add_file(Path("usr/local/bin", _ENTRYPOINT.name), _ENTRYPOINT)


def _list_libraries(program: Path, loader: Path) -> set[Path]:
    """Return the libraries that a program is linked with, wherever the loader finds them."""
    listed = command.run(
        [str(loader), "--library-path", str(loader.parent), "--list", str(program)],
        timeout_s=_TIMEOUT_S,
    )
    return {Path(path) for path in re.findall(r" => (/\S+) \(0x", listed)} - {loader}


def _main() -> None:
    """Make the image of the newest installed MySQL."""
    installed = find_installed(platformdirs.user_cache_path("rewound"))
    if not installed:
        sys.exit("there is no MySQL to pack: rewound server install")
    tag = name_mysql_image(installed[0])
    with connect(find_address()) as client:
        build_mysql_image(client, installed[0], tag=tag)
    sys.stdout.write(f"{tag}\n")


if __name__ == "__main__":
    _main()
