"""Where rows can get to without being stated."""

from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.script import Script
from rewound.load.references import References

TABLES = {("g", name) for name in ("p", "c", "gc", "log", "t", "far")}


def references(*statements: str) -> References:
    made = References()
    for verdict in Script(REFERENCE_SERVER, schema="g").iter_verdicts(
        [";;\n".join(["DELIMITER ;;\nUSE g", *statements]).encode() + b";;\n"]
    ):
        made.follow(verdict)
    return made


TREE = (
    "CREATE TABLE c (p int, FOREIGN KEY (p) REFERENCES p (id))",
    "CREATE TABLE gc (c int)",
    "ALTER TABLE gc ADD FOREIGN KEY (c) REFERENCES g.c (id)",
)


def trigger(table: str, body: str) -> str:
    return f"CREATE TRIGGER tr_{table} AFTER INSERT ON {table} FOR EACH ROW {body}"


def reached(*statements: str, fired: str, others: frozenset[str] = frozenset()) -> set[str]:
    found = references(*statements).written_by_triggers([("g", fired)], TABLES, others)
    return {name for _, name in found}


def test_foreign_keys_are_followed_step_by_step() -> None:
    made = references(*TREE)
    assert made.below([("g", "p")]) == {("g", "c"), ("g", "gc")}
    assert made.around(("g", "c")) == {("g", "p"), ("g", "gc")}
    made.rename(("g", "c"), ("g", "new"))
    assert made.below([("g", "p")]) == {("g", "new"), ("g", "gc")}
    assert references(*TREE, "DROP TABLE c").below([("g", "p")]) == set()
    itself = references("CREATE TABLE t (up int, FOREIGN KEY (up) REFERENCES t (id))")
    assert itself.around(("g", "t")) == set()


def test_a_trigger_reaches_the_tables_it_names_and_those_that_depend_on_them() -> None:
    assert "log" in reached(trigger("t", "INSERT INTO log VALUES (1)"), fired="t")
    assert "far" not in reached(trigger("t", "INSERT INTO log VALUES (1)"), fired="t")
    assert reached(*TREE, trigger("t", "DELETE FROM `P`"), fired="t") >= {"p", "c", "gc"}
    assert reached(trigger("t", "INSERT INTO log VALUES (1)"), fired="log") == set()


def test_a_trigger_fires_the_triggers_of_what_it_fills() -> None:
    chain = (trigger("t", "INSERT INTO log SET a = 1"), trigger("log", "DELETE FROM far"))
    assert reached(*chain, fired="t") >= {"log", "far"}


def test_a_trigger_that_calls_something_may_reach_everything() -> None:
    everything = {name for _, name in TABLES}
    assert reached(trigger("t", "CALL work()"), fired="t") == everything
    assert reached(trigger("t", "SET @a = f(1)"), fired="t", others=frozenset({"f"})) == everything
