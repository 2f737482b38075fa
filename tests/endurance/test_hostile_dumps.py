"""Hostile dumps, loaded for real: each is refused or made harmless, by a rule with a name.

After each one the server and the host are looked at: no account, plugin, setting or file is
another, nobody called, nothing of the host is in a table, and it took no time to speak of.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from rewound.dump.rules.table import RULES, Effect
from rewound.errors import LoadError, RewoundError, StatementRefused
from rewound.load.options import LoadMethod, LoadOptions
from rewound.mysql.client import Connection
from tests.conftest import Cli, Dumps
from tests.endurance.attempts import (
    ACCOUNTS_AND_SETTINGS,
    LET_THROUGH,
    PROGRAMS_AND_FILES,
    TIME_AND_EVENTS,
    Attempt,
)
from tests.endurance.conftest import Effort, Figures
from tests.endurance.misleading import MISLEADING
from tests.endurance.witness import Witness
from tests.server.conftest import engine, server  # noqa: F401 - fixtures
from tests.server.load_server import LoadServer

PROMISE = "A hostile dump does nothing but fill its databases"
KINDS = {
    "programs and files": PROGRAMS_AND_FILES,
    "accounts, settings, the network": ACCOUNTS_AND_SETTINGS,
    "time and events": TIME_AND_EVENTS,
    "misleading texts": MISLEADING,
}
ATTEMPTS = [pytest.param(kind, each, id=each.name) for kind in KINDS for each in KINDS[kind]]
BEFORE = b"CREATE TABLE t (id INT PRIMARY KEY, s TEXT);\n"
LONGEST_S = 10.0
_REFUSING = {rule.name for rule in RULES if rule.effect is Effect.REFUSE}


@pytest.fixture(scope="module")
def witness(
    server: LoadServer,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Witness]:
    """Looks at the server and at a folder of the host."""
    folder = tmp_path_factory.mktemp("host")
    folder.chmod(0o777)
    with Witness(server, folder) as witness:
        yield witness


@pytest.fixture
def load(server: LoadServer, dumps: Dumps) -> Iterator[Callable[[bytes, LoadMethod], set[str]]]:  # noqa: F811
    """Loads a text and returns the rules it met, in time; the server is emptied afterwards."""

    def load(sql: bytes, method: LoadMethod) -> set[str]:
        watchdog = threading.Timer(LONGEST_S, end_sessions, [server])
        watchdog.start()
        try:
            ledger = server.load(dumps.write(sql), LoadOptions(method=method))
        finally:
            watchdog.cancel()
            watchdog.join()
        return {use.rule for use in ledger.rules}

    yield load
    server.clear()


def end_sessions(server: LoadServer) -> None:  # noqa: F811
    """End what the loader's account has under way."""
    with Connection(server.root) as connection:
        sessions = connection.names(
            "SELECT id FROM information_schema.processlist WHERE user = 'rewound'"
        )
        for session in sessions:
            with suppress(RewoundError):
                connection.execute_sql(f"KILL {session}")


@pytest.mark.parametrize("method", LoadMethod)
@pytest.mark.parametrize(("kind", "attempt"), ATTEMPTS)
def test_a_hostile_dump_does_nothing_but_fill_its_databases(
    load: Callable[[bytes, LoadMethod], set[str]],
    witness: Witness,
    figures: Figures,
    effort: Effort,
    kind: str,
    attempt: Attempt,
    method: LoadMethod,
):
    if method is LoadMethod.PLAIN and not effort.is_whole:
        pytest.skip("the fast way is tried; make endurance tries both")
    sql = BEFORE + place(attempt.sql, witness)
    before, started_at = witness.look(), time.monotonic()
    with figures.trying(PROMISE, kind) as tried:
        try:
            met = load(sql, method)
        except StatementRefused as error:
            met = {error.rule}
            assert error.line is not None and error.line > 7
            assert "host1_fulldump" in error.message
        except LoadError as error:
            met = {"error", error.message.partition(": MySQL ")[2].partition(":")[0]}
            assert ", line " in error.message
        tried.faults += 1
        assert time.monotonic() - started_at < LONGEST_S
        assert witness.find_changes(before) == []
        if attempt.stopped_by == LET_THROUGH:
            assert met.isdisjoint({*_REFUSING, "error"})
        else:
            assert attempt.stopped_by in met


UP = {
    "a name that is a command to a terminal": False,
    "a database that is every database": True,
    "a function of the dump as a value": False,
    "a shell": False,
    "LOAD DATA LOCAL": False,
    "SET GLOBAL": True,
    "an account": True,
    "an event": True,
    "a trigger that waits": True,
    "a view by root": True,
}
"""Attempts that come through the whole program, and whether their worlds become ready."""
STATUS = ("status", "--format", "json")


def test_up_makes_only_worlds_that_do_no_harm(
    cli: Cli, dumps: Dumps, witness: Witness, figures: Figures, effort: Effort
):
    by_name = {attempt.name: attempt for attempts in KINDS.values() for attempt in attempts}
    names = list(UP)[: effort.of(len(UP), short=3)]
    worlds = {f"world{number}": name for number, name in enumerate(names)}
    for world, name in worlds.items():
        sql = BEFORE + place(by_name[name].sql, witness)
        dumps.write(sql, name=f"{world}_fulldump_20260302_211500.sql")
    before = witness.look()
    try:
        up = cli("up", dumps.folder)
        assert up.code == 4, up.stderr
        states = {row["world"]: row["state"] for row in json.loads(cli(*STATUS).stdout)}
        looks = "SELECT (SELECT COUNT(*) FROM mysql.user)"
        asked = cli("query", "--write", looks, "--format", "csv")
        for world, name in worlds.items():
            with figures.trying(PROMISE, "through rewound up") as tried:
                tried.faults += 1
                assert states[world] == ("ready" if UP[name] else "failed")
                assert f"{world}_fulldump_20260302_211500.sql, line" in up.stderr or UP[name]
        assert not any(character in up.stderr for character in "\x1b\x07")
        assert asked.stdout == ""
        assert "denied" in asked.stderr
    finally:
        assert cli("down").code == 0
    assert witness.find_changes(before) == []


def test_there_are_enough_attempts_with_names_of_their_own():
    names = [attempt.name for attempts in KINDS.values() for attempt in attempts]
    assert len(names) == len(set(names)) >= 40


def place(sql: str | bytes, witness: Witness) -> bytes:
    """Put the witness's places into an attempt."""
    text = sql.encode() if isinstance(sql, str) else sql
    for name, value in (
        ("canary", witness.canary),
        ("folder", witness.folder),
        ("port", witness.port),
    ):
        text = text.replace(b"{" + name.encode() + b"}", str(value).encode())
    return text
