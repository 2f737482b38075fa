"""Choosing the dump of each world for a target time.

Pure: a catalog and a target time in, a choice out. A doubt that could restore the wrong
world or the wrong moment is an error here, never a silent preference.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from rewound.catalog.dump import NO_TIME, Catalog, Dump
from rewound.catalog.layouts.places import place_key
from rewound.catalog.local_times import LocalTime, end_of_day, read_local, start_of_day
from rewound.errors import CatalogError, UsageError
from rewound.worlds.folding import fold_worlds
from rewound.worlds.sentences import tell_of_worlds

_DAY_AND_OFFSET = re.compile(r"(\d{4}-\d\d-\d\d|\d{8})[+-]")
_MOST_NAMED = 3
"""How many worlds a message lists with the time of their oldest dump."""


@dataclass(frozen=True, slots=True)
class TargetTime:
    """The moment that the user wants back."""

    text: str
    """What the user wrote."""
    at: datetime
    """The moment in UTC."""
    strictly_before: bool
    """Whether a dump of exactly this moment is too new."""
    timezone: tzinfo
    """The zone that times are shown in."""
    states_zone: bool = True
    """Whether the user named the zone of this time, or chose one for all."""

    def admits(self, taken_at: datetime) -> bool:
        """Tell whether a dump of this time is old enough."""
        return taken_at < self.at or (taken_at == self.at and not self.strictly_before)

    def __str__(self) -> str:
        return f"{'before' if self.strictly_before else 'at or before'} {self.text}"


@dataclass(frozen=True, slots=True)
class ChosenDump:
    """The dump of one world that fits the target time, among the others of that world."""

    dump: Dump
    """The newest dump that the target time admits."""
    skipped_newer: tuple[Dump, ...]
    """The dumps that are too new, oldest first."""
    older: tuple[Dump, ...]
    """The dumps to fall back to, newest first."""
    age: timedelta | None
    """How long before the target time the dump was taken; None without a target time, and of a
    world that binary logs take there."""
    doubt: str | None = None
    """What the user should know before trusting it."""


@dataclass(frozen=True, slots=True)
class MissingWorld:
    """A world whose dumps are all too new."""

    world: str
    """The world's name."""
    oldest: Dump
    """Its oldest dump."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One dump for every world that has one, and the worlds that have none."""

    chosen: tuple[ChosenDump, ...]
    """By world in natural order."""
    missing_worlds: tuple[MissingWorld, ...]
    """The worlds without a dump for the target time, in natural order."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know before trusting the choice."""
        return tuple(f"world {e.dump.world}: {e.doubt}" for e in self.chosen if e.doubt)

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the worlds without a dump for the target time."""
        return tuple(missing.world for missing in self.missing_worlds)


def parse_target(
    text: str, timezone: tzinfo, *, strictly_before: bool = False, zone_is_chosen: bool = True
) -> TargetTime:
    """Read a target time as written on the command line.

    A time without a zone is in `timezone`, which the user may have chosen or not. `UTC` at the end,
    as Rewound prints times, is a zone. A day without a time means its end, or its start with
    `strictly_before`.

    Raises:
        UsageError: the text is not a time in ISO form, or clocks show that time twice or never.
    """
    iso_text = re.sub(r"\s+(?=[+-]\d|Z$)", "", text.strip())
    clock_text = re.sub(r"\s*UTC$", "", iso_text, flags=re.IGNORECASE)
    is_utc = clock_text != iso_text
    zone = UTC if is_utc else timezone
    states_zone = zone_is_chosen or is_utc
    try:
        at = _read_day(clock_text, zone, strictly_before=strictly_before)
        if at is None:
            written = _read_clock(clock_text, states_utc=is_utc)
            states_zone = states_zone or written.tzinfo is not None
            local = read_local(written, zone)
            at = local.before
            if not local.is_certain:
                raise _refuse_uncertain(text.strip(), local, timezone)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not a valid time",
            hint="write '2024-06-18 21:16+00:00', 2024-06-18T21:16:30+02:00, or a day: 2024-06-18",
        ) from error
    return TargetTime(text.strip(), at, strictly_before, timezone, states_zone)


def _read_clock(text: str, *, states_utc: bool) -> datetime:
    """Return a day with a time; an offset of a day alone would be read as its time.

    Raises:
        ValueError: it is none, or names a second zone.
    """
    written = datetime.fromisoformat(text)
    if (states_utc and written.tzinfo is not None) or _DAY_AND_OFFSET.match(text):
        raise ValueError(text)
    return written


def _read_day(text: str, timezone: tzinfo, *, strictly_before: bool) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return start_of_day(day, timezone) if strictly_before else end_of_day(day, timezone)


def _refuse_uncertain(text: str, local: LocalTime, timezone: tzinfo) -> UsageError:
    """Return the refusal of a time that clocks show twice or never, with both of its meanings."""
    before, after = (at.astimezone(timezone).isoformat(" ") for at in (local.before, local.after))
    hint = f"write the moment that you mean with its offset: '{before}' or '{after}'"
    if local.is_skipped:
        return UsageError(
            f"{text!r} does not exist in {timezone}, where clocks are put forward past it: by the"
            f" clock before that, it means {before}, by the clock after it {after}",
            hint=hint,
        )
    return UsageError(
        f"{text!r} exists twice in {timezone}, where clocks are put back then:"
        f" {before} is {_show_utc(local.before)}, and {after} is {_show_utc(local.after)}",
        hint=hint,
    )


def choose_dumps(catalog: Catalog, target: TargetTime | None) -> Choice:
    """Return, for each world, the newest dump that the target time admits.

    Without a target time that is the newest of all. Worlds without such a dump are
    returned as missing; `require_all` makes them an error.

    Raises:
        CatalogError: there is no dump at all, one name may stand for several worlds, or
            two dumps of one world were taken at the chosen time.
    """
    _require_dumps(catalog)
    _require_unambiguous(catalog)
    by_world: dict[str, list[Dump]] = {world: [] for world in catalog.worlds}
    for dump in sorted(catalog.dumps, key=lambda dump: (dump.taken_at, place_key(dump.location))):
        by_world[dump.world].append(dump)
    chosen, missing = [], []
    for world, oldest_first in by_world.items():
        chosen_dump = _find_choice(oldest_first, target)
        if chosen_dump is None:
            missing.append(MissingWorld(world, oldest_first[0]))
        else:
            chosen.append(chosen_dump)
    return Choice(tuple(chosen), missing_worlds=tuple(missing))


def require_all(
    choice: Choice, target: TargetTime | None, *, allows_missing: bool | None = False
) -> None:
    """Check that every world has a dump or, if worlds may be missing, that at least one has.

    `allows_missing` is None if the caller has no such option.

    Raises:
        CatalogError: worlds are missing; the message lists the times of their oldest dumps.
    """
    if not choice.missing_worlds or target is None:
        return
    if allows_missing and choice.chosen:
        return
    hint = "--allow-missing continues without these worlds"
    if allows_missing is None or not choice.chosen:
        hint = "choose a later time, or leave these worlds out; rewound dumps lists all times"
    if len(choice.missing_worlds) > _MOST_NAMED:
        raise CatalogError(describe_missing(choice, target), hint=hint)
    oldest = ", ".join(
        f"{missing.world} (oldest: {_show(missing.oldest.taken_at, target.timezone)})"
        for missing in choice.missing_worlds
    )
    raise CatalogError(f"no dump {target} of {oldest}", hint=hint)


def describe_missing(choice: Choice, target: TargetTime) -> str:
    """Return one sentence: which worlds have no dump, and since when all of them have one."""
    latest = max(missing.oldest.taken_at for missing in choice.missing_worlds)
    who = "it has" if len(choice.missing) == 1 else "all of them have"
    since = _show(latest, target.timezone)
    return tell_of_worlds(choice.missing, f"has no dump {target}; {who} one from {since} on")


def require_settled(catalog: Catalog) -> None:
    """Check that nothing in the catalog can be read in two ways.

    Raises:
        UsageError: something can; the hint lists the options that settle it.
    """
    if catalog.doubts:
        first, *others = catalog.doubts
        more = f"; and {len(others)} more, see `rewound dumps {catalog.source}`" if others else ""
        raise UsageError(f"{first.text}{more}", hint=first.hint)


def _require_dumps(catalog: Catalog) -> None:
    if catalog.dumps:
        return
    reasons = "".join(f"; {entry.location}: {entry.reason}" for entry in catalog.not_understood[:1])
    hint = f"`rewound dumps {catalog.source}` lists every file with the reason; "
    if catalog.not_understood and catalog.not_understood[0].reason == NO_TIME:
        hint += (
            "put the time into the file name, such as NAME_2024-06-18.sql; if the program"
            " that dumps writes no closing line, also add --allow-unfinished"
        )
    elif catalog.not_understood and all(entry.is_known for entry in catalog.not_understood):
        hint = (
            "SOURCE is the folder of the dumps; give the folder of the binary logs with --binlogs"
        )
    else:
        hint += "use --pattern for names of another form"
    raise CatalogError(f"no dumps in {catalog.source}{reasons}", hint=hint)


_SOME_PATTERN = "--pattern '{world}/{any}{time}'"


def _require_unambiguous(catalog: Catalog) -> None:
    if catalog.ambiguous:
        by_reason: dict[str, list[str]] = {}
        for world, reason in catalog.ambiguous.items():
            by_reason.setdefault(reason, []).append(world)
        reasons = "; ".join(
            f"{fold_worlds(worlds)}: {reason}" for reason, worlds in by_reason.items()
        )
        options = " or ".join(
            f"--pattern '{pattern}' (for {worlds})"
            for pattern, worlds in [*catalog.ambiguous_patterns.items()][:3]
        )
        raise CatalogError(
            f"one name may stand for several worlds: {reasons}",
            hint="tell Rewound which part is the world, for example"
            f" {options or _SOME_PATTERN}, or give one of the folders as SOURCE",
        )


def _find_choice(oldest_first: Sequence[Dump], target: TargetTime | None) -> ChosenDump | None:
    admitted = [dump for dump in oldest_first if target is None or target.admits(dump.taken_at)]
    if not admitted:
        return None
    *older, chosen = admitted
    if older and older[-1].taken_at == chosen.taken_at:
        raise CatalogError(
            f"two dumps of world {chosen.world} were taken at the same time, "
            f"{chosen.taken_at.isoformat(' ')}: {older[-1].location} and {chosen.location}",
            hint="move one of them away, or tell them apart with --pattern",
        )
    return ChosenDump(
        chosen,
        skipped_newer=tuple(oldest_first[len(admitted) :]),
        older=tuple(reversed(older)),
        age=target.at - chosen.taken_at if target else None,
        doubt=_join_doubts(
            chosen.doubt, _find_doubt(chosen, target) or _find_other_newest(admitted, target)
        ),
    )


def _join_doubts(*doubts: str | None) -> str | None:
    return "; ".join(doubt for doubt in doubts if doubt) or None


def _find_doubt(dump: Dump, target: TargetTime | None) -> str | None:
    """Return a warning if the dump may be newer than the target time after all."""
    if target is None:
        return None
    if dump.other_at is not None and not target.admits(dump.other_at):
        return (
            f"{_describe_twice(dump, dump.other_at, target.timezone)}; the dump may have been"
            f" taken after {target.text}"
        )
    if not dump.day_only:
        return None
    first_day = dump.taken_at.astimezone(target.timezone).date()
    last_day = first_day + timedelta(days=max(dump.open_days, 1) - 1)
    if target.at >= end_of_day(last_day, target.timezone):
        return None
    told = "the week but no day" if dump.open_days > 1 else "the day but no time of day"
    return (
        f"the name {dump.location} contains {told}; the dump may have been taken after"
        f" {target.text}"
    )


def _find_other_newest(oldest_first: Sequence[Dump], target: TargetTime | None) -> str | None:
    """Return a warning if an older dump may be the newest, whose time clocks show twice."""
    *older, chosen = oldest_first
    for dump in reversed(older):
        if (
            dump.other_at is not None
            and dump.other_at > chosen.taken_at
            and (target is None or target.admits(dump.other_at))
        ):
            zone = target.timezone if target else UTC
            return (
                f"{_describe_twice(dump, dump.other_at, zone)}; it may be newer than"
                f" {chosen.location.name}, which was chosen"
            )
    return None


def _describe_twice(dump: Dump, other_at: datetime, timezone: tzinfo) -> str:
    return (
        f"clocks show the time of {dump.location} twice, at {_show(dump.taken_at, timezone)} and at"
        f" {_show(other_at, timezone)}"
    )


def _show_utc(moment: datetime) -> str:
    return f"{moment.isoformat(' ').removesuffix('+00:00')} UTC"


def _show(moment: datetime, timezone: tzinfo) -> str:
    return moment.astimezone(timezone).isoformat(" ", timespec="seconds")
