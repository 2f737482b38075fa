"""Stored objects that the server rejects: they are listed as lost, and the rest is restored.

Examples are routines in the dialect of another server, triggers on missing tables, and events whose
time has passed. An error about the object itself is no reason to lose the rows.
"""

import re

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse, Verdict
from rewound.dump.text.statement import Kind
from rewound.errors import MysqlError
from rewound.load.executor import Executor

STORED_OBJECTS = frozenset(
    {Kind.CREATE_PROCEDURE, Kind.CREATE_FUNCTION, Kind.CREATE_EVENT, Kind.CREATE_LIBRARY}
    | {Kind.CREATE_TRIGGER}
)
"""The kinds that `execute_object` executes in their place."""

_NOT_OF_THE_OBJECT = frozenset({1050, 1053, 1205, 1213, 1304, 1317, 1359, 1537, 3024})
"""The object already exists; the server is shutting down; or the statement was interrupted.

Source: MySQL 9.7 server error reference.
"""
_ENDING = re.compile(rb"\bSCHEDULE\s+AT\b|\bENDS\b", re.IGNORECASE)
_COUNT_EVENTS = "SELECT COUNT(*) FROM information_schema.events"


def execute_object(executor: Executor, verdict: Verdict) -> None:
    """Execute the CREATE of a stored object; if the server refuses it, count it as lost.

    Raises:
        StatementRefused: a rule refuses the statement; nothing was sent.
        LoadError, HostError: the error is not about the object.
    """
    executor.require_allowed(verdict)
    may_be_over = verdict.kind is Kind.CREATE_EVENT and _ENDING.search(verdict.sql[-1])
    try:
        if may_be_over:
            _execute_ending_event(executor, verdict)
        else:
            executor.try_to_execute(verdict)
    except MysqlError as error:
        lose(executor, verdict, error)


def lose(executor: Executor, verdict: Verdict, error: MysqlError) -> None:
    """Record that an object could not be created.

    Raises:
        LoadError, HostError: the error is not about the object.
    """
    is_of_the_client = 2000 <= error.number < 3000
    is_of_the_host = error.is_out_of_space or error.is_out_of_memory
    if error.number in _NOT_OF_THE_OBJECT or is_of_the_client or is_of_the_host:
        raise executor.explain(verdict, error) from error
    executor.counters.lose_object(verdict, error.message)


def _execute_ending_event(executor: Executor, verdict: Verdict) -> None:
    """Create an event; if its time has passed, in a session whose clock is set back.

    Otherwise the server would drop the event as soon as it is created, with only note 1588, which
    the dump may have turned off. Tried on 9.7.4: the event is the one that the dump states.
    """
    connection = executor.connection
    count = connection.query(_COUNT_EVENTS).rows
    executor.try_to_execute(verdict)
    if connection.query(_COUNT_EVENTS).rows != count:
        return
    now = connection.names("SELECT @@SESSION.timestamp")[0]
    connection.execute_sql("SET SESSION timestamp = 1")
    try:
        executor.execute_past_deadlocks(verdict.sql[-1])
    finally:
        connection.execute_sql(f"SET SESSION timestamp = {now}")
    executor.counters.add_use(RuleUse(rules.EVENT_PAST, str(verdict.statement.name)), verdict.line)
