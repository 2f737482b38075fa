"""The options of `up` that only a new fleet accepts, besides those of its engine."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import click

from rewound.cli.parameters.shared_options import parse_duration
from rewound.errors import UsageError

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class NewFleetOptions:
    """How a new fleet is kept."""

    group: str | None
    expire_s: float | None
    sleep_after_s: float | None
    most_awake: int | None


OF_NEW_FLEETS = (
    *("engine", "server", "image", "memory_limit"),
    *("group", "expire_s", "sleep_after_s", "awake"),
)
"""The parameters that a fleet keeps once it is created."""


def new_fleet_options(command: _Command) -> _Command:
    """Declare these options; the command gets them as `new_fleet`."""

    @click.option(
        "--expire",
        "expire_s",
        type=parse_duration,
        metavar="TIME",
        help="Take the fleet down automatically after this time: 8h, 90min, 2d.",
    )
    @click.option(
        "--sleep-after",
        "sleep_after_s",
        type=parse_duration,
        metavar="TIME",
        help="Stop servers that nobody is connected to for this time; the next connection starts"
        " them again.",
    )
    @click.option(
        "--awake",
        type=click.IntRange(1),
        metavar="N",
        help="With --sleep-after, at most N worlds are awake at a time. Default: 36, or fewer if"
        " memory is short.",
    )
    @click.option(
        "--group", metavar="GROUP", help="Unix group whose members may query the fleet as reader."
    )
    @functools.wraps(command)
    def with_options(
        *,
        group: str | None,
        expire_s: float | None,
        sleep_after_s: float | None,
        awake: int | None,
        **others: Any,
    ) -> Any:
        if awake is not None and sleep_after_s is None:
            raise UsageError("--awake requires --sleep-after", hint="for example --sleep-after 10m")
        new_fleet = NewFleetOptions(group, expire_s, sleep_after_s, awake)
        return command(new_fleet=new_fleet, **others)

    return cast(_Command, with_options)
