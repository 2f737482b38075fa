"""Running one statement on many servers at once.

Takes endpoints, so it works on anything that speaks MySQL. Exactly one outcome comes
back per world, whatever happens: this is one of the two places that catch broadly.
"""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from rewound.errors import RewoundError
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint
from rewound.query.outcome import Outcome

_log = logging.getLogger(__name__)

_MOST_AT_ONCE = 32


def fan_out(
    endpoints: Mapping[str, Endpoint],
    sql: str,
    *,
    schemas: Mapping[str, str | None],
    timeout_s: float | None = None,
) -> dict[str, Outcome]:
    """Run a statement in every world and return the outcomes in the worlds' order.

    `schemas` says which schema unqualified names belong to in each world.
    """
    sessions: dict[str, int] = {}

    def ask(world: str) -> Outcome:
        try:
            with Connection(
                endpoints[world], schema=schemas.get(world), answer_timeout_s=timeout_s
            ) as connection:
                sessions[world] = connection.session_id
                return Outcome(result=connection.query(sql))
        except RewoundError as error:
            return Outcome(error=error.message)
        except Exception as error:  # noqa: BLE001 - one world's failure must not lose the others
            _log.warning("%s: unexpected failure of a query", world, exc_info=True)
            return Outcome(error=f"{type(error).__name__}: {error}")
        finally:
            sessions.pop(world, None)

    if not endpoints:
        return {}
    with ThreadPoolExecutor(max_workers=min(len(endpoints), _MOST_AT_ONCE)) as pool:
        futures = {world: pool.submit(ask, world) for world in endpoints}
        try:
            return {world: future.result() for world, future in futures.items()}
        except BaseException:
            # Ctrl-C: a statement that nobody waits for would hold us until it ends.
            pool.shutdown(wait=False, cancel_futures=True)
            for world, session in list(sessions.items()):
                _end_session(endpoints[world], session)
            raise


def _end_session(endpoint: Endpoint, session: int) -> None:
    try:
        with Connection(endpoint) as connection:
            connection.execute(f"KILL {session}")
    except RewoundError as error:
        _log.debug("session %d could not be ended: %s", session, error)
