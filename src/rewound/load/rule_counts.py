"""Counting the uses of rules during a load, and listing them for the ledger.

Each rule is counted however often it is used. Its uses are listed up to a limit, so that neither
memory nor the ledger grows with a dump: a rule takes 0.3 MB at most.
"""

from dataclasses import dataclass, field, replace

from rewound.dump.rules.table import Effect, Rule
from rewound.dump.rules.verdict import RuleUse
from rewound.load.ledger import ListedUse, RuleCount

MOST_LISTED = 1_000
"""How many uses of one rule are listed."""
_LONGEST_DETAIL = 200


@dataclass(slots=True)
class RuleCounts:
    """The running counts of one load. Not thread-safe."""

    _counts: dict[str, RuleCount] = field(default_factory=dict)
    _listed: dict[str, list[ListedUse]] = field(default_factory=dict)

    def add(self, use: RuleUse, line: int) -> None:
        """Count one use of a rule at a line of the dump."""
        name = use.rule.name
        one = RuleCount(name, use.rule.effect.value, 1, line, use.detail)
        known = self._counts.get(name, replace(one, count=0))
        # Workers may reach a later line before an earlier one.
        first = one if line < known.first_line else known
        self._counts[name] = replace(first, count=known.count + 1)
        # What is done in a faster way changes no statement.
        if use.rule.effect is not Effect.FASTER and known.count < MOST_LISTED:
            self._listed.setdefault(name, []).append(ListedUse(line, _shorten(use.detail)))

    def has(self, rule: Rule) -> bool:
        """Tell whether a rule was used so far."""
        return rule.name in self._counts

    def in_order(self) -> tuple[RuleCount, ...]:
        """Return the rules in the order of their first use in the dump, each with its uses."""
        counts = sorted(self._counts.values(), key=lambda count: count.first_line)
        return tuple(replace(count, uses=self._uses_of(count.rule)) for count in counts)

    def _uses_of(self, name: str) -> tuple[ListedUse, ...]:
        return tuple(sorted(self._listed.get(name, ()), key=lambda use: use.line))


def _shorten(detail: str) -> str:
    return detail if len(detail) <= _LONGEST_DETAIL else detail[:_LONGEST_DETAIL] + "…"
