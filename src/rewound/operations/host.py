"""The host rather than a fleet: MySQL servers, the cache, checks."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from rewound import settings
from rewound.engine.install import provision
from rewound.engine.install.installation import Installation, get_installation, list_installations
from rewound.engine.process.process_engine import ProcessEngine
from rewound.fleet.baseline import CacheEntry, choose_evictions
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.baseline_users import find_baseline_users, is_needed

DEFAULT_IMAGE = "mysql:8.4"
"""What the docker engine takes where the user names none."""
CACHE_LIMIT_BYTES = 20 << 30
"""The default size limit of the baselines."""


def install_server(
    *,
    source: Path | None,
    sha256: str | None,
    mirror: str | None,
    refresh: bool,
    template: bool,
    narrate: Callable[[str], None],
) -> Installation:
    """Put a MySQL into the user's cache, from the host's Debian mirror, a folder or a tarball.

    With `template`, also initialise the data directory that its first server needs.
    """
    cache = settings.cache_dir()
    installation = provision.install(
        cache, source=source, sha256=sha256, mirror=mirror, refresh=refresh, narrate=narrate
    )
    if template:
        narrate(
            f"the template of new servers is {ProcessEngine(installation, cache).ensure_template()}"
        )
    return installation


def list_servers() -> list[Installation]:
    """Return the MySQL servers that can be used, the preferred one first."""
    return list_installations(settings.cache_dir())


def get_server(selection: str, narrate: Callable[[str], None]) -> Installation:
    """Return the MySQL selected; `auto` installs one where there is none."""
    cache = settings.cache_dir()
    if selection == "auto" and not list_installations(cache):
        narrate("no MySQL found on this host; installing one for this user")
        provision.install(cache, narrate=narrate)
    return get_installation(selection, cache)


def find_client() -> tuple[str, ...] | None:
    """Return the argv prefix of a `mysql` client, or None if there is none."""
    return next((server.client for server in list_servers() if server.client), None)


def open_baselines(fleet: Path) -> BaselineCache:
    """Return the baselines of this user's cache, ready to be written to; a fleet uses them.

    `fleet` is its folder.
    """
    baselines = BaselineCache(settings.cache_dir(), fleet=fleet)
    baselines.prepare()
    return baselines


def list_cache() -> list[CacheEntry]:
    """Return all baselines, the one used last first."""
    baselines = BaselineCache(settings.cache_dir())
    return baselines.entries(find_baseline_users(settings.state_dir(), baselines))


def prune_cache(*, limit_bytes: int) -> list[CacheEntry]:
    """Remove baselines until the rest takes no more than this; return the removed ones.

    A baseline that a fleet may be reset to, or that is mounted or in use, stays.
    """
    baselines = BaselineCache(settings.cache_dir())
    return [
        entry
        for entry in choose_evictions(list_cache(), limit_bytes=limit_bytes)
        if baselines.evict(entry.key, is_needed=partial(is_needed, entry.key))
    ]
