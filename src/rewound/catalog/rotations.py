"""Files that a job overwrites in turn: `db_Mon`, `db_Tue`; `host1.1`, `host1.2`; `db_03`, `db_15`.

Their names contain a slot, not a world, and their closing lines have the time. A slot that is a
calendar word is removed from the world's name. A number is a slot only where logrotate writes it
and the times decrease as it increases. Elsewhere numbers name worlds; if they match the closing
lines nevertheless, the user is asked: worlds may be dumped in turn, the third at three o'clock.
This module finds the files that differ in one part of their names; `slots` judges that part. Pure.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rewound.catalog.dump import Dump, TimeSource
from rewound.catalog.naming.names import strip_markers
from rewound.catalog.numbered_slots import Slot, judge_beside_whole
from rewound.catalog.serial_worlds import is_named_aside
from rewound.catalog.slot_kinds import UUID, find_kind
from rewound.catalog.slots import ASKED, JUDGES, judge_beside_name
from rewound.dump.file.location import Location

_SEPARATED = re.compile(
    rf"[-_. ]+|{UUID}"
    r"|[vVrR]?[0-9]+(?:[.][0-9]+)+(?![0-9A-Za-z])|[^-_. ]+"
)
"""Separators, UUIDs, versions and words."""
_NUMBER_AND_LETTER = re.compile("(.*[0-9])([A-Za-z])", re.DOTALL)
_CLOCK = re.compile(r"(.*[-_. ])((?:[01]?[0-9]|2[0-3])[-_][0-5][0-9])", re.DOTALL)

_BYTES_READ = 256 << 20
"""How much of compressed dumps may be read for their closing lines: a few seconds, once."""
_SAME_DAY = timedelta(days=2)
"""A dump may end on the day after that of its name, in a time zone that is a day ahead."""
_Family = tuple[tuple[str, ...], str | None, tuple[str, ...], bool]
"""What the files of a rotation share: the origin, the kind of slot, the other parts of the world's
name, and whether the names tell the time."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Files of one world that were mistaken for several worlds."""

    world: str
    """The name without the slot; "" if there is nothing else."""
    dumps: tuple[Dump, ...]
    is_certain: bool
    """Whether the slot cannot be anything else."""
    slot: str
    """What the slot is, as shown to the user: `weekdays`, `hours`."""
    is_folder: bool = False
    """Whether the slot is a folder, and the world's name is right as it is."""


def find_rotations(dumps: Iterable[tuple[Dump, tuple[str, ...]]]) -> list[Rotation]:
    """Return the rotations among the dumps, and what sounds like one.

    Each dump comes with its origin: files in different folders are not one rotation, unless the
    folders are its slots. A slot beside a time in the name is never certain.
    """
    dumps = list(dumps)
    families = _group(dumps)
    count = Counter((origin, dump.world) for dump, origin in dumps)
    single = {
        (origin, dump.world): dump for dump, origin in dumps if count[origin, dump.world] == 1
    }
    rotations: list[Rotation] = []
    taken: set[Location] = set()
    for (origin, kind, rest, is_dated), slots in families.items():
        judge = (ASKED if is_dated else JUDGES).get(kind or "")
        if judge is None or any(slot.dump.location in taken for slot in slots):
            continue
        in_folder = "" not in rest
        world = rest[0] if in_folder else strip_markers(_join(rest))
        outcome, members = judge(slots), [slot.dump for slot in slots]
        whole = single.get((origin, world))
        if outcome is None and whole is not None and whole.time_source is not TimeSource.NAME:
            outcome, members = _judge_beside(kind, whole, slots), [whole, *members]
        if outcome is None:
            continue
        what, is_certain = outcome
        taken |= {dump.location for dump in members}
        rotations.append(Rotation(world, tuple(members), is_certain, what, in_folder))
    return rotations + _find_lone_weekdays(rotations, families, taken)


def _judge_beside(kind: str | None, whole: Dump, slots: Sequence[Slot]) -> tuple[str, bool] | None:
    """Judge slots beside the world whose name has none."""
    if kind == "number":
        return judge_beside_whole(whole, slots)
    if any(is_named_aside(slot.dump.world) for slot in slots):
        return None  # another question
    return judge_beside_name(kind or "", whole, slots)


def has_slot(world: str) -> bool:
    """Tell whether a part of a world's name is asked for by its sound, if there are several."""
    return any(find_kind(part) in ASKED for part in _SEPARATED.findall(world))


def find_ends_of_days(
    dumps: Sequence[Dump], closing_time: Callable[[Location], datetime | None]
) -> dict[Location, Dump]:
    """Return dumps with the time of their closing line, if their names have only a day.

    Such as `host1_pre_20240618`, `host1_post_20240618`: a run of one day, or of two hours. Only
    worlds with one dump and a slot in their names are read, with those of the same day beside them.
    """
    count = Counter(dump.world for dump in dumps)
    dated = [dump for dump in dumps if dump.day_only and dump.time_source is TimeSource.NAME]
    asked = [dump for dump in dated if count[dump.world] == 1 and has_slot(dump.world)]
    days = {dump.taken_at for dump in asked}
    wholes = {whole for dump in asked for whole in _iter_shorter(dump.world)}
    beside = [d for d in dated if d.taken_at in days and d not in asked and d.world in wholes]
    found: dict[Location, Dump] = {}
    budget = _BYTES_READ
    for dump in sorted([*asked, *beside], key=lambda dump: dump.size_bytes):
        budget -= dump.size_bytes if dump.location.suffix.lower() != ".sql" else 0
        closed_at = closing_time(dump.location) if budget >= 0 else None
        if closed_at is not None and abs(closed_at - dump.taken_at) <= _SAME_DAY:
            found[dump.location] = replace(dump, taken_at=closed_at)
    return found


def _iter_shorter(world: str) -> Iterator[str]:
    """Yield the name without its last words, and without its first ones."""
    parts = _SEPARATED.findall(world)
    for place in range(1, len(parts)):
        yield "".join(parts[:place]).rstrip("-_. ")
        yield "".join(parts[place:]).lstrip("-_. ")


def _group(dumps: Iterable[tuple[Dump, tuple[str, ...]]]) -> dict[_Family, list[Slot]]:
    families: dict[_Family, list[Slot]] = defaultdict(list)
    for dump, origin in dumps:
        is_dated = dump.time_source is TimeSource.NAME
        for place, folder in enumerate(origin):
            if (kind := find_kind(folder)) in ("weekday", "month"):
                rest = (*origin[:place], "", *origin[place + 1 :])
                families[rest, kind, (dump.world,), is_dated].append(Slot(folder, "/", dump))
        if (match := _CLOCK.fullmatch(dump.world)) is not None:
            rest = (*_SEPARATED.findall(match[1]), "")
            slot = Slot(match[2], match[1][-1], dump)
            families[origin, "hour and minute", rest, is_dated].append(slot)
        parts = _SEPARATED.findall(dump.world)
        for place, part in enumerate(parts):
            rest = (*parts[:place], "", *parts[place + 1 :])
            before = parts[place - 1] if place else ""
            families[origin, find_kind(part), rest, is_dated].append(Slot(part, before, dump))
            if (match := _NUMBER_AND_LETTER.fullmatch(part)) is not None:
                rest = (*parts[:place], match[1], "", *parts[place + 1 :])
                slot = Slot(match[2], match[1], dump)
                families[origin, "letter after a number", rest, is_dated].append(slot)
    return _find_tokens_of_letters(families) | families


def _find_tokens_of_letters(
    families: Mapping[_Family, Sequence[Slot]],
) -> dict[_Family, list[Slot]]:
    """Return the families of hashes some of which happen to have no digits: `3f2504e`, `decafed`.

    Such a one has as many letters as the others.
    """
    found: dict[_Family, list[Slot]] = {}
    for (origin, kind, rest, is_dated), slots in families.items():
        if kind != "token":
            continue
        lengths = {len(slot.text) for slot in slots}
        others = families.get((origin, None, rest, is_dated), ())
        letters = [slot for slot in others if slot.text.isalpha() and {len(slot.text)} == lengths]
        if letters:
            found[origin, "token or letters", rest, is_dated] = [*slots, *letters]
    return found


def _find_lone_weekdays(
    rotations: Sequence[Rotation],
    families: Mapping[_Family, Sequence[Slot]],
    taken: set[Location],
) -> list[Rotation]:
    """Return files named by one weekday, where other folders have several of them."""
    if not any(each.slot == "weekdays" and each.world == "" for each in rotations):
        return []
    return [
        Rotation("", tuple(slot.dump for slot in slots), is_certain=True, slot="weekdays")
        for (_, kind, rest, _), slots in families.items()
        if kind == "weekday"
        and rest == ("",)
        and not taken & {slot.dump.location for slot in slots}
    ]


def _join(rest: tuple[str, ...]) -> str:
    """Join the parts again, with one separator if the slot was between two."""
    parts = list(rest)
    place = parts.index("")
    if 0 < place < len(parts) - 1 and not parts[place - 1][-1].isalnum():
        del parts[place : place + 2]
    return "".join(parts)
