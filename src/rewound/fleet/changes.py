"""Whether a world was changed after its restore: what it is compared with, and how. Pure.

A table is compared by its files, which a server writes to only if the table changes; a view,
trigger, routine or event by its entry in the data dictionary. ADR 16 explains why, and what this
cannot detect.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rewound.files.states import FileState
from rewound.fleet.world import of_fleet
from rewound.worlds.folding import name_worlds

TABLE = "table"
"""The kind of an object that is shown without its kind."""

_NOT_OF_USERS = re.compile(r"fts_[0-9a-f]{16}_|#sql|.*\.CSM$")
"""Files that InnoDB keeps for FULLTEXT keys, and writes to by itself; that an ALTER TABLE under way
makes; and of CSV tables those that are written when they are read."""
_PARTITION_AND_ENDING = re.compile(r"(?i:#p#.*)?\.[A-Za-z]+$")
_SDI_ENDING = re.compile(r"_\d+\.sdi$")
_MOST_GROUPS = 3
"""So many groups of worlds are told apart in one sentence."""
_ENCODED = re.compile(r"@([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Original:
    """What the tables and objects of a world are known by, as they were restored."""

    files: Mapping[str, FileState] | None
    """Those of its tables, by their paths in the data directory; None if they are not seen."""
    objects: Mapping[str, str]
    """When each was defined, or the hash of its definition, by names such as `view game.best`."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The tables of files whose names are encoded, by their paths: `game.größe`."""
    read_at: datetime | None = None
    """When this was read, of a server that remembers what the load wrote until then."""
    earlier: tuple[str, ...] = ()
    """What was changed before its server was last started, which that one does not remember."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a world now."""

    files: Mapping[str, FileState] | None
    """As of `Original`."""
    objects: Mapping[str, str] | None = None
    """As of `Original`; None if its server does not run."""
    names: Mapping[str, str] = field(default_factory=dict)
    """As of `Original`."""
    written: Mapping[str, datetime] = field(default_factory=dict)
    """Tables whose last rows may not be in their files yet, and when those were written."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What of a world was touched after its restore."""

    names: tuple[str, ...]
    """Tables and other objects: `game.player`, `game.loot (new)`, `view game.best (dropped)`."""
    last_at: datetime | None
    """When a table was written to last; None if no table was."""


def find_changes(original: Original, seen: Seen) -> Changes | None:
    """Return what differs from what was restored; None if nothing does."""
    written = {
        table: at
        for table, at in seen.written.items()
        if original.read_at is None or at > original.read_at
    }
    touched = dict.fromkeys(written, "")
    times = list(written.values())
    if original.files is not None and seen.files is not None:
        touched.update(_compare_files(original.files, seen.files, {**original.names, **seen.names}))
        times += [
            datetime.fromtimestamp(state.written_at_ns / 1e9, UTC)
            for path, state in seen.files.items()
            if original.files.get(path) != state
        ]
    else:
        touched.update(dict.fromkeys(original.earlier, ""))
    if seen.objects is not None:
        touched.update(_compare(original.objects, seen.objects))
    if not touched:
        return None
    shown = sorted({f"{name}{what}" for name, what in touched.items()})
    # Names of tables have no space before the first dot, kinds of objects do.
    tables_first = sorted(shown, key=lambda name: " " in name.partition(".")[0])
    return Changes(tuple(tables_first), max(times, default=None))


def merge_changes(several: Iterable[Changes]) -> Changes:
    """Return what was touched in any of several worlds, in the order in which it appears."""
    changes = list(several)
    names = dict.fromkeys(name for each in changes for name in each.names)
    times = [each.last_at for each in changes if each.last_at is not None]
    return Changes(tuple(names), max(times, default=None))


def describe_changes(changes: Changes, *, at_most: int = 4) -> str:
    """Return in a few words what was touched, and when last."""
    more = len(changes.names) - at_most
    text = ", ".join(changes.names[:at_most]) + (f" and {more:,} more" if more > 0 else "")
    if changes.last_at is None:
        return text
    return f"{text}; last written {changes.last_at:%Y-%m-%d %H:%M:%S} UTC"


def summarise_changes(fleet: str, changed: Mapping[str, Changes]) -> str:
    """Return in one sentence which worlds of a fleet are no longer what was restored."""
    first, *others = group_alike(changed)
    text = (
        f"{name_worlds(first)}{of_fleet(fleet)} changed after the restore: {_describe_group(first)}"
    )
    texts = [f"{name_worlds(group)}: {_describe_group(group)}" for group in others]
    if len(texts) > _MOST_GROUPS - 1:
        rest = [world for group in others[_MOST_GROUPS - 2 :] for world in group]
        texts[_MOST_GROUPS - 2 :] = [f"{name_worlds(rest)}: other tables"]
    return "; ".join([text, *texts])


def group_alike(changed: Mapping[str, Changes]) -> list[Mapping[str, Changes]]:
    """Return the worlds in which the same was touched together, in their order."""
    groups: dict[tuple[str, ...], dict[str, Changes]] = {}
    for world, changes in changed.items():
        groups.setdefault(changes.names, {})[world] = changes
    return list(groups.values())


def _describe_group(group: Mapping[str, Changes]) -> str:
    return describe_changes(merge_changes(group.values()))


def is_of_table(file: str) -> bool:
    """Tell whether a file in the folder of a schema is one of a table of the user's."""
    return not _NOT_OF_USERS.match(file)


def object_name(kind: str, schema: str, name: str) -> str:
    """Return what an object is called here."""
    return f"{schema}.{name}" if kind == TABLE else f"{kind} {schema}.{name}"


def table_name(path: str) -> str:
    """Return the table that a file of a data directory belongs to; letters stay encoded."""
    schema, _, file = path.partition("/")
    stem = _SDI_ENDING.sub("", file)
    stem = _PARTITION_AND_ENDING.sub("", stem)
    return f"{_decode(schema)}.{_decode(stem)}"


def _decode(name: str) -> str:
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), name)


def _compare_files(
    before: Mapping[str, FileState], now: Mapping[str, FileState], names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the tables that differ in a file, and what became of them."""

    def group(files: Mapping[str, FileState]) -> dict[str, dict[str, FileState]]:
        tables: dict[str, dict[str, FileState]] = {}
        for path, state in files.items():
            tables.setdefault(names.get(path) or table_name(path), {})[path] = state
        return tables

    yield from _compare(group(before), group(now))


def _compare(before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in before.keys() | now.keys():
        if name not in now:
            yield name, " (dropped)"
        elif name not in before:
            yield name, " (new)"
        elif before[name] != now[name]:
            yield name, ""
