r"""Parsing the lines of the prompt: its own commands, or SQL. Pure.

Commands begin with a backslash and end with their line; \re is enough of \reduce. They are known
wherever a line begins, also in an unfinished statement, as `psql` and the `mysql` client know them.
`quit`, `exit`, `help` and `USE name` are known without a backslash.
"""

import enum
import re
from dataclasses import dataclass

from rewound.errors import UsageError
from rewound.query.script import ends_in_quotes, is_complete
from rewound.similar_names import list_names


class Verb(enum.Enum):
    """The commands."""

    FLEET = "fleet"
    WORLDS = "worlds"
    TABLES = "tables"
    DESCRIBE = "d"
    FORMAT = "format"
    WIDE = "wide"
    GROUP = "group"
    CHART = "chart"
    REDUCE = "reduce"
    OUTPUT = "o"
    VERTICAL = "G"
    WRITE = "write"
    TIMING = "timing"
    CLEAR = "clear"
    HELP = "help"
    QUIT = "quit"


HELP = r"""
A statement ends with a semicolon, or with \G, which shows one value per line;
until then, Enter starts a new line.

\fleet [NAMES]    show or choose the fleets to ask: before,after
\worlds [NAMES]   show or choose the worlds to ask: host[1-3],eu-*
                  \worlds * asks all
\tables [PATTERN] list the tables: player_*
\d TABLE          show a table's columns and indexes
\format [NAME]    show or set the output format: table, vertical, csv …
\wide             turn the cutting of values to the screen width off, or on
\group            show worlds with identical answers once, or each world again
\chart [COLUMN]   draw a bar for this column in each row; without COLUMN, stop
\reduce [SQL]     run a second SQL statement (DuckDB) over all rows of each
                  answer, in the table result; without SQL, stop
\o FILE           write the next answer to a new file: scores.csv or .parquet
                  \o --force FILE replaces an older one; \o alone cancels that
\G                run the last statement again and show one value per line
\write            run statements as dev, who may change the worlds, or as reader
\timing           print how long each statement takes, or stop
\clear            clear the statement that is being typed; \c is enough
\help             show this
\quit             leave; exit, quit and Ctrl-D do the same

A command may stand on a line of an unfinished statement, which stays.
Tab completes, Ctrl-R searches the history. Ctrl-C clears the line, or cancels
the running statement. Statements entered together share a session; the next
ones get a new one, so enter SET @x together with the statements that read it,
and BEGIN together with COMMIT. USE persists.
""".strip()

_USE = re.compile(r"use\s+(?:(?P<plain>[^\s`]+)|`(?P<quoted>(?:[^`]|``)+)`)", re.IGNORECASE)
_EXACT = {
    "?": Verb.HELP,
    "G": Verb.VERTICAL,
    "c": Verb.CLEAR,
    "d": Verb.DESCRIBE,
    "o": Verb.OUTPUT,
    "f": Verb.FORMAT,
    "w": Verb.WORLDS,
}
"""Commands in the form in which they are typed, although others begin with the same letters."""
_LONG = [verb for verb in Verb if len(verb.value) > 1]
_END = re.compile(r"\s*\\[gG][\s;]*")
r"""A line that ends the statement before it."""
_BARE = {"quit": Verb.QUIT, "exit": Verb.QUIT, "help": Verb.HELP}


@dataclass(frozen=True, slots=True)
class Command:
    """One command and its argument."""

    verb: Verb
    argument: str = ""


def parse_command(text: str) -> Command | None:
    """Return the command in a text; None for SQL.

    Raises:
        UsageError: there is no such command.
    """
    stripped = text.strip().rstrip("; \t")
    bare = _BARE.get(stripped.lower())
    if bare is not None:
        return Command(bare)
    if not stripped.startswith("\\"):
        return None
    name, _, argument = stripped[1:].partition(" ")
    verbs = [verb for verb in _LONG if name and verb.value.startswith(name.lower())]
    if name in _EXACT:
        verbs = [_EXACT[name]]
    if len(verbs) != 1:
        known = [f"\\{verb.value}" for verb in Verb]
        raise UsageError(f"unknown command \\{name}", hint=f"known: {list_names(known)}")
    return Command(verbs[0], argument.strip())


def is_finished(text: str) -> bool:
    """Tell whether Enter runs the text, rather than starting a new line."""
    *_, last = split_entry(text)
    return is_command_line(last) or text.strip().lower() in _BARE or is_complete(last)


def split_entry(text: str) -> list[str]:
    """Return the parts of an entry, at least one: SQL, and the lines that are commands.

    Within quotes and comments, no line is a command.
    """
    parts = [""]
    for line in text.splitlines(keepends=True):
        pending = parts[-1]
        ends_statement = pending.strip() and _END.fullmatch(line)
        if is_command_line(line) and not ends_statement and not ends_in_quotes(pending):
            parts[-1:] = [*([pending] if pending.strip() else []), line, ""]
        else:
            parts[-1] += line
    return parts if parts[-1].strip() or len(parts) == 1 else parts[:-1]


def is_command_line(text: str) -> bool:
    """Tell whether a part of an entry is a command that begins with a backslash."""
    return text.lstrip().startswith("\\")


def find_schema(statement: str) -> str | None:
    """Return the schema that a USE statement names; None for any other statement."""
    match = _USE.fullmatch(statement.strip())
    if match is None:
        return None
    return match["plain"] or match["quoted"].replace("``", "`")
