"""Where the worlds of a fleet can be taken: to a moment, or one step from where they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from rewound.catalog.source import read_source
from rewound.errors import UsageError
from rewound.fleet.record import FleetRecord
from rewound.fleet.request import RestoreRequest
from rewound.operations.dump_selection import Selection, read_selection, read_timezone
from rewound.replay.target import AtPosition, AtTransaction


class Direction(Enum):
    """Which way one transaction is gone from where a world is."""

    BACK = "back"
    FORWARD = "forward"


def read_direction(text: str) -> Direction:
    """Return the direction of that name.

    Raises:
        UsageError: no direction has that name.
    """
    try:
        return Direction(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a step", hint="use back or forward") from error


@dataclass(frozen=True, slots=True)
class Destination:
    """Where worlds are taken: one of these."""

    at: str | None = None
    before: str | None = None
    timezone: str | None = None
    point: AtTransaction | AtPosition | None = None
    step: Direction | None = None


def select_moment(
    record: FleetRecord, request: RestoreRequest, destination: Destination, names: Sequence[str]
) -> Selection:
    """Return the dumps and logs of the fleet, with the destination in the place of its moment."""
    selection = read_selection(
        read_source(record.source),
        at=destination.at,
        before=destination.before,
        pattern=request.pattern,
        # A zone that the fleet was made with is not one that was chosen for this time.
        timezone=destination.timezone,
        worlds=",".join(names),
        identities=[Path(path) for path in request.identities],
    )
    return replace(
        selection,
        # Names are read as when the fleet was made.
        timezone=read_timezone(request.timezone),
        binlogs=tuple(Path(folder) for folder in request.binlogs),
        point=destination.point,
    )
