import pytest

from rewound.dump.judging.judge import Judge
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.errors import MysqlError
from rewound.load.next_steps import find_next_step


@pytest.mark.parametrize(
    ("text", "number", "words"),
    [
        (
            "INSERT INTO t VALUES (1)",
            1146,
            ("put a dump of the tables before it", "--skip-table game.t "),
        ),
        (
            "CREATE TABLE t (a INT WHAT)",
            1064,
            ("does not support this syntax", "--skip-table game.t "),
        ),
        ("INSERT INTO t VALUES (1)", 1227, ("a privilege", "from a copy")),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES p (a)", 1824, ("--skip-table game.t ",)),
        ("CREATE TABLE t (a INT)", 3780, ("FOREIGN_KEY_CHECKS=0", "--skip-table game.t ")),
        ("INSERT INTO other.t VALUES (1)", 3105, ("generated column", "--skip-table other.t ")),
        ("INSERT INTO t VALUES (1)", 1364, ("--skip-table game.t ",)),
    ],
)
def test_a_refused_statement_has_a_next_step(text, number, words):
    judge = Judge(REFERENCE_SERVER, default_schema="game")
    hint = find_next_step(judge.judge(text.encode(), 1), MysqlError(number, "x"))
    assert hint is not None
    assert all(word in hint for word in words)


def test_a_setting_that_is_refused_has_none():
    verdict = Judge(REFERENCE_SERVER).judge(b"SET NAMES utf8mb4", 1)
    assert find_next_step(verdict, MysqlError(1231, "x")) is None
