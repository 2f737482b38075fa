"""The prompt's loop: reads input, executes it, reports errors, and continues."""

import gc
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from rewound import settings
from rewound.catalog import fold_worlds, select_worlds
from rewound.cli.output import diagnostics, render
from rewound.cli.output.query_results import Presentation
from rewound.cli.parameters.shared_options import FORMATS
from rewound.cli.prompt.commands import (
    HELP,
    Command,
    Verb,
    find_schema,
    is_finished,
    parse_command,
)
from rewound.cli.prompt.completion import Suggestion, complete_sql, complete_word
from rewound.cli.prompt.terminal import Line, LineCleared
from rewound.cli.questions import Setting, ask, require_possible
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.fleet.world import WorldState
from rewound.operations import fleets, querying
from rewound.query.names import Names
from rewound.query.script import UserStatement, read_script
from rewound.similar_names import suggest

_PATIENCE_S = 2.0
"""How long Tab waits for the names of tables, when it comes before them."""


def run(setting: Setting) -> None:
    """Read and run statements until the user ends it.

    Raises:
        FleetError: there is no such fleet.
        UsageError: it has no such worlds.
    """
    dialogue = Dialogue(setting)
    diagnostics.narrate(f"{dialogue.describe_worlds()}; \\help shows the commands")
    line = Line(
        complete=dialogue.complete,
        is_finished=is_finished,
        history_file=settings.history_dir() / setting.fleet,
    )
    prompt = f"{setting.fleet} (write)> " if setting.may_write else f"{setting.fleet}> "
    with diagnostics.unmoved_by_interrupts():
        while True:
            try:
                text = line.read(prompt)
            except LineCleared:
                continue
            except EOFError:
                return
            with diagnostics.cancellable():
                dialogue.take(text)
            if dialogue.has_ended:
                return
            gc.collect()


class Dialogue:
    """Keeps the settings of the prompt's commands, and executes input."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._worlds = tuple(fleets.status(setting.fleet).worlds)
        self._names = _read_names(setting)
        self.has_ended = False
        """Whether the user wants to leave."""

    def take(self, text: str) -> None:
        """Execute input, or report why it failed."""
        try:
            command = parse_command(text)
            if command is not None:
                self._obey(command)
            elif text.strip("; \t\n"):
                self._ask(text)
        except RewoundError as error:
            diagnostics.show_error(error)
        except BrokenPipeError:
            pass  # the pager was left before its end

    def complete(self, text: str, cursor: int) -> Sequence[Suggestion]:
        """Return how a text can go on at that offset."""
        before = text[:cursor]
        if before.startswith("\\"):
            name, space, argument = before.partition(" ")
            if not space:
                return complete_word(name, [f"\\{verb.value}" for verb in Verb], "command")
            choices = {"\\worlds": self._worlds, "\\format": FORMATS}.get(name, ())
            return complete_word(argument, choices, name.removeprefix("\\").removesuffix("s"))
        try:
            names = self._names.result(_PATIENCE_S)
        except (RewoundError, OSError):  # a TimeoutError is one of these
            names = Names()
        return complete_sql(text, cursor, names=names, schema=self._setting.schema)

    def describe_worlds(self) -> str:
        """Describe the worlds that are asked.

        Raises:
            UsageError: there are no such worlds.
        """
        worlds = fleets.status(self._setting.fleet).worlds
        asked = tuple(worlds)
        if self._setting.worlds is not None:
            asked = select_worlds(asked, self._setting.worlds)
        absent = [name for name in asked if worlds[name].state is not WorldState.READY]
        text = f"fleet {self._setting.fleet}: {fold_worlds(asked)}, "
        text += (
            f"{len(asked)} of {len(worlds)} worlds" if len(asked) < len(worlds) else "all worlds"
        )
        return text + (f"; not ready: {fold_worlds(absent)}" if absent else "")

    def _ask(self, text: str) -> None:
        statements = read_script(text)
        try:
            ask(statements, self._setting)
        except SomeWorldsFailed:
            self._keep_schema(statements)
            raise
        self._keep_schema(statements)

    def _keep_schema(self, statements: Sequence[UserStatement]) -> None:
        for statement in statements:
            if (schema := find_schema(statement.text)) is not None:
                self._setting = replace(self._setting, schema=schema)

    def _obey(self, command: Command) -> None:
        match command.verb:
            case Verb.WORLDS:
                self._choose_worlds(command.argument)
            case Verb.FORMAT:
                self._choose_format(command.argument)
            case Verb.REDUCE:
                self._reduce_by(command.argument)
            case Verb.TIMING:
                self._setting = replace(self._setting, is_timed=not self._setting.is_timed)
                diagnostics.narrate(f"timing is {'on' if self._setting.is_timed else 'off'}")
            case Verb.HELP:
                render.write_text(HELP)
            case Verb.QUIT:
                self.has_ended = True

    def _choose_worlds(self, names: str) -> None:
        if names:
            select_worlds(self._worlds, names)
            self._setting = replace(self._setting, worlds=None if names == "*" else names)
        diagnostics.narrate(self.describe_worlds())

    def _choose_format(self, name: str) -> None:
        if name and name not in FORMATS:
            raise UsageError(f"unknown format {name}", hint=suggest(name, FORMATS))
        if name:
            self._present(replace(self._setting.presentation, output_format=name))
        diagnostics.narrate(f"format {self._setting.presentation.output_format}")

    def _reduce_by(self, sql: str) -> None:
        self._present(replace(self._setting.presentation, reduce_sql=sql or None))
        diagnostics.narrate(
            "--reduce is on; \\reduce without SQL turns it off"
            if sql
            else "answers are not reduced"
        )

    def _present(self, presentation: Presentation) -> None:
        require_possible(presentation)
        self._setting = replace(self._setting, presentation=presentation)


def _read_names(setting: Setting) -> "Future[Names]":
    """Read the names of tables and columns while the user types."""
    names: Future[Names] = Future()

    def read() -> None:
        try:
            names.set_result(querying.known_names(setting.fleet, worlds=setting.worlds))
        except (RewoundError, OSError) as error:
            names.set_exception(error)

    threading.Thread(target=read, name="names", daemon=True).start()
    return names
