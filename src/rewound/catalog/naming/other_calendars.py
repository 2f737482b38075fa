"""Days of calendars other than the Gregorian, as the names of dumps contain them. Pure.

Buddhist (Thailand), Persian, Islamic, Minguo (Taiwan), and the Japanese eras.
"""

from collections.abc import Iterator
from datetime import date

_PERSIAN_START, _ISLAMIC_START = -356033, 227014
"""Ordinals, as of `date.toordinal`. The Persian rule of 33 years holds from 1206 to 1498; the
tabular Islamic year may be off by a day or two from the months that are observed."""


def read_other_calendars(year: str, month: int, day: int, *, era: str = "") -> Iterator[date]:
    """Yield the days that a year of two, three or four digits, a month and a day may mean."""
    number = int(year)
    if era:
        yield from _iter_gregorian(2018 + number, month, day)
        return
    if len(year) == 3:
        yield from _iter_gregorian(1911 + number, month, day)
        return
    buddhist = number if len(year) == 4 else 2500 + number
    if 2500 <= buddhist < 2700:
        yield from _iter_gregorian(buddhist - 543, month, day)
    persian = number if len(year) == 4 else 1400 + number
    if 1300 <= persian <= 1498 and 1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30):
        yield _from_persian(persian, month, day)
    if len(year) == 4 and 1400 <= number < 1600 and 1 <= month <= 12 and 1 <= day <= 30:
        yield _from_islamic(number, month, day)


def _iter_gregorian(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _from_persian(year: int, month: int, day: int) -> date:
    years = year + 1595
    leap_days = years // 33 * 8 + (years % 33 + 3) // 4
    before = 31 * (month - 1) if month < 7 else 30 * (month - 7) + 186
    return date.fromordinal(_PERSIAN_START + 365 * years + leap_days + before + day)


def _from_islamic(year: int, month: int, day: int) -> date:
    before = 354 * (year - 1) + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2
    return date.fromordinal(_ISLAMIC_START + before + day)
