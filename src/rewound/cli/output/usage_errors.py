"""click's errors about a command line, in the words and form of our own errors. Pure."""

import re

import click

from rewound.cli.output.unquoted_times import QUOTING, has_clock
from rewound.errors import UsageError
from rewound.similar_names import find_similar, suggest

_AS_ARGUMENTS = {"--worlds": "WORLD", "--world": "WORLD", "--at": "TIME", "--time": "TIME"}
"""Options of some commands that others have as arguments."""


def find_help(error: click.ClickException) -> str | None:
    """Return the help of a group that was called without a command; None for other errors."""
    is_help = type(error).__name__ == "NoArgsIsHelpError"  # since click 8.2
    return error.format_message() if is_help else None


def explain_usage(error: click.ClickException) -> UsageError:
    """Return what is wrong with a command line, with a hint."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    path = "rewound" if ctx is None else ctx.command_path
    hint = f"{path} --help lists its options"
    if isinstance(error, click.NoSuchOption):
        known = [] if ctx is None else _list_options(ctx)
        if ctx is not None and (arguments := _find_arguments(ctx, error.option_name)):
            hint = arguments
        elif find_similar(error.option_name, known):
            hint = suggest(error.option_name, known)
        return UsageError(f"{path} has no option {error.option_name}", hint=hint)
    if isinstance(error, click.MissingParameter) and ctx is not None and error.param is not None:
        usage = " ".join(ctx.command.collect_usage_pieces(ctx))
        return UsageError(f"{path} needs {_name(error.param)}", hint=f"{path} {usage}")
    if isinstance(error, click.BadParameter) and error.param is not None:
        value = error.message.partition(" is not ")[0].strip("'")
        if isinstance(error.param.type, click.IntRange | click.FloatRange):
            expected = _describe_range(error.param.type)
            return UsageError(f"{_label(error.param)} {value}: expected {expected}", hint=hint)
        if isinstance(error.param.type, click.Choice):
            choices = [str(each) for each in error.param.type.choices]
            return UsageError(
                f"{_label(error.param)} {value}: no such choice",
                hint=suggest(value, choices, listed_as="choices"),
            )
        return UsageError(f"{_label(error.param)}: {_as_ours(error.message)}", hint=hint)
    message = _as_ours(error.format_message())
    if "unexpected extra argument" in message and has_clock(re.split(r"[ ()]", message)):
        hint = QUOTING
    return UsageError(message, hint=hint)


def _describe_range(kind: click.IntRange | click.FloatRange) -> str:
    """Return what numbers are allowed: `a whole number from 1024 to 65535`."""
    what = "a whole number" if isinstance(kind, click.IntRange) else "a number"
    if kind.min is not None and kind.max is not None:
        return f"{what} from {kind.min:g} to {kind.max:g}"
    if kind.min is not None:
        return f"{what} {'above' if kind.min_open else 'of at least'} {kind.min:g}"
    return what


def _label(parameter: click.Parameter) -> str:
    """Return what stands before the value on a command line, or the argument's name."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.human_readable_name


def _list_options(ctx: click.Context) -> list[str]:
    return [
        name
        for each in ctx.command.get_params(ctx)
        for name in (*each.opts, *each.secondary_opts)
        if name.startswith("--")
    ]


def _find_arguments(ctx: click.Context, option: str) -> str | None:
    """Return how a command is given as an argument what an option gives others; None if not."""
    words = [
        re.sub(r"[][.]", "", each.make_metavar(ctx))
        for each in ctx.command.get_params(ctx)
        if isinstance(each, click.Argument)
    ]
    wanted = _AS_ARGUMENTS.get(option)
    if wanted not in words:
        return None
    return f"{wanted} is an argument: {ctx.command_path} {' '.join(words)}"


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return f"the option {max(parameter.opts, key=len)}"
    name = f"the argument {parameter.human_readable_name}"
    if isinstance(parameter.type, click.Choice):
        *others, last = map(str, parameter.type.choices)
        return f"{name}: {', '.join(others)} or {last}"
    return name


def _as_ours(text: str) -> str:
    """Return a sentence on one line, without its capital letter and full stop."""
    line = " ".join(text.split()).rstrip(".")
    return line[:1].lower() + line[1:]
