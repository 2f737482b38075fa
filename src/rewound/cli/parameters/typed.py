"""The options of a call as the user typed them, for commands that repeat it."""

from collections.abc import Collection, Iterator, Sequence

import click

from rewound.cli.parameters.precedence import ValueSource, find_origin


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
        yield name
    elif option.multiple and isinstance(value, Sequence):
        for each in value:
            yield from (name, str(each))
    elif option.nargs > 1 and isinstance(value, Sequence):
        yield from (name, *map(str, value))
    else:
        yield from (name, str(value))


def _name(parameter: click.Parameter) -> str:
    return max(parameter.opts, key=len)
