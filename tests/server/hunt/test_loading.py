"""What a dump says about its session, order and triggers: the world holds what a client makes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.options import LoadOptions
from tests.server.load_server import LoadServer

Load = Callable[..., Ledger]


@pytest.fixture
def load(world: LoadServer, hunt_source: Callable[[str], Path]) -> Load:
    """Loads one input; with `everything_is_large`, each table goes the fast way."""

    def load(name: str, *, everything_is_large: bool = False, **options: object) -> Ledger:
        (dump,) = hunt_source(name).iterdir()
        size = {"large_table_bytes": 0} if everything_is_large else {}
        return world.load(dump, LoadOptions(**size, **options))  # type: ignore[arg-type] # by name

    return load


def damage(ledger: Ledger) -> set[str]:
    """Return the damage rules that were used."""
    return {use.rule for use in ledger.rules if use.effect.startswith("fails")}


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        (
            "adversary/f02",
            "SELECT GROUP_CONCAT(d ORDER BY id) FROM game.t WHERE id IN (1, 2, 3)",
            "-1.00,7.50,11.55",
        ),
        ("adversary/f04", "SELECT n FROM game.t WHERE id = 1", "Montag"),
        (
            "adversary/f05",
            "SELECT UNIX_TIMESTAMP(d) FROM game.t WHERE id = 1",
            1718745308,
        ),
        ("adversary/f10", "SELECT COUNT(*) FROM game.c", 0),
        ("adversary/f11", "SELECT COUNT(*) FROM game.c", 1),
        (
            "adversary/f27",
            "SELECT database_collation FROM information_schema.triggers WHERE trigger_name = 'tr'",
            "latin1_swedish_ci",
        ),
        ("more/trigger_before_rows", "SELECT COUNT(*) FROM shop.log", 2),
    ],
)
def test_the_world_holds_what_a_client_makes(
    load: Load, world: LoadServer, name: str, question: str, answer: object, is_large: bool
) -> None:
    ledger = load(name, everything_is_large=is_large)
    assert find_imbalances(ledger) == []
    assert world.ask(question) == answer


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("adversary/f03", {"characters-lost"}),
        ("adversary/f08", {"value-cut", "value-invalid"}),
        ("adversary/f12", {"transaction-open"}),
        ("adversary/f16", {"duplicate-rows"}),
    ],
)
def test_the_world_fails_for_what_the_dump_loses(
    load: Load, name: str, rules: set[str], is_large: bool
) -> None:
    ledger = load(name, everything_is_large=is_large)
    assert damage(ledger) == rules
    problems = {problem.split(":")[0] for problem in find_imbalances(ledger)}
    assert problems == {f"rule {rule}" for rule in rules}
    assert find_imbalances(replace(ledger, allowed=tuple(rules))) == []


def test_rows_by_triggers_are_listed_apart(load: Load) -> None:
    ledger = load("more/trigger_before_rows")
    tables = {table.table: table for table in ledger.tables}
    assert (tables["log"].rows_in_dump, tables["log"].by_others, tables["log"].counted) == (0, 2, 2)
    assert tables["fruit"].by_others == 0
