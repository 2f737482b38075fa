"""The prompt's loop: reads input, executes it, reports errors, and continues."""

import gc
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace

from rewound import settings
from rewound.cli.output import diagnostics, render
from rewound.cli.output.query_results import VERTICAL, Presentation
from rewound.cli.output.spellings import COMMANDS, spell_as_command
from rewound.cli.parameters.shared_options import FORMATS
from rewound.cli.prompt.changes import change, choose_file
from rewound.cli.prompt.commands import (
    HELP,
    Command,
    Verb,
    find_schema,
    is_finished,
    parse_command,
    split_entry,
)
from rewound.cli.prompt.completion import Suggestion, complete_sql, complete_word
from rewound.cli.prompt.table_statements import describe_table, list_tables, read_table_name
from rewound.cli.prompt.terminal import Line, LineCleared
from rewound.cli.questions import Setting, ask
from rewound.errors import RewoundError, SomeWorldsFailed, UsageError
from rewound.operations import fleets, querying
from rewound.operations.audience import Audience, describe
from rewound.query.names import Names
from rewound.query.query_options import QueryOptions
from rewound.query.script import UserStatement, is_complete, read_script
from rewound.similar_names import suggest

_LONGEST_LABEL = 40
_LONGEST_FILE_NAME = 200
_NOT_OURS = ("information_schema",)
_PATIENCE_S = 2.0
"""How long Tab waits for the names of tables, if they are not loaded yet."""


def run(setting: Setting) -> None:
    """Read and run statements until the user leaves.

    Raises:
        FleetError: there is no such fleet.
        UsageError: the fleet has no such worlds.
    """
    dialogue = Dialogue(setting)
    diagnostics.narrate(f"{describe(setting.audience)}; \\help shows the commands")
    line = Line(
        complete=dialogue.complete,
        is_finished=is_finished,
        history_file=settings.history_dir() / _name_history(setting.audience),
    )
    with diagnostics.unmoved_by_interrupts():
        while True:
            begun, dialogue.begun = dialogue.begun, ""
            try:
                text = line.read(dialogue.prompt, begun=begun)
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
    """Keeps the settings that the prompt's commands change, and executes input."""

    def __init__(self, setting: Setting) -> None:
        how = replace(setting.presentation, spellings=COMMANDS)
        self._setting = replace(setting, presentation=how)
        self._names = _read_names(setting.audience)
        self._worlds = _list_worlds(setting.audience)
        self._file: Presentation | None = None
        self._last: Sequence[UserStatement] = ()
        self.has_ended = False
        """Whether the user wants to leave."""
        self.begun = ""
        """A statement that is not finished; commands were typed meanwhile."""

    @property
    def prompt(self) -> str:
        """The text before the input."""
        label = self._setting.audience.label
        label = label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
        return f"{label} (write)> " if self._setting.may_write else f"{label}> "

    def take(self, text: str) -> None:
        """Execute input, or report why it failed; an unfinished statement becomes `begun`."""
        *before, last = split_entry(text)
        for part in before:
            self._take(part, is_last=False)
        self._take(last, is_last=True)

    def _take(self, text: str, *, is_last: bool) -> None:
        try:
            command = parse_command(text)
            if command is not None:
                self._obey(command)
                return
            sql, self.begun = self.begun + text, ""
            if not (is_last or is_complete(sql)):
                self.begun = sql
            elif sql.strip("; \t\n"):
                self._ask(read_script(sql))
        except RewoundError as error:
            error.message = spell_as_command(error.message)
            error.hint = None if error.hint is None else spell_as_command(error.hint)
            diagnostics.show_error(error)
        except BrokenPipeError:
            pass  # the pager was left before its end

    def complete(self, text: str, cursor: int) -> Sequence[Suggestion]:
        """Return the completions at an offset in the text."""
        before = text[text.rfind("\n", 0, cursor) + 1 : cursor]
        if before.startswith("\\"):
            name, space, argument = before.partition(" ")
            if not space:
                return complete_word(name, [f"\\{verb.value}" for verb in Verb], "command")
            what = name.removeprefix("\\").removesuffix("s")
            return complete_word(argument, self._list_choices(name), what)
        return complete_sql(text, cursor, names=self._wait_names(), schema=self._setting.schema)

    def _wait_names(self) -> Names:
        try:
            return self._names.result(_PATIENCE_S)
        except (RewoundError, OSError):  # a TimeoutError is one of these
            return Names()

    def _list_choices(self, name: str) -> Sequence[str]:
        """Return the possible arguments of a command."""
        match name:
            case "\\fleet":
                return fleets.names()
            case "\\worlds":
                return self._worlds
            case "\\format":
                return (*FORMATS, VERTICAL)
            case "\\d" | "\\tables":
                return self._list_tables()
            case _:
                return ()

    def _list_tables(self) -> list[str]:
        schemas = self._wait_names().schemas.items()
        return [table for schema, tables in schemas if schema not in _NOT_OURS for table in tables]

    def _ask(self, statements: Sequence[UserStatement]) -> None:
        self._last = statements
        setting = self._setting
        if self._file is not None:
            setting = replace(setting, presentation=self._file)
        try:
            ask(statements, setting)
        except SomeWorldsFailed:
            self._keep(statements)
            raise
        self._keep(statements)

    def _keep(self, statements: Sequence[UserStatement]) -> None:
        """Keep what outlives a statement: the schema of USE, and that a file was written."""
        self._keep_schema(statements)
        if self._file is not None and self._file.output is not None and self._file.output.exists():
            diagnostics.narrate(f"wrote {self._file.output}")
            self._file = None

    def _keep_schema(self, statements: Sequence[UserStatement]) -> None:
        for statement in statements:
            if (schema := find_schema(statement.text)) is not None:
                self._setting = replace(self._setting, schema=schema)

    def _obey(self, command: Command) -> None:
        match command.verb:
            case Verb.TABLES:
                self._ask_once(list_tables(command.argument, self._setting.schema))
            case Verb.DESCRIBE if command.argument:
                self._describe_table(command.argument)
            case Verb.DESCRIBE:
                self._ask_once(list_tables("", self._setting.schema))
            case Verb.VERTICAL:
                self._ask_again()
            case Verb.OUTPUT:
                self._choose_file(command.argument)
            case Verb.CLEAR:
                self.begun = ""
            case Verb.HELP:
                render.write_text(HELP)
            case Verb.QUIT:
                self.has_ended = True
            case _:
                self._change(command)

    def _change(self, command: Command) -> None:
        audience = self._setting.audience
        self._setting, said = change(self._setting, command)
        if self._setting.audience.fleets != audience.fleets:
            self._names = _read_names(self._setting.audience)
            self._worlds = _list_worlds(self._setting.audience)
        diagnostics.narrate(said)

    def _describe_table(self, text: str) -> None:
        schema, table = read_table_name(text)
        known = self._list_tables()
        if schema is None and known and table.casefold() not in map(str.casefold, known):
            raise UsageError(f"no table {table}", hint=suggest(table, known, listed_as="tables"))
        self._ask_once(describe_table(schema, table))

    def _ask_once(self, statements: Sequence[UserStatement]) -> None:
        """Send a query whose answer is alike in most worlds, and show each row once."""
        is_wide = self._setting.presentation.is_wide
        how = Presentation("table", lists_once=True, is_wide=is_wide, spellings=COMMANDS)
        setting = replace(self._setting, presentation=how, options=QueryOptions())
        ask(statements, setting)

    def _ask_again(self) -> None:
        if not self._last:
            raise UsageError("no statement was run before", hint="SELECT … \\G")
        statements = [each._replace(is_vertical=True) for each in self._last]
        how = replace(self._setting.presentation, output_format="table")
        ask(statements, replace(self._setting, presentation=how))

    def _choose_file(self, argument: str) -> None:
        if not argument:
            self._file = None
            diagnostics.narrate("answers are shown here")
            return
        self._file = choose_file(self._setting.presentation, argument)
        diagnostics.narrate(f"the next answer is written to {self._file.output}")


def _name_history(audience: Audience) -> str:
    """Return the name of the history file; no fleet is called _servers."""
    return audience.label[:_LONGEST_FILE_NAME] if audience.fleets else "_servers"


def _list_worlds(audience: Audience) -> tuple[str, ...]:
    """Return the names that can be selected from the audience."""
    if not audience.fleets:
        return tuple(audience.servers)
    names = (name for fleet in audience.fleets for name in fleets.status(fleet).worlds)
    return tuple(dict.fromkeys(names))


def _read_names(audience: Audience) -> "Future[Names]":
    """Read the names of tables and columns while the user types."""
    names: Future[Names] = Future()

    def read() -> None:
        try:
            names.set_result(querying.known_names(audience))
        except (RewoundError, OSError) as error:
            names.set_exception(error)

    threading.Thread(target=read, name="names", daemon=True).start()
    return names
