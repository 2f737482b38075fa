"""Mutually exclusive options: one that is typed overrides one from a setting.

The environment and the settings file apply to many commands: a setting that is meant for another
command is ignored, with a message. Only options that are typed together can conflict.
"""

import functools
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, TypeVar, cast

import click
from click.core import ParameterSource

from rewound.cli.output import diagnostics

_Command = TypeVar("_Command", bound=Callable[..., Any])


class ValueSource(IntEnum):
    """Where the value of an option comes from; the higher one wins."""

    UNSET = 0
    FILE = 1
    ENVIRONMENT = 2
    TYPED = 3


_ORIGINS = {
    ParameterSource.COMMANDLINE: ValueSource.TYPED,
    ParameterSource.PROMPT: ValueSource.TYPED,
    ParameterSource.ENVIRONMENT: ValueSource.ENVIRONMENT,
    ParameterSource.DEFAULT_MAP: ValueSource.FILE,
}


def find_origin(name: str) -> ValueSource:
    """Return where the value of a parameter of the running command comes from."""
    source = click.get_current_context().get_parameter_source(name)
    return ValueSource.UNSET if source is None else _ORIGINS.get(source, ValueSource.UNSET)


def choose_loser(first: str, second: str, origins: Mapping[str, ValueSource]) -> str | None:
    """Return which of two mutually exclusive options is ignored; None if both were typed. Pure."""
    if origins[first] is origins[second]:
        return None
    return min(first, second, key=lambda name: origins[name])


def tell_passed_over(name: str, origin: ValueSource, winner: str) -> None:
    """Print that a value is ignored, and in favour of which option."""
    parameters = {each.name: each for each in click.get_current_context().command.params}
    option = _spell(parameters[name])
    where = (
        str(parameters[name].envvar) if origin is ValueSource.ENVIRONMENT else "the settings file"
    )
    diagnostics.narrate(f"{option} from {where} is ignored because of {_spell(parameters[winner])}")


def _spell(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return str(parameter.name).upper()


def one_of(first: str, second: str) -> Callable[[_Command], _Command]:
    """Declare two options of a command, or an argument and an option, mutually exclusive.

    Both reach the command only if they come from the same place.
    """

    def decorate(command: _Command) -> _Command:
        @functools.wraps(command)
        def with_one(**values: Any) -> Any:
            if values[first] and values[second]:
                origins = {name: find_origin(name) for name in (first, second)}
                loser = choose_loser(first, second, origins)
                if loser is not None:
                    values[loser] = None
                    winner = second if loser == first else first
                    tell_passed_over(loser, origins[loser], winner)
            return command(**values)

        return cast(_Command, with_one)

    return decorate
