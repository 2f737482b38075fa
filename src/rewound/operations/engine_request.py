"""What the user wants of the engine of a new fleet. Pure."""

from dataclasses import dataclass

from rewound.engine.choice import EngineKind
from rewound.errors import UsageError

AUTO = "auto"
MATCH = "match"
"""The server of the dumps' own release."""


@dataclass(frozen=True, slots=True)
class EngineRequest:
    """What the user wants of the engine."""

    engine: str = AUTO
    """`auto`, or the value of an `EngineKind`."""
    server: str = AUTO
    """`auto`, `match`, or a name of `list_servers`."""
    image: str | None = None
    """An image of MySQL, for the docker engine."""
    memory_limit_bytes: int | None = None
    """The most that the container of a server may take."""

    def require_sense(self) -> None:
        """Raise UsageError if options are mutually exclusive."""
        if self.image is not None and self.server != AUTO:
            raise UsageError(
                "--image and --server are mutually exclusive", hint="use only one of them"
            )
        if self.engine == EngineKind.DOCKER.value and self.server not in (AUTO, MATCH):
            raise UsageError(
                f"the docker engine cannot run the server {self.server}",
                hint="use an image: --image mysql:8.4",
            )
        if self.engine == EngineKind.PROCESS.value and self.is_for_docker:
            raise UsageError(
                "--image and --memory-limit require containers", hint="use --engine docker"
            )

    @property
    def is_for_docker(self) -> bool:
        """Whether only the docker engine can fulfil it."""
        return (
            self.engine == EngineKind.DOCKER.value
            or self.image is not None
            or self.memory_limit_bytes is not None
        )
