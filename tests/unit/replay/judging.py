"""A judge of logs for a small server, and statements as logs have them."""

from typing import Any

from rewound.binlog.events.query import Query
from rewound.binlog.events.session_state import SessionState
from rewound.dump.judging.dump_filter import DumpFilter
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.verdict import Verdict
from rewound.replay.log_judge import LogJudge
from rewound.replay.session_statements import LogServer

COLLATIONS = {
    8: ("latin1_swedish_ci", "latin1"),
    45: ("utf8mb4_general_ci", "utf8mb4"),
    255: ("utf8mb4_0900_ai_ci", "utf8mb4"),
}
ALL = DumpFilter()
MYSQL, MARIADB = "9.7.4", "10.11.19-MariaDB-log"


def make_judge(version: str = MYSQL, part: DumpFilter = ALL) -> LogJudge:
    return LogJudge(
        REFERENCE_SERVER,
        LogServer(version, COLLATIONS),
        schemas=["game"],
        dump_filter=part,
        allowed=frozenset(),
    )


def make_query(text: str, schema: str = "game", **session: Any) -> Query:
    return Query(text.encode(), schema, 7, 0, SessionState(**session))


def verdicts_on(judge: LogJudge, query: Query) -> list[Verdict]:
    """Return the verdicts on the statement itself, without those on its session."""
    found = judge.judge(query, at_s=1_795_951_048, position=207)
    first = next(
        (at for at, each in enumerate(found) if b"USE `" in b"".join(each.sql)), len(found) - 1
    )
    return found[first + 1 :] or found[-1:]


def sent(verdicts: list[Verdict]) -> list[str]:
    """Return what goes to the server, settings of the session apart."""
    statements = [sql.decode() for verdict in verdicts for sql in verdict.sql]
    return [sql for sql in statements if not sql.startswith("SET ")]


def rules_of(verdicts: list[Verdict]) -> list[str]:
    return [use.rule.name for verdict in verdicts for use in verdict.uses]
