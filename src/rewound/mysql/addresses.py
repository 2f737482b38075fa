"""Addresses of servers for other programs: URLs for libraries, tunnels for ssh. Pure."""

import re
import shlex
from collections.abc import Sequence

from rewound.errors import UsageError
from rewound.mysql.endpoint import Endpoint

_DRIVER = re.compile(r"[a-z][a-z0-9_]*")
_HOST = re.compile(r"[A-Za-z0-9_\[][^\s'\"\\]*")


def make_url(endpoint: Endpoint, schema: str | None, *, driver: str | None) -> str:
    """Return the URL of a server; with a driver's name, as SQLAlchemy reads it: `mysql+pymysql://`.

    Raises:
        UsageError: `driver` cannot be the name of a driver.
    """
    url = endpoint.url(schema)
    if driver is None:
        return url
    if not _DRIVER.fullmatch(driver):
        raise UsageError(
            f"{driver!r} is not the name of a driver", hint="for example --driver pymysql"
        )
    return f"mysql+{driver}{url.removeprefix('mysql')}"


def make_tunnel(ports: Sequence[int], host: str) -> list[str]:
    """Return the lines of an ssh command that forwards these ports to the same ports of a host.

    Raises:
        UsageError: `host` cannot be the name of a host.
    """
    if not _HOST.fullmatch(host):
        raise UsageError(
            f"{host!r} is not a host that ssh could reach",
            hint="for example --tunnel operator-host, or user@host",
        )
    forwards = [f"-L {port}:127.0.0.1:{port}" for port in ports]
    if len(forwards) == 1:
        return [f"ssh -N {forwards[0]} {shlex.quote(host)}"]
    return ["ssh -N \\", *(f"  {each} \\" for each in forwards), f"  {shlex.quote(host)}"]
