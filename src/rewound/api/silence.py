"""What watches a verb and reports nothing: a program asks for the result."""

from rewound.catalog import Catalog, Choice, Dump
from rewound.engine.protocol import PullStep
from rewound.fleet.world import WorldState


class Silent:
    """Observes a restore and reports nothing."""

    def dump_tried(self, world: str, dump: Dump) -> None:
        """Ignore it."""

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Ignore it."""

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Ignore it."""

    def world_note(self, world: str, text: str) -> None:
        """Ignore it."""

    def narrate(self, text: str) -> None:
        """Ignore it."""

    def dumps_chosen(self, catalog: Catalog, choice: Choice) -> None:
        """Ignore it."""

    def image_pulled(self, step: PullStep) -> None:
        """Ignore it."""


def ignore(*_: object) -> None:
    """Record nothing."""
