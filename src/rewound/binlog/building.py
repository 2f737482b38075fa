"""One transaction while its events are read: what begins, belongs to and ends it.

MySQL's begin with a GTID event, in 5.6 without GTIDs with BEGIN itself; MariaDB's with its GTID
event, and without a BEGIN. They end with XID, COMMIT, ROLLBACK, XA_PREPARE, a payload, or, where
nothing has begun, the one statement that they are.
"""

import re

from rewound.binlog.events.gtid import TransactionStart
from rewound.binlog.events.kinds import ROW_KINDS, EventKind, name_kind
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.query import decompress, find_text
from rewound.binlog.transaction import TransactionKind

_CHANGES_NOTHING = re.compile(
    rb"SAVEPOINT |ROLLBACK TO |RELEASE SAVEPOINT |XA (?:START|END|PREPARE) |#",
    re.IGNORECASE,
)
_CREATES_TABLE = re.compile(rb"\s*CREATE\s+(?:OR\s+REPLACE\s+)?TABLE\s", re.IGNORECASE)
_CHANGES_ROWS = re.compile(
    rb"(?:\s|/\*(?![!M]).*?\*/)*(?:INSERT|UPDATE|DELETE|REPLACE|LOAD|CALL|WITH|TRUNCATE\(|DO)\b",
    re.IGNORECASE | re.DOTALL,
)
_XA_START = re.compile(rb"XA (?:START|BEGIN) ", re.IGNORECASE)
_XA_END = re.compile(rb"XA (?:COMMIT|ROLLBACK) ", re.IGNORECASE)
_ROLLBACK = b"ROLLBACK"
_ENDS = (b"COMMIT", _ROLLBACK)

_PREPARATIONS = frozenset(
    {
        EventKind.INTVAR,
        EventKind.RAND,
        EventKind.USER_VAR,
        EventKind.BEGIN_LOAD_QUERY,
        EventKind.APPEND_BLOCK,
        EventKind.DELETE_FILE,
    }
)
"""Events that only statements need which are logged as such."""
_COMMENTS = frozenset({EventKind.ROWS_QUERY, EventKind.MARIADB_ANNOTATE_ROWS, EventKind.IGNORABLE})
_GROUP_REPLICATION = frozenset({EventKind.VIEW_CHANGE, EventKind.TRANSACTION_CONTEXT})


BEGIN_KINDS = (
    frozenset({EventKind.QUERY, EventKind.MARIADB_QUERY_COMPRESSED, EventKind.INCIDENT})
    | _PREPARATIONS
    | _COMMENTS
)
"""What begins a transaction in a log without GTID events."""


class Building:
    """The transaction that is being read."""

    __slots__ = (
        "at_s",
        "begin",
        "has_begun",
        "has_ddl",
        "has_ended",
        "has_incident",
        "is_rolled_back",
        "is_xa",
        "maps",
        "start",
        "statement_at",
        "unpacked",
    )

    def __init__(self, start: int, begin: TransactionStart) -> None:
        self.start = start
        self.begin = begin
        self.has_begun = begin.has_begun
        self.at_s = 0
        self.maps: set[bytes] = set()
        """Its table maps, from the names on."""
        self.unpacked: tuple[bytes, ...] | None = None
        """The events in its payload, if they are not too many to keep."""
        self.statement_at: int | None = None
        self.has_ddl = self.is_xa = self.has_incident = False
        self.is_rolled_back = self.has_ended = False

    @property
    def begun_maps(self) -> set[bytes] | None:
        """Its table maps, once there may be some."""
        return self.maps if self.has_begun else None

    def take(self, data: bytes, position: int, *, has_checksum: bool) -> None:
        """Take in any event but TABLE_MAP.

        Raises:
            MalformedEvent: it cannot be where it is.
        """
        kind = data[4]
        if kind in ROW_KINDS or kind in _GROUP_REPLICATION or kind == EventKind.TABLE_MAP:
            self._require_begun(kind)
        elif kind == EventKind.QUERY:
            self._take_query(find_text(data, has_checksum=has_checksum), position)
        elif kind == EventKind.MARIADB_QUERY_COMPRESSED:
            text = decompress(find_text(data, has_checksum=has_checksum))
            self._take_query(text, position)
        else:
            self._take_other(kind, position)

    def _take_other(self, kind: int, position: int) -> None:
        if kind == EventKind.XID:
            self._require_begun(kind)
            self.has_ended = True
        elif kind == EventKind.XA_PREPARE:
            self.is_xa = self.has_ended = True
        elif kind == EventKind.INCIDENT:
            self.has_incident = self.has_ended = True
        elif kind == EventKind.EXECUTE_LOAD_QUERY:
            self._note_statement(position)
            self.has_ended = not self.has_begun
        elif kind in _PREPARATIONS:
            self._note_statement(position)
        elif kind not in _COMMENTS:
            raise MalformedEvent(f"an event ({name_kind(kind)}) that is never in a transaction")

    def _require_begun(self, kind: int) -> None:
        if not self.has_begun:
            raise MalformedEvent(f"the event ({name_kind(kind)}) is before BEGIN")

    def _take_query(self, text: bytes, position: int) -> None:
        if text in _ENDS:
            self._require_begun(EventKind.QUERY)
            self.is_rolled_back = text == _ROLLBACK
            self.has_ended = True
        elif self.has_begun:
            if _CREATES_TABLE.match(text):  # CREATE TABLE … SELECT, followed by its rows
                self.has_ddl = True
            elif not _CHANGES_NOTHING.match(text):
                self._note_statement(position)
        elif text == b"BEGIN":
            self.has_begun = True
        elif _XA_START.match(text):
            self.has_begun = self.is_xa = True
        else:
            self._take_standalone(text, position)
            self.has_ended = True

    def _take_standalone(self, text: bytes, position: int) -> None:
        if _XA_END.match(text):
            self.is_xa = True
        elif self.statement_at is not None or _CHANGES_ROWS.match(text):
            self._note_statement(position)
        else:
            self.has_ddl = True

    def _note_statement(self, position: int) -> None:
        if self.statement_at is None:
            self.statement_at = position

    @property
    def kind(self) -> TransactionKind:
        """What its changes are logged as."""
        if self.has_incident:
            return TransactionKind.INCIDENT
        if self.statement_at is not None:
            return TransactionKind.STATEMENT
        if self.has_ddl:
            return TransactionKind.DDL
        return TransactionKind.XA if self.is_xa else TransactionKind.ROWS
