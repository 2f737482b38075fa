"""Times that a single name does not settle: 05-06-24, 240618, 1718745308.

Each shape of digits has several formats, and may not be a time at all but a number that names a
world. `settle` looks at all names of a source together: a format is right if it is possible for all
of them and no other is, or if the closing lines of the dumps confirm it. What stays open becomes a
question to the user, never a guess.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from itertools import pairwise

from rewound.catalog.naming.directives import Reading, format_regex, read_groups, without_names
from rewound.catalog.naming.times import clock_tail, read_tail

ClosingTime = Callable[[str], datetime | None]
"""Returns the time of the closing line of the dump with this stem; None if there is none."""

_FIRST_DAY = date(2000, 1, 1)
_FIRST_EPOCH = date(2005, 1, 1)
"""mysqldump is as old as MySQL, but 1000000001 is the first tenant rather than a dump of 2001."""
_LATEST_AHEAD = timedelta(days=2)
"""How far a name may be ahead of today: by a time zone, and a clock that is wrong."""
_AGREES_WITHIN = timedelta(days=2)
"""A dump may end on the day after, and in a time zone that is a day ahead."""
_WITNESSES = 3
"""How many closing lines to read: for each, a compressed dump is read to its end."""
_SHORTEST_GAP = timedelta(minutes=1)
"""Two dumps of one world are at least this far apart; consecutive numbers are not."""


@dataclass(frozen=True, slots=True)
class LooseShape:
    """Digits that may be a time in one of several formats."""

    name: str
    """Describes it in this table."""
    regex: str
    """Its regular expression; the group `gap`, if any, is the separator."""
    formats: tuple[str, ...]
    """The formats; `-` represents the separator."""
    is_compact: bool = True
    """It is a plain number, which may also name a world."""


_DIGITS = {
    6: ("%y%m%d", "%d%m%y", "%m%d%y"),
    7: ("%Y%j",),
    8: ("%d%m%Y", "%m%d%Y"),
    10: ("%s", "%Y%m%d%H", "%y%m%d%H%M", "%d%m%y%H%M", "%m%d%y%H%M"),
    12: (
        *("%Y%m%d%H%M", "%d%m%Y%H%M", "%m%d%Y%H%M"),
        *("%y%m%d%H%M%S", "%d%m%y%H%M%S", "%m%d%y%H%M%S"),
    ),
    13: ("%s",),
    14: ("%d%m%Y%H%M%S", "%m%d%Y%H%M%S"),
    16: ("%s",),
    19: ("%s",),
}
_GAP = "(?P<gap>[-_. /])"
_SHAPES = (
    LooseShape(
        "day or month first",
        # host1-04-2024 is a month of host1, not a day of host.
        rf"(?<![A-Za-z])[0-9]{{1,2}}{_GAP}[0-9]{{1,2}}(?P=gap)20[0-9]{{2}}",
        ("%d-%m-%Y", "%m-%d-%Y"),
        is_compact=False,
    ),
    LooseShape(
        "year of two digits",
        rf"[0-9]{{2}}{_GAP}[0-9]{{2}}(?P=gap)[0-9]{{2}}",
        ("%d-%m-%y", "%m-%d-%y", "%y-%m-%d"),
        is_compact=False,
    ),
    LooseShape(
        "day of the year", r"20[0-9]{2}(?P<gap>[-_.])[0-3][0-9]{2}", ("%Y-%j",), is_compact=False
    ),
    *(
        LooseShape(f"{count} digits", f"[0-9]{{{count}}}", formats)
        for count, formats in sorted(_DIGITS.items(), reverse=True)
    ),
)
_TAIL = without_names(clock_tail())


@cache
def _compile_finders() -> tuple[re.Pattern[str], ...]:
    """Return the regular expressions of the shapes; compiled on first use, as this takes long."""
    return tuple(
        re.compile(rf"(?<![0-9])(?P<date>{shape.regex})(?P<tail>{_TAIL})?(?![0-9])")
        for shape in _SHAPES
    )


_ONE_OR_TWO = re.compile(r"(?<![0-9])[0-9](?![0-9])")


@dataclass(frozen=True, slots=True)
class TimeToken:
    """Digits found in a name."""

    start: int
    end: int
    shape: LooseShape
    text: str
    """The digits of the date."""
    gap: str
    """The separator in it."""
    tail: str
    """The time of day after it, with the text between them."""

    def formats(self) -> tuple[str, ...]:
        """Return the formats that the text may have, with its own separators."""
        return tuple(
            each.replace("-", self.gap) if self.gap else each for each in self.shape.formats
        )

    def read(self, time_format: str, timezone: tzinfo) -> Reading | None:
        """Return the time of the token in this format; None if it has none."""
        regex = format_regex(time_format)
        text = _ONE_OR_TWO.sub(lambda digit: f"0{digit[0]}", self.text) if self.gap else self.text
        match = re.fullmatch(regex, text)
        tail = read_tail(self.tail)
        if match is None or tail is None or (tail and "%H" in time_format):
            return None
        try:
            return read_groups({**match.groupdict(), **tail}, timezone)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Settled:
    """The meaning of a token."""

    token: TimeToken
    time_format: str | None
    """Its format if it is a time; None if it is not, or if that stays open."""
    possible: tuple[str, ...] = ()
    """The formats that stay open; empty if the token is settled."""

    @property
    def is_open(self) -> bool:
        """Whether the token may be a time, and nothing says in which format."""
        return self.time_format is None and bool(self.possible)


def iter_tokens(stem: str) -> Iterator[TimeToken]:
    """Yield what may be a time in a name, from left to right; of several shapes, the longest."""
    found: list[TimeToken] = []
    for shape, finder in zip(_SHAPES, _compile_finders(), strict=True):
        for match in finder.finditer(stem):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            gap = match["gap"] if "gap" in finder.groupindex else ""
            tail = match["tail"] or ""
            if not (gap == "." and _has_more_groups(stem, match.start(), match.end("date"), tail)):
                found.append(TimeToken(match.start(), match.end(), shape, match["date"], gap, tail))
    return iter(sorted(found, key=lambda token: token.start))


def _has_more_groups(stem: str, start: int, end: int, tail: str) -> bool:
    """Tell an address or a version, such as 10.0.12.13, from a date."""
    before = re.search(r"(?:^|[^A-Za-z0-9])[0-9]{1,3}[.]$", stem[:start])
    after = re.match(r"[.][0-9]{1,3}(?![A-Za-z0-9])", stem[end:])
    return before is not None or (after is not None and not tail)


def settle(
    tokens: Mapping[str, Sequence[TimeToken]],
    timezone: tzinfo,
    *,
    today: date,
    closing_time: ClosingTime,
) -> dict[str, list[Settled]]:
    """Return what the tokens of each stem mean, judged over all stems together."""
    by_shape: dict[tuple[str, str], list[tuple[str, TimeToken]]] = defaultdict(list)
    for stem, of_stem in tokens.items():
        for token in of_stem:
            by_shape[token.shape.name, token.gap].append((stem, token))
    settled: dict[str, list[Settled]] = {stem: [] for stem in tokens}
    for found in by_shape.values():
        outcomes = _TokenGroup(found, timezone, today, closing_time).judge()
        if all(outcome.time_format is None for outcome in outcomes):
            # They may be of several kinds, such as tenant numbers beside days: judge each by
            # itself.
            for family in _families(found, tokens):
                outcomes = _TokenGroup(family, timezone, today, closing_time).judge()
                for (stem, _), outcome in zip(family, outcomes, strict=True):
                    settled[stem].append(outcome)
        else:
            for (stem, _), outcome in zip(found, outcomes, strict=True):
                settled[stem].append(outcome)
    return settled


def _families(
    found: list[tuple[str, TimeToken]], tokens: Mapping[str, Sequence[TimeToken]]
) -> Iterable[list[tuple[str, TimeToken]]]:
    """Group tokens by their names without digits, and by their places in these."""
    families: dict[tuple[str, int], list[tuple[str, TimeToken]]] = defaultdict(list)
    for stem, token in found:
        place = tokens[stem].index(token)
        families[re.sub("[0-9]+", "#", stem), place].append((stem, token))
    return families.values()


@dataclass(frozen=True, slots=True)
class _TokenGroup:
    """Tokens of one shape, which are judged alike."""

    found: list[tuple[str, TimeToken]]
    timezone: tzinfo
    today: date
    closing_time: ClosingTime

    def possible(self) -> tuple[str, ...]:
        """Return the formats in which every token is a time that a dump may have."""
        return tuple(
            time_format
            for time_format in self.found[0][1].formats()
            if all(self._is_plausible(token, time_format) for _, token in self.found)
            and not self._counts_up(time_format)
        )

    def judge(self) -> list[Settled]:
        """Return what each token is."""
        possible = self.possible()
        verdict = self._decide(possible)
        is_number = self.found[0][1].shape.is_compact and (not possible or verdict == _NUMBER)
        if is_number:
            return [Settled(token, None) for _, token in self.found]
        if verdict is not None and verdict != _NUMBER:
            return [Settled(token, verdict) for _, token in self.found]
        return [Settled(token, None, possible or token.formats()) for _, token in self.found]

    def _decide(self, possible: tuple[str, ...]) -> str | None:
        """Return the one format, or `_NUMBER`; None if it stays open."""
        if not possible:
            return None
        if len(possible) > 1 and all(
            self._means_one_day(token, possible) for _, token in self.found
        ):
            return possible[0]
        token = self.found[0][1]
        is_sure = (
            not token.shape.is_compact
            or bool(token.tail)
            or len(token.text) > 10
            or possible[0].startswith("%Y%m")
        )
        if is_sure and len(possible) == 1:
            return possible[0]
        agreed, asked = self._ask_closing_lines(possible)
        if asked and len(agreed) == 1:
            return agreed[0]
        if asked and not agreed and token.shape.is_compact and not token.tail:
            return _NUMBER
        if asked or len(possible) > 1:
            return None
        is_one_of_many = len({token.text for _, token in self.found}) > 1
        is_day = len(token.text) == 6 and is_one_of_many
        return possible[0] if is_day or possible == ("%s",) else None

    def _ask_closing_lines(self, possible: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
        """Return the formats with which closing lines agree, and whether there were any."""
        agreed, asked = possible, 0
        for stem, token in self._iter_telling(possible):
            closed_at = self.closing_time(stem)
            if closed_at is None:
                continue
            asked += 1
            agreed = tuple(f for f in agreed if self._agrees(token, f, closed_at))
            if asked == _WITNESSES:
                break
        return agreed, bool(asked)

    def _iter_telling(self, possible: tuple[str, ...]) -> Iterator[tuple[str, TimeToken]]:
        """Yield the tokens, those first whose formats mean different days."""
        yield from sorted(self.found, key=lambda each: self._means_one_day(each[1], possible))[
            : 2 * _WITNESSES
        ]

    def _agrees(self, token: TimeToken, time_format: str, closed_at: datetime) -> bool:
        reading = token.read(time_format, self.timezone)
        return reading is not None and abs(closed_at.date() - reading.day) <= _AGREES_WITHIN

    def _means_one_day(self, token: TimeToken, formats: tuple[str, ...]) -> bool:
        readings = [token.read(each, self.timezone) for each in formats]
        return len({reading and reading.taken_at for reading in readings}) == 1

    def _is_plausible(self, token: TimeToken, time_format: str) -> bool:
        reading = token.read(time_format, self.timezone)
        first = _FIRST_EPOCH if time_format == "%s" else _FIRST_DAY
        return reading is not None and first <= reading.day <= self.today + _LATEST_AHEAD

    def _counts_up(self, time_format: str) -> bool:
        """Tell tenant numbers from times in seconds: dumps of one world are not seconds apart."""
        if time_format != "%s":
            return False
        by_rest: dict[str, set[datetime]] = defaultdict(set)
        for stem, token in self.found:
            reading = token.read(time_format, self.timezone)
            if reading is not None:
                by_rest[stem[: token.start] + stem[token.end :]].add(reading.taken_at)
        for moments in by_rest.values():
            in_order = sorted(moments)
            gaps = (later - earlier for earlier, later in pairwise(in_order))
            if any(gap < _SHORTEST_GAP for gap in gaps):
                return True
        return False


_NUMBER = "a number"
