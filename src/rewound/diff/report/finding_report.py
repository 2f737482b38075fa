"""What stands out, in words and with the command that shows the details. Pure."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rewound.diff.report.findings import Finding, Measure
from rewound.worlds.folding import fold_worlds


@dataclass(frozen=True, slots=True)
class FindingReport:
    """Something that stands out."""

    worlds: list[str]
    """Those that are unlike the others, all in the same direction."""
    schema: str | None
    table: str | None
    column: str | None
    measure: str
    values: list[float]
    """Of each of them."""
    low: float
    """The lowest of the worlds that do not stand out."""
    high: float
    score: float
    """How many usual spreads the farthest is from the median of all worlds."""
    text: str
    """It in words."""
    command: str
    """What shows it again."""
    is_further: bool = False
    """Whether stronger findings are about its worlds, so that it is shown on request only."""


def report_finding(
    finding: Finding,
    command: str,
    table_options: Sequence[str] = (),
    *,
    is_further: bool = False,
) -> FindingReport:
    """Return a finding as plain values; `command` is the command that repeats the comparison.

    `table_options` are arguments that it takes only if it names a table.
    """
    schema, table = finding.table or (None, None)
    parts = [command, "--worlds", quote_pattern(fold_worlds(finding.worlds))]
    if table is not None:
        parts += ["--table", quote_pattern(f"{schema}.{table}"), *map(shlex.quote, table_options)]
    if finding.column is not None:
        parts += ["--columns", quote_pattern(finding.column)]
    return FindingReport(
        list(finding.worlds),
        schema,
        table,
        finding.column,
        finding.measure.value,
        list(finding.values),
        finding.low,
        finding.high,
        finding.score,
        describe(finding),
        " ".join([*parts, "--rows 10"] if table is not None else parts),
        is_further,
    )


def quote_pattern(name: str) -> str:
    """Return any name from a dump as one word for a shell.

    It is pasted into terminals, so each unprintable character becomes the pattern `?`, which
    stands for any character.
    """
    return shlex.quote("".join(char if char.isprintable() else "?" for char in name))


def describe(finding: Finding) -> str:
    """Return a finding in words."""
    worlds = fold_worlds(finding.worlds, separator=", ")
    if finding.table is None:
        whose = "its" if len(finding.worlds) == 1 else "their"
        return f"{worlds}: {whose} definitions changed differently from those of the others"
    place = ".".join([finding.table[1], *([finding.column] if finding.column else [])])
    own = _show_range(min(finding.values), max(finding.values), finding.measure)
    others = _show_range(finding.low, finding.high, finding.measure)
    return f"{worlds}: {_WORDS[finding.measure].format(place, own)}; elsewhere {others}"


_WORDS = {
    Measure.MEAN_CHANGE: "where {} changed, the average change is {}",
    Measure.SHARE_CHANGED: "{} changed in {} of the rows",
    Measure.SHARE_ROSE: "where {} changed, {} of the values rose",
    Measure.SHARE_ADDED: "{} gained {} more rows",
    Measure.SHARE_REMOVED: "{} lost {} of its rows",
}


def _show_range(low: float, high: float, measure: Measure) -> str:
    write = show_change if measure is Measure.MEAN_CHANGE else "{:.1%}".format
    texts = write(low), write(high)
    return texts[0] if texts[0] == texts[1] else f"{texts[0]} to {texts[1]}"


def show_change(number: int | float | Decimal) -> str:
    """Return a change for people: with its sign, and no more digits than one can use."""
    if 0 < abs(float(number)) < _SMALL:
        return f"{number:+.2g}"
    return f"{number:+,.2f}"


_SMALL = 0.1
"""Smaller changes are shown by their first digits, as two decimals would leave little of them."""
