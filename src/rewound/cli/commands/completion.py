"""`rewound completion`: scripts with which shells complete our commands and names."""

import click
from click.shell_completion import get_completion_class

from rewound.cli.output import render
from rewound.errors import UsageError

_MENDED = {
    "fish": (
        ('string split "," $completion', 'string split -m 1 "," -- $completion'),
        ("echo $metadata[2]", 'echo "$option$metadata[2]"'),
        (
            "    for completion in",
            "    set -l option (string match -r '^--[^=]*=' -- (commandline -t));\n\n"
            "    for completion in",
        ),
    ),
    "zsh": (
        ("    for type key", "    local option=${(M)words[CURRENT]#--*=}\n\n    for type key"),
        ('completions+=("$key")', 'completions+=("$option$key")'),
    ),
}
"""Corrections to click's scripts: fish ends a value at its first comma, as in `host1,host2` and in
help texts, and neither shell keeps the option of `--worlds=host1`. Tried with click 8.5, fish 3.6
and zsh 5.9.
"""
_VARIABLE = "_REWOUND_COMPLETE"
"""Asks click for completions; the name follows from the program's name."""


@click.command(name="completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell: commands, options, fleets, worlds, tables.

    SHELL is bash, zsh or fish.

    \b
    bash:  echo 'eval "$(rewound completion bash)"' >> ~/.bashrc
    zsh:   echo 'eval "$(rewound completion zsh)"' >> ~/.zshrc
    fish:  rewound completion fish > ~/.config/fish/completions/rewound.fish
    """  # noqa: D301 - click's mark of lines that stay as they are
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"no completion for {shell}")
    root = ctx.find_root().command
    # Not click's own source(), which runs bash for its version and prints a warning on stderr.
    script = kind(root, {}, "rewound", _VARIABLE)
    text = script.source_template % script.source_vars()
    for lacking, mended in _MENDED.get(shell, ()):
        text = text.replace(lacking, mended)
    render.write_text(text)
