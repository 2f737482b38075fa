"""Running statements on many servers at once.

Takes endpoints, not servers. Exactly one outcome comes
back per world and statement, whatever happens: this is one of the places that catch
broadly. Rows come in runs and in the worlds' order; a world whose turn is not yet waits on
its server once a few of its runs are buffered, so memory does not grow with the stream.

The sessions live in an event loop of a thread of its own (so this works where the caller
has one already); the caller's thread takes what they bring.
"""

import asyncio
import contextlib
import logging
import re
import threading
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

import janus

from rewound.errors import MysqlError, RewoundError
from rewound.mysql.columns import Column, Row
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.server_url import ServerUrl
from rewound.mysql.stream import CONNECTION_LOST, StreamSession
from rewound.query.deadline import GRACE_S, Deadline
from rewound.query.outcome import Outcome

_log = logging.getLogger(__name__)

_MOST_AT_ONCE = 32
"""How many worlds work on a statement at a time; those that send rows are not counted."""
_TIME_IS_UP = 3024
"""MySQL's error for max_execution_time."""
_FIRST_RUN_ROWS = 100
_MOST_RUN_ROWS = 5_000
_RUN_BYTES = 256 << 10
_MOST_RUNS_WAITING = 64
"""How many runs may wait in all worlds together; two of each in any case."""
_MOST_WARNINGS = 5
_ANOTHER_ANSWER = "returns several results, of which only one can be used"
_OWN_LIMIT = re.compile("max_execution_time", re.IGNORECASE)
_NOT_RUN = "was not run, because an earlier one failed"

_Message = tuple[Column, ...] | list[Row] | Outcome
"""What a world brings of each statement: its columns, then runs of rows, then the outcome. One
that fails at once brings the outcome alone."""


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """How statements are run, in every world alike."""

    timeout_s: float | None = None
    """How long each statement may take; it is ended on the server as well."""
    row_limit: int | None = None
    """How many rows of each SELECT are requested; further rows are noted."""
    enough_rows: int | None = None
    """More rows than these are not needed, because they are not shown."""
    is_read_only: bool = False
    """Every statement runs in a read-only transaction, whoever asks."""
    has_one_answer: bool = False
    """A statement with several result sets fails; there is only room for one."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """User variables of the session, by their names without the @."""

    @property
    def server_limit(self) -> int | None:
        """How many rows each server is asked for: one more than wanted tells of more."""
        limits = [each for each in (self.row_limit, self.enough_rows) if each is not None]
        return min(limits) + 1 if limits else None


class ResultStream:
    """What the worlds answer to one statement; to be taken once, in order."""

    def __init__(
        self, queues: Mapping[str, "janus.SyncQueue[_Message]"], place: int, *, is_further: bool
    ) -> None:
        self._queues = queues
        self.place = place
        """Which statement it is, counted from 0."""
        self.is_further = is_further
        """It is not the first answer to the statement; only worlds that have one more are in it."""
        self._columns: dict[str, tuple[Column, ...]] = {}
        self._outcomes: dict[str, Outcome] = {}

    @property
    def world_count(self) -> int:
        """How many worlds were asked."""
        return len(self._queues)

    def columns(self) -> Mapping[str, tuple[Column, ...]]:
        """Return the columns of every world that has begun to answer; waits for all."""
        for world, queue in self._queues.items():
            if world in self._columns or world in self._outcomes:
                continue
            match queue.get():
                case Outcome() as outcome:
                    self._outcomes[world] = outcome
                case tuple() as columns:
                    self._columns[world] = columns
                case rows:
                    raise AssertionError(f"{world}: rows before their columns: {len(rows)}")
        return self._columns

    def iter_rows(self) -> Iterator[tuple[str, list[Row]]]:
        """Yield (world, run of rows), the worlds in their order, until all have ended."""
        for world in self.columns():
            while world not in self._outcomes:
                match self._queues[world].get():
                    case Outcome() as outcome:
                        self._outcomes[world] = outcome
                    case list() as rows:
                        yield world, rows
                    case columns:
                        raise AssertionError(f"{world}: columns twice: {columns}")

    def outcomes(self) -> dict[str, Outcome]:
        """Return every world's outcome, in their order; rows not taken yet are dropped."""
        for _ in self.iter_rows():
            pass
        return {world: self._outcomes[world] for world in self._queues}


class FanOut:
    """Statements under way in all worlds. Use it as a context manager: leaving it ends them.

    Iterate over it for the `ResultStream` to each statement, in order; a statement with several
    answers, as a CALL may have, has one for each, of the worlds that go on.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint | ServerUrl | Outcome],
        statements: Sequence[str],
        *,
        schemas: Mapping[str, str | None],
        options: QueryOptions = QueryOptions(),
    ) -> None:
        """Ask nothing yet.

        An outcome in the place of an endpoint is what happens to every statement in a
        world that cannot be asked. `schemas` says which schema unqualified names belong
        to in each world. The statements of a world share one session; after one that
        fails, the others are not run there.
        """
        self._worlds = {
            world: (endpoint, schemas.get(world)) for world, endpoint in endpoints.items()
        }
        self._statements = statements
        self._options = options
        self._started = threading.Event()
        self._queues: dict[str, janus.Queue[_Message]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._all: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run_loop, name="fan-out", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._started.wait()
        except BaseException as error:
            # Ctrl-C in this moment: the sessions that begin now would work on for nobody.
            self._started.wait()
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._all is not None:
            with contextlib.suppress(RuntimeError):  # it has ended by itself meanwhile
                self._loop.call_soon_threadsafe(self._all.cancel)
        self._thread.join()

    def __iter__(self) -> Iterator[ResultStream]:
        for place in range(len(self._statements)):
            queues = {world: queue.sync_q for world, queue in self._queues.items()}
            is_further = False
            while queues or not is_further:
                answers = ResultStream(queues, place, is_further=is_further)
                yield answers
                outcomes = answers.outcomes()
                queues = {w: queues[w] for w, outcome in outcomes.items() if outcome.has_more}
                is_further = True

    def _run_loop(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._ask_all())
        self._started.set()

    async def _ask_all(self) -> None:
        waiting = max(2, _MOST_RUNS_WAITING // max(1, len(self._worlds)))
        self._queues = {world: janus.Queue(waiting) for world in self._worlds}
        self._loop = asyncio.get_running_loop()
        self._all = asyncio.current_task()
        slots = asyncio.Semaphore(_MOST_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for world, (endpoint, schema) in self._worlds.items():
                queue = self._queues[world].async_q
                if isinstance(endpoint, Outcome):
                    asked = _bring_all(queue, [endpoint] * len(self._statements))
                else:
                    asked = _WorldSession(world, endpoint, self._options, slots, queue).ask(
                        self._statements, schema
                    )
                tasks.create_task(asked)
            self._started.set()
        # What the queues hold can be taken as long as their loop lives.
        await asyncio.Event().wait()


async def _bring_all(queue: "janus.AsyncQueue[_Message]", outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        await queue.put(outcome)


class _WorldSession:
    """The part of one world: its session, and the queue that it brings things to."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint | ServerUrl,
        options: QueryOptions,
        slots: asyncio.Semaphore,
        queue: "janus.AsyncQueue[_Message]",
    ) -> None:
        self._name = name
        self._endpoint = endpoint
        self._options = options
        self._slots = slots
        self._queue = queue
        self._has_own_limit = isinstance(endpoint, ServerUrl)
        """The statements set a limit of time; or a server that is none of ours may have one."""

    async def ask(self, statements: Sequence[str], schema: str | None) -> None:
        """Bring columns, rows and outcome of every statement, whatever happens."""
        left = len(statements)
        try:
            async with self._slots:
                session = await StreamSession.open(
                    self._endpoint, schema=schema, is_read_only=self._options.is_read_only
                )
            try:
                await session.prepare(
                    timeout_s=self._options.timeout_s, variables=self._options.variables
                )
                self._has_own_limit |= any(map(_OWN_LIMIT.search, statements))
                for statement in statements:
                    outcome = await self._ask_one(session, statement)
                    await self._queue.put(outcome)
                    left -= 1
                    if outcome.error is not None:
                        break
            finally:
                session.close()
        except RewoundError as error:
            outcome = Outcome(error=error.message)
        except Exception as error:  # noqa: BLE001 - one world's failure must not lose the others
            _log.warning("%s: unexpected failure of a query", self._name, exc_info=True)
            outcome = Outcome(error=f"{type(error).__name__}: {error}")
        else:
            outcome = Outcome(error=_NOT_RUN)
        await _bring_all(self._queue, [outcome] * left)

    async def _ask_one(self, session: StreamSession, statement: str) -> Outcome:
        """Bring all answers of a statement but the last one's outcome, which is returned."""
        outcome = Outcome()
        try:
            async with self._slots:
                deadline = Deadline(self._options.timeout_s)
                async with deadline.patience():
                    columns = await session.ask(statement, row_limit=self._options.server_limit)
            outcome = Outcome(columns, changed_rows=0 if columns else session.affected_rows)
            while True:
                await self._queue.put(outcome.columns)
                outcome, held = await self._bring_answer(session, outcome, deadline)
                async with deadline.patience():
                    columns = await session.next_answer()
                if not columns:
                    break
                if self._options.has_one_answer:
                    await self._end(session)
                    return replace(outcome, error=_ANOTHER_ANSWER)
                outcome = await self._bring(session, held, outcome, deadline)
                await self._queue.put(replace(outcome, has_more=True))
                outcome = Outcome(columns)
            outcome = replace(outcome, warnings=await session.warnings(_MOST_WARNINGS))
            if self._is_doubtful(deadline) and await session.was_cut_short():
                return replace(outcome, error=self._explain_cut(outcome, deadline))
            outcome = await self._bring(session, held, outcome, deadline)
        except (MysqlError, TimeoutError) as error:
            if not isinstance(error, MysqlError) or error.number == CONNECTION_LOST:
                await self._end(session)
            return replace(outcome, error=self._explain(error, outcome, deadline))
        except BaseException:
            # Ctrl-C: the server would keep working for no one.
            await self._end(session)
            raise
        return outcome

    async def _bring_answer(
        self, session: StreamSession, outcome: Outcome, deadline: Deadline
    ) -> tuple[Outcome, list[Row]]:
        """Bring the rows of one answer; return also the last ones, if they are doubtful.

        After its time is up, a SELECT may send one row more, with a value that is none: its
        run is held until it is known how the statement ended.
        """
        held: list[Row] = []
        async for rows in self._iter_runs(session, outcome.columns, deadline):
            outcome = await self._bring(session, held, outcome, deadline)
            held = rows
            if not self._is_doubtful(deadline):
                outcome = await self._bring(session, held, outcome, deadline)
                held = []
        return outcome, held

    def _is_doubtful(self, deadline: Deadline) -> bool:
        """Tell whether the server may have ended the SELECT before its end."""
        return self._has_own_limit or deadline.is_over

    async def _iter_runs(
        self, session: StreamSession, columns: Sequence[Column], deadline: Deadline
    ) -> AsyncIterator[list[Row]]:
        """Yield the rows in runs of some 256 KB."""
        most = _FIRST_RUN_ROWS
        while columns:
            async with deadline.patience():
                rows = await session.fetch(most)
            if rows:
                yield rows
            if len(rows) < most:
                return
            size_bytes = sum(len(value) for row in rows[:20] for value in row if value) // min(
                20, len(rows)
            )
            most = max(1, min(_MOST_RUN_ROWS, _RUN_BYTES // (size_bytes + 1)))

    async def _bring(
        self, session: StreamSession, rows: list[Row], outcome: Outcome, deadline: Deadline
    ) -> Outcome:
        """Bring rows, as many as are wanted, and return the outcome with them counted."""
        limit = self._options.row_limit
        wanted = rows if limit is None else rows[: limit - outcome.row_count]
        if wanted and not self._queue.full():
            self._queue.put_nowait(wanted)
        elif wanted:
            session.hold_back()
            with deadline.held():
                await self._queue.put(wanted)
            session.go_on()
        return replace(
            outcome,
            row_count=outcome.row_count + len(wanted),
            is_cut=outcome.is_cut or len(wanted) < len(rows),
        )

    async def _end(self, session: StreamSession) -> None:
        """End a session on its server too, where a statement may still be running."""
        session.close()
        try:
            async with asyncio.timeout(GRACE_S):
                killing = await StreamSession.open(self._endpoint)
                try:
                    await killing.execute_sql(f"KILL {session.id}")
                finally:
                    killing.close()
        except (RewoundError, TimeoutError) as error:
            _log.debug("%s: session %d could not be ended: %s", self._name, session.id, error)

    def _explain(
        self, error: MysqlError | TimeoutError, so_far: Outcome, deadline: Deadline
    ) -> str:
        is_late = isinstance(error, TimeoutError) or error.number == _TIME_IS_UP
        if is_late and deadline.is_over:
            return self._explain_cut(so_far, deadline)
        text = error.message if isinstance(error, MysqlError) else str(error)
        return text + _count_rows(so_far)

    def _explain_cut(self, so_far: Outcome, deadline: Deadline) -> str:
        """Say that a statement was ended, by --timeout or a limit in the SQL."""
        if deadline.is_over:
            return f"timed out after {self._options.timeout_s:g} s{_count_rows(so_far)}"
        return f"timed out by its own max_execution_time{_count_rows(so_far)}"


def _count_rows(so_far: Outcome) -> str:
    count = so_far.row_count
    return f" (after {count:,} {'row' if count == 1 else 'rows'})" if count else ""
