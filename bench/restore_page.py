"""The page about restores: a table of costs for each scenario, and the goals."""

import os
import statistics
from collections.abc import Callable, Sequence

from bench.goals import Results, own_cpu_s, server_cpu_s, server_pss_mb, wall_s
from bench.measuring import Cost
from bench.page import BUSY_SHARE, Page, show_number
from bench.scenarios import WAYS, Scenario
from bench.workload import Dump

_COLUMNS: dict[str, Callable[[Cost], float]] = {
    "mysqld CPU s": server_cpu_s,
    "own CPU s": own_cpu_s,
    "other CPU s": lambda cost: cost.other_cpu_s,
    "mysqld MB": lambda cost: cost.server_peak_bytes / 1e6,
    "own MB": lambda cost: cost.own_peak_bytes / 1e6,
    "MB written": lambda cost: cost.written_bytes / 1e6,
    "PSS MB": server_pss_mb,
}


def add_introduction(page: Page, runs: int, absent: Sequence[str], *, is_trial: bool) -> None:
    """Say what the tables mean, and what is not in them."""
    if is_trial:
        page.add("**A trial with small dumps: the goals are meant for large ones.**")
    page.add(
        f"The medians of {runs} runs, where no other number is given; the ways took turns."
        " [README.md](README.md) says what each does. “own” is everything that is not mysqld:"
        " `rewound`, or `zcat` and `mysql`; “other” is the rest of the machine, kernel threads"
        " included. “mysqld MB” and “own MB” are the most resident memory at one moment, all"
        " servers together; “PSS MB” is the proportional set size of one server when all worlds"
        " are ready."
    )
    for text in absent:
        page.add(f"Left out: {text}.")


def add_scenario(page: Page, scenario: Scenario, dumps: Sequence[Dump], results: Results) -> None:
    """Add what one scenario measured, and whether its goals are met."""
    mean_mb = statistics.mean(dump.text_bytes for dump in dumps) / 1e6
    page.add(f"## {scenario.title}")
    page.add(
        f"`--only {scenario.name}`: {mean_mb:.3g} MB of SQL each,"
        f" {sum(dumps[0].rows.values()):,} rows; runs: {max(map(len, results.values()))}."
    )
    share = max(cost.other_cpu_s / cost.wall_s for costs in results.values() for cost in costs)
    if share > BUSY_SHARE * (os.cpu_count() or 1):
        page.add(f"**Other work took {share:.1f} cores during a run: measure again.**")
    header = ["way", "seconds", "lowest to highest", *_COLUMNS]
    page.add_grid(header, [make_row(way, results[way]) for way in scenario.ways if way in results])
    if scenario.goals:
        page.add_grid(
            ["goal", "", "measured", ""], [list(row) for row in judge_goals(scenario, results)]
        )


def make_row(way: str, costs: Sequence[Cost]) -> list[str]:
    """Return the cells of one way."""
    seconds = [cost.wall_s for cost in costs]
    medians = [statistics.median(map(read, costs)) for read in _COLUMNS.values()]
    extremes = f"{show_number(min(seconds))} to {show_number(max(seconds))}"
    name = f"({way}) {WAYS[way]}"
    return [name, show_number(statistics.median(seconds)), extremes, *map(show_number, medians)]


def judge_goals(scenario: Scenario, results: Results) -> list[tuple[str, str, str, str]]:
    """Return each goal with its bound, what was measured, and whether it is met."""
    rows = []
    for goal in scenario.goals:
        value = goal.find_value(results)
        if value is None:
            rows.append((goal.text, goal.show_bound(), "", "not measured"))
        else:
            verdict = "met" if goal.is_met_by(value) else "**missed**"
            rows.append((goal.text, goal.show_bound(), show_number(value), verdict))
    return rows


def describe(cost: Cost) -> str:
    """Return one run's cost on one line."""
    return (
        f"{wall_s(cost):.2f} s, CPU: mysqld {cost.server_cpu_s:.2f} s, own {cost.own_cpu_s:.2f} s,"
        f" other {cost.other_cpu_s:.2f} s;"
        f" memory: mysqld {cost.server_peak_bytes / 1e6:.0f} MB, own"
        f" {cost.own_peak_bytes / 1e6:.0f} MB, PSS {server_pss_mb(cost):.0f} MB;"
        f" written {cost.written_bytes / 1e6:.0f} MB"
    )
