"""Sources of dumps: listing, verifying and restoring them."""

from pathlib import Path

from rewound.api.arguments import (
    Folders,
    Moment,
    Worlds,
    Zone,
    at_moment,
    require_text,
    select,
)
from rewound.api.fleet import Fleet, require_all
from rewound.api.silence import Silent, ignore
from rewound.catalog import Catalog
from rewound.engine.zones import require_zone
from rewound.load.options import LoadOptions
from rewound.load.verification import Verification, verify_dump
from rewound.operations import dump_selection, ending, restoring, verifying
from rewound.operations.engine_request import EngineRequest


def dumps(
    source: str | Path,
    *,
    pattern: str | None = None,
    timezone: Zone = None,
    identities: Folders = None,
) -> Catalog:
    """Return the dumps of a source, each with its world and the time it was taken.

    Raises:
        CatalogError: there is no such source, or no dump in it.
    """
    selection = select(source, pattern=pattern, timezone=timezone, identities=identities)
    catalog, _ = dump_selection.find_dumps(selection)
    return catalog


def verify(
    source: str | Path,
    *,
    at: Moment = None,
    before: Moment = None,
    worlds: Worlds = None,
    timezone: Zone = None,
    pattern: str | None = None,
    schema: str | None = None,
    every: bool = False,
    identities: Folders = None,
) -> list[Verification]:
    """Read dumps to the end, without a server, and check that they are complete and restorable.

    Takes the dump that `at` selects of each world, by default the newest; with `every`, all.

    Raises:
        CatalogError: no dump is chosen.
    """
    selection = select(
        source,
        at=at,
        before=before,
        pattern=pattern,
        timezone=timezone,
        worlds=worlds,
        identities=identities,
    )
    found = verifying.verify(
        selection,
        LoadOptions(schema=schema),
        every=every,
        verified=ignore,
        # New processes would run the caller's script again, if it has no main guard.
        read=lambda paths, options: (verify_dump(path, options) for path in paths),
    )
    return [verification for _, verification in found]


def up(
    source: str | Path,
    *,
    at: Moment = None,
    before: Moment = None,
    worlds: Worlds = None,
    fleet: str = "default",
    timezone: Zone = None,
    pattern: str | None = None,
    schema: str | None = None,
    world_timezone: str = "+00:00",
    engine: str = "auto",
    server: str = "auto",
    image: str | None = None,
    allow_missing: bool = False,
    fallback: bool = False,
    partial: bool = False,
    expire_s: float | None = None,
    sleep_after_s: float | None = None,
    binlogs: Folders = None,
    no_binlogs: bool = False,
    before_transaction: str | None = None,
    after_transaction: str | None = None,
    at_position: str | None = None,
    verify_images: bool = True,
    identities: Folders = None,
) -> Fleet:
    """Restore every world of a source into a new fleet, and return it.

    The arguments are the options of `rewound up`; with `partial`, worlds that cannot be
    restored are left out; `expire_s` and `sleep_after_s` are --expire and --sleep-after in
    seconds. As a context manager the fleet is taken down at the end.

    `worlds` and `binlogs` may be lists. `at` and `before` may be a datetime, or a date for its
    end. A datetime without a zone is read as a text without one: in `timezone`, or else in UTC;
    where there are binary logs, it is refused without `timezone`.

    Raises:
        TypeError: an argument is of a type that it cannot have.
        SomeWorldsFailed: a world could not be restored, and not `partial`; nothing of the
            fleet is left then, but the others' baselines are.
        FleetExists: a fleet of that name is up.
        FleetBusy: another command is working on it.
        RewoundError: whatever else stops `rewound up`.
    """
    require_text(fleet=fleet, schema=schema, engine=engine, server=server, image=image)
    require_text(world_timezone=world_timezone)
    selection = select(
        source,
        at=at,
        before=before,
        pattern=pattern,
        timezone=timezone,
        worlds=worlds,
        identities=identities,
    )
    selection = at_moment(
        selection,
        binlogs=binlogs,
        no_binlogs=no_binlogs,
        before_transaction=before_transaction,
        after_transaction=after_transaction,
        at_position=at_position,
    )
    brought = restoring.up(
        selection,
        restoring.UpOptions(
            fleet=fleet,
            engine=EngineRequest(engine, server, image),
            allow_missing=allow_missing,
            fallback=fallback,
            expire_s=expire_s,
            sleep_after_s=sleep_after_s,
            load=LoadOptions(
                schema=schema,
                time_zone=require_zone(world_timezone),
                verify_images=verify_images,
            ),
        ),
        observer=Silent(),
    )
    if not (partial and brought.restored):
        if brought.failures and brought.restored:
            ending.down(fleet)
        require_all(brought.failures)
    return Fleet(fleet, is_own=True)
