"""A generic Linux tarball of MySQL as vendors make them, out of an installed server.

The folders are bin, lib and share, and the programs find their libraries by themselves. What
vendors do by the path to libraries that is linked in, scripts do here: the packages that this
server is made of were built for a newer C library than the host has, which goes along.
"""

import tarfile
from pathlib import Path

WRAPPER = """\
#!/bin/sh
own=$(dirname "$(readlink -f "$0")")/../lib/private
exec "$own/{loader}" --library-path "$own" "$own/{program}" "$@"
"""


def write_vendor_tarball(path: Path, server: Path, *, scratch: Path) -> None:
    """Write a tarball, not compressed, of a server of the cache; `scratch` is an empty folder."""
    usr, top = server / "usr", f"mysql-{server.name.removeprefix('mysql-')}-linux-glibc"
    loader = min(usr.glob("lib/*/ld*.so.[0-9]"))
    with tarfile.open(path, "w") as archive:
        for program in ("sbin/mysqld", "bin/mysql", "bin/mysqldump"):
            name = Path(program).name
            script = scratch / name
            script.write_text(WRAPPER.format(loader=loader.name, program=name))
            script.chmod(0o755)
            archive.add(script, f"{top}/bin/{name}")
            archive.add(usr / program, f"{top}/lib/private/{name}")
        for library in loader.parent.iterdir():
            archive.add(library, f"{top}/lib/private/{library.name}")
        archive.add(usr / "lib/mysql/plugin", f"{top}/lib/plugin")
        archive.add(usr / "share/mysql", f"{top}/share")
