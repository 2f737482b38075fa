"""What a restore shows at its end: its worlds, notes about them, and what failed."""

from collections import Counter
from collections.abc import Iterable, Mapping

from rewound.catalog.source import Source
from rewound.cli.output import diagnostics, render
from rewound.cli.output.idle_filters import warn_of_idle_filters
from rewound.cli.output.restore_lines import describe_seconds
from rewound.cli.output.world_states import (
    describe_closed,
    describe_older,
    describe_readiness,
    list_moments,
    show_expiry,
    show_state,
)
from rewound.dump.rules.table import RULES, ZONE_ASSUMED, Effect
from rewound.errors import HostError, RewoundError, SomeWorldsFailed
from rewound.figures import show_count, show_number
from rewound.fleet.bring_up import BringUp
from rewound.fleet.plan import find_disagreement
from rewound.fleet.world import add_command, find_older, fleet_flag
from rewound.load.ledger import summarise_rules
from rewound.operations import fleets
from rewound.operations.ending import Ended
from rewound.worlds.folding import name_worlds

_DAMAGE = frozenset(rule.name for rule in RULES if rule.effect is Effect.DAMAGE)
_EDITS = (Effect.REWRITE, Effect.SKIP)


def show_notes(brought: BringUp, *, zone: str) -> None:
    """Report what was changed or left out of the dumps, and what is doubtful in each world."""
    rules = [rule for made in brought.restored.values() for rule in made.ledger.rules]
    if damage := [rule for rule in rules if rule.rule in _DAMAGE]:
        diagnostics.warn(
            f"worlds differ from their dumps, as you allowed: {summarise_rules(damage)}"
        )
    if assumed := [
        name
        for name, made in brought.restored.items()
        if any(use.rule == ZONE_ASSUMED.name for use in made.ledger.rules)
    ]:
        diagnostics.narrate(
            f"{name_worlds(assumed)}: the dump sets no time zone, so the values of TIMESTAMP"
            f" columns were read in {zone} (--world-timezone)"
        )
    for name, restored in brought.restored.items():
        ledger = restored.ledger
        if ledger.dump.is_whole is None:
            diagnostics.warn(
                f"{name}: the completeness of its dump is not proven (--allow-unfinished)"
            )
        if broken := [f"{each.schema}.{each.name}" for each in ledger.objects if each.is_broken]:
            diagnostics.warn(f"{name}: these views refer to missing objects: {', '.join(broken)}")
        if lost := [f"{e.kind} {e.schema}.{e.name}" for e in ledger.objects if e.lost]:
            diagnostics.warn(f"{name}: without these objects, as you allowed: {', '.join(lost)}")
        if keys := ledger.foreign_keys.lost:
            diagnostics.warn(
                f"{name}: without these foreign keys, as you allowed: {'; '.join(keys)}"
            )
        if doubt := find_disagreement(restored.dump, ledger.dump.completed_at):
            diagnostics.warn(f"{name}: {doubt}")


def show_log_notes(brought: BringUp) -> None:
    """Report what is doubtful in the part of the binary logs that was replayed."""
    for name, restored in brought.restored.items():
        receipt = restored.ledger.receipt
        for note in () if receipt is None else (*receipt.notes, *receipt.findings):
            diagnostics.warn(f"{name}: {note}")


def warn_of_filters(brought: BringUp) -> None:
    """Warn of options that left nothing out."""
    ledgers = [restored.ledger for restored in brought.restored.values()]
    warn_of_idle_filters(
        [ledger.idle for ledger in ledgers],
        {table.table for ledger in ledgers for table in ledger.tables},
    )


def show_replaced(ended: Ended) -> None:
    """Report what was deleted for a new fleet, and which connections were closed."""
    for world, logins in ended.connections.items():
        diagnostics.narrate(describe_closed(world, logins))
    diagnostics.narrate(f"earlier fleet deleted: {show_count(ended.servers, 'server')} stopped")


def show_failures(
    failures: Mapping[str, RewoundError], fleet: str, *, restored: int, is_added: bool = False
) -> None:
    """Report which worlds failed, and why.

    Raises:
        RewoundError: all of them did.
    """
    if not failures:
        return
    if len(failures) == 1 and not restored:
        raise next(iter(failures.values()))
    diagnostics.show_errors([error.of_world(name) for name, error in failures.items()])
    if not restored:
        is_host = all(isinstance(error, HostError) for error in failures.values())
        kind = HostError if is_host else RewoundError
        if is_added:
            raise kind(f"no world could be added to fleet {fleet}; its other worlds are unchanged")
        raise kind(f"no world of fleet {fleet} could be restored; nothing was left behind")


def require_no_failure(brought: BringUp, source: Source, fleet: str, *, is_added: bool) -> None:
    """Raise an error if worlds failed, or if newer dumps of worlds that fell back still do."""
    said = []
    if brought.failures:
        total = len(brought.failures) + len(brought.restored)
        said.append(f"{len(brought.failures):,} of {total:,} worlds failed, the others are ready")
    if kept := brought.still_failing:
        verb, dumps = ("keeps its", "dump") if len(kept) == 1 else ("keep their", "dumps")
        fails = "one still fails" if len(kept) == 1 else "ones still fail"
        said.append(f"{name_worlds(kept)} {verb} older {dumps}, because the newer {fails}")
    if said:
        hint = "the reasons are above; once the cause is fixed, run this command again"
        if not is_added:
            hint = _advise_to_add(source, fleet, brought.failures)
        raise SomeWorldsFailed("; ".join(said), hint=hint)


def _advise_to_add(source: Source, fleet: str, failures: Iterable[str]) -> str:
    return f"once this is fixed, add the failed worlds: {add_command(source, fleet, failures)}"


def show_result(brought: BringUp, fleet: str, *, took_s: float) -> None:
    """Print the worlds, and how to go on."""
    flag = fleet_flag(fleet)
    older = find_older(brought.record.worlds.values())
    made = {*brought.restored, *brought.failures}
    worlds = [world for name, world in brought.record.worlds.items() if name in made]
    names, moments = list_moments(worlds)
    rows: list[list[render.Cell]] = [
        [
            world.name,
            show_state(world, is_older=world.name in older),
            *moment,
            render.Figure(show_number(world.rows)) if world.server else None,
            f"{world.server.host}:{world.server.port}" if world.server else None,
        ]
        for world, moment in zip(worlds, moments, strict=True)
    ]
    columns = ["world", "state", *names, "rows", "address"]
    render.write_rows(columns, rows, "table", is_prose=True, is_paged=False)
    diagnostics.narrate(*describe_older(brought.record.worlds.values()))
    first = next(iter(brought.restored))
    count = len(worlds)
    counted = show_count(count, "world")
    failed = f", {len(brought.failures):,} failed" if brought.failures else ""
    is_part = count < len(brought.record.worlds)
    whole = f"; {describe_readiness(brought.record)}" if is_part else ""
    expires_at = fleets.expires_at(fleet)
    diagnostics.narrate(
        "",
        f"{len(brought.restored):,} of {counted} ready{failed}, {describe_seconds(took_s)}{whole}",
        "",
        f"ask all:   rewound query{flag} 'SELECT …'",
        f"connect:   rewound connect{flag} {first}",
        f"proof:     rewound report{flag}{_count_edits(brought)}",
        f"stop:      rewound down{flag}",
        *([f"expires:   {show_expiry(expires_at)}"] if expires_at else []),
    )


def _count_edits(brought: BringUp) -> str:
    """Return how many statements a rule changed or left out; the report lists each."""
    effects = {rule.name: rule.effect for rule in RULES}
    counts = Counter[Effect]()
    for made in brought.restored.values():
        for use in made.ledger.rules:
            if effect := effects.get(use.rule):  # a baseline may be older than we are
                counts[effect] += use.count
    edits = [f"{counts[each]:,} {each.value}" for each in _EDITS if counts[each]]
    return f"  ({', '.join(edits)} by rules)" if edits else ""
