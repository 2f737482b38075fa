"""Running statements on many servers at once.

Takes endpoints, not servers. Exactly one outcome comes back per world and statement, whatever
happens. Rows come in runs and in the worlds' order. A world whose turn has not come waits on its
server once a few of its runs are buffered, so memory does not grow with the stream.

The sessions run in an event loop in a thread of its own, so this works even if the caller has a
loop already; the caller's thread takes their rows.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

import janus

from rewound.mysql.columns import Column, Row
from rewound.mysql.endpoint import Endpoint
from rewound.mysql.server_url import ServerUrl
from rewound.query.outcome import Outcome
from rewound.query.query_options import QueryOptions
from rewound.query.world_session import Message, WorldSession, bring_all

_log = logging.getLogger(__name__)

_MOST_AT_ONCE = 32
"""How many worlds work on a statement at a time; those that send rows are not counted."""
_MOST_RUNS_WAITING = 64
"""How many runs may wait in all worlds together."""
_LEAST_WAITING = 2
_LEAST_WAITING_OF_SLEEPERS = 8
"""So many messages wait per world in any case. Of worlds that sleep not all may be awake at a time,
so answers of up to some 20,000 rows, or 1 MB, are taken before it is their turn."""

_USUAL = QueryOptions()


class ResultStream:
    """What the worlds answer to one statement; to be taken once, in order."""

    def __init__(
        self, queues: Mapping[str, "janus.SyncQueue[Message]"], place: int, *, is_further: bool
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
    answers, as a CALL may have, has one for each, with the worlds that continue.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint | ServerUrl | Outcome],
        statements: Sequence[str],
        *,
        schemas: Mapping[str, str | None],
        options: QueryOptions = _USUAL,
    ) -> None:
        """Prepare without running anything.

        An outcome in place of an endpoint is that of every statement in a world that cannot be
        queried. `schemas` maps each world to the schema of unqualified names. The statements of a
        world share one session; after one that fails, the others are not run there.
        """
        self._worlds = {
            world: (endpoint, schemas.get(world)) for world, endpoint in endpoints.items()
        }
        self._statements = statements
        self._options = options
        self._started = threading.Event()
        self._queues: dict[str, janus.Queue[Message]] = {}
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
        least = _LEAST_WAITING
        if any(isinstance(each, Endpoint) and each.may_sleep for each, _ in self._worlds.values()):
            least = _LEAST_WAITING_OF_SLEEPERS
        waiting = max(least, _MOST_RUNS_WAITING // max(1, len(self._worlds)))
        self._queues = {world: janus.Queue(waiting) for world in self._worlds}
        self._loop = asyncio.get_running_loop()
        self._all = asyncio.current_task()
        slots = asyncio.Semaphore(_MOST_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for world, (endpoint, schema) in self._worlds.items():
                queue = self._queues[world].async_q
                if isinstance(endpoint, Outcome):
                    asked = bring_all(queue, [endpoint] * len(self._statements))
                else:
                    asked = WorldSession(world, endpoint, self._options, slots, queue).ask(
                        self._statements, schema
                    )
                tasks.create_task(asked)
            self._started.set()
        # What the queues hold can be taken as long as their loop lives.
        await asyncio.Event().wait()
