"""Weeks and months in the names of dumps: the closing line tells the time within them. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_AHEAD = timedelta(days=1)
"""A name may be written in a time zone that is ahead of the closing line's."""
_AFTER_WEEK = timedelta(days=15)
"""`date +%W` counts the same week one lower than ISO in most years, and a job may name a dump
after the week that has just ended."""
_AFTER_MONTH = timedelta(days=34)


@dataclass(frozen=True, slots=True)
class Span:
    """A week or month in a name."""

    text: str
    """As written."""
    what: str
    """`week` or `month`."""
    start: date
    """Its first day."""

    def holds(self, moment: datetime) -> bool:
        """Tell whether a dump that ended at this moment may belong to the span."""
        after = _AFTER_WEEK if self.what == "week" else _AFTER_MONTH
        return self.start - _AHEAD <= moment.date() < self.start + after


def read_month(text: str) -> Span:
    """Return the month of a text such as 2024-06 or 202406."""
    digits = re.sub("[^0-9]", "", text)
    return Span(text, "month", date(int(digits[:4]), int(digits[4:]), 1))
