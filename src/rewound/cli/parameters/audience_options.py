"""The audience of a query, as the options say: fleets, or the URLs of servers."""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from rewound.errors import UsageError
from rewound.mysql.server_url import ServerUrl, read_urls
from rewound.operations.audience import Audience, read_fleets

_PASSWORD_VARIABLE = "MYSQL_PWD"  # noqa: S105 - its name; the variable of MySQL's own clients


def read_audience(fleet: str, urls: Sequence[str], *, worlds: str | None) -> Audience:
    """Return the audience that --fleet or --url names; URLs get their passwords.

    Raises:
        UsageError: a name or URL cannot be read.
    """
    if not urls:
        return Audience(read_fleets(fleet), worlds=worlds)
    servers = read_urls(list(_iter_urls(urls)))
    if not servers:
        raise UsageError("--url: the file contains no URL", hint="one mysql://… on each line")
    return Audience(servers=_add_password(servers), worlds=worlds)


def _iter_urls(urls: Sequence[str]) -> Iterator[str]:
    """Yield the URLs themselves and those of files, without empty lines and comments."""
    for text in urls:
        if not text.startswith("@"):
            yield text
            continue
        try:
            lines = Path(text[1:]).read_text().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise UsageError(f"--url {text}: {reason}", hint="--url @urls.txt") from error
        for line in lines:
            if line.strip() and not line.lstrip().startswith("#"):
                yield line.strip()


def _add_password(servers: dict[str, ServerUrl]) -> dict[str, ServerUrl]:
    """Return the servers, with passwords from the environment or the user for those without."""
    if all(server.password is not None for server in servers.values()):
        return servers
    password = os.environ.get(_PASSWORD_VARIABLE)
    if password is None and sys.stdin.isatty():
        password = click.prompt(
            "password", default="", hide_input=True, show_default=False, err=True
        )
    return {
        name: server if server.password is not None else replace(server, password=password or "")
        for name, server in servers.items()
    }
