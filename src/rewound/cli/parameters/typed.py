"""The options of a call as the user typed them, for commands that repeat it."""

import shlex
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import click

from rewound.cli.parameters.precedence import ValueSource, find_origin
from rewound.errors import UsageError, WorldsNotNamed


def list_typed(names: Collection[str]) -> list[str]:
    """Return the words on the command line that belong to some options.

    Values from the environment or the settings file apply to the next command as well.
    """
    context = click.get_current_context()
    return [
        word
        for parameter in context.command.params
        if isinstance(parameter, click.Option)
        and parameter.name in names
        and find_origin(parameter.name) is ValueSource.TYPED
        for word in _spell(parameter, context.params[parameter.name])
    ]


@contextmanager
def repeated_with_worlds(*arguments: str, as_option: bool = True) -> Iterator[None]:
    """Add the whole command to an error that says which worlds have to be named.

    `arguments` are those of the command apart from worlds.
    """
    try:
        yield
    except WorldsNotNamed as error:
        command = click.get_current_context().command
        names = {str(parameter.name) for parameter in command.params} - {"worlds"}
        worlds = ["--worlds", error.worlds] if as_option else [error.worlds]
        argv = ["rewound", str(command.name), *arguments, *list_typed(names), *worlds]
        raise UsageError(error.message, hint=f"{error.asking}: {shlex.join(argv)}") from None


def list_every_typed() -> list[str]:
    """Return the words of all options on the command line, in the order of the help."""
    return list_typed([parameter.name or "" for parameter in _parameters()])


def find_typed(names: Collection[str]) -> list[str]:
    """Return which of some options were typed, as the user spells them: `--only-table`."""
    return [
        _name(parameter)
        for parameter in _parameters()
        if parameter.name in names and find_origin(parameter.name) is ValueSource.TYPED
    ]


def _parameters() -> Sequence[click.Parameter]:
    return click.get_current_context().command.params


def _spell(option: click.Option, value: object) -> Iterator[str]:
    """Yield the words that give an option this value."""
    name = _name(option)
    if option.is_flag:
        is_off = not value and option.secondary_opts
        yield max(option.secondary_opts, key=len) if is_off else name
    elif option.multiple and isinstance(value, Sequence):
        for each in value:
            yield from (name, str(each))
    elif option.nargs > 1 and isinstance(value, Sequence):
        yield from (name, *map(str, value))
    else:
        yield from (name, str(value))


def _name(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len)
