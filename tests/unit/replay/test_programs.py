"""What may run inside of a statement that is executed again."""

import pytest

from rewound.replay.programs import Program, Programs
from rewound.replay.statement_replay import find_limit


def make(kind: str, name: str, body: str | None, *, on: str = "", sql_mode: str = "") -> Program:
    table, _, event = on.partition(" ")
    return Program(kind, "game", name, body, sql_mode, table, event)


PROGRAMS = Programs(
    [
        make("function", "twice", "RETURN x * 2"),
        make("function", "Nap", "BEGIN DO SLEEP(1); RETURN 1; END"),
        make("function", "via", "RETURN twice(nap(1))"),
        make("procedure", "log_it", "INSERT INTO history VALUES (@@hostname)"),
        make("trigger", "noted", "CALL log_it()", on="player INSERT"),
        make("trigger", "gone", "SET @x = UUID()", on="item DELETE"),
        make("view", "who", "select user() AS `u` from `game`.`player`"),
        make("view", "plain", "select `version`.`uuid` from `game`.`version`"),
        make("function", "hidden", None),
        make("function", "odd", "RETURN 'x"),
        make("function", "ansi", 'RETURN "sleep"(1)', sql_mode="ANSI_QUOTES"),
        make("function", "text", "RETURN CONCAT('sleep(1)', \"uuid()\")"),
    ],
    90704,
)


@pytest.mark.parametrize(
    ("names", "run", "hazard"),
    [
        ("update t", [], None),
        ("update t twice", ["twice"], None),
        ("update t nap", ["Nap"], "it may run function game.Nap, which calls SLEEP"),
        ("insert t via", ["via", "Nap", "twice"], "function game.Nap, which calls SLEEP"),
        ("insert player", ["noted", "log_it"], "procedure game.log_it, which reads @@hostname"),
        ("update player", [], None),
        ("insert item", [], None),
        ("delete item", ["gone"], "trigger game.gone, which calls UUID"),
        ("replace item", ["gone"], "trigger game.gone, which calls UUID"),
        ("update who", ["who"], "view game.who, which calls USER"),
        ("update plain", ["plain"], None),
        ("update hidden", ["hidden"], "function game.hidden, which cannot be read"),
        ("update odd", ["odd"], "function game.odd, which cannot be read: "),
        ("update ansi", ["ansi"], "function game.ansi, which calls SLEEP"),
        ("update text", ["text"], None),
    ],
)
def test_programs_are_judged_as_the_statement_is(
    names: str, run: list[str], hazard: str | None
) -> None:
    found = PROGRAMS.find_run(set(names.split()))
    assert [program.name for program in found] == run
    told = PROGRAMS.find_hazard(found)
    assert told == hazard or (hazard and told and hazard in told)


def test_a_statement_may_take_ten_times_as_long_and_no_more_than_an_hour() -> None:
    assert [find_limit(took_s) for took_s in (0, 30, 4_000_000_000)] == [300, 600, 3600]
