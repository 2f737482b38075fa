"""What a Python program may pass where the command line takes text.

A value of any other type is a mistake in the program: a TypeError that names the argument, before
anything starts.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from pathlib import Path
from types import UnionType
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from rewound.catalog.source import read_source
from rewound.errors import UsageError
from rewound.operations.destinations import Destination, read_direction
from rewound.operations.dump_selection import (
    Selection,
    at_logged_moment,
    read_log_point,
    read_selection,
)

Worlds: TypeAlias = str | Iterable[str] | None
"""Worlds as on the command line, `host[1-3],eu-*`, or a list of such; None for all."""
Moment: TypeAlias = str | date | None
"""A time as on the command line, a datetime or a date. A datetime without a zone is read as a text
without one.
"""
Zone: TypeAlias = str | tzinfo | None
"""The name of a time zone, or a ZoneInfo."""
Folders: TypeAlias = str | Path | Iterable[str | Path] | None
"""A folder, or a list of folders."""

_T = TypeVar("_T")
_WITHOUT_TEXT = (bytes, bytearray, memoryview, Mapping, list, tuple, set, frozenset)
"""Types whose values are written in Python in a way that means nothing in SQL."""


def select(
    source: str | Path,
    *,
    at: Moment = None,
    before: Moment = None,
    pattern: str | None = None,
    timezone: Zone = None,
    worlds: Worlds = None,
    identities: Folders = None,
) -> Selection:
    """Return which dumps of a source are meant.

    Raises:
        TypeError: an argument is of a type that it cannot have.
        UsageError: the arguments contradict each other, or a text is unreadable.
    """
    if not isinstance(source, str | Path):
        raise _mistake("source", "a folder or a dump", source)
    require_text(pattern=pattern)
    return read_selection(
        read_source(source),
        at=read_moment("at", at),
        before=read_moment("before", before),
        pattern=pattern,
        timezone=read_zone(timezone),
        worlds=read_worlds(worlds),
        identities=read_folders("identities", identities),
    )


def at_moment(
    selection: Selection,
    *,
    binlogs: Folders = None,
    no_binlogs: bool = False,
    before_transaction: str | None = None,
    after_transaction: str | None = None,
    at_position: str | None = None,
) -> Selection:
    """Return a selection with its binary logs, and with the moment in them that is meant.

    Raises:
        TypeError: an argument is of a type that it cannot have.
        UsageError: a text is unreadable, or contradicts the selection.
    """
    require_text(
        before_transaction=before_transaction,
        after_transaction=after_transaction,
        at_position=at_position,
    )
    return at_logged_moment(
        selection,
        binlogs=read_folders("binlogs", binlogs),
        no_binlogs=no_binlogs,
        before_transaction=before_transaction,
        after_transaction=after_transaction,
        at_position=at_position,
    )


def read_destination(
    *,
    at: Moment = None,
    before: Moment = None,
    timezone: Zone = None,
    before_transaction: str | None = None,
    after_transaction: str | None = None,
    at_position: str | None = None,
    step: str | None = None,
) -> Destination:
    """Return where worlds are to be taken.

    Raises:
        TypeError: an argument is of a type that it cannot have.
        UsageError: no moment is given, or several, or a text is unreadable.
    """
    moments = {
        "at": at,
        "before": before,
        "before_transaction": before_transaction,
        "after_transaction": after_transaction,
        "at_position": at_position,
        "step": step,
    }
    given = [name for name, moment in moments.items() if moment is not None]
    if len(given) > 1:
        raise UsageError(
            f"{' and '.join(given)} are mutually exclusive", hint="give one moment to seek"
        )
    if not given:
        raise UsageError("no moment is given", hint="fleet.seek('2026-03-04 06:00+01:00')")
    require_text(
        before_transaction=before_transaction,
        after_transaction=after_transaction,
        at_position=at_position,
        step=step,
    )
    return Destination(
        at=read_moment("at", at),
        before=read_moment("before", before),
        timezone=read_zone(timezone),
        point=read_log_point(
            before_transaction=before_transaction,
            after_transaction=after_transaction,
            at_position=at_position,
        ),
        step=None if step is None else read_direction(step),
    )


def read_worlds(worlds: Worlds) -> str | None:
    """Return worlds as the command line has them.

    Raises:
        TypeError: they are neither a text nor texts.
        UsageError: the list is empty.
    """
    if worlds is None:
        return None
    names = read_texts("worlds", worlds)
    if not names:
        raise UsageError("worlds is an empty list", hint="leave it out to mean all worlds")
    return ",".join(names)


def read_moment(name: str, moment: Moment) -> str | None:
    """Return a time as the command line has it.

    Raises:
        TypeError: it is neither a text nor a time.
    """
    if moment is None or isinstance(moment, str):
        return moment
    if isinstance(moment, datetime):
        return moment.isoformat(" ")
    if isinstance(moment, date):
        return moment.isoformat()
    raise _mistake(name, "a text such as '2026-03-04 06:00+01:00', a datetime or a date", moment)


def read_zone(zone: Zone) -> str | None:
    """Return the name of a time zone.

    Raises:
        TypeError: it is neither a text nor a zone with a name.
    """
    if zone is None or isinstance(zone, str):
        return zone
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    if str(zone) == "UTC":  # datetime.UTC, which has no other name
        return "UTC"
    raise _mistake("timezone", "a text such as 'Europe/Berlin' or a ZoneInfo", zone)


def read_folders(name: str, folders: Folders) -> list[Path]:
    """Return one folder or several as paths.

    Raises:
        TypeError: they are neither texts nor paths.
    """
    if folders is None:
        return []
    listed: list[str | Path] = _list_each(
        name, folders, str | Path, one="a folder", many="a list of folders"
    )
    return [Path(folder) for folder in listed]


def read_texts(name: str, texts: str | Iterable[str]) -> list[str]:
    """Return one text or several as a list.

    Raises:
        TypeError: they are neither.
    """
    return _list_each(name, texts, str, one="a text", many="a list of texts")


def require_text(**arguments: str | None) -> None:
    """Check that arguments are texts, or left out.

    Raises:
        TypeError: one is something else.
    """
    for name, value in arguments.items():
        if value is not None and not isinstance(value, str):
            raise _mistake(name, "a text", value)


def read_params(params: Mapping[str, object] | None) -> dict[str, str]:
    """Return the values of user variables as the texts that the server gets.

    Raises:
        TypeError: a value has no text that means the same in SQL.
    """
    if not isinstance(params, Mapping | None):
        raise _mistake("params", "a dict of names and values", params)
    return {name: _write_value(name, value) for name, value in (params or {}).items()}


def _list_each(
    name: str, values: _T | Iterable[_T], kind: type[_T] | UnionType, *, one: str, many: str
) -> list[_T]:
    """Return one value or several as a list, each of a kind."""
    several = [values] if isinstance(values, kind) else values
    if isinstance(several, bytes | Mapping) or not isinstance(several, Iterable):
        raise _mistake(name, f"{one} or {many}", values)
    listed = list(several)
    for value in listed:
        if not isinstance(value, kind):
            raise _mistake(f"each of {name}", one, value)
    return listed


def _write_value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if value is None or isinstance(value, _WITHOUT_TEXT):
        raise _mistake(f"params[{name!r}]", "a text, a number or a time", value)
    return str(value)


def _mistake(name: str, expected: str, value: object) -> TypeError:
    return TypeError(f"{name} must be {expected}, not {value!r}")
