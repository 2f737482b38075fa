"""Reading logs into a timeline: every transaction gets a number, its rows become touches.

Where a file is missing, damaged or not closed, a number of its own stands for what is not known.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from rewound.binlog.chain import require_chain
from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import ROW_KINDS, EventKind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.mariadb import to_mysql
from rewound.binlog.events.query import read_query
from rewound.binlog.events.table_map import TableMap, TableName, read_table_map
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import refuse_event
from rewound.binlog.rows.row_event import DUMMY_TABLE_ID, read_row_event
from rewound.binlog.rows.values import ValueReader
from rewound.binlog.transaction import LoggedTransaction, TransactionKind
from rewound.binlog.transactions import TransactionReader
from rewound.errors import BinlogError, ReplayError
from rewound.replay.by_content.chains import Boundaries
from rewound.replay.by_content.definition_effects import add_definitions
from rewound.replay.by_content.timeline import Timeline
from rewound.replay.log_files import LogFiles, LogPlace
from rewound.replay.log_judge import LogJudge

_ID_BYTES = 6
_MOST_READERS = 10_000
FindDifference = Callable[[TableMap], str | None]
"""Says how a table in the log differs from the one of the dump; None if it does not."""


@dataclass(slots=True)
class NumberedPlaces:
    """Where each number is in the files, and whether what has it leaves the tables alone."""

    starts: "array[int]" = field(default_factory=lambda: array("Q"))
    """In bytes."""
    firsts: list[int] = field(default_factory=list)
    """The first number of each file."""
    harmless: bytearray = field(default_factory=bytearray)
    """For each number 1 if nothing of it is replayed, else 0."""
    end: LogPlace = field(default_factory=lambda: LogPlace(0, 0))
    """Where the last transaction ends."""

    def find(self, number: int) -> LogPlace:
        """Return the place of a boundary: before the transaction of this number, or at the end."""
        if number >= len(self.starts):
            return self.end
        index = max(i for i, first in enumerate(self.firsts) if first <= number)
        return LogPlace(index, self.starts[number])

    def is_harmless(self, span: Boundaries) -> bool:
        """Tell whether all that lies between these boundaries leaves the tables alone."""
        return all(self.harmless[span.first : span.last])


class LogScan:
    """Reads one part of the logs, once."""

    def __init__(
        self,
        files: LogFiles,
        places: NumberedPlaces,
        timeline: Timeline,
        judge: LogJudge,
        differs: FindDifference,
    ) -> None:
        """Take the places to be filled by `read_all`, or filled, for `read_span`."""
        self._files = files
        self._places = places
        self._timeline = timeline
        self._judge = judge
        self._differs = differs
        self._xa_tables: set[TableName] = set()
        self._readers: dict[bytes, ValueReader] = {}

    def read_all(self, tell: Callable[[str, float], None]) -> None:
        """Read all files, and number their transactions; `tell` takes file and share of all.

        Raises:
            Interrupted: `tell` raised it.
        """
        places, whole = self._places, len(self._files)
        for index in range(whole):
            places.firsts.append(len(places.starts))
            size = max(1, self._end_of(index))
            for transaction in self._iter_file(index, None):
                places.starts.append(transaction.start)
                places.harmless.append(0)
                places.end = LogPlace(index, transaction.end)
                number = len(places.starts) - 1
                places.harmless[number] = not self._take(number, transaction)
                tell(self._files[index].name, (index + min(1, transaction.end / size)) / whole)
            if index + 1 < whole and not self._leads_on(index):
                places.starts.append(places.end.position if places.end.index == index else 4)
                places.harmless.append(0)
                self._timeline.end_all(len(places.starts) - 1)
        self._timeline.end(len(places.starts))

    def read_span(self, span: Boundaries, check: Callable[[], None]) -> None:
        """Read the transactions between two boundaries again; `check` is called at each."""
        places, number = self._places, span.first
        while number < span.last:
            place = places.find(number)
            end = places.firsts[place.index + 1 :]
            stop = min(span.last, end[0] if end else span.last)
            begun = number
            for transaction in self._iter_file(place.index, place.position):
                check()
                self._take(number, transaction)
                number += 1
                if number >= stop:
                    break
            if number < stop or number == begun:  # the number that stands for what is missing
                self._timeline.end_all(number)
                number += 1
        self._timeline.end(span.last)

    def _iter_file(self, index: int, start: int | None) -> Iterator[LoggedTransaction]:
        """Yield the transactions of a file up to its first damage."""
        try:
            with LogFile(self._files[index].location) as log:
                yield from TransactionReader(log).iter_transactions(start)
        except BinlogError:
            if self._files[index].survey is not None:
                raise

    def _end_of(self, index: int) -> int:
        log = self._files[index]
        return log.last.end if log.last is not None else 0

    def _leads_on(self, index: int) -> bool:
        """Tell whether the next file is proven to follow this one."""
        try:
            require_chain([self._files.survey(index), self._files.survey(index + 1)])
        except (BinlogError, ReplayError):
            return False
        return self._files[index].survey is not None

    def _take(self, number: int, transaction: LoggedTransaction) -> bool:
        """Add a transaction to the timeline; tell whether any of it is replayed."""
        kind, timeline = transaction.kind, self._timeline
        replayed = [table for table in transaction.tables if self._judge.has_rows_of(table)]
        if kind in (TransactionKind.INCIDENT, TransactionKind.STATEMENT):
            timeline.end_all(number)
        elif kind is TransactionKind.XA or transaction.is_rolled_back:
            # When its rows are committed, if ever, is not followed.
            self._xa_tables.update(replayed)
            for table in self._xa_tables:
                timeline.end_table(number, table)
        elif kind is TransactionKind.DDL:
            return self._take_definitions(number, transaction)
        elif replayed:
            self._take_rows(number, transaction)
        else:
            return False
        return True

    def _take_definitions(self, number: int, transaction: LoggedTransaction) -> bool:
        is_executed = False
        for event in transaction.iter_events():
            if to_mysql(event).kind != EventKind.QUERY:
                continue
            try:
                query = read_query(event)
                if query.text in (b"BEGIN", b"COMMIT"):
                    continue
                verdicts = self._judge.judge(query, at_s=event.at_s, position=event.position)
            except MalformedEvent as error:
                raise refuse_event(transaction, event, error) from error
            is_executed |= add_definitions(self._timeline, number, verdicts)
        return is_executed

    def _take_rows(self, number: int, transaction: LoggedTransaction) -> None:
        readers: dict[bytes, ValueReader] = {}
        for event in transaction.iter_events():
            try:
                if event.kind == EventKind.TABLE_MAP:
                    body = event.body
                    readers[body[:_ID_BYTES]] = self._get_reader(body)
                elif event.kind in ROW_KINDS:
                    self._take_event(number, to_mysql(event), readers)
                elif _takes_back(event):
                    for table in transaction.tables:
                        self._timeline.end_table(number, table)
                    return
            except MalformedEvent as error:
                raise refuse_event(transaction, event, error) from error

    def _take_event(self, number: int, event: LogEvent, readers: dict[bytes, ValueReader]) -> None:
        body = event.body
        reader = readers.get(body[:_ID_BYTES])
        if reader is None:
            if read_row_event(event, body).table_id == DUMMY_TABLE_ID:
                return
            raise MalformedEvent("no TABLE_MAP event came before")
        name = reader.table.name
        if not self._judge.has_rows_of(name):
            return
        history = self._timeline.get_table(name)
        if isinstance(history.compared, str) or history.era.difference is not None:
            return
        add = self._timeline.add_change
        for change in reader.iter_event(event):
            add(number, name, change, reader.decode)

    def _get_reader(self, body: bytes) -> ValueReader:
        """Return what reads the rows of a table; compare the table with that of the dump."""
        reader = self._readers.get(body)
        if reader is None:
            if len(self._readers) >= _MOST_READERS:
                self._readers.clear()
            reader = self._readers[body] = self._make_reader(read_table_map(body))
        name = reader.table.name
        if self._judge.has_rows_of(name):
            era = self._timeline.get_table(name).era
            if not era.is_compared:
                era.is_compared, era.difference = True, self._differs(reader.table)
        return reader

    def _make_reader(self, table: TableMap) -> ValueReader:
        """Return what reads rows, of those that are compared only their keys at first."""
        key: tuple[int, ...] = ()
        if self._judge.has_rows_of(table.name):
            compared = self._timeline.get_table(table.name).compared
            key = () if isinstance(compared, str) else compared.key
        return ValueReader(table, decoded=key)


def _takes_back(event: LogEvent) -> bool:
    is_query = to_mysql(event).kind == EventKind.QUERY
    return is_query and read_query(event).text.startswith(b"ROLLBACK TO")
