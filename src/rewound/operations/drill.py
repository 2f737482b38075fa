"""The drill: every dump is restored, proven and deleted, and a receipt records the results.

A few at a time, so that the host only needs resources for these; the requirements of a fleet of all
worlds are not checked.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from rewound import __version__, settings
from rewound.catalog import ChosenDump, Dump, require_all
from rewound.catalog.source import find_absolute_source
from rewound.dump.file.location import Location
from rewound.dump.file.opening import find_absolute_place
from rewound.engine.choice import EngineChoice
from rewound.errors import StatementRefused
from rewound.files.json_files import encode_readably, write_file
from rewound.files.writing import unwritable
from rewound.fleet.state import FleetFolder
from rewound.fleet.take_down import take_down
from rewound.load.ledger import Ledger
from rewound.load.verification import RefusedStatement, verify_dump
from rewound.operations.dump_selection import Selection, find_dumps
from rewound.operations.engine_maker import EngineMaker
from rewound.operations.restoring import FleetMaker, UpOptions, workers
from rewound.operations.up_observer import UpObserver

FLEET = "verify--restore"
"""The name of the fleet for drills, one drill at a time. Its remains are removed."""
RECEIPT_FORMAT = 2
"""To be raised when receipts change so that their readers have to."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """The result of one dump."""

    world: str
    dump: str
    taken_at: datetime
    is_proven: bool
    ledger: Ledger | None
    """The proof, where it was proven."""
    error: str | None
    """Why it was not."""
    refused: tuple[RefusedStatement, ...] = ()
    """If a statement was refused: each that a rule refuses, 10,000 of them at most."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a drill came to, to be kept."""

    format: int
    rewound: str
    """The version of Rewound."""
    began_at: datetime
    seconds: float
    source: str
    target: str | None
    """The target time as the user wrote it; None for the newest dumps."""
    engine: EngineChoice
    """What it was restored with."""
    dumps: tuple[Drilled, ...] = field(default=())

    @property
    def failed(self) -> tuple[Drilled, ...]:
        """The dumps that are not proven."""
        return tuple(drilled for drilled in self.dumps if not drilled.is_proven)


def drill(
    selection: Selection,
    options: UpOptions,
    *,
    every: bool,
    observer: UpObserver,
) -> Receipt:
    """Restore the chosen dumps, or with `every` all, and prove and delete each.

    Nothing of it stays, neither servers nor baselines.

    Raises:
        CatalogError: no dump is chosen.
        FleetError: another drill is running.
        HostError: no server can be had.
    """
    began_at, started = datetime.now(UTC), time.monotonic()
    folder = FleetFolder(settings.state_dir(), FLEET)
    options = replace(options, fleet=FLEET, keep_baselines=False)
    with folder.locked():
        catalog, choice = find_dumps(selection)
        if every:
            choice = replace(choice, chosen=tuple(_choose_all(catalog.dumps)))
        else:
            require_all(choice, selection.target, allows_missing=None)
        observer.dumps_chosen(catalog, choice)
        engines = EngineMaker(options.engine, options.clone, observer)
        engine, engine_choice = engines.make([each.dump for each in choice.chosen])
        fleets = FleetMaker(folder, selection, options, engine, engine_choice)
        done: dict[Location, Drilled] = {}
        for batch in plan_batches(choice.chosen, size=workers()):
            try:
                brought = fleets.make(batch, observer)
            finally:
                take_down(folder, engine)
            for each in batch:
                world = each.dump.world
                made, error = brought.restored.get(world), brought.failures.get(world)
                drilled = _conclude(
                    each.dump,
                    None if made is None else made.ledger,
                    None if error is None else error.in_one_line,
                )
                if isinstance(error, StatementRefused):
                    # A load ends at the first one.
                    refused = verify_dump(each.dump.files, options.load).refused
                    drilled = replace(drilled, refused=refused)
                done[each.dump.location] = drilled
    return Receipt(
        format=RECEIPT_FORMAT,
        rewound=__version__,
        began_at=began_at,
        seconds=round(time.monotonic() - started, 1),
        source=find_absolute_source(selection.source),
        target=None if selection.target is None else selection.target.text,
        engine=engine_choice,
        dumps=tuple(done[each.dump.location] for each in choice.chosen),
    )


def plan_batches(chosen: Sequence[ChosenDump], *, size: int) -> list[list[ChosenDump]]:
    """Return the dumps in groups of at most `size`, none with two of one world. Pure.

    The largest come first, so that those of a group take about as long.
    """
    batches: list[list[ChosenDump]] = []
    for each in sorted(chosen, key=lambda each: -each.dump.size_bytes):
        for batch in batches:
            worlds = {other.dump.world for other in batch}
            if len(batch) < size and each.dump.world not in worlds:
                batch.append(each)
                break
        else:
            batches.append([each])
    return batches


def write_receipt(receipt: Receipt, path: Path) -> None:
    """Write a receipt as JSON; a file of that name is replaced.

    Raises:
        HostError: it cannot be written.
    """
    try:
        write_file(path, encode_readably(receipt))
    except OSError as error:
        raise unwritable(path, error) from error


def _choose_all(dumps: Sequence[Dump]) -> list[ChosenDump]:
    return [ChosenDump(dump=dump, age=None, skipped_newer=(), older=()) for dump in dumps]


def _conclude(dump: Dump, ledger: Ledger | None, error: str | None) -> Drilled:
    return Drilled(
        world=dump.world,
        dump=find_absolute_place(dump.location),
        taken_at=dump.taken_at,
        is_proven=ledger is not None,
        ledger=ledger,
        error=error,
    )
