"""The dumps of a source for people: for each world, a summary and a line per dump. Pure.

A world with binary logs has a line for these too, and one for each thing that is wrong with them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from types import MappingProxyType

from rewound.catalog import Dump
from rewound.catalog.logs.coverage import LogCoverage
from rewound.dump.file.location import Location
from rewound.figures import show_count, show_size

_CHOSEN = "*"
_NO_LOGS: Mapping[str, LogCoverage] = MappingProxyType({})
_LEAST_NAME = 12
"""Names are not shortened to fewer characters than this."""


def list_dumps(
    dumps: Sequence[Dump],
    chosen: Collection[Location],
    *,
    source: object,
    timezone: tzinfo,
    width: int | None = None,
    logs: Mapping[str, LogCoverage] = _NO_LOGS,
) -> Iterator[str]:
    """Yield the lines that show dumps; chosen dumps have a star. `logs` are by world.

    Paths are relative to the source, and shortened in the middle if they do not fit into `width`
    characters.
    """
    by_world: dict[str, list[Dump]] = {}
    for dump in dumps:
        by_world.setdefault(dump.world, []).append(dump)
    size_width = max((len(show_size(dump.size_bytes)) for dump in dumps), default=0)
    for world, its_dumps in by_world.items():
        times = sorted(dump.taken_at.astimezone(timezone) for dump in its_dumps)
        span = f"{times[0]:%Y-%m-%d %H:%M}"
        if len(times) > 1:
            span += f" to {times[-1]:%Y-%m-%d %H:%M}"
        if str(timezone) != str(UTC):
            span += f" {timezone}"
        total = show_size(sum(dump.size_bytes for dump in its_dumps))
        yield f"world {world}: {show_count(len(its_dumps), 'dump')}, {total}, {span}"
        for dump in its_dumps:
            mark = _CHOSEN if dump.location in chosen else " "
            size = show_size(dump.size_bytes) if dump.size_bytes else "empty"
            taken_at = dump.taken_at.astimezone(timezone)
            start = f"  {mark} {taken_at:%Y-%m-%d %H:%M:%S}  {size:>{size_width}}  "
            room = None if width is None else max(width - len(start), _LEAST_NAME)
            yield start + _shorten(_show_below(source, dump.location), room)
        if (coverage := logs.get(world)) is not None:
            yield f"    logs: {_show_coverage(coverage)}"
            yield from (f"      {finding}" for finding in coverage.findings)


def _show_coverage(coverage: LogCoverage) -> str:
    """Return files, size, times and GTIDs of a world's binary logs."""
    files, size = show_count(coverage.files, "file"), show_size(coverage.size_bytes)
    text = f"{files}, {size}, {coverage.span_text}"
    if coverage.gtids:
        text += f", GTIDs {coverage.gtid_text}"
    return text + (", the last file still open" if coverage.is_closed is False else "")


def _show_below(source: object, location: Location) -> str:
    """Return where a dump is, relative to the source; if the source is one file, its name."""
    below = str(location).removeprefix(f"{source}".rstrip("/") + "/")
    return location.name if below == str(location) else below


def _shorten(text: str, room: int | None) -> str:
    """Shorten a text to fit; keep its beginning and its end, which contain world and time."""
    if room is None or len(text) <= room:
        return text
    end = room * 2 // 3
    return f"{text[: room - end - 1]}…{text[-end:]}"
