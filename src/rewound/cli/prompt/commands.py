r"""Parsing the lines of the prompt: its own commands, or SQL. Pure.

Commands begin with a backslash and end with their line; \w is enough of \worlds. `quit`,
`exit`, `help` and `USE name` are known without it, as the `mysql` client knows them.
"""

import enum
import re
from dataclasses import dataclass

from rewound.errors import UsageError
from rewound.query.script import is_complete
from rewound.similar_names import list_names


class Verb(enum.Enum):
    """The commands."""

    WORLDS = "worlds"
    FORMAT = "format"
    REDUCE = "reduce"
    TIMING = "timing"
    HELP = "help"
    QUIT = "quit"


HELP = r"""
A statement ends with a semicolon; before that, Enter starts a new line.

\worlds [NAMES]   show or set the worlds to ask: host[1-3],eu-*
                  \worlds * asks all
\format [NAME]    show or set the output format: table, csv, json …
\reduce [SQL]     run a second SQL statement (DuckDB) over all rows of each
                  answer, in the table result; without SQL, turn this off
\timing           turn the timing of statements on or off
\help             show this help
\quit             quit; so do exit, quit and Ctrl-D

Tab completes, Ctrl-R searches the history. Ctrl-C clears the line, or cancels
the running statement. Statements entered together share a session; the next
ones get a new one, so enter SET @x together with the statements that read it,
and BEGIN together with COMMIT. USE persists.
""".strip()

_USE = re.compile(r"use\s+(?:(?P<plain>[^\s`]+)|`(?P<quoted>(?:[^`]|``)+)`)", re.IGNORECASE)
_BARE = {"quit": Verb.QUIT, "exit": Verb.QUIT, "help": Verb.HELP}


@dataclass(frozen=True, slots=True)
class Command:
    """One command and its argument."""

    verb: Verb
    argument: str = ""


def parse_command(text: str) -> Command | None:
    """Return the command that a text is; None for SQL.

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
    verbs = [verb for verb in Verb if name and verb.value.startswith(name.lower())]
    if name == "?":
        verbs = [Verb.HELP]
    if len(verbs) != 1:
        known = [f"\\{verb.value}" for verb in Verb]
        raise UsageError(f"unknown command \\{name}", hint=f"known: {list_names(known)}")
    return Command(verbs[0], argument.strip())


def is_finished(text: str) -> bool:
    """Tell whether Enter runs the text, rather than adding a line to it."""
    stripped = text.strip()
    return stripped.startswith("\\") or stripped.lower() in _BARE or is_complete(text)


def find_schema(statement: str) -> str | None:
    """Return the schema that a USE statement names; None for any other statement."""
    match = _USE.fullmatch(statement.strip())
    if match is None:
        return None
    return match["plain"] or match["quoted"].replace("``", "`")
