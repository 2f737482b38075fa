from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse
from rewound.load.ledger import ListedUse, RuleCount
from rewound.load.rule_counts import MOST_LISTED, RuleCounts


def test_each_use_is_listed_in_the_order_of_lines_whoever_comes_first():
    counts = RuleCounts()
    for line, name in ((9, "v"), (3, "u"), (5, "w")):
        counts.add(RuleUse(rules.DEFINER, name), line)
    uses = (ListedUse(3, "u"), ListedUse(5, "w"), ListedUse(9, "v"))
    assert counts.in_order() == (RuleCount("definer", "rewritten", 3, 3, "u", uses),)


def test_what_is_listed_is_bounded_and_what_is_counted_is_not():
    counts = RuleCounts()
    for line in range(1, MOST_LISTED + 501):
        counts.add(RuleUse(rules.FLUSH, "x" * 1000), line)
    [found] = counts.in_order()
    assert found.count == MOST_LISTED + 500
    assert [use.line for use in found.uses] == [*range(1, MOST_LISTED + 1)]
    assert {use.detail for use in found.uses} == {"x" * 200 + "…"}
    assert found.first_detail == "x" * 1000


def test_what_is_done_in_a_faster_way_is_counted_without_a_list():
    counts = RuleCounts()
    counts.add(RuleUse(rules.ROWS_AS_FIELDS, "game.t"), 1)
    assert counts.in_order() == (
        RuleCount("rows-as-fields", rules.ROWS_AS_FIELDS.effect.value, 1, 1, "game.t"),
    )
    assert counts.has(rules.ROWS_AS_FIELDS)
    assert not counts.has(rules.FLUSH)
