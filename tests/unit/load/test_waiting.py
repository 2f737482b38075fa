"""For which rows a statement waits."""

import pytest

from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.script import Script
from rewound.load.counters import LoadCounters
from rewound.load.waiting import find_tables_to_wait_for

MADE = """
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE c (id int, FOREIGN KEY (id) REFERENCES p (id));
CREATE TABLE later (id int, FOREIGN KEY (id) REFERENCES missing (id));
CREATE TABLE t (id int, KEY k (id));
"""
ALL = None


@pytest.mark.parametrize(
    ("statement", "unchecked", "checked"),
    [
        *((sql, set(), set()) for sql in ("SET NAMES utf8mb4", "USE g", "COMMIT", "BEGIN")),
        *((sql, set(), set()) for sql in ("CREATE PROCEDURE x() SELECT 1", "DROP FUNCTION x")),
        ("CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW SET @a = 1", set(), set()),
        ("CREATE VIEW v AS SELECT * FROM t", set(), set()),
        ("CREATE VIEW v AS SELECT * FROM t FORCE INDEX (k)", ALL, ALL),
        ("CREATE TABLE n (id int)", {"n"}, {"n"}),
        ("CREATE TABLE n (id int, FOREIGN KEY (id) REFERENCES t (id))", {"n", "t"}, {"n", "t"}),
        ("CREATE TABLE missing (id int PRIMARY KEY)", {"missing", "later"}, {"missing", "later"}),
        ("CREATE TABLE n LIKE t", ALL, ALL),
        ("DROP TABLE IF EXISTS n", {"n"}, {"n"}),
        ("DROP TABLE IF EXISTS t, n", {"t", "n"}, {"t", "n"}),
        *((f"DROP TABLE {name}", ALL, ALL) for name in ("p", "c", "t, c")),
        *((f"{verb} INTO t VALUES (1)", {"t"}, ALL) for verb in ("INSERT", "REPLACE")),
        ("INSERT INTO view_or_nothing VALUES (1)", ALL, ALL),
        *((sql, ALL, ALL) for sql in ("DELETE FROM t", "TRUNCATE t", "DROP DATABASE g")),
        *((sql, ALL, ALL) for sql in ("CREATE INDEX i ON t (id)", "ALTER DATABASE g COLLATE x")),
        ("ALTER TABLE t COMMENT 'x'", ALL, ALL),
        ("LOCK TABLES t READ LOCAL", ALL, ALL),
    ],
)
def test_what_a_statement_waits_for(
    statement: str, unchecked: set[str] | None, checked: set[str] | None
) -> None:
    counters = LoadCounters()
    script = Script(REFERENCE_SERVER, schema="g")
    *_, last = script.iter_verdicts([f"USE g;{MADE}{statement};\n".encode()])
    for verdict in Script(REFERENCE_SERVER, schema="g").iter_verdicts([f"USE g;{MADE}".encode()]):
        counters.add_statement(verdict)

    def names(*, checks: bool) -> set[str] | None:
        found = find_tables_to_wait_for(last, counters, lambda: checks)
        return None if found is None else {name for _, name in found}

    assert (names(checks=False), names(checks=True)) == (unchecked, checked)
