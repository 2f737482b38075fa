"""Finding dumps, and verifying that they are complete; no server is needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from rewound.catalog import (
    Catalog,
    Choice,
    TargetTime,
    TimeSource,
    choose_dumps,
    discover,
    parse_target,
    require_settled,
    sort_naturally,
)
from rewound.catalog.logs.coverage import LogCoverage, cover
from rewound.catalog.logs.folders import add_logs
from rewound.catalog.logs.reading import find_log_kind, read_log
from rewound.catalog.source import Source
from rewound.errors import DumpError, UsageError
from rewound.fleet.plan import find_disagreement
from rewound.operations.dump_reading import DumpReading
from rewound.replay.target import AtPosition, AtTransaction, parse_position, parse_transaction
from rewound.similar_names import find_similar, suggest
from rewound.worlds.selecting import select_worlds

_BYTES_READ = 256 << 20
"""About five seconds of decompressing: `dumps` is a listing, `verify` reads everything."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dumps of a source are meant."""

    source: Source
    """A folder of dumps, or one dump."""
    target: TargetTime | None = None
    """The target time; None for the newest dumps."""
    pattern: str | None = None
    """Pattern of world and time in a path, if the usual shapes do not match."""
    timezone: tzinfo = UTC
    """The zone of the times in names that state none."""
    worlds: str | None = None
    """Limits to some worlds: `host[1-3],eu-*`."""
    binlogs: tuple[Source, ...] = ()
    """Folders of binary logs besides the source."""
    no_binlogs: bool = False
    """Replay no binary logs, also where there are some."""
    point: AtTransaction | AtPosition | None = None
    """A moment in the binary logs other than the target time."""
    identities: tuple[Path, ...] = ()
    """Files with keys that decrypt the dumps."""


def read_selection(
    source: Source,
    *,
    at: str | None = None,
    before: str | None = None,
    pattern: str | None = None,
    timezone: str | None = None,
    worlds: str | None = None,
    identities: Sequence[Path] = (),
) -> Selection:
    """Return the selection that the texts of a user make.

    Raises:
        UsageError: both --at and --before are given, or a time or zone is unreadable.
    """
    if at is not None and before is not None:
        raise UsageError("--at and --before are mutually exclusive", hint="use only one of them")
    zone = read_timezone(timezone)
    target = None
    if (text := at if at is not None else before) is not None:
        target = parse_target(
            text, zone, strictly_before=before is not None, zone_is_chosen=timezone is not None
        )
    return Selection(
        source=source,
        target=target,
        pattern=pattern,
        timezone=zone,
        worlds=worlds,
        identities=tuple(identities),
    )


def at_logged_moment(
    selection: Selection,
    *,
    binlogs: Sequence[Source] = (),
    no_binlogs: bool = False,
    before_transaction: str | None = None,
    after_transaction: str | None = None,
    at_position: str | None = None,
) -> Selection:
    """Return a selection with its binary logs, and with the moment in them that a user names.

    Raises:
        UsageError: a text is not readable, or contradicts the selection.
    """
    point = read_log_point(
        before_transaction=before_transaction,
        after_transaction=after_transaction,
        at_position=at_position,
    )
    if point is not None and selection.target is not None:
        raise UsageError(
            "a transaction or a position, and a time (--at, --before), are mutually exclusive",
            hint="use only one of them; the newest dump that is old enough is found by itself",
        )
    if point is not None and no_binlogs:
        raise UsageError("--no-binlogs and a moment in the binary logs are mutually exclusive")
    return replace(selection, binlogs=tuple(binlogs), no_binlogs=no_binlogs, point=point)


def read_log_point(
    *,
    before_transaction: str | None = None,
    after_transaction: str | None = None,
    at_position: str | None = None,
) -> AtTransaction | AtPosition | None:
    """Return the transaction or position that a user names; None if there is none.

    Raises:
        UsageError: a text is not readable, or there are several.
    """
    given = {
        "--before-transaction": before_transaction,
        "--after-transaction": after_transaction,
        "--at-position": at_position,
    }
    names = [name for name, text in given.items() if text is not None]
    if len(names) > 1:
        raise UsageError(
            f"{' and '.join(names)} are mutually exclusive", hint="use only one of them"
        )
    if at_position is not None:
        return parse_position(at_position)
    gtid = before_transaction or after_transaction
    if gtid is None:
        return None
    return parse_transaction(gtid, is_included=after_transaction is not None)


def read_timezone(name: str | None) -> tzinfo:
    """Return the zone of that name; UTC if none is given.

    Raises:
        UsageError: no zone has that name.
    """
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"unknown time zone {name!r}", hint=_suggest_zone(name)) from error


def _suggest_zone(name: str) -> str:
    known = available_timezones()
    if find_similar(name, known):
        return suggest(name, sorted(known))
    return "use a name such as Europe/Berlin or UTC"


def list_dumps(selection: Selection) -> tuple[Catalog, Choice]:
    """Return the dumps of a source, and which of them the target time selects.

    The catalog's doubts contain the names that can be read in two ways.
    """
    reading = DumpReading(selection.identities)
    catalog = discover(
        selection.source,
        pattern=selection.pattern,
        timezone=selection.timezone,
        read_closing_time=reading.read_closing_time,
        is_dump=reading.is_dump,
        read_subject=reading.read_subject,
        read_start=reading.read_start,
        list_members=reading.list_members,
        find_log_kind=find_log_kind,
    )
    for folder in selection.binlogs:
        catalog = add_logs(
            catalog,
            folder,
            pattern=selection.pattern,
            timezone=selection.timezone,
            find_log_kind=find_log_kind,
        )
    if selection.identities:
        dumps = tuple(replace(dump, identities=selection.identities) for dump in catalog.dumps)
        catalog = replace(catalog, dumps=dumps)
    if selection.worlds is not None:
        catalog = catalog.only(select_worlds(catalog.worlds, selection.worlds))
    return catalog, choose_dumps(catalog, selection.target)


def cover_logs(catalog: Catalog) -> dict[str, LogCoverage]:
    """Return what the binary logs of each world cover, for the worlds that have some."""
    return {
        world: cover([read_log(log) for log in catalog.logs if log.world == world])
        for world in sort_naturally({log.world for log in catalog.logs})
    }


def find_disagreements(choice: Choice) -> list[str]:
    """Return where the names of chosen dumps and their closing lines disagree, as `up` warns.

    Compressed dumps are read to their ends for it, the smallest first, up to 256 MiB.
    """
    found: list[str] = []
    budget = _BYTES_READ
    for dump in sorted((each.dump for each in choice.chosen), key=lambda dump: dump.size_bytes):
        if dump.time_source is TimeSource.CLOSING_LINE:
            continue
        budget -= dump.size_bytes
        if budget < 0:
            break
        try:
            last = dump.files.parts[-1].location
            doubt = find_disagreement(dump, DumpReading(dump.identities).read_closing_time(last))
        except DumpError:
            continue
        if doubt is not None:
            found.append(f"{dump.world}: {doubt}")
    return found


def find_dumps(selection: Selection) -> tuple[Catalog, Choice]:
    """Return the dumps of a source, and which of them the target time selects.

    Raises:
        UsageError: something can be read in two ways.
    """
    catalog, choice = list_dumps(selection)
    require_settled(catalog)
    return catalog, choice
