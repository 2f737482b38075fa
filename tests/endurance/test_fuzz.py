"""A statement that is sent is the one that the server sees, and runs nothing on the way.

Random statements are judged; what would be sent is sent, to a server whose counters of
statements (Com_…) tell how it took them. It may refuse them. The functions of the tests'
database take note when they are called.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rewound.dump.judging.judge import Judge
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.script import Script
from rewound.dump.settings.session import INITIAL_CHARACTER_SET, INITIAL_SQL_MODE
from rewound.dump.text.lexical import lexical_mode
from rewound.dump.text.masked_text import MaskedTextScan
from rewound.dump.text.statement import Kind
from rewound.errors import MysqlError
from rewound.load.server_reading import read_server_profile
from rewound.mysql.client import Connection
from tests.endurance.conftest import Effort, Figures
from tests.endurance.grammar import (
    CHARACTER_SETS,
    SQL_MODES,
    WAYS_TO_SET,
    WAYS_TO_SET_MODE,
    make_statements,
)
from tests.server.conftest import engine, server  # noqa: F401 - fixtures
from tests.server.load_server import LoadServer

PROMISE = "The server sees the statement that was judged"
_SEEN_AS = {
    Kind.SET: {"set_option"},
    Kind.USE: {"change_db"},
    Kind.CREATE_DATABASE: {"create_db"},
    Kind.ALTER_DATABASE: {"alter_db"},
    Kind.DROP_DATABASE: {"drop_db"},
    Kind.TRUNCATE: {"truncate"},
    Kind.DELETE: {"delete"},
    Kind.TRANSACTION: {"begin", "commit"},
}
"""The server's names of kinds; of all others their own words, such as create_table."""
_CHANGES_NO_TABLE = {Kind.SET, Kind.USE, Kind.INSERT, Kind.REPLACE, Kind.DELETE, Kind.TRANSACTION}
_NOTES = "() RETURNS INT DETERMINISTIC BEGIN SET @called = 1; RETURN 1; END"
_MAKE = (
    "CREATE DATABASE game",
    "CREATE TABLE game.t (a TEXT, b TEXT)",
    f"CREATE FUNCTION game.f{_NOTES}",
    f"CREATE FUNCTION game.`now`{_NOTES}",
)
DIALECTS = st.sampled_from(CHARACTER_SETS).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(make_statements(name), min_size=1, max_size=4))
)
FUZZING = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def target(server: LoadServer) -> ServerProfile:  # noqa: F811
    with Connection(server.loader) as connection:
        return read_server_profile(connection)


def test_the_server_sees_the_statement_that_was_judged(
    server: LoadServer,  # noqa: F811
    target: ServerProfile,
    figures: Figures,
    effort: Effort,
):
    make_database(server)

    @settings(FUZZING, max_examples=effort.of(20_000, short=250))
    @given(
        st.sampled_from(WAYS_TO_SET),
        DIALECTS,
        st.sampled_from(WAYS_TO_SET_MODE),
        st.sampled_from(SQL_MODES),
        st.booleans(),
    )
    def send(
        to_set: str,
        dialect: tuple[str, list[bytes]],
        to_set_mode: str,
        mode: str,
        is_long: bool,
    ) -> None:
        character_set, statements = dialect
        judge = begin(target)
        with fresh_after(server) as changed, Connection(server.loader) as connection:
            connection.execute_sql(f"SET NAMES {INITIAL_CHARACTER_SET}")
            connection.execute_sql(f"SET SESSION sql_mode = '{INITIAL_SQL_MODE}'")
            connection.execute_sql("USE game")
            for setting in (to_set % character_set, to_set_mode % mode):
                with figures.trying(PROMISE, "a setting that changes the reading") as tried:
                    tried.faults += send_judged(connection, judge, setting.encode())[0]
                    require_same_session(connection, judge)
            for text in statements:
                with figures.trying(PROMISE, "a random statement") as tried:
                    masked_text = read_as_a_long_one(text, judge) if is_long else None
                    count, changes = send_judged(connection, judge, text, masked_text)
                    tried.faults += count
                    require_same_session(connection, judge)
                if changes:  # such as a trigger, which the next rows would run
                    changed.set()
                    break

    try:
        send()
    finally:
        server.clear()


@settings(FUZZING, max_examples=300)
@given(
    st.lists(
        st.tuples(make_statements("gbk"), st.sampled_from((b";", b";\n", b";;\n", b"|"))),
        max_size=6,
    ),
    st.sampled_from((b"", b"DELIMITER ;;\n", b"DELIMITER |\n", b"SET NAMES gbk;\n")),
    st.lists(st.integers(1, 40), min_size=1),
)
def test_the_verdicts_are_the_same_however_the_bytes_come(statements, start, sizes):
    text = start + b"".join(part + delimiter for part, delimiter in statements)
    whole = list(Script(REFERENCE_SERVER, schema="game").iter_verdicts([text]))
    chunks = Script(REFERENCE_SERVER, schema="game").iter_verdicts(cut(text, sizes))
    said = [(verdict.line, verdict.sql, verdict.uses) for verdict in chunks]
    assert said == [(verdict.line, verdict.sql, verdict.uses) for verdict in whole]


def cut(text: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Yield the text in chunks of these sizes, over and over."""
    position, number = 0, 0
    while position < len(text):
        size = sizes[number % len(sizes)]
        yield text[position : position + size]
        position, number = position + size, number + 1


def make_database(server: LoadServer) -> None:  # noqa: F811
    """Make what the statements are about; the loader's account is the definer."""
    with Connection(server.loader) as connection:
        for statement in _MAKE:
            connection.execute_sql(statement)


@contextmanager
def fresh_after(server: LoadServer) -> Iterator[threading.Event]:  # noqa: F811
    """Make the database anew if it was changed, or if the block raises."""
    changed = threading.Event()
    try:
        yield changed
    except BaseException:
        changed.set()
        raise
    finally:
        if changed.is_set():
            server.clear()
            make_database(server)


def begin(target: ServerProfile) -> Judge:
    """Return a judge in the middle of a dump."""
    judge = Judge(target)
    judge.judge(b"CREATE DATABASE game", 1)
    judge.judge(b"USE game", 2)
    return judge


def read_as_a_long_one(text: bytes, judge: Judge) -> bytes | None:
    """Return the masked text that the splitter would make of a statement of more than 4 KiB."""
    scan = MaskedTextScan(judge.session.mode)
    return scan.masked_text if scan.add(text) and not scan.in_string else None


def send_judged(
    connection: Connection, judge: Judge, text: bytes, masked_text: bytes | None = None
) -> tuple[int, bool]:
    """Judge a statement and send what is to be sent.

    Return 1 if the server took it, and whether it may have changed more than rows.
    """
    before = judge.session
    verdict = judge.judge(text, 1, masked_text)
    for number, sql in enumerate(verdict.sql, 1):
        with counting(connection) as counted:
            try:
                connection.query(sql)
                is_taken = True
            except MysqlError as error:
                assert error.number < 2000 or error.number >= 3000, (text, sql)
                is_taken = False
        if number < len(verdict.sql):
            continue
        own_name = verdict.kind.value.lower().replace(" ", "_")
        assert counted <= _SEEN_AS.get(verdict.kind, {own_name}), (text, sql, counted)
        assert connection.query("SELECT @called").rows == ((None,),), (text, sql)
        if not is_taken:
            # A load ends here, so that the session is nobody's any more.
            judge.session = before
        return int(is_taken), is_taken and verdict.kind not in _CHANGES_NO_TABLE
    return 0, False


@contextmanager
def counting(connection: Connection) -> Iterator[set[str]]:
    """Find out which kinds of statement the server sees meanwhile."""
    seen: set[str] = set()
    before = read_counters(connection)
    yield seen
    after = read_counters(connection)
    seen |= {name for name, count in after.items() if count != before.get(name, 0)}


def read_counters(connection: Connection) -> dict[str, int]:
    """Return how many statements of each kind this session has sent."""
    rows = connection.query("SHOW SESSION STATUS LIKE 'Com_%'").rows
    return {
        str(name).removeprefix("Com_"): int(str(count))
        for name, count in rows
        if str(name).startswith("Com_") and name != "Com_show_status"
    }


def require_same_session(connection: Connection, judge: Judge) -> None:
    """Fail where the server reads text otherwise than the judge."""
    sql = "SELECT @@SESSION.sql_mode, @@SESSION.character_set_client"
    sql_mode, character_set = (
        value.decode() if isinstance(value, bytes) else str(value)
        for value in connection.query(sql).rows[0]
    )
    assert lexical_mode(sql_mode, character_set) == judge.session.mode
