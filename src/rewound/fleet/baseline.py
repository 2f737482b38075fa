"""A baseline: its origin, its contents, and when it is removed. Pure.

A baseline represents one content: its key covers everything that determines what a restored world
contains. `baseline_cache` decides where it is stored and who may use it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.engine.server_options import ServerSettings
from rewound.engine.zones import ZONES_VERSION
from rewound.files.json_files import encode
from rewound.files.states import FileState
from rewound.load.ledger import Ledger
from rewound.load.options import LoadOptions

BASELINE_FORMAT = 8
"""Part of every key. To be raised when baseline.json changes, or when the same dump
would be restored to other content, so that older baselines are no longer found."""

SHOWN_KEY = 12
"""So many letters of a baseline's key tell it from others, for people."""


@dataclass(frozen=True, slots=True)
class Origin:
    """All that decides what a world holds."""

    format: int
    dump_sha256: str
    installation: str
    """The MySQL that it was loaded into."""
    server_version: str
    time_zone: str
    """What its server was started with, as the next one."""
    lower_case_table_names: int
    zones: str
    """The release of the tz database: its rules decide what CONVERT_TZ gives in a row."""
    schema: str | None
    """The load options, from here on."""
    dump_filter: DumpFilter
    allowed: tuple[str, ...]
    allow_unfinished: bool
    check_foreign_keys: bool
    method: str
    """Both give the same; who asks for the plain one wants it to be done."""
    replayed: tuple[str, ...] = ()
    """What tells the part of the binary logs that was replayed; empty if none was."""
    has_compared_rows: bool = True
    """Whether rows were compared before the logs changed them, if they did."""

    @property
    def key(self) -> str:
        """The name of the baseline."""
        return hashlib.sha256(encode(self)).hexdigest()


@dataclass(frozen=True, slots=True)
class Baseline:
    """What `baseline.json` says."""

    origin: Origin
    made_at: datetime
    size_bytes: int
    """What it takes on disk."""
    files: Mapping[str, FileState]
    """Every file below `data/`, by its path in there."""
    ledger: Ledger
    """The proof of its content, from when it was loaded."""


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One baseline as the cache lists it."""

    key: str
    dump: str | None
    """The name of the dump that it was made from; None if another version made it."""
    size_bytes: int
    made_at: datetime
    used_at: datetime
    """When a world last started from it."""
    users: tuple[str, ...]
    """The worlds that would be reset to it, as `baseline_users` names them."""


def make_origin(
    dump_sha256: str,
    options: LoadOptions,
    *,
    installation: str,
    server_version: str,
    settings: ServerSettings,
    replayed: tuple[str, ...] = (),
) -> Origin:
    """Return what a dump loaded with these options is the origin of."""
    return Origin(
        format=BASELINE_FORMAT,
        dump_sha256=dump_sha256,
        installation=installation,
        server_version=server_version,
        time_zone=settings.time_zone,
        lower_case_table_names=settings.lower_case_table_names,
        zones=ZONES_VERSION,
        schema=options.schema,
        dump_filter=options.dump_filter,
        allowed=tuple(sorted(options.allowed)),
        allow_unfinished=options.allow_unfinished,
        check_foreign_keys=options.check_foreign_keys,
        method=options.method.value,
        replayed=replayed,
        has_compared_rows=options.verify_images or not replayed,
    )


def find_damage(baseline: Baseline, key: str, files: Mapping[str, FileState]) -> str | None:
    """Say what is wrong with a baseline whose folder holds these files; None if nothing is.

    The key of one that another version made is made of other things.
    """
    if baseline.origin.format == BASELINE_FORMAT and baseline.origin.key != key:
        return "its description belongs to another baseline"
    if missing := baseline.files.keys() - files.keys():
        return f"{len(missing)} of its files are missing, for example {min(missing)}"
    if strange := files.keys() - baseline.files.keys():
        return f"it contains unknown files, for example {min(strange)}"
    changed = [name for name, state in baseline.files.items() if files[name] != state]
    if changed:
        return f"{len(changed)} of its files were modified, for example {min(changed)}"
    return None


def choose_evictions(entries: Sequence[CacheEntry], *, limit_bytes: int) -> list[CacheEntry]:
    """Return the baselines to remove so that the cache keeps its limit, least recently used first.

    A baseline that a world may be reset to stays, even if the cache then exceeds its limit.
    """
    excess = sum(entry.size_bytes for entry in entries) - limit_bytes
    evictions = []
    for entry in sorted(entries, key=lambda entry: entry.used_at):
        if excess <= 0:
            break
        if not entry.users:
            evictions.append(entry)
            excess -= entry.size_bytes
    return evictions
