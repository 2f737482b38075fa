"""The error for a command that does not exist."""

from collections.abc import Sequence

import click

from rewound.errors import UsageError
from rewound.similar_names import find_similar, suggest

_OTHER_WORDS = {
    **dict.fromkeys(("restore", "create", "run", "load"), "up"),
    **dict.fromkeys(("stop", "remove", "rm", "delete", "destroy"), "down"),
    **dict.fromkeys(("ls", "ps", "list", "fleets", "worlds"), "status"),
    **dict.fromkeys(("sql", "ask", "exec"), "query"),
    **dict.fromkeys(("mysql", "shell", "login"), "connect"),
    **dict.fromkeys(("undo", "revert", "rollback"), "reset"),
    "compare": "diff",
    "ledger": "report",
    "check": "verify",
}
"""What other programs call a thing that has a command here."""


def require_command(group: click.Group, ctx: click.Context, args: Sequence[str]) -> None:
    """Check that the first word of `args` is a command of the group.

    Raises:
        UsageError: it is none; the hint names one that could have been meant.
    """
    name = args[0]
    known = group.list_commands(ctx)
    meant = _OTHER_WORDS.get(name)
    if ctx.resilient_parsing or name in known or name.startswith("-"):
        return
    if meant in known:
        hint = f"did you mean {meant}?"
    elif find_similar(name, known):
        hint = suggest(name, known)
    else:
        hint = f"{ctx.command_path} --help lists them"
    raise UsageError(f"{ctx.command_path} has no command {name}", hint=hint)
