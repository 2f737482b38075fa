"""Questions whether files are parts of one world, with the patterns that answer them. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rewound.catalog.candidates import CandidateFiles, NamedDump
from rewound.catalog.dump import Doubt, TimeSource, sort_naturally
from rewound.catalog.naming.endings import strip_extension
from rewound.catalog.naming.names import ParsedName
from rewound.catalog.naming.pattern import compile_pattern
from rewound.catalog.naming.proposals import propose_for_parts
from rewound.catalog.naming.slot_patterns import propose_for_slots
from rewound.dump.file.location import Location
from rewound.worlds.folding import fold_worlds, name_worlds


def doubt_databases(
    host: str, entries: Sequence[NamedDump], named: Sequence[NamedDump], source: CandidateFiles
) -> Doubt:
    """Return the doubt about files that may hold the databases of one host, or be worlds."""
    worlds = frozenset(entry.dump.world for entry in entries)
    text = (
        f"{fold_worlds(sort_naturally(set(worlds)))} in {host} look like databases of one host:"
        f" they may be {len(worlds)} worlds, or one file per database of {host}"
    )
    return Doubt(worlds, text, _make_hint("database", entries, named, source))


def doubt_kinds(
    world: str, entries: Sequence[NamedDump], named: Sequence[NamedDump], source: CandidateFiles
) -> Doubt:
    """Return the doubt about files with the definitions and the rows of one world."""
    worlds = frozenset(entry.dump.world for entry in entries)
    text = (
        f"{name_worlds(sort_naturally(set(worlds)))} are named as parts of one world"
        f"{' ' + world if world else ''}: its definitions, its rows or its stored objects"
    )
    return Doubt(worlds, text, _make_hint("part", entries, named, source))


def _make_hint(
    field: str, entries: Sequence[NamedDump], named: Sequence[NamedDump], source: CandidateFiles
) -> str:
    has_times = all(entry.dump.time_source is TimeSource.NAME for entry in named)
    patterns = propose_for_parts(
        field, source.names, source.timezone, source.today, has_times=has_times
    )
    stems = [strip_extension(entry.file.relative) for entry in entries]
    joining = [each for each in patterns if _joins(each, stems, source)]
    hints = [f"{quote_patterns(joining[:1])} if they are parts of one world"] if joining else []
    if each := propose_as_read(named, source):
        hints.append(f"{quote_patterns(each[:1])} if each is a world")
    if not joining:
        hints.append(
            "if they are parts of one world, put them into a folder of its name, and use --pattern"
            f" '{{world}}/{{{field}}}'"
        )
    return "; ".join(hints)


def _joins(pattern: str, stems: Sequence[str], source: CandidateFiles) -> bool:
    """Tell whether a pattern takes files for parts, as many as there are names."""
    compiled = compile_pattern(pattern)
    read = [compiled.parse_path(name, source.timezone) for name in source.names]
    named = [
        each
        for each, name in zip(read, source.names, strict=True)
        if strip_extension(name) in stems and isinstance(each, ParsedName)
    ]
    moments = {(each.world, each.taken_at) for each in named}
    return bool(named) and (len(moments) < len(named) or len(stems) == 1)


def worlds_by_stem(
    named: Sequence[NamedDump], joined: Mapping[Location, str] = MappingProxyType({})
) -> dict[str, str]:
    """Return the world of each path without its extension; `joined` has those of some files."""
    return {
        strip_extension(entry.file.relative): joined.get(entry.dump.location, entry.dump.world)
        for entry in named
    }


def propose_as_read(named: Sequence[NamedDump], source: CandidateFiles) -> list[str]:
    """Return the patterns by which each dump is of the world that it was read as."""
    wanted = worlds_by_stem(named)
    return propose_for_slots(list(wanted)[:1], wanted, source.names, source.timezone, source.today)


def quote_patterns(patterns: Sequence[str]) -> str:
    """Return the first few patterns as options."""
    return " or ".join(f"--pattern '{pattern}'" for pattern in patterns[:4])
