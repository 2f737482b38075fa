"""Where the two sides of a diff come from: their dumps and servers."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from rewound import __version__, settings
from rewound.diff.report.provenance import DumpOrigin, Provenance, SideOrigin
from rewound.fleet.record import FleetRecord
from rewound.fleet.state import FleetFolder
from rewound.fleet.world import World
from rewound.operations.diffing import Sides
from rewound.operations.dump_facts import find_ledger
from rewound.operations.fleets import status


def find_provenance(
    sides: Sides,
    *,
    world_pair: tuple[str, str] | None = None,
    compared: Collection[str],
    options: Sequence[str],
) -> Provenance:
    """Return where the compared worlds come from, or with `world_pair` the two.

    Raises:
        FleetError: there is no such fleet.
    """
    before, after = (
        _find_side(
            fleet,
            compared if world_pair is None else [world_pair[place]],
        )
        for place, fleet in enumerate((sides.before, sides.after))
    )
    return Provenance(
        _show(datetime.now(UTC).replace(microsecond=0)), __version__, list(options), before, after
    )


def _find_side(fleet: str, names: Collection[str]) -> SideOrigin:
    record = status(fleet)
    folder = FleetFolder(settings.state_dir(), fleet)
    worlds = {name: world for name, world in record.worlds.items() if name in names}
    return SideOrigin(
        fleet=fleet,
        source=str(record.source),
        target=record.target,
        restored_at=_show(record.created_at.replace(microsecond=0)),
        server=_describe_server(record),
        dumps=[_describe_dump(folder, world) for world in worlds.values()],
    )


def _describe_server(record: FleetRecord) -> str:
    engine = record.engine
    return f"MySQL {engine.version} ({engine.kind.value}, {engine.mysql})"


def _describe_dump(folder: FleetFolder, world: World) -> DumpOrigin:
    ledger = find_ledger(folder, world)
    facts = None if ledger is None else ledger.dump
    return DumpOrigin(
        world=world.name,
        dump=str(world.dump),
        taken_at=_show(world.as_of),
        sha256=None if facts is None else facts.sha256,
        bytes=None if facts is None else facts.file_bytes,
        dump_filter=world.dump_filter,
    )


def _show(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
