"""Who watches a fleet come up, from the choice of dumps to the last world."""

from typing import Protocol

from rewound.catalog import Catalog, Choice
from rewound.engine.protocol import PullStep
from rewound.fleet.restore_context import Observer


class UpObserver(Observer, Protocol):
    """What front ends show of `up` and of a drill."""

    def narrate(self, text: str) -> None:
        """Take note of a line for people."""

    def dumps_chosen(self, catalog: Catalog, choice: Choice) -> None:
        """Take note of the choice of dumps, before anything starts."""

    def image_pulled(self, step: PullStep) -> None:
        """Take note of how far an image is pulled."""
