"""Whether the rows of a script are committed when it ends."""

import pytest

from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.table import TRANSACTION_OPEN
from rewound.dump.script import Script

ROW = "INSERT INTO g.t VALUES (1)"


def open_since(*statements: str) -> int | None:
    """Return the line from which on rows are not committed."""
    tables = b"CREATE TABLE g.t (a int); CREATE TABLE g.u (a int); "
    text = tables + ";\n".join(statements).encode() + b";\n"
    verdicts = list(Script(REFERENCE_SERVER, schema="g").iter_verdicts([text]))
    assert not any(verdict.refusal for verdict in verdicts)
    used = [v.line for v in verdicts for use in v.uses if use.rule is TRANSACTION_OPEN]
    return used[0] if used else None


@pytest.mark.parametrize(
    ("statements", "line"),
    [
        ((ROW,), None),
        (("BEGIN", ROW), 2),
        (("START TRANSACTION", ROW, "COMMIT"), None),
        (("START TRANSACTION WITH CONSISTENT SNAPSHOT", ROW), 2),
        (("BEGIN", ROW, "BEGIN"), None),
        (("BEGIN", ROW, "COMMIT AND CHAIN", ROW), 4),
        (("BEGIN", ROW, "COMMIT AND NO CHAIN", ROW), None),
        (("BEGIN", ROW, "/*!40000 COMMIT */"), None),
        (("SET autocommit=0", ROW), 2),
        (("SET AUTOCOMMIT = OFF", ROW, "COMMIT", ROW), 4),
        (("SET autocommit=0", "DELETE FROM g.t"), 2),
        (("SET autocommit=0", ROW, "SET autocommit=1"), None),
        (("SET autocommit=0", "BEGIN", ROW, "SET autocommit=1"), None),
        (("BEGIN", ROW, "SET autocommit=1"), 2),
        (("SET @old=@@autocommit, autocommit=0", ROW, "SET autocommit=@old"), None),
        (("SET autocommit=0", ROW, "SET autocommit=DEFAULT"), None),
        (("SET autocommit=@@global.autocommit", ROW), 2),
        (("SET autocommit=0", ROW, "CREATE TABLE g.u (a int)"), None),
        (("SET autocommit=0", ROW, "LOCK TABLES g.t WRITE", ROW), 4),
        (("SET autocommit=0", "LOCK TABLES g.t WRITE", ROW, "UNLOCK TABLES"), None),
        (("SET autocommit=0", ROW, "UNLOCK TABLES"), 2),
        (("SET autocommit=0", "LOCK TABLES g.t WRITE", "BEGIN", ROW, "UNLOCK TABLES"), 4),
        (("SET autocommit=0", ROW, "GRANT SELECT ON g.t TO x"), None),
        (("SET autocommit=0", "INSERT INTO mysql.user VALUES (1)", "SET NAMES utf8mb4"), None),
        (("SET autocommit=0", ROW, "CHECKSUM TABLE g.t"), 2),
        (("SET autocommit=0", ROW, "/*!50000 CHECKSUM */ TABLES g.t, g.u QUICK"), 2),
        (("SET autocommit=0", ROW, "ANALYZE TABLE g.t"), None),
        (("BEGIN", ROW, "USE g", "SET foreign_key_checks=1"), 2),
    ],
)
def test_what_is_left_open_is_known(statements: tuple[str, ...], line: int | None) -> None:
    assert open_since(*statements) == line
