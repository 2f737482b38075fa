"""Times as logs have them, in µs since 1970, and as everything else has them. Pure."""

from datetime import UTC, datetime, timedelta

SECOND_US = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_us(time_us: int) -> datetime:
    """Return a time of a log, in UTC."""
    return _EPOCH + timedelta(microseconds=time_us)


def to_us(moment: datetime) -> int:
    """Return a moment with a zone as logs have it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
