"""The error for a command that does not exist."""

from collections.abc import Mapping, Sequence

import click

from rewound.errors import UsageError
from rewound.similar_names import find_similar, suggest

_OTHER_WORDS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("restore", "create", "run", "load", "import", "launch"), ("up",)),
    **dict.fromkeys(("remove", "rm", "delete", "clean"), ("down", "prune")),
    **dict.fromkeys(("stop", "destroy", "kill", "halt", "end", "teardown", "drop"), ("down",)),
    **dict.fromkeys(("ls", "list", "show"), ("status", "list")),
    **dict.fromkeys(("ps", "fleets", "worlds", "info", "inspect", "top", "logs"), ("status",)),
    **dict.fromkeys(("sql", "ask", "exec", "select", "execute"), ("query",)),
    **dict.fromkeys(("mysql", "shell", "login", "client", "open", "attach"), ("connect",)),
    **dict.fromkeys(("url", "address", "password", "credentials"), ("connect",)),
    **dict.fromkeys(("undo", "revert", "rollback", "rewind", "refresh"), ("reset",)),
    **dict.fromkeys(("restart", "resume", "unpause"), ("start",)),
    **dict.fromkeys(("backups", "catalog", "snapshots"), ("dumps",)),
    **dict.fromkeys(("binlog", "binlogs", "mysqlbinlog", "log", "events"), ("transactions",)),
    **dict.fromkeys(("check", "validate", "drill"), ("verify",)),
    **dict.fromkeys(("ledger", "proof", "receipt"), ("report",)),
    **dict.fromkeys(("compare", "changes"), ("diff",)),
    **dict.fromkeys(("prune", "baselines"), ("cache",)),
    **dict.fromkeys(("install", "servers"), ("server",)),
    **dict.fromkeys(("setup", "diagnose"), ("doctor",)),
    "compose": ("export",),
    "add": ("up --add",),
    "version": ("--version",),
}
"""Words of other programs for something that is a command or an option here; the first of the names
that exists is suggested.
"""

_NOTES = {"down": " It stops the servers and deletes the fleet"}
"""What a user must know who meant something else."""


def require_command(group: click.Group, ctx: click.Context, args: Sequence[str]) -> None:
    """Check that the first word of `args` is a command of the group.

    Raises:
        UsageError: it is not; the hint names the command that was probably meant.
    """
    name = args[0]
    known = group.list_commands(ctx)
    options = [text for parameter in group.params for text in parameter.opts]
    meant = next(
        (
            each
            for each in _OTHER_WORDS.get(name.casefold(), ())
            if each.partition(" ")[0] in (*known, *options)
        ),
        None,
    )
    if ctx.resilient_parsing or name in known or name.startswith("-"):
        return
    if meant is not None:
        hint = f"did you mean {meant}?{_NOTES.get(meant, '')}"
    elif find_similar(name, known):
        hint = suggest(name, known)
    else:
        hint = f"{ctx.command_path} --help lists them"
    raise UsageError(f"{ctx.command_path} has no command {name}", hint=hint)
