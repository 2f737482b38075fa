import pytest

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind, Statement
from rewound.load.statement_watch import StatementWatch

VERDICT = Verdict(Statement(Kind.INSERT, b"INSERT INTO t VALUES (1)"), 12)


@pytest.fixture
def notes():
    return []


def test_a_statement_that_does_not_end_is_reported_ever_more_rarely(notes):
    watch = StatementWatch(notes.append)
    watch.begin(VERDICT, now=100.0)
    for now in range(100, 500):
        watch.look(float(now))
    assert notes == [
        f"line 12 has been running for {seconds} s: INSERT INTO t VALUES (1)"
        for seconds in (60, 120, 240)
    ]


def test_statements_that_end_are_not_reported(notes):
    watch = StatementWatch(notes.append)
    for began_at in range(0, 500, 50):
        watch.begin(VERDICT, now=float(began_at))
        watch.look(began_at + 49.0)
        watch.end()
        watch.look(began_at + 1000.0)
    assert notes == []
