"""Global transaction identifiers, and sets of them as servers write them.

MySQL's are `uuid:number` or `uuid:tag:number`, MariaDB's `domain-server-number`. Here the
source of the first is `uuid` or `uuid:tag`, that of the second `domain-server`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, Self

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAG = re.compile(r"[a-z_][a-z0-9_]{0,31}")
_INTERVAL = re.compile(r"(\d+)(?:-(\d+))?")
_GTID = re.compile(rf"({_UUID.pattern}(?::{_TAG.pattern})?):(\d+)|(\d+-\d+)-(\d+)")


class Gtid(NamedTuple):
    """One transaction's identifier."""

    source: str
    """`uuid`, `uuid:tag` or `domain-server`."""
    number: int
    """Counts the transactions of the source; of MariaDB: of the domain."""

    def __str__(self) -> str:
        return f"{self.source}{':' if len(self.source) >= _UUID_LENGTH else '-'}{self.number}"

    @property
    def server_uuid(self) -> str | None:
        """The UUID of the server that first committed it; None of MariaDB's."""
        return self.source[:_UUID_LENGTH] if len(self.source) >= _UUID_LENGTH else None


_UUID_LENGTH = 36


def parse_gtid(text: str) -> Gtid:
    """Return the identifier that a text is, in MySQL's or MariaDB's spelling.

    Raises:
        ValueError: it is neither.
    """
    match = _GTID.fullmatch(text.strip().lower())
    source, number = ("", 0)
    if match is not None:
        source, number = match[1] or match[3], int(match[2] or match[4])
    if number < 1:  # servers count from 1
        raise ValueError(f"{text!r} is not a GTID")
    return Gtid(source, number)


@lru_cache(maxsize=1_000)
def format_uuid(raw: bytes) -> str:
    """Return 16 bytes as a server's UUID is written."""
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class GtidSet:
    """Which transactions of which sources; grows by `add` and `update`."""

    def __init__(self) -> None:
        self._intervals: dict[str, list[tuple[int, int]]] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the set that MySQL writes so: `uuid:1-5:7:tag:1-2, uuid:9`.

        Raises:
            ValueError: it is not a set of GTIDs.
        """
        gtids = cls()
        for part in filter(None, (part.strip() for part in text.lower().split(","))):
            uuid, *rest = (field.strip() for field in part.split(":"))
            if _UUID.fullmatch(uuid) is None:
                raise ValueError(f"{uuid!r} is not a server's UUID")
            source = uuid
            for field in rest:
                if interval := _INTERVAL.fullmatch(field):
                    gtids.add_interval(source, int(interval[1]), int(interval[2] or interval[1]))
                elif _TAG.fullmatch(field):
                    source = f"{uuid}:{field}"
                else:
                    raise ValueError(f"{field!r} is neither numbers nor a tag of GTIDs")
        return gtids

    def add(self, gtid: Gtid) -> None:
        """Put one transaction into the set."""
        self.add_interval(gtid.source, gtid.number, gtid.number)

    def add_interval(self, source: str, first: int, last: int) -> None:
        """Put transactions into the set, both ends among them.

        Raises:
            ValueError: no transactions are numbered so.
        """
        if not 0 < first <= last:
            raise ValueError(f"{first}-{last} are not numbers of GTIDs")
        known = self._intervals.setdefault(source, [])
        if known and first > known[-1][1] + 1:
            known.append((first, last))
            return
        if known and first == known[-1][1] + 1:
            known[-1] = (known[-1][0], last)
            return
        merged: list[tuple[int, int]] = []
        for start, end in sorted([*known, (first, last)]):
            if merged and start <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        self._intervals[source] = merged

    def update(self, other: "GtidSet") -> None:
        """Put all of another set into this one."""
        for source, first, last in other.iter_intervals():
            self.add_interval(source, first, last)

    def minus(self, other: "GtidSet") -> "GtidSet":
        """Return what is in this set and not in the other."""
        left = GtidSet()
        for source, first, last in self.iter_intervals():
            for start, end in other._intervals.get(source, ()):
                if end < first or start > last:
                    continue
                if start > first:
                    left.add_interval(source, first, start - 1)
                first = end + 1
            if first <= last:
                left.add_interval(source, first, last)
        return left

    def iter_intervals(self) -> Iterator[tuple[str, int, int]]:
        """Yield source, first and last number of each run, sorted."""
        for source in sorted(self._intervals):
            for first, last in self._intervals[source]:
                yield source, first, last

    @property
    def gaps(self) -> "GtidSet":
        """What is between the first and the last transaction of each source, and not in the set."""
        gaps = GtidSet()
        for source, intervals in self._intervals.items():
            for (_, last), (first, _) in pairwise(intervals):
                gaps.add_interval(source, last + 1, first - 1)
        return gaps

    @property
    def server_uuids(self) -> frozenset[str]:
        """The UUIDs of the servers that committed these transactions."""
        return frozenset(source[:_UUID_LENGTH] for source in self._intervals)

    def copy(self) -> "GtidSet":
        """Return a set of the same transactions that grows by itself."""
        copied = GtidSet()
        copied.update(self)
        return copied

    def __contains__(self, gtid: Gtid) -> bool:
        runs = self._intervals.get(gtid.source, ())
        return any(first <= gtid.number <= last for first, last in runs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GtidSet) and self._intervals == other._intervals

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __bool__(self) -> bool:
        return bool(self._intervals)

    def __str__(self) -> str:
        texts: dict[str, str] = {}
        for source, first, last in self.iter_intervals():
            uuid, tag = source[:_UUID_LENGTH], source[_UUID_LENGTH + 1 :]
            numbers = f"{first}-{last}" if last > first else f"{first}"
            is_first_of_tag = tag and first == self._intervals[source][0][0]
            text = texts.setdefault(uuid, uuid)
            texts[uuid] = f"{text}:{tag}:{numbers}" if is_first_of_tag else f"{text}:{numbers}"
        return ",".join(texts.values())
