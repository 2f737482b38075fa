"""In which order findings are shown, so that one world cannot hide the others. Pure."""

from collections import Counter
from collections.abc import Iterable

from rewound.diff.report.findings import Finding

MOST_OF_A_WORLD = 2
"""How many findings about a world come before those about others."""


def arrange(findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
    """Split findings into those to show first and the further ones; both keep their order.

    A finding is a further one if MOST_OF_A_WORLD earlier ones are about each of its worlds.
    """
    first: list[Finding] = []
    further: list[Finding] = []
    told: Counter[str] = Counter()
    for finding in findings:
        if all(told[world] >= MOST_OF_A_WORLD for world in finding.worlds):
            further.append(finding)
        else:
            first.append(finding)
            told.update(finding.worlds)
    return first, further
