"""How the rows of a text file are sent to the table that they are for.

A file does not say which columns it states: without generated ones, and perhaps without invisible
ones. The number of its fields does.
"""

from rewound.dump.file.part_lines import PartLines
from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.text_rows import (
    UNREADABLE_SETS,
    count_fields,
    find_character_set,
    find_other_format,
    load_text,
    may_misread,
)
from rewound.errors import LoadError
from rewound.load.objects import TableKey, table_keys
from rewound.load.rows import Batch, TextFields
from rewound.load.session_settings import Statements
from rewound.mysql.client import Connection

SESSION: Statements = (
    "SET NAMES utf8mb4",
    # As the programs that write such files have it while they do.
    "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00',"
    " foreign_key_checks = 0, unique_checks = 0",
)
"""The session settings for storing rows of text files."""
_COLUMNS = (
    "SELECT column_name, data_type = 'json', extra LIKE '%GENERATED', extra LIKE '%INVISIBLE%',"
    " column_key = 'PRI', character_set_name FROM information_schema.columns"
    " WHERE table_schema = _utf8mb4 0x{schema} AND table_name = _utf8mb4 0x{name}"
    " ORDER BY ordinal_position"
)
_HINT = (
    "Rewound reads files with tabs between fields and one row a line, as mysqldump --tab writes"
    " them without --fields-… and --lines-… options"
)


class TextRowsPlan:
    """Guards what is known about the tables whose rows come from text files."""

    def __init__(self, connection: Connection, lines: PartLines) -> None:
        """Take a connection that only reads definitions."""
        self._connection = connection
        self._lines = lines
        self._character_sets: dict[TableKey, str] = {}
        self._statements: dict[TableKey, tuple[int, bytes]] = {}
        """How many fields a row of each table has, and its LOAD DATA."""
        self._ordered: set[TableKey] = set()
        self._sets: dict[TableKey, set[str]] = {}
        """The character sets of each table's columns."""

    def note_definition(self, verdict: Verdict, character_set: str) -> None:
        """Record the character set of the session that a table was dumped in."""
        for key in table_keys(verdict):
            self._character_sets[key] = character_set
            self._statements.pop(key, None)

    def plan(self, verdict: Verdict) -> Batch:
        """Return what is sent for some rows.

        Raises:
            LoadError: they have other fields than their table has columns.
        """
        [key] = table_keys(verdict)
        text, rows = verdict.statement.text, verdict.statement.rows
        fields = count_fields(text, rows)
        if key not in self._statements:
            self._statements[key] = self._find_statement(key, fields / max(1, rows), verdict)
        each, sql = self._statements[key]
        if may_misread(text, self._sets[key]):
            raise LoadError(
                f"{self._lines.describe(verdict.line)}: rows of {key[0]}.{key[1]} may hold"
                " characters with the byte of a backslash in them, which the server cannot read"
                f" from a file ({', '.join(sorted(self._sets[key] & UNREADABLE_SETS))})",
                hint="dump this table without --tab",
            )
        if other := find_other_format(text, rows):
            raise LoadError(
                f"{self._lines.describe(verdict.line)}: the rows from here on are in another"
                f" format: {other}",
                hint=_HINT,
            )
        if fields != each * rows:
            raise LoadError(
                f"{self._lines.describe(verdict.line)}: the {rows:,} rows from here on have"
                f" {fields:,} fields together, not {each} each, as those before",
                hint=_HINT,
            )
        return Batch(verdict, TextFields(sql, text), SESSION)

    def keeps_order(self, key: TableKey) -> bool:
        """Tell whether the order of rows is all that a table has; ask after `plan`."""
        return key in self._ordered

    def _find_statement(self, key: TableKey, fields: float, verdict: Verdict) -> tuple[int, bytes]:
        schema, name = (part.encode("utf-8", "surrogateescape").hex() for part in key)
        rows = self._connection.query(_COLUMNS.format(schema=schema, name=name)).rows
        stored = tuple((str(n), bool(json)) for n, json, generated, *_ in rows if not generated)
        visible = tuple(
            (str(n), bool(json))
            for n, json, generated, invisible, *_ in rows
            if not generated and not invisible
        )
        everything = tuple(("" if g else str(n), bool(json) and not g) for n, json, g, *_ in rows)
        columns = next((c for c in (stored, visible, everything) if len(c) == fields), None)
        if columns is None:
            raise LoadError(
                f"{self._lines.describe(verdict.line)}: its first rows have {fields:g} fields each,"
                f" and table {key[0]}.{key[1]} has {len(stored)} columns",
                hint=_HINT,
            )
        if not any(is_key for *_, is_key, _ in rows):
            self._ordered.add(key)
        character_set = find_character_set(self._character_sets.get(key, "utf8mb4"))
        self._sets[key] = {character_set, *(str(name) for *_, name in rows if name)}
        return len(columns), load_text(key, columns, character_set)
