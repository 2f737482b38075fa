"""Whether dumps are of one run of a job or of several, by the times at which they ended.

A job that dumps all worlds ends them shortly after each other. Dumps of one world are days apart,
or hours to the minute. In between, both are possible, and the names have to decide. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

SAME_RUN = timedelta(minutes=15)
"""Within one run, hardly any dump takes longer than this."""
NEXT_RUN = timedelta(hours=20)
"""Dumps of different days are at least this far apart."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ON_THE_HOUR = timedelta(minutes=3)
"""How much the duration of dumps varies that start at the same minute of different hours."""
_SAME_TIME_OF_DAY = timedelta(minutes=30)


def are_of_one_run(times: Iterable[datetime]) -> bool:
    """Tell whether each dump ended a short while after the one before it."""
    return all(gap <= SAME_RUN for gap in _gaps(times))


def are_of_runs(times: Iterable[datetime]) -> bool:
    """Tell whether the dumps can hardly be from one run: all ended hours or days apart."""
    gaps = _gaps(times)
    return bool(gaps) and (all(gap >= NEXT_RUN for gap in gaps) or all(map(_is_in_hours, gaps)))


def are_hourly(times: Iterable[datetime]) -> bool:
    """Tell whether all ended whole hours apart, as started by the same minute of a crontab."""
    gaps = _gaps(times)
    return bool(gaps) and all(map(_is_in_hours, gaps))


def are_daily(times: Iterable[datetime]) -> bool:
    """Tell whether all ended on different days at about the same time of day."""
    gaps = _gaps(times)
    return bool(gaps) and all(
        gap >= NEXT_RUN and _distance(gap, _DAY) <= _SAME_TIME_OF_DAY for gap in gaps
    )


def fall_by_runs(times: Sequence[datetime]) -> bool:
    """Tell whether each dump is of an earlier run than the one before it in the sequence."""
    in_order = sorted(times, reverse=True)
    return list(times) == in_order and are_of_runs(times)


def _gaps(times: Iterable[datetime]) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(sorted(times))]


def _is_in_hours(gap: timedelta) -> bool:
    return gap > _HOUR / 2 and _distance(gap, _HOUR) <= _ON_THE_HOUR


def _distance(gap: timedelta, unit: timedelta) -> timedelta:
    """Return how far a gap is from the nearest multiple of a unit."""
    return min(gap % unit, unit - gap % unit)
