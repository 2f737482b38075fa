"""The engine of a fleet, recorded so that the same one can be used again."""

import enum
from dataclasses import dataclass


class EngineKind(enum.Enum):
    """A way of making servers."""

    PROCESS = "process"
    DOCKER = "docker"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine, and the MySQL that its servers run."""

    kind: EngineKind
    mysql: str
    """What the user calls it: a name of `rewound server list`, or that of an image."""
    build: str
    """What distinguishes it from another of that name: an image's id; otherwise the name."""
    version: str
    """The server's version."""
    address: str | None = None
    """Where the Docker daemon listens."""
    memory_limit_bytes: int | None = None
    """The most that the container of a server may take, where the user said so."""
