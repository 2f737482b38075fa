"""The transactions in the binary logs of a source, read one after the other.

Of those that are asked for, all events are read and their checksums checked; no more than one is
in memory. The order is the log's.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from rewound.binlog.commit_points import iter_commit_points
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.query import read_query
from rewound.binlog.events.table_map import TableName
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import count_rows, refuse_event
from rewound.binlog.rows.row_counts import ChangedRows, TableMaps
from rewound.binlog.times import from_us, to_us
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.catalog import TargetTime
from rewound.catalog.logs.coverage import LogFacts, arrange, cover
from rewound.errors import BinlogError, UsageError
from rewound.operations.dump_selection import Selection, list_dumps
from rewound.operations.log_selection import read_logs

_STATEMENT_CHARACTERS = 120
_QUERIES = (EventKind.QUERY, EventKind.MARIADB_QUERY_COMPRESSED)
_ONLY_AROUND = (b"BEGIN", b"COMMIT", b"ROLLBACK")
"""Statements that stand around changes."""


@dataclass(frozen=True, slots=True)
class ListedTransaction:
    """One transaction of a world's logs."""

    world: str
    log_name: str
    """What its server calls the file."""
    logged: LoggedTransaction
    rows: Mapping[TableName, ChangedRows]
    """How many rows it changes, by table."""
    statement: str | None
    """How its first statement begins, if it has more than rows."""

    @property
    def committed_at(self) -> datetime:
        """When it was committed, in UTC."""
        return from_us(self.logged.committed_us)

    @property
    def position(self) -> str:
        """Where it begins, as --at-position takes it."""
        return f"{self.log_name}:{self.logged.start}"


def find_logs(selection: Selection, warn: Callable[[str], None]) -> dict[str, list[LogFacts]]:
    """Return the logs of each world in their order; warn of what is missing in them.

    Raises:
        UsageError: none of the worlds has any.
    """
    catalog, _ = list_dumps(selection)
    found = {world: logs for world in catalog.worlds if (logs := read_logs(catalog, world))}
    if not found:
        raise UsageError(
            "there are no binary logs of these worlds",
            hint=f"rewound dumps {selection.source} shows what is found; --binlogs FOLDER names"
            " another folder",
        )
    for world, logs in found.items():
        for finding in cover(logs).findings:
            warn(f"{world}: {finding}")
    return {world: arrange(logs)[0] for world, logs in found.items()}


def iter_transactions(
    logs: Mapping[str, list[LogFacts]], since: TargetTime | None, until: TargetTime | None
) -> Iterator[ListedTransaction]:
    """Yield the transactions that were committed in a time, by default all, world by world.

    A damaged file is read up to its damage.

    Raises:
        UsageError: the time ends before it begins.
        BinlogError: a file was changed since it was looked at.
    """
    if since is not None and until is not None and since.at > until.at:
        raise UsageError(
            f"--from {since.text} is later than --to {until.text}", hint="swap the two times"
        )
    first_us = None if since is None else to_us(since.at)
    last_us = None if until is None else to_us(until.at)

    def is_wanted(committed_us: int) -> bool:
        return (first_us is None or committed_us >= first_us) and (
            last_us is None or committed_us <= last_us
        )

    for world, files in logs.items():
        for facts in files:
            try:
                yield from _iter_file(world, facts, is_wanted)
            except BinlogError:
                if facts.problem is None:
                    raise


def _iter_file(
    world: str, facts: LogFacts, is_wanted: Callable[[int], bool]
) -> Iterator[ListedTransaction]:
    maps = TableMaps()
    with LogFile(facts.location) as log:
        start, end = _find_span(log, is_wanted)
        if start is None:
            return
        for logged in TransactionReader(log).iter_span(start, end):
            if is_wanted(logged.committed_us):
                rows = count_rows(logged, maps)
                yield ListedTransaction(world, facts.name, logged, rows, _find_statement(logged))


def _find_span(log: LogFile, is_wanted: Callable[[int], bool]) -> tuple[int | None, int]:
    """Return where the first wanted transaction begins, and where the last one ends."""
    start, end = None, 0
    try:
        for point in iter_commit_points(log):
            if is_wanted(point.committed_us):
                start = point.start if start is None else start
                end = point.end
    except BinlogError:
        pass  # what is before the damage is read
    return start, end


def _find_statement(logged: LoggedTransaction) -> str | None:
    if logged.kind is TransactionKind.ROWS:
        return None
    for event in logged.iter_events():
        if event.kind not in _QUERIES:
            continue
        try:
            text = read_query(event).text
        except MalformedEvent as error:
            raise refuse_event(logged, event, error) from error
        if text not in _ONLY_AROUND:
            words = " ".join(text[: 4 * _STATEMENT_CHARACTERS].decode("utf-8", "replace").split())
            is_long = len(words) > _STATEMENT_CHARACTERS
            return words[:_STATEMENT_CHARACTERS] + "…" * is_long
    return None
