r"""How messages spell what they recommend: as an option, or as a command of the prompt."""

import re
from dataclasses import dataclass

_LEADING_OPTION = re.compile("--(chart|fleet|format|group|output|reduce|wide|worlds|write)(?=[ :])")

_SHORT = {"output": "o"}
"""Options whose prompt command has another name."""


@dataclass(frozen=True, slots=True)
class Spellings:
    """How options are spelled."""

    write: str
    wide: str
    every_row: str
    """A format without a row limit."""
    force: str
    table_format: str
    variable: str
    """How to give a variable a value; {} is its name."""


OPTIONS = Spellings(
    "--write", "--wide", "--format csv", "--force", "remove --format", "--param {}=…"
)
COMMANDS = Spellings(
    r"\write", r"\wide", r"\format csv", r"\o --force FILE", r"\format table", "SET @{} = …;"
)


def spell_as_command(message: str) -> str:
    r"""Return a message that begins with an option, with the prompt's command instead."""
    if not message.startswith("--"):
        return message
    return _LEADING_OPTION.sub(lambda match: f"\\{_SHORT.get(match[1], match[1])}", message)
