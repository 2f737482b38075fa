from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.dump.rules import ALLOWABLE
from rewound.load.ledger import (
    DAMAGING_WARNINGS,
    DumpFacts,
    Ledger,
    RuleCount,
    TableCount,
    WarningCount,
    find_imbalances,
    summarise_rules,
)

AT = datetime(2024, 6, 18, 21, 15, tzinfo=UTC)
FACTS = DumpFacts(
    path=Path("host1.sql.gz"),
    sha256="00",
    file_bytes=1,
    text_bytes=2,
    producer="MySQL dump 10.13",
    source_server="5.7.44",
    completed_at=AT,
    is_whole=True,
    positions=(),
)
BALANCED = Ledger(
    dump=FACTS,
    server_version="9.7.4",
    started_at=AT,
    ended_at=AT,
    statements=3,
    executed={"INSERT": 1},
    rules=(),
    warnings=(),
    unseen_warnings=0,
    schemas=("game",),
    tables=(TableCount("game", "player", 6, 1, 5, 5), TableCount("game", "empty", 0, 0, 0, 0)),
    unfinished_allowed=False,
)


def test_a_load_that_adds_up_has_no_imbalance():
    assert find_imbalances(BALANCED) == []
    assert BALANCED.rows == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schemas": ()}, "no database of its own"),
        ({"dump": replace(FACTS, is_whole=False)}, "cut off"),
        ({"dump": replace(FACTS, is_whole=False), "unfinished_allowed": True}, "cut off"),
        ({"dump": replace(FACTS, is_whole=None)}, "cannot be proved"),
        ({"tables": (TableCount("g", "t", 2, 0, 2, 1),)}, "g.t holds 1 rows where 2 were inserted"),
        ({"tables": (TableCount("g", "t", 1, 0, 1, 2),)}, "g.t holds 2 rows where 1 were inserted"),
        (
            {"tables": (TableCount("g", "t", 0, 0, 0, None),)},
            "g.t was created by the dump and is not",
        ),
        (
            {"tables": (TableCount("g", "t", 3, 0, 2, 2),)},
            "the dump states 3 rows of table g.t where the server took 2",
        ),
        (
            {"tables": (TableCount("g", "t", 2, 1, 2, 2),)},
            "the dump states 2 rows of table g.t where the server took 3",
        ),
        ({"unseen_warnings": 7}, "7 warnings"),
    ],
)
def test_what_does_not_prove_the_dump_is_an_imbalance(changes, words):
    [problem] = find_imbalances(replace(BALANCED, **changes))
    assert words in problem


@pytest.mark.parametrize("number", DAMAGING_WARNINGS)
def test_a_warning_of_a_changed_value_is_an_imbalance(number):
    warning = WarningCount(number, 3, 120, "MySQL's words")
    [problem] = find_imbalances(replace(BALANCED, warnings=(warning,)))
    rule = DAMAGING_WARNINGS[number]
    for part in (f"--allow {rule.name}", "3 times", "line 120", "MySQL's words", str(number)):
        assert part in problem


@pytest.mark.parametrize("number", DAMAGING_WARNINGS)
def test_the_rule_for_a_warning_names_its_number_and_may_be_allowed(number):
    rule = DAMAGING_WARNINGS[number]
    assert str(number) in rule.matches
    assert rule in ALLOWABLE
    ledger = replace(
        BALANCED, warnings=(WarningCount(number, 1, 1, "x"),), allowed=("other", rule.name)
    )
    assert find_imbalances(ledger) == []
    assert find_imbalances(replace(ledger, allowed=("other",))) != []


@pytest.mark.parametrize("number", [1051, 1300, 1681, 3719])
def test_other_warnings_are_none(number):
    warning = WarningCount(number, 1, 1, "x")
    assert find_imbalances(replace(BALANCED, warnings=(warning,))) == []


def test_a_dump_whose_end_cannot_be_proved_may_be_accepted():
    facts = replace(FACTS, is_whole=None)
    assert find_imbalances(replace(BALANCED, dump=facts, unfinished_allowed=True)) == []


def test_all_imbalances_are_named():
    broken = replace(
        BALANCED,
        dump=replace(FACTS, is_whole=False),
        tables=(TableCount("g", "a", 1, 0, 1, 0), TableCount("g", "b", 1, 0, 1, None)),
        unseen_warnings=1,
    )
    assert len(find_imbalances(broken)) == 4


def test_rules_are_summarised_with_the_most_used_first():
    rules = (RuleCount("a", "x", 1, 1, ""), RuleCount("b", "x", 3, 1, ""))
    assert summarise_rules(rules) == "b 3, a 1"
    assert summarise_rules(()) == ""
