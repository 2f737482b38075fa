"""Rows that state 0 for an AUTO_INCREMENT, in a session where 0 means the next number.

Pure. A dump states the numbers of all rows, so a single 0 among them is a row's own number: its
program, unlike mysqldump, did not set NO_AUTO_VALUE_ON_ZERO. A script that writes 0 into several
rows of a table, or lets the server choose others, means the next number. A table's first row alone
shows neither; it keeps its 0 until later rows decide, and then gets the number that a client would
have given it.
"""

import enum
import re
from dataclasses import dataclass

from rewound.dump.definitions.known_tables import KnownTable, TableKey
from rewound.dump.judging.known_inserts import KnownInserts
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse
from rewound.dump.settings.session import DumpSession
from rewound.dump.text.masked_text import has_word
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.values.stated_numbers import StatedNumbers, read_stated_numbers


class _Meaning(enum.Enum):
    """What the rows of a table so far show about the meaning of 0."""

    OWN_NUMBER = enum.auto()
    """The rows state numbers, so a 0 is one as well."""
    NEXT_NUMBER = enum.auto()
    UNDECIDED = enum.auto()
    """There is one row so far, and it states 0."""


@dataclass(frozen=True, slots=True)
class ZeroPlan:
    """How an INSERT is to be sent."""

    keeps_zero: bool | None = None
    """Whether it needs a session that stores 0 unchanged; None if it states no 0."""
    before: tuple[bytes, ...] = ()
    """The statements to execute before it."""
    uses: tuple[RuleUse, ...] = ()


_ANY = ZeroPlan()
_BEGINS_ANEW = frozenset({Kind.CREATE_TABLE, Kind.DROP_TABLE, Kind.TRUNCATE})
STORES_ITS_MODE = frozenset(
    {Kind.CREATE_TRIGGER, Kind.CREATE_PROCEDURE, Kind.CREATE_FUNCTION, Kind.CREATE_EVENT}
)
_GETS_AUTO_INCREMENT = re.compile(rb"\bAUTO_INCREMENT\b(?!\s*=)|\bSERIAL\b", re.IGNORECASE)
_SETS_NEXT = re.compile(rb"\bINSERT_ID\b", re.IGNORECASE)


class ZeroNumbers:
    """Guards the meaning of 0 in each table."""

    def __init__(self, inserts: KnownInserts) -> None:
        self._inserts = inserts
        self._meanings: dict[TableKey, _Meaning] = {}
        self._last_undecided: tuple[TableKey, KnownTable] | None = None
        """The table for which the last number would have been chosen."""
        self._next_is_set = False
        """Whether the dump has set the number of the next row (insert_id)."""

    def plan(
        self, statement: Statement, key: TableKey | None, session: DumpSession, version: int
    ) -> ZeroPlan:
        """Return how a statement about a table, or about none, is sent in the dump's session.

        `version` is that of the server.
        """
        kind = statement.kind
        if kind in _BEGINS_ANEW and key is not None:
            self._meanings.pop(key, None)
        if kind is Kind.SET and _SETS_NEXT.search(statement.text):
            self._next_is_set = True
        if session.keeps_zero:
            return _ANY
        if kind in STORES_ITS_MODE:
            return ZeroPlan(keeps_zero=False)
        if kind is Kind.ALTER_TABLE and _GETS_AUTO_INCREMENT.search(statement.text):
            return ZeroPlan(True, (), (RuleUse(rules.ZERO_KEPT, str(statement.name)),))
        before = _ANY
        if self._last_undecided is not None and _asks_for_last_number(statement):
            before = self._plan_last_number(*self._last_undecided)
        if key is None or kind not in (Kind.INSERT, Kind.REPLACE):
            return before
        plan = self._plan_rows(statement, key, session, version)
        self._next_is_set = False
        return ZeroPlan(plan.keeps_zero, (*before.before, *plan.before), (*before.uses, *plan.uses))

    def _plan_rows(
        self, statement: Statement, key: TableKey, session: DumpSession, version: int
    ) -> ZeroPlan:
        insert = self._inserts.find(statement, key, session, version)
        if insert is None:
            return ZeroPlan(keeps_zero=False)
        if insert.table.auto_increment_column is None:
            return _ANY
        if insert.auto_increment is None:
            numbers = StatedNumbers(0, statement.rows, 0)
        else:
            stated = read_stated_numbers(
                statement, insert.auto_increment, len(insert.columns), session.mode
            )
            if stated is None or (stated.zeros and self._next_is_set):
                # A script that computes or sets numbers is not a dump.
                return self._plan_computed(key, insert.table)
            numbers = stated
        return self._plan_numbers(key, insert.table, numbers)

    def _plan_computed(self, key: TableKey, table: KnownTable) -> ZeroPlan:
        known = self._meanings.setdefault(key, _Meaning.NEXT_NUMBER)
        if known is not _Meaning.UNDECIDED:
            return ZeroPlan(keeps_zero=False)
        return self._plan_numbers(key, table, StatedNumbers(0, 1, 0))

    def _plan_numbers(self, key: TableKey, table: KnownTable, numbers: StatedNumbers) -> ZeroPlan:
        known = self._meanings.get(key)
        meaning = _find_meaning(numbers, known, may_repeat=table.numbers_repeat)
        self._meanings[key] = meaning
        if meaning is _Meaning.NEXT_NUMBER:
            before = _number_first(key, table) if known is _Meaning.UNDECIDED else ()
            self._last_undecided = None
            use = RuleUse(rules.ZERO_NUMBERED, ".".join(key))
            return ZeroPlan(False, before, (use,) if numbers.zeros or before else ())
        if meaning is _Meaning.UNDECIDED:
            self._last_undecided = (key, table)
        if not numbers.zeros:
            return _ANY
        return ZeroPlan(True, (), (RuleUse(rules.ZERO_KEPT, ".".join(key)),))

    def _plan_last_number(self, key: TableKey, table: KnownTable) -> ZeroPlan:
        """Return what must precede a statement that uses the last number chosen."""
        self._last_undecided = None
        if self._meanings.get(key) is not _Meaning.UNDECIDED:
            return _ANY
        self._meanings[key] = _Meaning.NEXT_NUMBER
        use = RuleUse(rules.ZERO_NUMBERED, ".".join(key))
        return ZeroPlan(None, _number_first(key, table), (use,))


def _number_first(key: TableKey, table: KnownTable) -> tuple[bytes, ...]:
    """Return the statements that number a table's only row, which states 0, as a first row."""
    names = [quote_name(name) for name in (*key, table.auto_increment_column or "")]
    sql = b"UPDATE %b.%b SET %b = LAST_INSERT_ID(%d) WHERE %b = 0"
    return (sql % (*names, table.next_number, names[2]),)


def _asks_for_last_number(statement: Statement) -> bool:
    text = statement.masked_rows if statement.rows_start else statement.text
    return has_word(text, b"LAST_INSERT_ID") or has_word(text, b"IDENTITY")


def _find_meaning(numbers: StatedNumbers, known: _Meaning | None, *, may_repeat: bool) -> _Meaning:
    if known is _Meaning.NEXT_NUMBER or numbers.chosen:
        return _Meaning.NEXT_NUMBER
    zeros = numbers.zeros + (known is _Meaning.UNDECIDED)
    if zeros > 1 and not (may_repeat and numbers.others):
        return _Meaning.NEXT_NUMBER
    if known is _Meaning.OWN_NUMBER or numbers.others:
        return _Meaning.OWN_NUMBER
    return _Meaning.UNDECIDED
