r"""How what a message recommends is typed where it is read: as an option, or at the prompt."""

import re
from dataclasses import dataclass

_LEADING_OPTION = re.compile("--(chart|fleet|format|group|output|reduce|wide|worlds|write)(?=[ :])")

_SHORT = {"output": "o"}
"""Options whose command has another name."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """What can be typed."""

    write: str
    wide: str
    every_row: str
    """A format without limits."""
    force: str
    table_format: str
    variable: str
    """What gives a variable a value; {} is its name."""


OPTIONS = Spellings(
    "--write", "--wide", "--format csv", "--force", "remove --format", "--param {}=…"
)
COMMANDS = Spellings(
    r"\write", r"\wide", r"\format csv", r"\o --force FILE", r"\format table", "SET @{} = …;"
)


def spell_as_command(message: str) -> str:
    r"""Return a message that begins with an option as one that begins with the prompt's command."""
    if not message.startswith("--"):
        return message
    return _LEADING_OPTION.sub(lambda match: f"\\{_SHORT.get(match[1], match[1])}", message)
