"""Running statements on many servers at once.

Takes endpoints, so it works on anything that speaks MySQL. Exactly one outcome comes
back per world and statement, whatever happens: this is one of the two places that catch
broadly.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from rewound.errors import MysqlError, RewoundError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.query.outcome import Outcome, cut_rows

_log = logging.getLogger(__name__)

_MOST_AT_ONCE = 32
_GRACE_S = 1.0
"""How long the server may take to end a statement whose time is up, before we end its session."""
_TIME_IS_UP = frozenset({3024, 2013})
"""What MySQL says of max_execution_time, and the driver of a server that does not answer."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How statements are run, in every world alike."""

    timeout_s: float | None = None
    """How long each statement may take; it is ended on the server as well."""
    row_limit: int | None = None
    """How many rows of each SELECT are wanted."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """User variables of the session, by their names without the @."""


class _Sessions:
    """Guards which session runs in which world, so that all can be ended."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = endpoints
        self._lock = threading.Lock()
        self._running: dict[str, int] = {}

    def begin(self, world: str, session: int) -> None:
        with self._lock:
            self._running[world] = session

    def forget(self, world: str) -> None:
        with self._lock:
            self._running.pop(world, None)

    def end(self, world: str) -> None:
        """End a world's session on its server, if it has one."""
        with self._lock:
            session = self._running.pop(world, None)
        if session is None:
            return
        try:
            with Connection(self._endpoints[world], answer_timeout_s=_GRACE_S) as connection:
                connection.execute(f"KILL {session}")
        except RewoundError as error:
            _log.debug("%s: session %d could not be ended: %s", world, session, error)

    def end_all(self) -> None:
        for world in list(self._running):
            self.end(world)


def fan_out(
    endpoints: Mapping[str, Endpoint],
    statements: Sequence[str],
    *,
    schemas: Mapping[str, str | None],
    asking: Asking = Asking(),
) -> list[dict[str, Outcome]]:
    """Run statements in every world, one after the other in one session of each.

    Return for each statement the outcomes in the worlds' order. `schemas` says which
    schema unqualified names belong to in each world. Behind a statement that fails in a
    world, the others are not run there.
    """
    sessions = _Sessions(endpoints)

    def ask(world: str) -> list[Outcome]:
        try:
            return _ask(world, endpoints[world], schemas.get(world), statements, asking, sessions)
        except RewoundError as error:
            return [Outcome(error=error.message)] * len(statements)
        except Exception as error:  # noqa: BLE001 - one world's failure must not lose the others
            _log.warning("%s: unexpected failure of a query", world, exc_info=True)
            return [Outcome(error=f"{type(error).__name__}: {error}")] * len(statements)
        finally:
            sessions.forget(world)

    if not endpoints:
        return [{} for _ in statements]
    with ThreadPoolExecutor(max_workers=min(len(endpoints), _MOST_AT_ONCE)) as pool:
        futures = {world: pool.submit(ask, world) for world in endpoints}
        try:
            answers = {world: future.result() for world, future in futures.items()}
        except BaseException:
            # Ctrl-C: a statement that nobody waits for would hold us until it ends.
            pool.shutdown(wait=False, cancel_futures=True)
            sessions.end_all()
            raise
    return [
        {world: answer[number] for world, answer in answers.items()}
        for number in range(len(statements))
    ]


def _ask(
    world: str,
    endpoint: Endpoint,
    schema: str | None,
    statements: Sequence[str],
    asking: Asking,
    sessions: _Sessions,
) -> list[Outcome]:
    patience_s = None if asking.timeout_s is None else asking.timeout_s + _GRACE_S
    outcomes: list[Outcome] = []
    with Connection(endpoint, schema=schema, answer_timeout_s=patience_s) as connection:
        sessions.begin(world, connection.session_id)
        _prepare(connection, asking)
        for statement in statements:
            try:
                outcomes.append(cut_rows(connection.query(statement), asking.row_limit))
            except MysqlError as error:
                outcomes.append(Outcome(error=_explain(error, asking)))
                if error.number in _TIME_IS_UP:
                    sessions.end(world)
                break
    left = len(statements) - len(outcomes)
    return outcomes + [Outcome(error="was not run, as one before it failed")] * left


def _prepare(connection: Connection, asking: Asking) -> None:
    if asking.timeout_s is not None:
        connection.execute(
            f"SET SESSION max_execution_time = {max(1, round(asking.timeout_s * 1000))}"
        )
    if asking.row_limit is not None:
        # One more than wanted tells that there are more.
        connection.execute(f"SET SESSION sql_select_limit = {asking.row_limit + 1}")
    for name, value in asking.variables.items():
        connection.set_variable(name, value)


def _explain(error: MysqlError, asking: Asking) -> str:
    if asking.timeout_s is not None and error.number in _TIME_IS_UP:
        return f"gave up after {asking.timeout_s:g} s"
    return error.message
