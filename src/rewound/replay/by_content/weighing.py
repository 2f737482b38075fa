"""All chains of a timeline against the dump: where it fits, which rows say so, and which do not."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from rewound.load.log_receipt import ContentEvidence
from rewound.load.objects import TableKey
from rewound.replay.by_content.chains import (
    Boundaries,
    Chain,
    count_covering,
    find_fit,
    intersect,
    unite,
)
from rewound.replay.by_content.comparable import ComparedTable, RowKey, make_matcher
from rewound.replay.by_content.served import ServedRows
from rewound.replay.by_content.timeline import TableEra, Timeline, is_table_as


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row or a table that is not in the dump as the logs have it at a place."""

    table: TableKey
    row: str | None
    """Its key; None of a whole table."""
    reason: str
    """What is not as it should be; with a span, how it is there."""
    span: Boundaries | None = None
    """Between which boundaries the logs have the row otherwise."""


class Weighing:
    """A timeline whose chains are settled."""

    def __init__(self, timeline: Timeline, served: ServedRows, last: int) -> None:
        """Ask the server for every row of the timeline, which ends with this boundary."""
        self._timeline = timeline
        self._served = served
        self._gone: set[int] = set()
        for key, history in timeline.tables.items():
            if isinstance(history.compared, ComparedTable):
                self._settle(key, history.compared)
        for key, chains in timeline.existence.items():
            is_there = key in served.tables
            for chain in chains:
                chain.settle(chain.era.last, partial(is_table_as, is_there=is_there))
        self.whole = whole = Boundaries(timeline.first, last)
        misfits = [*self._iter_misfits()]
        self.anywhere = find_fit(misfits, [whole])
        """Where it fits best, also where the logs say nothing from before or from after."""
        self.fit = find_fit(misfits, intersect(*self._find_reach()))
        """Where it fits best between changes; None if there is no such place."""

    def _settle(self, key: TableKey, table: ComparedTable) -> None:
        history = self._timeline.tables[key]
        keys = list(dict.fromkeys(each for era in history.eras for each in era.chains))
        for row_key, here in self._served.iter_rows(key, table, keys):
            is_here = make_matcher(here)
            for era in history.eras:
                if (chain := era.chains.get(row_key)) is not None:
                    last = self._get_last(era.last)
                    chain.settle(last, is_here, may_vanish=table.may_vanish)
                    if here is None:
                        self._gone.add(id(chain))

    @staticmethod
    def _get_last(last: int | None) -> int:
        if last is None:
            raise ValueError("the timeline has not ended")
        return last

    def _iter_misfits(self) -> Iterator[Boundaries]:
        for _, era in self._timeline.iter_eras():
            if era.difference is not None:
                yield Boundaries(era.first, self._get_last(era.last))
        for chain in self._iter_chains():
            yield from chain.misfits

    def _iter_rows(self) -> Iterator[tuple[TableKey, RowKey, Chain]]:
        for key, era in self._timeline.iter_eras():
            for row_key, chain in era.chains.items():
                yield key, row_key, chain

    def _find_reach(self) -> tuple[list[Boundaries], list[Boundaries]]:
        """Return where something was changed before, and where something is changed after."""
        reach: list[tuple[Boundaries | None, Boundaries | None]] = []
        reach += (chain.find_reach() for chain in self._iter_chains())
        reach += ((after, before) for before, after in self._iter_around_differences())
        return unite(a for a, _ in reach if a), unite(b for _, b in reach if b)

    def find_candidates(self) -> list[Boundaries]:
        """Return the places that fit, and are shown not to be earlier and not to be later."""
        if self.fit is None or self.fit.misfits:
            return []
        spans = self.fit.spans
        limits = [*self._iter_limits()]
        earlier = count_covering((a for a, _ in limits if a), [span.first for span in spans])
        later = count_covering((b for _, b in limits if b), [span.last for span in spans])
        return [span for span, a, b in zip(spans, earlier, later, strict=True) if a and b]

    def count_evidence(self, span: Boundaries) -> ContentEvidence:
        """Return which rows and definitions show that the dump is just there."""
        rows, tables, definitions = 0, set(), 0
        for key, _, chain in self._iter_rows():
            if chain.misfits and chain.era.first <= span.first <= span.last <= chain.era.last:
                rows += 1
                tables.add(key)
        for chains in self._timeline.existence.values():
            definitions += any(chain.misfits for chain in chains)
        limits = [*self._iter_limits()]
        (not_earlier,) = count_covering((a for a, _ in limits if a), [span.first])
        (not_later,) = count_covering((b for _, b in limits if b), [span.last])
        definitions += sum(1 for _ in self._iter_around_differences())
        return ContentEvidence(rows, len(tables), definitions, not_earlier, not_later)

    def _iter_limits(self) -> Iterator[tuple[Boundaries | None, Boundaries | None]]:
        for chain in self._iter_chains():
            yield chain.find_limits()
        for before, after in self._iter_around_differences():
            yield after, before

    def _iter_around_differences(self) -> Iterator[tuple[Boundaries | None, Boundaries | None]]:
        """Yield the eras beside each in which a table is otherwise: before it, and after it."""
        for history in self._timeline.tables.values():
            eras = history.eras
            for at, era in enumerate(eras):
                if era.difference is None:
                    continue
                before = eras[at - 1] if at else None
                after = eras[at + 1] if at + 1 < len(eras) else None
                yield self._span_of(before), self._span_of(after)

    def _span_of(self, era: TableEra | None) -> Boundaries | None:
        if era is None or era.difference is not None:
            return None
        return Boundaries(era.first, self._get_last(era.last))

    def _iter_chains(self) -> Iterator[Chain]:
        for _, _, chain in self._iter_rows():
            yield chain
        for chains in self._timeline.existence.values():
            yield from chains

    @property
    def rows(self) -> int:
        """How many rows were compared."""
        return len({(key, row_key) for key, row_key, _ in self._iter_rows()})

    def find_misfits(self, boundary: int) -> Iterator[Misfit]:
        """Yield what does not fit a boundary: definitions first, then rows."""
        for key, era in self._timeline.iter_eras():
            if era.difference is not None and era.first <= boundary <= self._get_last(era.last):
                yield Misfit(key, None, era.difference)
        for key, chains in self._timeline.existence.items():
            if not all(chain.fits_at(boundary) for chain in chains):
                is_there = key in self._served.tables
                reason = "is in the dump, but the logs create it later or have dropped it by then"
                yield Misfit(
                    key, None, reason if is_there else "is in the logs, but not in the dump"
                )
        for key, row_key, chain in self._iter_rows():
            for span in chain.misfits:
                if span.first <= boundary <= span.last:
                    table = self._timeline.tables[key].compared
                    row = table.show_key(row_key) if isinstance(table, ComparedTable) else None
                    is_gone = id(chain) in self._gone
                    reason = (
                        "is not in the dump, but in the logs"
                        if is_gone
                        else "is in the dump, but not as in the logs"
                    )
                    yield Misfit(key, row, reason, span)
