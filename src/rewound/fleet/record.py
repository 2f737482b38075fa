"""The record of a fleet: plain values, which `state` keeps on disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from rewound.command import ProcessIdentity
from rewound.engine.choice import EngineChoice
from rewound.fleet.doors import Sleeping
from rewound.fleet.request import RestoreRequest
from rewound.fleet.world import World

RECORD_FORMAT = 5
"""Of the record; to be raised when older records can no longer be read."""


@dataclass(frozen=True, slots=True)
class FleetRecord:
    """What is remembered of a fleet."""

    format: int
    """Of this file; another one is refused."""
    name: str
    source: str
    """The folder of dumps, or the one dump, that it was made from."""
    target: str | None
    """The target time as the user wrote it; None for the newest dumps."""
    created_at: datetime
    maker: ProcessIdentity
    """The command that made it, or that reset it last."""
    engine: EngineChoice
    """What makes its servers."""
    buffer_pool_bytes: int
    """Of each of its servers."""
    time_zone: str
    """What each of its servers is started in."""
    worlds: Mapping[str, World]
    """By name, in the order of their names."""
    request: RestoreRequest | None = None
    """How they were requested; None if an earlier version created the fleet."""
    sleeping: Sleeping | None = None
    """When they sleep; None if they never do."""
