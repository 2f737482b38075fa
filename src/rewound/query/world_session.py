"""One world's part of a fan-out: its session, and the queue for its answers.

Whatever happens, one outcome comes back per statement; a failure of one world is never that
of another, so this is one of the places that catch broadly.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import janus

from rewound.errors import MysqlError, RewoundError
from rewound.mysql.columns import Column, Row
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.server_url import ServerUrl
from rewound.mysql.stream import CONNECTION_LOST, StreamSession
from rewound.query.deadline import GRACE_S, Deadline
from rewound.query.outcome import Outcome
from rewound.query.query_options import QueryOptions

_log = logging.getLogger(__name__)

_TIME_IS_UP = 3024
"""MySQL's error for max_execution_time."""
_FIRST_RUN_ROWS = 100
_MOST_RUN_ROWS = 5_000
_RUN_BYTES = 256 << 10
_MOST_WARNINGS = 5
_ANOTHER_ANSWER = "returns several results, of which only one can be used"
_OWN_LIMIT = re.compile("max_execution_time", re.IGNORECASE)
_NOT_RUN = "was not run, because an earlier one failed"

Message = tuple[Column, ...] | list[Row] | Outcome
"""What a world brings of each statement: its columns, then runs of rows, then the outcome. One
that fails at once brings the outcome alone."""


async def bring_all(queue: "janus.AsyncQueue[Message]", outcomes: Sequence[Outcome]) -> None:
    """Bring these outcomes in the place of answers."""
    for outcome in outcomes:
        await queue.put(outcome)


class WorldSession:
    """The part of one world: its session, and the queue that it brings things to."""

    def __init__(
        self,
        name: str,
        endpoint: Endpoint | ServerUrl,
        options: QueryOptions,
        slots: asyncio.Semaphore,
        queue: "janus.AsyncQueue[Message]",
    ) -> None:
        self._name = name
        self._endpoint = endpoint
        self._options = options
        self._slots = slots
        self._queue = queue
        self._has_own_limit = isinstance(endpoint, ServerUrl)
        """The statements set a limit of time; or a server that is none of ours may have one."""
        self._kept_slot: AsyncExitStack | None = None
        self._so_far = Outcome()
        """What has come of the answer that is under way."""

    async def ask(self, statements: Sequence[str], schema: str | None) -> None:
        """Bring columns, rows and outcome of every statement, whatever happens."""
        left = len(statements)
        try:
            async with AsyncExitStack() as slot:
                await slot.enter_async_context(self._slots)
                session = await StreamSession.open(
                    self._endpoint, schema=schema, is_read_only=self._options.is_read_only
                )
                # Kept for the first statement: all worlds would log in before one is asked.
                self._kept_slot = slot.pop_all()
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
                if self._kept_slot is not None:
                    await self._kept_slot.aclose()
                session.close()
        except RewoundError as error:
            outcome = Outcome(error=error.message)
        except Exception as error:  # noqa: BLE001 - one world's failure must not lose the others
            _log.warning("%s: unexpected failure of a query", self._name, exc_info=True)
            outcome = Outcome(error=f"{type(error).__name__}: {error}")
        else:
            outcome = Outcome(error=_NOT_RUN)
        await bring_all(self._queue, [outcome] * left)

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """Keep a place among the worlds that work on a statement, while the block runs."""
        kept, self._kept_slot = self._kept_slot, None
        async with kept or self._slots:
            yield

    async def _ask_one(self, session: StreamSession, statement: str) -> Outcome:
        """Bring all answers of a statement but the last one's outcome, which is returned."""
        self._so_far = Outcome()
        try:
            async with self._slot():
                deadline = Deadline(self._options.timeout_s)
                async with deadline.patience():
                    columns = await session.ask(statement, row_limit=self._options.server_limit)
            changed_rows = 0 if columns else session.affected_rows
            self._so_far = outcome = Outcome(columns, changed_rows=changed_rows)
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
                self._so_far = outcome = Outcome(columns)
            outcome = replace(outcome, warnings=await session.warnings(_MOST_WARNINGS))
            if self._is_doubtful(deadline) and await session.was_cut_short():
                return replace(outcome, error=self._explain_cut(outcome, deadline))
            outcome = await self._bring(session, held, outcome, deadline)
        except (MysqlError, TimeoutError) as error:
            if not isinstance(error, MysqlError) or error.number == CONNECTION_LOST:
                await self._end(session)
            return replace(self._so_far, error=self._explain(error, self._so_far, deadline))
        except BaseException:
            # Ctrl-C: the server would keep working for no one.
            await self._end(session)
            raise
        return outcome

    async def _bring_answer(
        self, session: StreamSession, outcome: Outcome, deadline: Deadline
    ) -> tuple[Outcome, list[Row]]:
        """Put the rows of one answer into the queue; return the last ones if they are doubtful.

        After its time is up, a SELECT may send one more row, with an invalid value: its run is
        held back until it is known how the statement ended.
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
        self._so_far = replace(
            outcome,
            row_count=outcome.row_count + len(wanted),
            is_cut=outcome.is_cut or len(wanted) < len(rows),
        )
        return self._so_far

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
