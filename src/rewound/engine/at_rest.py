"""Bringing the files of a running server to rest, so that they can be copied.

A server is at rest while its files contain everything and it writes to none of them: nothing is
left to purge, no page in memory is newer than its file, and the checkpoint is at the end of the
redo log. A copy that is made meanwhile holds what the files of the stopped server would; it only
lacks the marker of a clean shutdown, so a server that starts on it first reads an empty redo log.
"""

import time
from dataclasses import dataclass

from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS_SQL
from rewound.mysql.client import Connection

_PATIENCE_S = 3.0
_POLL_S = 0.01
_COUNTERS = (
    "SHOW GLOBAL STATUS WHERE variable_name IN ('Innodb_buffer_pool_pages_dirty',"
    " 'Innodb_data_written', 'Innodb_os_log_written', 'Innodb_redo_log_checkpoint_lsn',"
    " 'Innodb_redo_log_current_lsn')"
)
_LEFT_TO_PURGE = (
    "SELECT count FROM information_schema.innodb_metrics WHERE name = 'trx_rseg_history_len'"
)
_OTHER_ENGINES = (
    "SELECT 1 FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    f" AND engine <> 'InnoDB' AND table_schema NOT IN ({SYSTEM_SCHEMAS_SQL}) LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Rest:
    """What a server's counters say while it is at rest: equal ones, and nothing was written."""

    lsn: int
    data_bytes: int
    """What was written to its data files since it started."""
    log_bytes: int
    """What was written to its redo log since it started."""


def settle(connection: Connection) -> None:
    """Bring a server to rest that was loaded without a redo log; it has one afterwards.

    Waits a few seconds at most. `find_rest` tells whether it came to rest and stayed there.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        connection.execute_sql("SET GLOBAL innodb_purge_rseg_truncate_frequency = 1")
        while _has_history(connection) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        connection.execute_sql("SET GLOBAL innodb_purge_rseg_truncate_frequency = DEFAULT")
        # Writes every page that is newer than its file, and a checkpoint.
        connection.execute_sql("ALTER INSTANCE ENABLE INNODB REDO_LOG")
        if _stays_at_rest(connection) or time.monotonic() >= deadline:
            return
        # A thread of the server wrote something meanwhile, such as what purging left to free.
        connection.execute_sql("ALTER INSTANCE DISABLE INNODB REDO_LOG")


def can_rest(connection: Connection) -> bool:
    """Return whether all tables are InnoDB's: of no other engine it is known what it writes."""
    return not connection.query(_OTHER_ENGINES).rows


def find_rest(connection: Connection) -> Rest | None:
    """Return the counters of a server at rest; None if it is not at rest.

    They tell of InnoDB alone: see `can_rest`.
    """
    counters = {str(name): int(str(value)) for name, value in connection.query(_COUNTERS).rows}
    lsn = counters["Innodb_redo_log_current_lsn"]
    if counters["Innodb_redo_log_checkpoint_lsn"] != lsn or _has_history(connection):
        return None
    if counters["Innodb_buffer_pool_pages_dirty"] != 0:
        return None
    return Rest(lsn, counters["Innodb_data_written"], counters["Innodb_os_log_written"])


def _stays_at_rest(connection: Connection) -> bool:
    rest = find_rest(connection)
    if rest is None:
        return False
    time.sleep(_POLL_S)
    return find_rest(connection) == rest


def _has_history(connection: Connection) -> bool:
    return connection.query(_LEFT_TO_PURGE).rows[0][0] != 0
