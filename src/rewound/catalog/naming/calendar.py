"""Calendar words in the names of dumps: weekdays, months, time zones. Pure.

English, German, French and Spanish, in full and as `date` abbreviates them; Italian, Portuguese and
Dutch in full; the weekdays of some more languages. Two-letter abbreviations are left out, because
too often they are words of their own.
"""

from datetime import date, timedelta, timezone

_WEEKDAYS = (
    ("monday", "mon", "montag", "lundi", "lun", "lunes", "lunedi", "segunda", "maandag"),
    ("tuesday", "tue", "tues", "dienstag", "mardi", "martes", "martedi", "terca", "dinsdag"),
    (
        "wednesday",
        "wed",
        "mittwoch",
        "mercredi",
        "mer",
        "miercoles",
        "mercoledi",
        "quarta",
        "woensdag",
    ),
    (
        "thursday",
        "thu",
        "thur",
        "thurs",
        "donnerstag",
        "jeudi",
        "jeu",
        "jueves",
        "giovedi",
        "quinta",
        "donderdag",
    ),
    ("friday", "fri", "freitag", "vendredi", "ven", "viernes", "venerdi", "sexta", "vrijdag"),
    ("saturday", "sat", "samstag", "sonnabend", "samedi", "sam", "sabado", "sabato", "zaterdag"),
    ("sunday", "sun", "sonntag", "dimanche", "dim", "domingo", "domenica", "zondag"),
)
"""By `date.weekday`; the first word of each is the English name in full."""
_MORE_WEEKDAYS = (
    # Polish, Swedish, Danish and Norwegian, Finnish, Turkish, Czech; Monday first.
    "poniedzialek wtorek sroda czwartek piatek sobota niedziela",
    "mandag tisdag onsdag torsdag fredag lordag sondag",
    "mandag tirsdag onsdag torsdag fredag lordag sondag",
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "pazartesi sali carsamba persembe cuma cumartesi pazar",
    "pondeli utery streda ctvrtek patek sobota nedele",
)
"""In languages that few names use: recognised as a rotation only, not inside a name."""
_MONTHS = (
    (
        "january",
        "jan",
        "januar",
        "janvier",
        "janv",
        "enero",
        "ene",
        "gennaio",
        "janeiro",
        "januari",
    ),
    (
        "february",
        "feb",
        "februar",
        "fevrier",
        "fevr",
        "febrero",
        "febbraio",
        "fevereiro",
        "februari",
    ),
    ("march", "mar", "maerz", "mrz", "mars", "marzo", "marco", "maart"),
    ("april", "apr", "avril", "avr", "abril", "abr", "aprile"),
    ("may", "mai", "mayo", "maggio", "maio", "mei"),
    ("june", "jun", "juni", "juin", "junio", "giugno", "junho"),
    ("july", "jul", "juli", "juillet", "juil", "julio", "luglio", "julho"),
    ("august", "aug", "aout", "agosto", "ago", "augustus"),
    ("september", "sep", "sept", "septembre", "septiembre", "settembre", "setembro"),
    ("october", "oct", "oktober", "okt", "octobre", "octubre", "ottobre", "outubro"),
    ("november", "nov", "novembre", "noviembre", "novembro"),
    ("december", "dec", "dezember", "dez", "decembre", "diciembre", "dic", "dicembre", "dezembro"),
)
"""By month, from January on."""
_WEEKDAY_OF = {word: day for day, words in enumerate(_WEEKDAYS) for word in words}
_MORE_WEEKDAY_OF = {word: day for row in _MORE_WEEKDAYS for day, word in enumerate(row.split())}
_MONTH_OF = {word: month for month, words in enumerate(_MONTHS, start=1) for word in words}

WEEKDAY_NAMES = frozenset(words[0] for words in _WEEKDAYS)
"""The English weekdays in full, as written by backup scripts that overwrite their dumps weekly."""

ZONE_HOURS = {
    "Z": 0.0,
    "UTC": 0.0,
    "GMT": 0.0,
    "WET": 0.0,
    "WEST": 1.0,
    "CET": 1.0,
    "MEZ": 1.0,
    "CEST": 2.0,
    "MESZ": 2.0,
    "EET": 2.0,
    "EEST": 3.0,
    "MSK": 3.0,
    "PKT": 5.0,
    "WIB": 7.0,
    "HKT": 8.0,
    "AWST": 8.0,
    "JST": 9.0,
    "KST": 9.0,
    "ACST": 9.5,
    "AEST": 10.0,
    "ACDT": 10.5,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
    "AKST": -9.0,
    "AKDT": -8.0,
    "HST": -10.0,
}
"""Abbreviations that stand for one offset from UTC, in hours.

Source: the abbreviations of tzdata 2024a that no two zones use with different offsets.
"""
UNCERTAIN_ZONES = frozenset(
    [
        *("EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"),
        *("AST", "ADT", "NST", "NDT", "IST", "BST", "SST"),
    ]
)
"""Abbreviations that stand for several offsets: CST is used in Chicago, Shanghai and Havana. Their
summer-time counterparts are included, so that the two halves of a year stay in order.
"""


def find_weekday(word: str) -> int | None:
    """Return the weekday that a word names, as `date.weekday` counts; None for other words."""
    word = word.lower()
    return _WEEKDAY_OF.get(word, _MORE_WEEKDAY_OF.get(word))


def find_month(word: str) -> int | None:
    """Return the month that a word names, 1 to 12; None for other words."""
    return _MONTH_OF.get(word.lower())


def is_calendar_word(word: str) -> bool:
    """Tell whether a word names a weekday or a month."""
    return find_weekday(word) is not None or find_month(word) is not None


def find_zone(abbreviation: str) -> timezone | None:
    """Return the zone of an abbreviation; None if it has more than one meaning."""
    hours = ZONE_HOURS.get(abbreviation.upper())
    return None if hours is None else timezone(timedelta(hours=hours))


def calendar_words(day: date) -> frozenset[str]:
    """Return the names of the day's weekday, month and week, in lower case."""
    week = f"{day.isocalendar().week:02}"
    return frozenset(
        {*_WEEKDAYS[day.weekday()], *_MONTHS[day.month - 1], f"w{week}", f"kw{week}", f"week{week}"}
    )


def any_weekday(*, shortest: int = 3) -> str:
    """Return a regular expression of all weekdays, whatever their case."""
    return _any_of(_WEEKDAY_OF, shortest)


def any_month(*, shortest: int = 3) -> str:
    """Return a regular expression of all months, whatever their case."""
    return _any_of(_MONTH_OF, shortest)


def _any_of(words: dict[str, int], shortest: int) -> str:
    longest_first = sorted((w for w in words if len(w) >= shortest), key=lambda w: (-len(w), w))
    return "(?i:" + "|".join(longest_first) + ")"
