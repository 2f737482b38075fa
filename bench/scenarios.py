"""What is restored, which ways are gone, and what is aimed at."""

from dataclasses import dataclass

from bench.goals import (
    Goal,
    Quantity,
    own_cpu_s,
    server_cpu_s,
    server_pss_mb,
    times_faster,
    wall_s,
)
from bench.workload import Shape

WAYS = {
    "a": "stock server, `zcat \\| mysql`",
    "b": "tuned server, `zcat \\| mysql`",
    "m": "tuned server, `myloader`, 2 threads each",
    "p": "`rewound up --load plain`",
    "c": "`rewound up`, cold",
    "d": "`rewound up`, from baselines",
    "e": "`rewound reset`",
}
"""The letter of each way, in the order in which they are gone."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Some worlds of one shape."""

    name: str
    """What `--only` calls it."""
    title: str
    """Its heading."""
    shape: Shape
    """The shape of its dumps."""
    worlds: int
    """How many there are, all at once."""
    size_mb: float
    """How long the SQL of each dump is."""
    ways: str
    """The letters of the ways, in order."""
    goals: tuple[Goal, ...]
    """What is aimed at."""
    most_runs: int = 100
    """How often each way is gone at the most."""


COLD_CPU = Quantity("c", server_cpu_s)
STOCK_CPU = Quantity("a", server_cpu_s)
SERVER_CPU = Goal("mysqld's CPU, cold, over that of (a)", COLD_CPU, STOCK_CPU, at_most=0.34)
OWN_CPU = Goal("own CPU, cold, over mysqld's", Quantity("c", own_cpu_s), COLD_CPU, at_most=0.10)
WARM = Goal("seconds from baselines", Quantity("d", wall_s), at_most=1.5)
RESET = Goal("seconds of `reset`", Quantity("e", wall_s), at_most=1.5)
PSS = Goal("MB of a server, PSS", Quantity("d", server_pss_mb), at_most=120)


def list_scenarios(size_mb: float, small_mb: float, many: tuple[int, int]) -> list[Scenario]:
    """Return all scenarios; `many` are the numbers of small worlds."""
    few, all_small = many
    return [
        Scenario(
            "four",
            "Four worlds of a game",
            Shape.GAME,
            4,
            size_mb,
            "abcde",
            (
                times_faster("cold, times faster than (a)", "a", "c", at_least=3.0),
                times_faster("cold, times faster than (b)", "b", "c", at_least=2.1),
                SERVER_CPU,
                OWN_CPU,
            ),
        ),
        Scenario(
            "one",
            "One world of a game",
            Shape.GAME,
            1,
            size_mb,
            "abmpcde",
            (
                times_faster("cold, times faster than (a)", "a", "c", at_least=3.5),
                OWN_CPU,
                WARM,
                RESET,
            ),
        ),
        Scenario(
            "giant",
            "One table with nothing but a primary key",
            Shape.GIANT,
            1,
            size_mb / 2,
            "abpcde",
            (times_faster("cold, times faster than (a)", "a", "c", at_least=2.0),),
        ),
        Scenario(
            "no_load_data",
            "Rows that LOAD DATA cannot read",
            Shape.NO_LOAD_DATA,
            1,
            size_mb / 2,
            "abpcde",
            (times_faster("cold, times faster than (b)", "b", "c", at_least=1.2),),
        ),
        Scenario("small", f"{few} small worlds", Shape.GAME, few, small_mb, "acde", ()),
        Scenario(
            "many",
            f"{all_small} small worlds",
            Shape.GAME,
            all_small,
            small_mb,
            "cde",
            (Goal("seconds from baselines", Quantity("d", wall_s), at_most=90), PSS),
            most_runs=1,
        ),
    ]
