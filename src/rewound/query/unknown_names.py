"""The name that a server does not know, from its error, and the one probably meant. Pure."""

import re

from rewound.query.names import Names
from rewound.similar_names import find_similar, suggest

_TABLE = re.compile(r"MySQL error 1146: Table '(?P<schema>[^'.]+)\.(?P<name>[^']+)' doesn't exist")
_COLUMN = re.compile(r"MySQL error 1054: Unknown column '(?P<name>[^']+)' in ")
_SCHEMA = re.compile(r"MySQL error 1049: Unknown database '(?P<name>[^']+)'")


def is_about_a_name(error: str) -> bool:
    """Tell whether an error is about a table, column or schema that is not there."""
    return any(pattern.search(error) for pattern in (_TABLE, _COLUMN, _SCHEMA))


def suggest_name(error: str, names: Names, *, sql: str = "") -> str | None:
    """Return the hint for such an error; None where no name is similar.

    Columns of tables that the statement names come before all others.
    """
    if match := _TABLE.search(error):
        return _suggest(match["name"], list(names.schemas.get(match["schema"], ())))
    if match := _SCHEMA.search(error):
        return _suggest(match["name"], list(names.schemas))
    if match := _COLUMN.search(error):
        wanted = match["name"].rpartition(".")[2]
        words = {word.casefold() for word in re.findall(r"\w+", sql)}
        tables = [table for schema in names.schemas.values() for table in schema.items()]
        own = dict.fromkeys(
            column for table, columns in tables if table.casefold() in words for column in columns
        )
        every = dict.fromkeys(column for _, columns in tables for column in columns)
        return _suggest(wanted, list(own)) or _suggest(wanted, list(every))
    return None


def _suggest(wanted: str, known: list[str]) -> str | None:
    return suggest(wanted, known) if find_similar(wanted, known) else None
