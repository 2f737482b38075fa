"""The time zones that servers know by name: the tz database, as rows of MySQL's own tables.

Pure but for reading the `tzdata` package. Every server knows the same zones with the same rules,
whatever zone files its host has. Without them CONVERT_TZ by name is NULL, and SET time_zone =
'Europe/Berlin' an error.

The rows are those of mysql_tzinfo_to_sql: its zones end in 2037 too, and MySQL looks at no time
before 1970.
Source: MySQL 9.7 manual, "MySQL Server Time Zone Support"; RFC 8536 for the files.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import resources
from io import BytesIO
from typing import NamedTuple
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]  # it has no code to speak of

from rewound.errors import UsageError

ZONES_VERSION = str(tzdata.IANA_VERSION)
"""The release of the tz database, such as 2026a."""

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_LOWEST_OFFSET = timedelta(hours=-13, minutes=-59)
_HIGHEST_OFFSET = timedelta(hours=14)
_HEADER = struct.Struct(">4s16x6I")
_TYPE = struct.Struct(">iBB")
_EPOCH_MARGIN_S = 2 * 86_400
_END_S = int(datetime(2038, 1, 1, tzinfo=UTC).timestamp())
_MONTH_S = 30 * 86_400
_ROWS_PER_STATEMENT = 5_000


class _Type(NamedTuple):
    """What holds between two transitions."""

    offset_s: int
    is_dst: bool
    abbreviation: str


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone, as MySQL has it."""

    types: tuple[_Type, ...]
    transitions: tuple[tuple[int, int], ...]
    """Second since 1970 to the place in `types` of what holds from then on."""


def is_zone(name: str) -> bool:
    """Tell whether a server can be started in a zone: an offset, or a name of the database."""
    match = _OFFSET.fullmatch(name)
    if match is None:
        return name in _list_names()
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    is_minute = int(match[3]) < 60
    return (
        is_minute and _LOWEST_OFFSET <= (-offset if match[1] == "-" else offset) <= _HIGHEST_OFFSET
    )


def require_zone(name: str) -> str:
    """Return the name of a zone that a server can be started in.

    Raises:
        UsageError: there is no such zone.
    """
    if not is_zone(name):
        raise UsageError(
            f"{name!r} is not a time zone", hint="try +02:00, or a name such as Europe/Berlin"
        )
    return name


def iter_zone_statements() -> Iterator[str]:
    """Yield what fills MySQL's tables of zones, which are empty in a new data directory."""
    numbers: dict[bytes, int] = {}
    names = []
    for name in _list_names():
        content = _read(name)
        number = numbers.setdefault(content, len(numbers) + 1)
        names.append(f"('{name}',{number})")
    types, transitions = [], []
    for content, number in numbers.items():
        zone = read_zone(content)
        types += [
            f"({number},{index},{each.offset_s},{int(each.is_dst)},'{each.abbreviation}')"
            for index, each in enumerate(zone.types)
        ]
        transitions += [f"({number},{second},{index})" for second, index in zone.transitions]
    yield from _insert("time_zone", [f"({number},'N')" for number in numbers.values()])
    yield from _insert("time_zone_name", names)
    yield from _insert("time_zone_transition_type", types)
    yield from _insert("time_zone_transition", transitions)


def read_zone(content: bytes) -> Zone:
    """Return the zone that a TZif file of version 2 or later describes, up to 2037."""
    types, transitions = _read_explicit(content)
    if b"," in content.rstrip(b"\n").rpartition(b"\n")[2]:  # a rule for the years that follow
        transitions = list(_extend(transitions, types, content))
    known = [each for each in transitions if each[0] < _END_S]
    earlier = sum(second < -_EPOCH_MARGIN_S for second, _ in known)
    return Zone(tuple(types), tuple(known[max(0, earlier - 1) :]))


def _read_explicit(content: bytes) -> tuple[list[_Type], list[tuple[int, int]]]:
    """Return the types and the transitions that a file states one by one."""
    start = 0
    for time_bytes in (4, 8):  # the first part is for readers of version 1
        _, utc, standard, leaps, times, kinds, characters = _HEADER.unpack_from(content, start)
        first = start + _HEADER.size
        start = first + times * (time_bytes + 1) + kinds * _TYPE.size + characters
        start += leaps * (time_bytes + 4) + standard + utc
    seconds = struct.unpack_from(f">{times}q", content, first)
    indexes = content[first + 8 * times : first + 9 * times]
    first += 9 * times
    texts = content[first + kinds * _TYPE.size :][:characters]
    types = []
    for offset_s, is_dst, at in _TYPE.iter_unpack(content[first : first + kinds * _TYPE.size]):
        abbreviation = texts[at : texts.index(b"\0", at)].decode("ascii")
        types.append(_Type(offset_s, bool(is_dst), abbreviation))
    return types, list(zip(seconds, indexes, strict=True))


def _extend(
    transitions: Sequence[tuple[int, int]], types: list[_Type], content: bytes
) -> Iterator[tuple[int, int]]:
    """Yield the transitions, and those that a zone's rule gives from the last one on."""
    yield from transitions
    zone = ZoneInfo.from_file(BytesIO(content))
    last = max((second for second, _ in transitions), default=0)
    for start in range(last, _END_S, _MONTH_S):
        low, high = start, min(start + _MONTH_S, _END_S)
        before, after = _find_type(zone, low), _find_type(zone, high)
        if before == after:
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _find_type(zone, middle) == before else (low, middle)
        if after not in types:
            types.append(after)
        yield high, types.index(after)


def _find_type(zone: ZoneInfo, second: int) -> _Type:
    time = datetime.fromtimestamp(second, zone)
    offset, dst = time.utcoffset() or timedelta(), time.dst() or timedelta()
    return _Type(int(offset.total_seconds()), bool(dst), time.tzname() or "")


def _insert(table: str, rows: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        values = ",".join(rows[start : start + _ROWS_PER_STATEMENT])
        yield f"INSERT INTO mysql.{table} VALUES {values}"


def _list_names() -> list[str]:
    return (resources.files(tzdata) / "zones").read_text("ascii").split()


def _read(name: str) -> bytes:
    place = resources.files(tzdata) / "zoneinfo"
    return place.joinpath(*name.split("/")).read_bytes()
