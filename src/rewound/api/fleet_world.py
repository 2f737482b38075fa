"""One world of a fleet, and where it is."""

from dataclasses import dataclass

from rewound.fleet.world import WorldState
from rewound.mysql.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class FleetWorld:
    """One world of a fleet."""

    name: str
    state: WorldState
    """What was true of it when it was looked up."""
    schemas: tuple[str, ...]
    """Its schemas."""
    endpoint: Endpoint
    """Where it is, and the login of `dev`."""

    @property
    def url(self) -> str:
        """The `mysql://` URL of `dev`, who may change everything in the world."""
        return self.endpoint.url(self.schemas[0] if len(self.schemas) == 1 else None)
