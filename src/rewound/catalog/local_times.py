"""Times without a zone, read in one. Pure.

Where clocks are put back, they show an hour twice; where they are put forward, they never show
one. Who asks for a moment has to say which one is meant; the name of a dump cannot be asked.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What a clock time can mean, by the clock before a change of clocks and by the one after."""

    before: datetime
    """By the clock before the change, in UTC; the same as `after` if clocks do not change then."""
    after: datetime
    """By the clock after the change, in UTC."""

    @property
    def is_certain(self) -> bool:
        """Whether clocks show the time exactly once."""
        return self.before == self.after

    @property
    def is_skipped(self) -> bool:
        """Whether clocks never show the time, because they are put forward past it."""
        return self.after < self.before


def read_local(written: datetime, timezone: tzinfo) -> LocalTime:
    """Return what a time can mean in a zone; one that states its own zone means one moment.

    Raises:
        ValueError: the time is outside the years 1 to 9999 in UTC.
    """
    if written.tzinfo is not None:
        at = _in_utc(written)
        return LocalTime(at, at)
    before, after = (_in_utc(written.replace(tzinfo=timezone, fold=fold)) for fold in (0, 1))
    return LocalTime(before, after)


def to_utc(written: datetime, timezone: tzinfo) -> datetime:
    """Return a time in UTC; one without a zone is in `timezone`, by the clock before a change.

    Raises:
        ValueError: the time is outside the years 1 to 9999 in UTC.
    """
    return read_local(written, timezone).before


def start_of_day(day: date, timezone: tzinfo) -> datetime:
    """Return the first moment of a day, in UTC, also where clocks change at midnight."""
    return read_local(datetime.combine(day, time.min), timezone).before


def end_of_day(day: date, timezone: tzinfo) -> datetime:
    """Return the last microsecond of a day, in UTC, also where clocks change at midnight."""
    return read_local(datetime.combine(day, time.max), timezone).after


def _in_utc(aware: datetime) -> datetime:
    try:
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("year out of range") from error
