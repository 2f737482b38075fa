"""Whatever the layout: a world and a time are read as they were written, or refused, or asked."""

import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rewound.catalog import (
    Catalog,
    Dump,
    Subject,
    TimeSource,
    choose_dumps,
    discover,
    require_settled,
)
from rewound.errors import CatalogError, UsageError

TODAY = date(2026, 11, 28)
FORMATS = [
    *("%Y-%m-%d", "%Y%m%d", "%Y_%m_%d", "%Y.%m.%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%d%m%Y"),
    *("%y%m%d", "%d%m%y", "%m%d%y", "%d-%m-%y", "%y-%m-%d", "%m-%d-%y", "%d%b%Y", "%b-%d-%y"),
    *("%d-%b-%Y", "%Y%b%d", "%B-%d-%Y", "%Y-%j", "%Y%j", "%G-W%V-%u", "%GW%V%u", "%s", "%s123"),
    *("%Y-%m-%d_%H-%M-%S", "%Y-%m-%d_%H%M", "%Y%m%d_%H%M%S", "%Y%m%d%H%M%S", "%Y%m%d%H%M"),
    *("%Y%m%d%H", "%y%m%d%H%M", "%y%m%d-%H%M", "%d%m%Y_%H%M", "%d%m%y%H%M", "%Y-%m-%d_%I-%M-%p"),
    *("%Y-%m-%d %I.%M.%S %p", "%Y-%m-%d_%Hh%Mm", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%dT%H%M%S+0000"),
    *("%Y-%m-%d_%H%M%S_UTC", "%Y-%m-%dT%H-%M-%S.123", "%Y%m%d%H%M%S123", "%a_%Y-%m-%d"),
    *("%Y-%m-%d_%a", "%A-%Y%m%d", "%a %b %d %H:%M:%S UTC %Y", "%Y-%m-%d_%H", "%H%M_%Y-%m-%d"),
    *("%H-%M-%S_%Y-%m-%d", "%H%M%S-%Y%m%d", "%Y-%m-%d_%H-%M-%S-123", "%d_%m_%Y_%H_%M_%S"),
    *("%Y-%m", "%Y%m", "W%V_%G", "%G/W%V", "%b%y", "%m-%Y", "%j_%Y"),
]
SLOTS = ["%a", "%A", "%b", "%d", "%H", "%H%M", "%j", "%V", "week%V", "%u"]
"""Of rotations: with one of them alone nobody could tell it from a world's name."""
CLOCKS = ["%H%M", "%H%M%S", "%H-%M-%S", "%Hh%M", "%I-%M-%p", "%Y-%m-%d_%H-%M-%S", "%Y%m%d_%H%M"]
"""What stands in a file below the folder of its day."""
LAYOUTS = [
    *("{world}_{time}", "{time}_{world}", "{world}-{time}", "{world}.{time}", "{world}/{time}"),
    *("{time}/{world}", "{world}/{time}/dump", "backup-{world}-{time}", "{world}_dump_{time}"),
    *("{time}-{world}-backup", "daily/{world}_{time}", "{world}/{world}_{time}", "{world} {time}"),
    *("{world}{time}", "{time}.{world}"),
]
DAY_LAYOUTS = [
    *("{day}/{world}_{time}", "{day}/{time}/{world}", "{world}/{day}/{time}"),
    *("{world}_{day}_{time}", "{day}_{world}_{time}"),
]
WAYS = st.one_of(
    st.tuples(st.sampled_from(LAYOUTS), st.sampled_from(FORMATS)),
    st.tuples(st.sampled_from(LAYOUTS), st.sampled_from(SLOTS)),
    st.tuples(st.sampled_from(DAY_LAYOUTS), st.sampled_from(CLOCKS)),
)
WORLDS = st.one_of(
    st.sampled_from(
        [
            *("host1", "host2", "eu-1", "game", "db.example.com", "shop_1001", "shop_1002", "1001"),
            *("1002", "year-one", "w25", "w26", "mon", "sun", "may", "r1-rack2", "shard-0300"),
            *("customer-990618", "1718745308", "1718745309", "a", "v8.0.36", "pm"),
        ]
    ),
    st.from_regex(r"[a-z]{1,8}([-_.]?[0-9]{1,4})?", fullmatch=True),
)
MOMENTS = st.integers(1_200_000_000, 1_795_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
SERIES = st.one_of(
    st.lists(MOMENTS, min_size=1, max_size=4, unique=True),
    st.tuples(MOMENTS, st.integers(1, 5), st.sampled_from([3600, 21600, 43200, 86400, 604800])).map(
        lambda each: [each[0] - timedelta(seconds=i * each[2]) for i in range(each[1])]
    ),
)


def write(moment: datetime, time_format: str) -> str:
    return moment.strftime(time_format.replace("%s", str(int(moment.timestamp()))))


def make_names(layout, time_format, worlds, series):
    """Return path to (world, moment), without the paths that two of them share."""
    truth: dict[str, list[tuple[str, datetime]]] = {}
    for world in worlds:
        for moment in series:
            path = layout.format(
                world=world, time=write(moment, time_format), day=f"{moment:%Y-%m-%d}"
            )
            truth.setdefault(f"{path}.sql", []).append((world, moment))
    return {path: told[0] for path, told in truth.items() if len(told) == 1}


def is_beyond_anyone(layout, time_format, truth) -> bool:
    """Tell names that nobody can take apart: `game12` may be of the 12th, or the twelfth game."""
    worlds = {world for world, _ in truth.values()}
    written = {write(moment, time_format) for _, moment in truth.values()}
    is_glued = "{world}{time}" in layout
    if is_glued and (time_format[:2] in SLOTS or any(world[-1].isdigit() for world in worlds)):
        return True
    if is_glued and time_format.startswith("%H"):
        return True
    # 20240618-1002 is a day and a time of day; 1718745308 may be one all by itself.
    if any(world.replace("-", "").isdigit() for world in worlds):
        return layout not in ("{world}_{time}", "{world}/{time}") or time_format not in FORMATS[:4]
    return time_format in SLOTS and len(written) < (3 if time_format == "%u" else 2)


def read(truth, has_closing_lines) -> tuple[Catalog, Path]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path in truth:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(b"-- a dump\n")

        def read_closing_time(path):
            moment = truth[str(path.relative_to(folder))][1]
            return moment + timedelta(seconds=50) if has_closing_lines else None

        catalog = discover(folder, today=TODAY, read_closing_time=read_closing_time)
        return catalog, folder


def is_as_written(dump: Dump, world: str, moment: datetime) -> bool:
    """Tell whether a dump is that of the world and moment, as far as its name tells it."""
    if dump.world != world:
        return False
    late: timedelta = moment - dump.taken_at
    if dump.time_source is TimeSource.CLOSING_LINE:
        return late == -timedelta(seconds=50)
    if dump.day_only:
        return timedelta() <= late < timedelta(days=dump.open_days)
    return -timedelta(seconds=1) < late < timedelta(hours=1)


@settings(derandomize=True)
@given(
    way=WAYS,
    worlds=st.lists(WORLDS, min_size=1, max_size=4, unique=True),
    series=SERIES,
    has_closing_lines=st.booleans(),
)
def test_what_is_written_is_read_back_or_refused(way, worlds, series, has_closing_lines):
    layout, time_format = way
    truth = make_names(layout, time_format, worlds, series)
    if not truth or is_beyond_anyone(layout, time_format, truth):
        return
    catalog, folder = read(truth, has_closing_lines)
    try:
        if catalog.dumps:
            choose_dumps(catalog, None)
            require_settled(catalog)
    except (CatalogError, UsageError):
        return
    wrong = [
        (path, dump.world, f"{dump.taken_at}")
        for dump in catalog.dumps
        if not is_as_written(dump, *truth[path := os.path.relpath(str(dump.location), folder)])
    ]
    assert not wrong, sorted(truth)


@settings(derandomize=True)
@given(
    way=WAYS,
    worlds=st.lists(WORLDS, min_size=2, max_size=4, unique=True),
    series=SERIES,
    database=st.sampled_from(["game", None]),
)
def test_dumps_of_one_schema_are_never_parts_of_each_other(way, worlds, series, database):
    layout, time_format = way
    truth = make_names(layout, time_format, worlds, series)
    if not truth or is_beyond_anyone(layout, time_format, truth):
        return
    with tempfile.TemporaryDirectory() as name:
        for path in truth:
            (Path(name) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(name) / path).write_bytes(b"-- a dump\n")
        catalog = discover(
            Path(name),
            today=TODAY,
            read_closing_time=lambda path: truth[os.path.relpath(str(path), name)][1],
            read_subject=lambda path: Subject(database, "account"),
        )
    assert not [dump for dump in catalog.dumps if len(dump.files.parts) > 1]
