import pytest

from rewound.dump.judging.judge import Judge
from rewound.dump.rules.server_profile import ServerProfile
from rewound.load.counters import LoadCounters
from rewound.load.ledger import ListedUse, RuleCount, TableCount, WarningCount
from rewound.load.objects import table_key, table_keys
from rewound.mysql.client import Execution, ServerWarning

PROFILE = ServerProfile(90704, frozenset({"innodb"}), {}, {})


def execution(affected_rows=0, records=None, duplicates=None):
    return Execution(affected_rows, records, duplicates, warning_count=0)


@pytest.fixture
def judge():
    judge = Judge(PROFILE, default_schema="g")
    judge.judge(b"CREATE DATABASE g", 1)
    return judge


@pytest.fixture
def count(judge):
    """Count statements with what the server said of them; the counts per table."""

    def count(*statements):
        counters = LoadCounters()
        for text, *answer in statements:
            verdict = judge.judge(text, 1)
            assert verdict.sql
            counters.add_execution(verdict, execution(*answer))
        return {
            (t.schema, t.table): (t.rows_in_dump, t.duplicates, t.loaded)
            for t in counters.tables({}, {})
        }

    return count


CREATE = (b"CREATE TABLE t (a int)",)
UPDATE = b" ON DUPLICATE KEY UPDATE a = VALUES(a)"
FILL = (b"INSERT INTO t VALUES (1),(2)", 2, 2, 0)


@pytest.mark.parametrize(
    ("statements", "counts"),
    [
        ([CREATE], {("g", "t"): (0, 0, 0)}),
        ([CREATE, FILL, FILL], {("g", "t"): (4, 0, 4)}),
        ([CREATE, FILL, (b"TRUNCATE t",), FILL], {("g", "t"): (2, 0, 2)}),
        ([CREATE, FILL, (b"DELETE FROM t", 2), FILL], {("g", "t"): (2, 0, 2)}),
        ([CREATE, FILL, (b"DELETE FROM t", 2)], {("g", "t"): (0, 0, 0)}),
        ([CREATE, FILL, (b"DROP TABLE t",)], {}),
        ([CREATE, FILL, (b"DROP TABLE t",), CREATE], {("g", "t"): (0, 0, 0)}),
        ([CREATE, FILL, (b"CREATE TABLE u (a int)",), (b"DROP TABLE x, u, g.t",)], {}),
        ([CREATE, FILL, (b"DROP TABLE h.t",)], {("g", "t"): (2, 0, 2)}),
        ([CREATE, FILL, (b"DROP VIEW IF EXISTS t",)], {("g", "t"): (2, 0, 2)}),
        (
            [CREATE, FILL, (b"INSERT INTO h.t VALUES (1)", 1)],
            {("g", "t"): (2, 0, 2), ("h", "t"): (1, 0, 1)},
        ),
        ([CREATE, FILL, (b"DROP DATABASE g",)], {}),
        ([CREATE, FILL, (b"DROP DATABASE h",)], {("g", "t"): (2, 0, 2)}),
        ([CREATE, (b"REPLACE INTO t VALUES (1)", 1)], {("g", "t"): (1, 0, 1)}),
        ([CREATE, (b"REPLACE INTO t VALUES (1)", 2)], {("g", "t"): (1, 1, 0)}),
        ([CREATE, (b"REPLACE INTO t VALUES (1)", 3)], {("g", "t"): (1, 2, -1)}),
        ([CREATE, (b"REPLACE INTO t VALUES (1),(2),(3)", 3, 3, 0)], {("g", "t"): (3, 0, 3)}),
        ([CREATE, (b"REPLACE INTO t VALUES (1),(1),(3)", 4, 3, 1)], {("g", "t"): (3, 1, 2)}),
        ([CREATE, (b"INSERT IGNORE INTO t VALUES (1),(1)", 1, 2, 1)], {("g", "t"): (2, 1, 1)}),
        ([CREATE, (b"INSERT IGNORE INTO t VALUES (1)", 0)], {("g", "t"): (1, 1, 0)}),
        ([CREATE, (b"INSERT INTO t VALUES (1)" + UPDATE, 1)], {("g", "t"): (1, 0, 1)}),
        ([CREATE, (b"INSERT INTO t VALUES (1)" + UPDATE, 2)], {("g", "t"): (1, 1, 0)}),
        ([CREATE, (b"INSERT INTO t VALUES (1)" + UPDATE, 0)], {("g", "t"): (1, 1, 0)}),
        ([CREATE, (b"INSERT INTO t VALUES (1),(1)" + UPDATE, 3, 2, 1)], {("g", "t"): (2, 1, 1)}),
        ([CREATE, (b"INSERT INTO t VALUES (1),(1)" + UPDATE, 1, 2, 0)], {("g", "t"): (2, 1, 1)}),
        # The server took fewer rows than the text holds.
        ([CREATE, (b"INSERT INTO t VALUES (1),(2)", 1, 1, 0)], {("g", "t"): (2, 0, 1)}),
    ],
)
def test_the_counts_follow_every_statement_that_changes_rows(count, statements, counts):
    assert count(*statements) == counts


def test_tables_of_the_dump_and_of_the_server_are_put_side_by_side(judge):
    counters = LoadCounters()
    counters.add_execution(judge.judge(*CREATE, 1), execution())
    assert counters.tables({("g", "u"): 3}, {("g", "u"): 9}) == (
        TableCount("g", "t", 0, 0, 0, None),
        TableCount("g", "u", 0, 0, 0, 3, None, 9),
    )
    assert counters.executed == {"CREATE TABLE": 1}


def test_rules_are_counted_with_their_first_use(judge):
    counters = LoadCounters()
    for line, text in enumerate([b"SET GLOBAL a=1", b"FLUSH LOGS", b"SET GLOBAL b=1"], start=5):
        counters.add_verdict(judge.judge(text, line))
    assert counters.rules() == (
        RuleCount(
            *("global-setting", "skipped", 2, 5, "GLOBAL a=1"),
            uses=(ListedUse(5, "GLOBAL a=1"), ListedUse(7, "GLOBAL b=1")),
        ),
        RuleCount("flush", "skipped", 1, 6, "FLUSH LOGS", uses=(ListedUse(6, "FLUSH LOGS"),)),
    )


def test_positions_are_kept_whole(judge):
    counters = LoadCounters()
    gtids = b"SET @@GLOBAL.GTID_PURGED='" + b"x" * 1000 + b"'"
    for text in (gtids, b"CHANGE MASTER TO MASTER_LOG_POS=4", b"SET GLOBAL a=1"):
        counters.add_verdict(judge.judge(text, 1))
    assert counters.positions == [gtids[4:].decode(), "CHANGE MASTER TO MASTER_LOG_POS=4"]


def test_warnings_are_counted_and_unseen_ones_too(judge):
    counters = LoadCounters()
    verdict = judge.judge(b"INSERT INTO t VALUES (1)", 9)
    warnings = [ServerWarning("Warning", 1264, "first"), ServerWarning("Warning", 1264, "second")]
    counters.add_warnings(verdict, warnings, expected=5)
    counters.add_warnings(verdict, warnings, expected=1)
    assert counters.warnings() == (WarningCount(1264, 4, 9, "first"),)
    assert counters.unseen_warnings == 3


def test_table_keys_take_the_schema_in_use_where_none_is_written(judge):
    verdict = judge.judge(b"DROP TABLE t, h.u", 1)
    assert table_keys(verdict) == [("g", "t"), ("h", "u")]
    assert table_key(verdict) == ("g", "t")
    assert table_key(judge.judge(b"COMMIT", 1)) is None


def test_a_qualified_table_needs_no_schema_in_use():
    verdict = Judge(PROFILE).judge(b"INSERT INTO h.t VALUES (1)", 1)
    assert table_key(verdict) == ("h", "t")
