"""The kinds of part that a world's name may have besides a name: a weekday, a release, a hash.

`slots` judges what they mean. Pure.
"""

import re

from rewound.catalog.naming.calendar import any_month, find_month, find_weekday

_UNITS = "w|wk|kw|cw|week|day|d|hour|hr|h|month|mon|m|q|quarter|fy|year|yr|y"
_UNIT_NUMBER = re.compile(rf"(?i:({_UNITS})?)([0-9]{{1,12}})")
_SLOT = re.compile(
    "(?i:slot|gen|generation|bak|rot|rotation|snap|snapshot|cycle|tape|set|run|build|rev|revision"
    "|ver|version|rel|release|rc|alpha|beta|hotfix|patch|copy|backup|dump|old|new|prev|previous|try"
    "|round|turn|update|upgrade|migration|deploy|hourly|daily|nightly|weekly|monthly|yearly)[0-9]{1,6}"
)
_ORDINAL = re.compile("(?i:[0-9]{1,2}(?:st|nd|rd|th|d|days?|weeks?|months?))")
_NUMBER_UNIT = re.compile(r"(?i:([0-9]{1,2})(?:h|hr|hrs|uhr))")
CLOCK = re.compile(r"(?i:(?P<H>[0-9]{1,2})(?P<M>[0-5][0-9])?(?P<half>am|pm|h|uhr))")
"""A time of day with its unit: 3am, 0330pm, 0300h."""
_DAY_AND_MONTH = re.compile(r"([0-3]?[0-9])([^\W\d_]{3,})|([^\W\d_]{3,})([0-3]?[0-9])")
_HALF_YEAR = re.compile("(?:20)?[0-9]{2}[HhSs][12]|[HhSs][12](?:20)?[0-9]{2}")
_MONTH_AND_YEAR = re.compile(rf"{any_month()}(?:20)?[0-9]{{2}}|20[0-9]{{2}}{any_month()}")
_WEEKDAY_AND_NUMBER = re.compile(r"([^\W\d_]{3,})([0-9])")
_RELEASE = re.compile(r"[vVrR][0-9]+(?:[.][0-9]+)*|[0-9]+(?:[.][0-9]+){2}")
_SHORT_RELEASE = re.compile(r"[0-9]+[.][0-9]+")
_TOKEN = re.compile(
    r"(?=[0-9A-Za-z]{5,}$)(?:[0-9]+[A-Za-z]+[0-9]|[A-Za-z]+[0-9]+[A-Za-z])[0-9A-Za-z]*"
)
"""Alternating letters and digits, as in hashes: 3f2504e, x7k20; but not host1 or rack12."""
_WITHOUT_DIGITS = re.compile("[b-df-hj-np-tv-xz]{5,}|[a-f]{7,}|[A-F]{7,}")
"""Hashes that happen to have none: what Kubernetes appends to the name of a job's pod (bqzwd), and
hexadecimal numbers (deadbeef).
"""
_PERIOD = re.compile(
    "(?i:season|sprint|phase|milestone|wave|epoch|episode|chapter|iteration)[0-9]{1,4}"
)
_LETTER_AND_NUMBER = re.compile("[A-Za-z][0-9]{1,4}")
UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_MOMENT_WORDS = frozenset(
    [
        *("before", "after", "pre", "post", "prior", "preupdate", "postupdate", "preupgrade"),
        *("postupgrade", "prerelease", "postrelease", "predeploy", "postdeploy", "initial"),
        *("final", "first", "second", "third", "previous", "prev", "old", "older", "oldest"),
        *("new", "newer", "newest", "latest", "last", "current", "recent", "now", "yesterday"),
        *("today", "morning", "noon", "afternoon", "evening", "night", "midnight", "am", "pm"),
        *(
            "even",
            "odd",
            "cur",
            "copy",
            "prepatch",
            "postpatch",
            "blue",
            "green",
            "grandfather",
            "father",
            "son",
            "bak",
            "backup",
        ),
        *("orig", "original", "manual", "auto", "automatic", "scheduled", "adhoc", "emergency"),
    ]
)


def find_kind(part: str) -> str | None:
    """Return the kind of a part of a world's name; None for an ordinary word."""
    lone_kinds: tuple[tuple[str, bool], ...] = (
        ("weekday", find_weekday(part) is not None),
        ("month", find_month(part) is not None),
        ("slot", _SLOT.fullmatch(part) is not None),
        ("period", _PERIOD.fullmatch(part) is not None),
        ("word of time", part.lower() in _MOMENT_WORDS),
        ("half of a year", _HALF_YEAR.fullmatch(part) is not None),
        ("month and year", _MONTH_AND_YEAR.fullmatch(part) is not None),
        ("day and month", read_day_and_month(part) is not None),
        ("weekday and number", _is_weekday_and_number(part)),
        ("ordinal", _ORDINAL.fullmatch(part) is not None),
        ("number before h", _NUMBER_UNIT.fullmatch(part) is not None),
        ("time of day", CLOCK.fullmatch(part) is not None),
        ("release", _RELEASE.fullmatch(part) is not None),
        ("short release", _SHORT_RELEASE.fullmatch(part) is not None),
        ("letter", re.fullmatch("[A-Za-z]", part) is not None),
    )
    for kind, is_it in lone_kinds:
        if is_it:
            return kind
    match = _UNIT_NUMBER.fullmatch(part)
    if match is None:
        return _find_kind_of_token(part)
    if len(part) == 4 and not match[1]:
        return "four digits"
    return f"number after {match[1].lower()}" if match[1] else "number"


def _find_kind_of_token(part: str) -> str | None:
    if _LETTER_AND_NUMBER.fullmatch(part):
        return "letter and number"
    is_token = _TOKEN.match(part) or _WITHOUT_DIGITS.fullmatch(part) or re.fullmatch(UUID, part)
    return "token" if is_token else None


def read_day_and_month(part: str) -> tuple[int, int] | None:
    """Return (month, day) of a part such as `17Jun` or `jun17`."""
    match = _DAY_AND_MONTH.fullmatch(part)
    if match is None:
        return None
    month = find_month(match[2] or match[3])
    return None if month is None else (month, int(match[1] or match[4]))


def _is_weekday_and_number(part: str) -> bool:
    match = _WEEKDAY_AND_NUMBER.fullmatch(part)
    return match is not None and find_weekday(match[1]) is not None
