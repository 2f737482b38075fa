"""The `rewound` command: its sub-commands by name, loaded only when they are called."""

import importlib
import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from rewound import __version__
from rewound.cli.output import diagnostics
from rewound.cli.unknown_commands import require_command

COMMANDS = {
    "dumps": ("dumps", "list dumps, and which ones a time selects"),
    "transactions": ("transactions", "list the transactions in binary logs"),
    "verify": ("verify", "read dumps to the end, without a server"),
    "up": ("up", "restore every world and print how to connect"),
    "status": ("status", "list worlds, states, dumps, addresses, sizes"),
    "connect": ("connect", "open the mysql client on a world"),
    "query": ("query", "run SQL on every world, with one merged result"),
    "diff": ("diff", "show what changed, over all worlds and tables"),
    "report": ("report", "show the ledger: the proof of what was restored"),
    "seek": ("seek", "take worlds to another moment, by their binary logs"),
    "reset": ("reset", "undo changes: worlds as up or seek left them"),
    "start": ("start", "start servers that are stopped; changes are kept"),
    "down": ("down", "stop worlds and delete them"),
    "restore-world": ("restore_world", "restore one world and become its server"),
    "check-world": ("check_world", "check whether the world of restore-world is ready"),
    "server": ("server", "list or install MySQL servers"),
    "export": ("export", "write a folder that runs the worlds on another host"),
    "cache": ("cache", "list or remove the baselines that worlds start from"),
    "doctor": ("doctor", "show what this host can do, and what is missing"),
    "completion": ("completion", "print the completion script of a shell"),
    "help": ("help", "show the help of a command"),
}
"""Each sub-command: its module in `rewound.cli.commands`, and its line in the help."""

BECOMES_A_SERVER = "restore-world"
"""The sub-command that itself decides when TERM may end it."""

NEEDS_NO_SETTINGS = ("completion", "help")
"""Sub-commands that read no settings file; shells run the first when they start."""

WITHOUT_FLEETS = (BECOMES_A_SERVER, "check-world", "down")
"""Those that do not look for expired fleets; `down` does so itself."""

TAKES_DUMPS = ("source", "dump", "fleets")
"""The arguments of sub-commands that can be a folder of dumps, or one dump."""

SHORT_HELP = """\
Rewound: your databases as they were.

  rewound dumps FOLDER                 list the dumps of each world
  rewound up FOLDER --at '2024-06-18'  restore every world as of that time
  rewound query 'SELECT …'             ask all worlds at once
  rewound connect WORLD                open the mysql client on one world
  rewound down                         stop and delete everything

rewound --help lists all commands, rewound COMMAND --help their options.\
"""


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = importlib.import_module(f"rewound.cli.commands.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command and the settings file, which must not be in a folder of dumps."""
        require_command(self, ctx, args)
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and name not in NEEDS_NO_SETTINGS and not ctx.resilient_parsing:
            sources = _find_sources(ctx, command, rest)
            ctx.default_map = _read_settings(ctx.params.get("config"), sources)
        if command is not None:
            _note_given(ctx, name or "", command, rest)
        return name, command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help's list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    envvar="REWOUND_CONFIG",
    help="Use this settings file instead of the nearest rewound.toml.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print on stderr what is being done.")
@click.version_option(__version__, prog_name="rewound")
@click.pass_context
def root(ctx: click.Context, config: Path | None, verbose: bool) -> None:  # noqa: ARG001
    """Your databases as they were: every world's dump in a throw-away MySQL, proven.

    Options can also be set in rewound.toml (in this folder or one above) and as REWOUND_…
    environment variables; flags override the environment, which overrides the file.
    """
    if ctx.invoked_subcommand is None:
        click.echo(SHORT_HELP)
        return
    if ctx.invoked_subcommand != BECOMES_A_SERVER:
        diagnostics.let_stop_signal_through()
    diagnostics.set_up_logging(verbose=verbose)
    if ctx.invoked_subcommand not in WITHOUT_FLEETS:
        _end_expired()


def _end_expired() -> None:
    """Delete expired fleets: after a reboot, for example, no process of ours is left to do it."""
    from rewound import settings
    from rewound.fleet.expiry import list_expired

    if list_expired(settings.state_dir()):
        from rewound.cli.commands.down import show_expired
        from rewound.operations.ending import end_expired

        show_expired(end_expired())


def _note_given(ctx: click.Context, name: str, command: click.Command, args: list[str]) -> None:
    given = list(args)

    def find_options() -> frozenset[str]:
        from rewound.cli.output.given_options import find_given

        settings = (ctx.default_map or {}).get(name) or {}
        are_on = [parameter for parameter, value in settings.items() if value is True]
        return find_given(click.Context(command, parent=ctx), given, are_on)

    diagnostics.note_given(find_options)


def _find_sources(ctx: click.Context, command: click.Command, args: list[str]) -> list[Path]:
    """Return the folders and files of dumps in a command's arguments."""
    try:
        # Of its own, because after the name of a command options and arguments may mix.
        own = click.Context(command, parent=ctx)
        values, _, _ = command.make_parser(own).parse_args(list(args))
    except click.UsageError:
        return []  # the command itself reports errors in them
    given = [values.get(name) for name in TAKES_DUMPS]
    # Missing arguments are None, or a sentinel of click's.
    several = [each for each in given if isinstance(each, (list, tuple))]
    texts = [*(each for each in given if isinstance(each, str)), *itertools.chain(*several)]
    return [Path(text) for text in texts if os.path.exists(text)]  # noqa: PTH110 - never raises


def _read_settings(config: Path | None, sources: Sequence[Path]) -> dict[str, Any]:
    """Return the file's settings as defaults of every command that has the option."""
    from rewound import settings
    from rewound.cli.parameters.shared_options import CONFIGURABLE, PARAMETERS

    path = config
    if path is None:
        nearest = settings.find_config(Path.cwd())
        path = settings.find_config(Path.cwd(), outside=sources) if nearest else None
        if nearest is not None and nearest != path:
            _warn_of_ignored(nearest)
    if path is None:
        return {}
    values = settings.read_config(path, CONFIGURABLE)
    source = values.get("source")
    outside = [] if source is None or config is not None else [Path(str(source))]
    if outside and settings.find_config(path.parent, outside=outside) != path:
        _warn_of_ignored(path)
        return {}
    diagnostics.narrate(f"settings:  {path}")
    defaults = {PARAMETERS.get(name, name.replace("-", "_")): v for name, v in values.items()}
    return dict.fromkeys(COMMANDS, defaults)


def _warn_of_ignored(path: Path) -> None:
    diagnostics.warn(
        f"{path} is ignored, because it is in the folder of the dumps;"
        f" --config {path} uses it anyway"
    )


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    diagnostics.run(root)
