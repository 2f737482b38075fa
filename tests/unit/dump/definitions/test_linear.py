"""A definition twice as long takes twice the steps: none looks at its tokens for each token."""

from collections.abc import Iterator
from typing import Any

import pytest

from bench.worst_definitions import WORST, Repeated
from rewound.dump.definitions.known_tables import KnownTables
from rewound.dump.definitions.plan import DEFINITIONS, find_refusal, plan_definition_edits
from rewound.dump.judging.judge import LONGEST_DEFINITION_BYTES, Judge
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.text import tokens
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.mentions import read_mentions
from rewound.dump.text.statement import Kind
from rewound.dump.text.statement_parser import parse_statement
from rewound.load.objects import StatedObjects

MODE, VERSION = LexicalMode(), REFERENCE_SERVER.version_number
FEW = 100


class Counted(list[Any]):
    """A list that counts how many of its items are looked at or copied, its copies' too."""

    steps = 0

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        Counted.steps += len(found) if isinstance(place, slice) else 1
        return Counted(found) if isinstance(place, slice) else found

    def __iter__(self) -> Iterator[Any]:
        Counted.steps += len(self)
        return super().__iter__()


def count_steps(text):
    kind = parse_statement(text, MODE, VERSION).kind
    found = Counted(tokens.read_tokens(text, MODE, VERSION))
    Counted.steps = 0
    if find_refusal(found, kind) is None:
        plan_definition_edits(found, kind, REFERENCE_SERVER, MODE)
        read_mentions(found, kind, MODE)
        KnownTables().follow(kind, [("game", "t")], found, MODE)
    return Counted.steps


def is_definition(worst: Repeated) -> bool:
    return parse_statement(worst.make(1), MODE, VERSION).kind in DEFINITIONS


@pytest.mark.parametrize(
    "name",
    [n for n, worst in WORST.items() if is_definition(worst) and n != "comments of six digits"],
)
def test_planning_a_definition_is_linear(name):
    few, many = (count_steps(WORST[name].make(count)) for count in (FEW, 4 * FEW))
    assert many < 6 * few


@pytest.mark.parametrize("name", ["words in a key", "values of an ENUM", "SET"])
def test_a_definition_of_too_many_tokens_is_refused(judge, name, monkeypatch):
    monkeypatch.setattr(tokens, "MOST_TOKENS", 1000)
    assert judge.judge(WORST[name].make(100), 1).refusal is None
    assert judge.judge(WORST[name].make(1000), 1).refusal.rule.name == "too-long"


@pytest.mark.parametrize(
    ("name", "count"), [("words in a key", tokens.MOST_TOKENS), ("names of DROP", 100_001)]
)
def test_too_many_tokens_or_names_fit_into_the_longest_definition(judge, name, count):
    text = WORST[name].make(count)
    assert len(text) < LONGEST_DEFINITION_BYTES
    assert judge.judge(text, 1).refusal.rule.name == "too-long"


def test_a_dump_sets_so_many_user_variables_and_no_more(judge):
    verdicts = [judge.judge(b"SET @a%d = 1" % number, 1) for number in range(501)]
    assert [v.refusal is None for v in verdicts] == [True] * 500 + [False]
    assert judge.judge(b"SET @a0 = 2", 1).refusal is None


def test_dropping_a_table_or_database_forgets_its_objects_and_no_others(profile):
    judge, stated = Judge(profile, default_schema="game"), StatedObjects()
    for text in (
        *(b"CREATE TABLE t (a int)", b"CREATE TABLE u (a int)", b"CREATE VIEW v AS SELECT 1"),
        b"CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
        b"CREATE TRIGGER b BEFORE INSERT ON u FOR EACH ROW SET @a = 1",
        b"CREATE PROCEDURE other.p() SELECT 1",
        *(b"DROP TRIGGER a", b"CREATE TRIGGER a BEFORE INSERT ON u FOR EACH ROW SET @a = 1"),
        b"DROP TABLE t",
    ):
        stated.follow(judge.judge(text, 1))
    names = [each.name for each in stated.compare({})]
    assert names == ["v", "b", "a", "p"]
    for text in (b"DROP TABLE u", b"DROP DATABASE other"):
        stated.follow(judge.judge(text, 1))
    assert [each.name for each in stated.compare({})] == ["v"]
    assert judge.judge(b"DROP TABLE u", 1).kind is Kind.DROP_TABLE
