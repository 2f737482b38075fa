"""The chains of all rows and tables over a part of the logs, in bounded memory. Pure.

If there are too many touches, only the rows stay whose keys have the smallest hashes: a sample of
all rows, each with its whole chain.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from rewound.binlog.rows.value_plan import LoggedRow
from rewound.binlog.rows.values import LoggedChange
from rewound.load.objects import TableKey
from rewound.replay.by_content.chains import ABSENT, Boundaries, Chain, RowImage, Touch
from rewound.replay.by_content.comparable import ComparedTable, RowKey

MOST_TOUCHES = 300_000
"""So many touches are kept, which take about 100 MB."""
_ALL_HASHES = 1 << 32
_SCATTER = 0x9E3779B1
_THERE = RowImage(1, b"")
"""The image of a table that is there."""


@dataclass(slots=True)
class TableEra:
    """The rows of one table over one era."""

    first: int
    """The boundary that it begins with."""
    last: int | None = None
    """The boundary that it ends with; None while it is open."""
    chains: dict[RowKey, Chain] = field(default_factory=dict)
    difference: str | None = None
    """How the table of the dump differs from that of the era, so that the dump is not in it."""
    is_compared: bool = False
    """Whether the definitions were compared."""


class TableEras:
    """One table over the logs."""

    def __init__(self, compared: ComparedTable | str, first: int) -> None:
        self.compared = compared
        """How its rows are compared, or why they are not."""
        self.eras = [TableEra(first)]
        """In their order; the last one is open until the timeline ends."""

    @property
    def era(self) -> TableEra:
        """The era that is open."""
        return self.eras[-1]


class Timeline:
    """What the transactions of a part of the logs do, by their numbers."""

    def __init__(
        self,
        first: int,
        compared: Callable[[TableKey], ComparedTable | str],
        *,
        most_touches: int = MOST_TOUCHES,
    ) -> None:
        """Begin with a boundary; `compared` tells how the rows of a table are compared."""
        self.first = first
        self.tables: dict[TableKey, TableEras] = {}
        self.existence: dict[TableKey, list[Chain]] = {}
        """Of tables that are created, dropped or renamed: whether they are there."""
        self._compared = compared
        self._most_touches = most_touches
        self._touches = 0
        self._least_hash = _ALL_HASHES
        self._ended: dict[TableKey, int] = {}
        self._all_ended = first

    @property
    def is_sampled(self) -> bool:
        """Whether rows were left out because there are too many."""
        return self._least_hash < _ALL_HASHES

    def get_table(self, key: TableKey) -> TableEras:
        """Return the history of a table, which begins where nothing unknown changed it last."""
        history = self.tables.get(key)
        if history is None:
            first = max(self._all_ended, self._ended.get(key, 0))
            history = self.tables[key] = TableEras(self._compared(key), first)
        return history

    def add_change(
        self,
        number: int,
        key: TableKey,
        change: LoggedChange,
        decode: Callable[[LoggedRow], LoggedRow] = lambda row: row,
    ) -> None:
        """Add what a transaction does to a row of a table whose rows are compared.

        `decode` makes values of what a change has apart from the key; it is called for rows that
        are kept.
        """
        history = self.get_table(key)
        table = history.compared
        if isinstance(table, str):
            return
        before, after = change
        before_key = None if before is None else table.make_key(before)
        after_key = None if after is None else table.make_key(after)
        if before is None or after is None:
            self._add(history, table, before_key or after_key, number, change, decode)
        elif after_key is None or after_key == before_key:  # images may lack what did not change
            self._add(history, table, before_key, number, change, decode)
        else:
            self._add(history, table, before_key, number, LoggedChange(before, None), decode)
            self._add(history, table, after_key, number, LoggedChange(None, after), decode)

    def set_table_there(
        self, number: int, key: TableKey, *, is_there: bool, was_there: bool | None
    ) -> None:
        """Add that a transaction creates or drops a table."""
        images: Mapping[bool | None, RowImage | None] = {True: _THERE, False: ABSENT, None: None}
        chains = self.existence.setdefault(key, [])
        if not chains or chains[-1].era.first < self._all_ended:
            chains.append(Chain(self._all_ended))
        chains[-1].add(Touch(number, images[was_there], images[is_there]))

    def end_table(self, number: int, key: TableKey) -> None:
        """End the era of a table: a transaction changes it by more than its rows."""
        self._ended[key] = number + 1
        if (history := self.tables.get(key)) is None:
            return
        if history.era.chains or history.era.difference is not None:
            history.era.last = number
            history.eras.append(TableEra(number + 1))
        else:
            history.era.first = number + 1

    def end_all(self, number: int) -> None:
        """End the eras of all tables: what a transaction changes is not known."""
        for key in self.tables:
            self.end_table(number, key)
        for chains in self.existence.values():
            chains[-1].era = Boundaries(chains[-1].era.first, number)
        self._all_ended = number + 1

    def end(self, last: int) -> None:
        """End all eras with the last boundary."""
        for history in self.tables.values():
            history.era.last = last
        for chains in self.existence.values():
            if chains[-1].era.first >= self._all_ended:
                chains[-1].era = Boundaries(chains[-1].era.first, last)

    def iter_eras(self) -> Iterator[tuple[TableKey, TableEra]]:
        """Yield the eras of all tables that have any row."""
        for key, history in self.tables.items():
            for era in history.eras:
                if era.chains or era.difference is not None:
                    yield key, era

    def _add(
        self,
        history: TableEras,
        table: ComparedTable,
        key: RowKey | None,
        number: int,
        change: LoggedChange,
        decode: Callable[[LoggedRow], LoggedRow],
    ) -> None:
        if key is None or (self.is_sampled and _hash(key) >= self._least_hash):
            return
        era = history.era
        chain = era.chains.get(key)
        if chain is None:
            chain = era.chains[key] = Chain(era.first)
        images = [ABSENT if row is None else table.make_image(decode(row)) for row in change]
        count = len(chain.touches)
        chain.add(Touch(number, *images))
        self._touches += len(chain.touches) - count
        while self._touches > self._most_touches and self._least_hash:
            self._leave_out_half()

    def _leave_out_half(self) -> None:
        self._least_hash //= 2
        for history in self.tables.values():
            for era in history.eras:
                left_out = [key for key in era.chains if _hash(key) >= self._least_hash]
                for key in left_out:
                    self._touches -= len(era.chains.pop(key).touches)


def is_table_as(image: RowImage, *, is_there: bool) -> bool:
    """Tell whether a table is there or not as an image of `Timeline.existence` says."""
    return is_there == (image == _THERE)


def _hash(key: RowKey) -> int:
    """Return a number below `_ALL_HASHES`, whose first bits differ also for keys in a row."""
    return zlib.crc32(repr(key).encode("utf-8")) * _SCATTER % _ALL_HASHES
