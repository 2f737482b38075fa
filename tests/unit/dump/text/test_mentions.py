"""What definitions say of other tables."""

import pytest

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.mentions import NONE, Mentions, read_mentions
from rewound.dump.text.statement import Name
from rewound.dump.text.statement_parser import parse_statement
from rewound.dump.text.tokens import iter_tokens

VERSION = 90704


def read(text: str) -> Mentions:
    mode = LexicalMode()
    statement = parse_statement(text.encode(), mode, VERSION)
    return read_mentions(list(iter_tokens(statement.text, mode, VERSION)), statement.kind, mode)


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("CREATE TABLE t (a int REFERENCES `p` (id), s text DEFAULT 'REFERENCES x')", ["p"]),
        ("CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES `d`.`p` (a))", ["d.p"]),
        (
            "/*!40101 CREATE TABLE*/ t (a int, FOREIGN KEY (a) REFERENCES p (a),"
            " FOREIGN KEY (b) REFERENCES q (b))",
            ["p", "q"],
        ),
        ("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES p (a)", ["p"]),
        ("ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE d.x WITHOUT VALIDATION", ["d.x"]),
        ("CREATE TABLE t (`references` int, a int)", []),
        ("INSERT INTO t VALUES (1)", []),
    ],
)
def test_tables_are_those_that_are_referenced_or_exchanged(text: str, tables: list[str]) -> None:
    assert [str(name) for name in read(text).tables] == tables


@pytest.mark.parametrize(
    ("change", "renamed_to"),
    [
        *(("RENAME TO u", Name(None, "u")), ("RENAME d.u", Name("d", "u"))),
        *(("RENAME AS `u`", Name(None, "u")), ("RENAME = u, COMMENT 'x'", Name(None, "u"))),
        *(("RENAME COLUMN a TO b", None), ("RENAME INDEX a TO b", None)),
        *(("RENAME KEY a TO b", None), ("COMMENT 'RENAME TO u'", None)),
        ("RENAME COLUMN a TO b, RENAME TO u", Name(None, "u")),
    ],
)
def test_a_new_name_is_distinguished_from_a_columns(change: str, renamed_to: Name | None) -> None:
    assert read(f"ALTER TABLE t {change}").renamed_to == renamed_to


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        *(("ALTER TABLE t DROP PARTITION p0", True), ("ALTER TABLE t DROP COLUMN p0", False)),
        ("ALTER TABLE t TRUNCATE PARTITION ALL", True),
        ("ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE x", True),
        ("ALTER TABLE t ADD PARTITION (PARTITION p2 VALUES LESS THAN (3))", False),
    ],
)
def test_partitions_that_take_rows_along_are_known(text: str, moves: bool) -> None:
    assert read(text).moves_rows is moves


def test_every_name_in_a_trigger_counts() -> None:
    body = "BEGIN INSERT INTO `Log` VALUES (NEW.id); UPDATE d.x SET a = 'text'; END"
    words = read(f"CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW {body}").words
    assert words >= {"tr", "t", "log", "d", "x"}
    assert "text" not in words
    assert read("CREATE VIEW v AS SELECT 1") == NONE


@pytest.mark.parametrize("event", ["INSERT", "UPDATE", "DELETE"])
@pytest.mark.parametrize("name", ["tr", "`after`", "d.before"])
def test_a_trigger_has_its_event(event: str, name: str) -> None:
    body = "FOR EACH ROW DELETE FROM x"
    assert read(f"CREATE TRIGGER {name} BEFORE {event} ON t {body}").event == event
    assert read(f"CREATE TRIGGER {name} after {event.lower()} ON t {body}").event == event
