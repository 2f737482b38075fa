"""The transactions of a file, one after the other, each whole and with its checksums checked.

A file is a row of transactions with events of its own between them. What ends inside one, is
outside of one or follows the end of the file is an error, and never passed over.
"""

from collections.abc import Iterator, Sequence

from rewound.binlog.building import BEGIN_KINDS, Building
from rewound.binlog.events.checksums import CHECKSUM_BYTES
from rewound.binlog.events.gtid import TransactionStart, read_start
from rewound.binlog.events.gtid_sets import read_gtid_list, read_previous_gtids
from rewound.binlog.events.header import HEADER_BYTES, LogEvent, take_event
from rewound.binlog.events.kinds import (
    BETWEEN_KINDS,
    GTID_KINDS,
    ROW_KINDS,
    EventKind,
    name_kind,
)
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.payload import iter_payload
from rewound.binlog.events.table_map import NAMES_AT, TableName, read_table_name
from rewound.binlog.gtids import Gtid, GtidSet
from rewound.binlog.log_bytes import copy_again
from rewound.binlog.log_ending import LogEnding, read_rotate
from rewound.binlog.log_file import CutOff, LogFile
from rewound.binlog.times import SECOND_US
from rewound.binlog.transaction import LoggedTransaction
from rewound.errors import BinlogError

HELD_BYTES = 16 << 20
"""The events of a transaction that is larger are not kept in memory."""
_MAP_AT = HEADER_BYTES + NAMES_AT
_IGNORABLE_FLAG = 0x80
_TABLE_MAP = int(EventKind.TABLE_MAP)
_COMMENT_KINDS = {EventKind.ROWS_QUERY, EventKind.MARIADB_ANNOTATE_ROWS}
_WITHIN_KINDS = frozenset(map(int, ROW_KINDS | _COMMENT_KINDS))
"""Events with rows, or with a statement as a comment: nothing is to be learnt of them here."""
_MOST_KNOWN_MAPS = 10_000
_WITHOUT_GTID = TransactionStart(None, None, None, None)


class TransactionReader:
    """Reads the transactions of a file in order; what it learns on the way is in its fields."""

    def __init__(self, log: LogFile) -> None:
        self.log = log
        self.ending: LogEnding | None = None
        """How the file ends; known once `iter_transactions` has ended."""
        self.previous_gtids: GtidSet | None = None
        """What PREVIOUS_GTIDS states, of a MySQL log."""
        self.gtid_list: tuple[Gtid, ...] | None = None
        """What GTID_LIST states, of a MariaDB log."""
        self.last: LoggedTransaction | None = None
        """The last whole transaction so far."""
        self._names: dict[bytes, TableName] = {}
        self._has_gtid_events = False
        self._building: Building | None = None
        self._map_end = -CHECKSUM_BYTES if log.format.has_checksums else None

    def iter_transactions(self, start: int | None = None) -> Iterator[LoggedTransaction]:
        """Yield the transactions from `start`, which must be where one begins or the file ends.

        Raises:
            BinlogError: an event is damaged or cannot be where it is, or the file ends inside a
                transaction.
        """
        self._building = None
        try:
            yield from self._iter(self.log.first_position if start is None else start)
        except CutOff as cut:
            raise self._refuse_cut(cut.position) from cut

    def iter_span(self, start: int, end: int) -> Iterator[LoggedTransaction]:
        """Yield the transactions from `start` to `end`, and read nothing beyond: it may be damaged.

        Both are where a transaction begins or the file ends.

        Raises:
            BinlogError: an event is damaged or cannot be where it is, or the file ends inside a
                transaction.
        """
        if start >= end:
            return
        for transaction in self.iter_transactions(start):
            if transaction.start >= end:
                return  # only events of the file itself are before the end
            yield transaction
            if transaction.end >= end:
                return

    def read_file_events(self, position: int) -> int:
        """Read events of the file itself up to a transaction or the end; return where that is.

        Raises:
            BinlogError: an event is damaged, or the file ends inside one.
        """
        try:
            for data in self.log.iter_event_bytes(position):
                if data[4] not in BETWEEN_KINDS:
                    break
                self._begin(data, position)
                position += len(data)
        except CutOff as cut:
            raise self._refuse_cut(cut.position) from cut
        return position

    def _iter(self, position: int) -> Iterator[LoggedTransaction]:
        map_end = self._map_end
        maps: set[bytes] | None = None
        held: list[bytes] = []
        for batch in self.log.iter_batches(position):
            first = done = 0  # where the transaction begins, and which event `position` is of
            for index, data in enumerate(batch):
                if maps is not None:  # nearly all events are of these kinds
                    kind = data[4]
                    if kind == _TABLE_MAP:
                        maps.add(data[_MAP_AT:map_end])
                        continue
                    if kind in _WITHIN_KINDS:
                        continue
                position += sum(map(len, batch[done:index]))
                done = index
                building = self._take(data, position)
                if building is not None and not building.has_ended:
                    maps = building.begun_maps
                    continue
                position += len(data)
                done = index + 1
                if building is not None:
                    yield self._finish(position, [*held, *batch[first:done]])
                maps, held, first = None, [], done
            position += sum(map(len, batch[done:]))
            held = self._hold(held, batch[first:], position)
        self._end_file(position)

    def _hold(self, held: list[bytes], more: list[bytes], end: int) -> list[bytes]:
        """Return the events of the transaction so far; none where they have become too many."""
        if self._building is not None and end - self._building.start > HELD_BYTES:
            return []
        return held + more

    def _end_file(self, position: int) -> None:
        if self._building is not None:
            raise self._refuse_cut(position)
        if self.ending is None:
            self.ending = LogEnding(position, None, is_stopped=False)

    def _begin(self, data: bytes, position: int) -> Building | None:
        """Return the transaction that an event begins; None for an event of the file."""
        event = take_event(data, position, has_checksum=self.log.format.has_checksums)
        if self.ending is not None:
            raise self._refuse(event, "follows the end of the file")
        try:
            if event.kind in GTID_KINDS:
                self._has_gtid_events = True
                return Building(position, read_start(event.kind, event.body, event.server_id))
            if event.kind in BETWEEN_KINDS:
                self._take_between(event)
                return None
        except MalformedEvent as error:
            raise self.log.refuse_malformed(position, error) from error
        if event.kind == EventKind.MARIADB_START_ENCRYPTION:
            raise self.log.refuse_encrypted(position)
        if event.kind in BEGIN_KINDS and not self._has_gtid_events:
            return Building(position, _WITHOUT_GTID)
        if event.flags & _IGNORABLE_FLAG:
            return None
        raise self._refuse(event, "is outside of a transaction")

    def _take_between(self, event: LogEvent) -> None:
        if event.kind == EventKind.ROTATE:
            self.ending = LogEnding(event.end, read_rotate(event.body), is_stopped=False)
        elif event.kind == EventKind.STOP:
            self.ending = LogEnding(event.end, None, is_stopped=True)
        elif event.kind == EventKind.PREVIOUS_GTIDS:
            self.previous_gtids = read_previous_gtids(event.body)
        elif event.kind == EventKind.MARIADB_GTID_LIST:
            self.gtid_list = read_gtid_list(event.body)

    def _take(self, data: bytes, position: int) -> Building | None:
        """Give an event to its transaction, and return that; None for an event of the file."""
        kind = data[4]
        building = self._building
        if building is None:
            self._building = building = self._begin(data, position)
            if building is None or kind in GTID_KINDS:
                return building
        has_checksum = self.log.format.has_checksums
        try:
            if kind in GTID_KINDS:
                raise MalformedEvent("a transaction begins before the last one has ended")
            building.at_s = int.from_bytes(data[:4], "little")
            if kind == EventKind.TRANSACTION_PAYLOAD:
                end = -CHECKSUM_BYTES if has_checksum else len(data)
                self._take_payload(building, data[HEADER_BYTES:end], position)
            else:
                building.take(data, position, has_checksum=has_checksum)
        except MalformedEvent as error:
            raise self.log.refuse_malformed(position, error) from error
        return building

    def _take_payload(self, building: Building, body: bytes, position: int) -> None:
        unpacked: list[bytes] = []
        left = HELD_BYTES
        for data in iter_payload(body):
            left -= len(data)
            if left >= 0:
                unpacked.append(data)
            else:
                unpacked.clear()
            if building.has_ended:
                raise MalformedEvent("the payload goes on after the end of its transaction")
            if building.has_begun and data[4] == _TABLE_MAP:
                building.maps.add(data[_MAP_AT:])
            elif not building.has_begun or data[4] not in _WITHIN_KINDS:
                building.take(data, position, has_checksum=False)
        if not building.has_ended:
            raise MalformedEvent("the payload ends inside its transaction")
        building.unpacked = tuple(unpacked) or None

    def _finish(self, end: int, held: Sequence[bytes]) -> LoggedTransaction:
        building, self._building = self._building, None
        assert building is not None  # noqa: S101 - it has just ended
        begin = building.begin
        if begin.length is not None and begin.length != end - building.start:
            error = MalformedEvent(
                f"the transaction has {end - building.start:,} bytes instead of {begin.length:,}"
            )
            raise self.log.refuse_malformed(building.start, error)
        header_us = building.at_s * SECOND_US
        exact_us, first_us = begin.committed_us, begin.originally_committed_us
        self.last = transaction = LoggedTransaction(
            self.log.path,
            building.start,
            end,
            begin.gtid,
            committed_us=header_us if exact_us is None else exact_us,
            originally_committed_us=header_us if first_us is None else first_us,
            has_exact_time=exact_us is not None,
            kind=building.kind,
            tables=self._name_tables(building),
            statement_at=building.statement_at,
            is_rolled_back=building.is_rolled_back,
            has_checksums=self.log.format.has_checksums,
            held=tuple(held) if end - building.start <= HELD_BYTES else None,
            unpacked=building.unpacked,
            table_maps=frozenset(building.maps),
        )
        return transaction

    def _name_tables(self, building: Building) -> tuple[TableName, ...]:
        names = self._names
        found = set()
        for key in building.maps:
            name = names.get(key)
            if name is None:
                try:
                    name = read_table_name(key)[0]
                except MalformedEvent as error:
                    raise self.log.refuse_malformed(building.start, error) from error
                if len(names) >= _MOST_KNOWN_MAPS:
                    names.clear()
                names[key] = name
            found.add(name)
        return tuple(sorted(found))

    def _refuse(self, event: LogEvent, reason: str) -> BinlogError:
        path = self.log.path
        return BinlogError(
            path,
            f"the event ({name_kind(event.kind)}) {reason}",
            position=event.position,
            hint=f"if a position was given, give the start of a transaction; else"
            f" {copy_again(path)}",
        )

    def _refuse_cut(self, position: int) -> BinlogError:
        """Return the error of a file that ends inside an event or a transaction."""
        building = self._building
        if building is None:
            return self.log.refuse_cut(CutOff(position))
        path = self.log.path
        last = "none is whole"
        if self.last is not None:
            last = f"the last whole one is {self.last.place}"
        return BinlogError(
            path,
            f"the file ends inside the transaction that begins at {building.start}"
            f" (copied while in use?); {last}",
            position=position,
            hint=copy_again(path),
        )
