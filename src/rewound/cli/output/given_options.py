"""Hints without the options that the user has already given. Pure.

A hint consists of clauses with semicolons between them, and of remarks in parentheses; one that
advises an option which is given already helps nobody. One that advises against it does.
"""

import re
from collections.abc import Collection, Sequence

import click

_REMARK = re.compile(r" \(([^()]*)\)")
_AGAINST = r"(?<!without )(?<!remove )(?<!instead of )(?<!in place of )"
"""What does not stand before an option that is advised."""


def without_given(hint: str, given: Collection[str]) -> str | None:
    """Return a hint without its parts that advise a given option; None if nothing is left.

    An option may come with its value: `--allow object-lost`.
    """

    def advises_given(text: str) -> bool:
        return any(re.search(_AGAINST + re.escape(option) + r"(?![\w-])", text) for option in given)

    if not advises_given(hint):
        return hint
    shorter = _REMARK.sub(lambda match: "" if advises_given(match[1]) else match[0], hint)
    clauses = [clause for clause in shorter.split("; ") if not advises_given(clause)]
    return "; ".join(clauses).removeprefix("otherwise ") or None


def find_given(
    context: click.Context, args: Sequence[str], settings: Collection[str]
) -> frozenset[str]:
    """Return the options without a value that a command is given, and the rules that it allows.

    `context` is one of the command, of its own: what parses the arguments leaves traces in it.
    `settings` are the names of the parameters that are on in the settings file.
    """
    try:
        values, _, _ = context.command.make_parser(context).parse_args(list(args))
    except click.UsageError:
        return frozenset()  # the command itself reports errors in them
    flags = {
        name
        for param in context.command.params
        if isinstance(param, click.Option) and param.is_flag
        if values.get(param.name or "") is True or param.name in settings
        for name in param.opts
        if name.startswith("--")
    }
    allowed = values.get("allow")
    rules = allowed if isinstance(allowed, (list, tuple)) else ()
    return frozenset(flags | {f"--allow {rule}" for rule in rules})
