"""`rewound help COMMAND`: the same as `rewound COMMAND --help`."""

import click

from rewound.cli.output import render
from rewound.cli.unknown_commands import require_command
from rewound.errors import UsageError


@click.command(name="help")
@click.argument("words", nargs=-1, metavar="[COMMAND]...")
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Show the help of a command: rewound help query, rewound help server list."""
    context = ctx.find_root()
    for word in words:
        group = context.command
        if not isinstance(group, click.Group):
            raise UsageError(
                f"{context.command_path} has no commands below it",
                hint=f"rewound help {context.info_name}",
            )
        require_command(group, context, [word])
        found = group.get_command(context, word)
        if found is None:
            raise ValueError(f"{word} is listed but cannot be loaded")
        context = click.Context(found, parent=context, info_name=word)
    render.write_text(context.get_help())
