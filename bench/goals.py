"""What is aimed at, and whether it is reached. Pure."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.measuring import Cost

Results = Mapping[str, Sequence[Cost]]
"""The costs of each way of one scenario, run by run."""


def wall_s(cost: Cost) -> float:
    """Return the seconds that one waits."""
    return cost.wall_s


def server_cpu_s(cost: Cost) -> float:
    """Return the CPU seconds of the servers."""
    return cost.server_cpu_s


def own_cpu_s(cost: Cost) -> float:
    """Return the CPU seconds of everything else."""
    return cost.own_cpu_s


def server_pss_mb(cost: Cost) -> float:
    """Return the proportional set size of one server, in MB."""
    return cost.server_pss_bytes / 1e6


@dataclass(frozen=True, slots=True)
class Quantity:
    """One median of one way."""

    way: str
    """The way's letter."""
    read: Callable[[Cost], float]
    """What of its cost."""

    def find(self, results: Results) -> float | None:
        """Return the median over the runs; None where the way was not gone."""
        costs = results.get(self.way)
        return statistics.median(map(self.read, costs)) if costs else None


@dataclass(frozen=True, slots=True)
class Goal:
    """A quantity, or the ratio of two, with its bound."""

    text: str
    """What is aimed at."""
    of: Quantity
    """The quantity."""
    by: Quantity | None = None
    """What it is divided by."""
    at_least: float | None = None
    """The lower bound; where there is none, `at_most` is the bound."""
    at_most: float = 0.0
    """The upper bound."""

    def find_value(self, results: Results) -> float | None:
        """Return what was measured; None where it was not."""
        of = self.of.find(results)
        by = 1.0 if self.by is None else self.by.find(results)
        return None if of is None or not by else of / by

    def is_met_by(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        return value <= self.at_most if self.at_least is None else value >= self.at_least

    def show_bound(self) -> str:
        """Return the bound for people."""
        return f"≤ {self.at_most:g}" if self.at_least is None else f"≥ {self.at_least:g}"


def times_faster(text: str, slow: str, fast: str, *, at_least: float) -> Goal:
    """Aim at one way's taking so many times as long as another."""
    return Goal(text, Quantity(slow, wall_s), Quantity(fast, wall_s), at_least=at_least)
