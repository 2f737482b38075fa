from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rewound.dump.rules.table import ALLOWABLE
from rewound.load.dump_facts import DumpFacts
from rewound.load.ledger import (
    ForeignKeys,
    Ledger,
    RuleCount,
    StoredObject,
    TableCount,
    WarningCount,
    describe_imbalances,
    find_imbalances,
    summarise_rules,
)

AT = datetime(2024, 6, 18, 21, 15, tzinfo=UTC)
FACTS = DumpFacts(
    path="host1.sql.gz",
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
    objects=(StoredObject("view", "game", "v", is_there=True, is_broken=True),),
    foreign_keys=ForeignKeys(count=2),
    unfinished_allowed=False,
)


def test_a_load_that_adds_up_has_no_imbalance():
    assert find_imbalances(BALANCED) == []
    assert BALANCED.rows == 5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schemas": ()}, "contain no database"),
        ({"dump": replace(FACTS, is_whole=False)}, "cut off"),
        ({"dump": replace(FACTS, is_whole=False), "unfinished_allowed": True}, "cut off"),
        ({"dump": replace(FACTS, is_whole=None)}, "cannot be proven"),
        (
            {"tables": (TableCount("g", "t", 2, 0, 2, 1),)},
            "the server accepted 2 rows of table g.t, which contains 1",
        ),
        (
            {"tables": (TableCount("g", "t", 1, 0, 1, 2),)},
            "the server accepted 1 row of table g.t, which contains 2",
        ),
        (
            {"tables": (TableCount("g", "t", 0, 0, 0, None),)},
            "g.t was created by the dump but does not exist",
        ),
        (
            {"tables": (TableCount("g", "t", 3, 0, 2, 2),)},
            "the dump contains 3 rows of table g.t, but the server accepted 2",
        ),
        (
            {"tables": (TableCount("g", "t", 2, 1, 2, 2),)},
            "the dump contains 2 rows of table g.t, but the server accepted 3",
        ),
        (
            {"objects": (StoredObject("event", "game", "e", is_there=False),)},
            "event game.e was created by the dump but does not exist",
        ),
        (
            {"tables": (TableCount("g", "t", 1, 0, 1, 1, 100, 2),)},
            "AUTO_INCREMENT of table g.t is 2, but 100 in the dump",
        ),
        (
            {"foreign_keys": ForeignKeys(1, is_checked=True, broken=("fk of table g.t: 2 rows",))},
            "foreign key fk of table g.t: 2 rows",
        ),
        ({"unseen_warnings": 7}, "7 warnings"),
    ],
)
def test_what_does_not_prove_the_dump_is_an_imbalance(changes, words):
    [problem] = find_imbalances(replace(BALANCED, **changes))
    assert words in problem


@pytest.mark.parametrize("rule", ALLOWABLE, ids=lambda rule: rule.name)
def test_damage_is_an_imbalance_unless_its_rule_is_allowed(rule):
    use = RuleCount(rule.name, rule.effect.value, 3, 120, "MySQL's words")
    ledger = replace(BALANCED, rules=(RuleCount("definer", "rewritten", 1, 1, "v"), use))
    [problem] = find_imbalances(replace(ledger, allowed=("other",)))
    for part in (f"--allow {rule.name}", "3 times", "line 120", "MySQL's words"):
        assert part in problem
    assert find_imbalances(replace(ledger, allowed=("other", rule.name))) == []


def test_other_warnings_are_none():
    warnings = tuple(WarningCount(number, 1, 1, "x") for number in (1051, 1300, 1681, 3719))
    assert find_imbalances(replace(BALANCED, warnings=warnings)) == []


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


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, ""),
        (
            {"dump": replace(FACTS, is_whole=False)},
            "the closing line (-- Dump completed) is missing after 2 bytes of text: the dump is cut"
            " off",
        ),
        (
            {"unmet": ("--only-table plyer",)},
            "nothing in this dump matches --only-table plyer",
        ),
        (
            {"unseen_warnings": 1, "objects": (StoredObject("view", "g", "v", False, False),)},
            "the ledger does not balance: view g.v was created by the dump but does not exist;"
            " 1 warning of the server could not be read",
        ),
        (
            {"foreign_keys": ForeignKeys(1, is_checked=True, broken=("f of table g.c: 1 row",))},
            "rows break foreign keys: foreign key f of table g.c: 1 row",
        ),
        (
            {
                "dump": replace(FACTS, is_whole=False),
                "rules": (RuleCount("number-clipped", "damage", 2, 9, "300 as 127"),),
            },
            "the closing line (-- Dump completed) is missing after 2 bytes of text: the dump is cut"
            " off; the world would differ from the dump: rule number-clipped: 300 as 127 (2 times,"
            " first at line 9); --allow number-clipped accepts that the server stores the nearest"
            " number in range",
        ),
    ],
)
def test_only_findings_of_a_ledger_are_called_so(changes: dict[str, Any], text: str):
    assert describe_imbalances(replace(BALANCED, **changes)) == text


def test_rules_are_summarised_with_the_most_used_first():
    rules = (RuleCount("a", "x", 1, 1, ""), RuleCount("b", "x", 3, 1, ""))
    assert summarise_rules(rules) == "b 3, a 1"
    assert summarise_rules(()) == ""
