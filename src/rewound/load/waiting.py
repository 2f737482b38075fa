"""Which rows that are still being loaded a statement has to wait for. Pure.

Every statement waits for all rows, except those shown here to concern no rows, or those of a few
tables only. These are the statements that ordinary dumps contain between the rows of one table and
the next.
"""

import re
from collections.abc import Callable

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind
from rewound.load.counters import LoadCounters
from rewound.load.objects import TableKey, mentioned_keys, table_keys

_MEETS_NO_ROWS = frozenset(
    {Kind.EMPTY, Kind.SET, Kind.USE, Kind.CREATE_DATABASE, Kind.TRANSACTION}
    | {Kind.CREATE_PROCEDURE, Kind.CREATE_FUNCTION, Kind.CREATE_EVENT}
    | {Kind.DROP_PROCEDURE, Kind.DROP_FUNCTION, Kind.DROP_EVENT, Kind.DROP_VIEW}
    | {Kind.CREATE_LIBRARY, Kind.DROP_LIBRARY}
    # It is deferred, and rows that would fire a trigger are never on their way.
    | {Kind.CREATE_TRIGGER, Kind.DROP_TRIGGER}
)
# A view is only text, unless it names a key that may be dropped now (error 1176).
_INDEX_HINT = re.compile(rb"\b(?:USE|FORCE|IGNORE)\s+(?:INDEX|KEY)\b", re.IGNORECASE)


def find_tables_to_wait_for(
    verdict: Verdict, counters: LoadCounters, checks_foreign_keys: Callable[[], bool]
) -> set[TableKey] | None:
    """Return the tables whose rows a statement could affect or see; None for any table.

    `checks_foreign_keys` tells whether the session does; it is called only if that matters.
    """
    kind, keys = verdict.kind, table_keys(verdict)
    if kind in _MEETS_NO_ROWS:
        return set()
    if kind in (Kind.INSERT, Kind.REPLACE, Kind.LOAD_DATA):
        # An earlier statement may be for another table.
        is_alone = len(verdict.sql) == 1 and counters.has_tables(keys)
        return set(keys) if is_alone and not checks_foreign_keys() else None
    match kind:
        case Kind.CREATE_VIEW if not _INDEX_HINT.search(verdict.statement.text):
            return set()
        case Kind.CREATE_TABLE if len(keys) == 1:
            return {keys[0], *mentioned_keys(verdict), *counters.references.around(keys[0])}
        case Kind.DROP_TABLE if not any(counters.references.around(key) for key in keys):
            return set(keys)
    return None
