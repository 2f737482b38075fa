"""Hints for errors that the server returns for a statement of a dump. Pure."""

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind
from rewound.errors import MysqlError
from rewound.load.objects import table_key

_NO_TABLE = frozenset({1051, 1146})
_NO_PRIVILEGE = frozenset({1044, 1142, 1143, 1227, 1370})
_NO_SYNTAX = frozenset({1064, 1149, 1193, 1286, 1305})
_FOREIGN_KEYS = frozenset({1215, 1452, 1822, 1824, 3734, 3780, 6125})
_GENERATED = 3105
_OF_TABLES = frozenset(
    {Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.CREATE_INDEX, Kind.INSERT, Kind.REPLACE}
    | {Kind.DELETE, Kind.TRUNCATE, Kind.DROP_TABLE, Kind.LOCK}
)


def find_next_step(verdict: Verdict, error: MysqlError) -> str | None:
    """Return a hint for a statement that the server refused, with the option that helps."""
    if error.number in _NO_PRIVILEGE:
        return (
            "it requires a privilege that no account of a world has: remove the statement from a"
            " copy of the dump if the data do not need it"
        )
    skipping = leave_table_out(verdict)
    if skipping is None:
        return None
    if error.number in _NO_TABLE:
        return (
            "the dump has not created that table: if it contains only rows, put a dump of the"
            f" tables before it, in one file; {skipping}"
        )
    if error.number in _NO_SYNTAX:
        return f"this MySQL does not support this syntax; {skipping}"
    if error.number in _FOREIGN_KEYS:
        return (
            "if the dump was made without SET FOREIGN_KEY_CHECKS=0, put that statement at the"
            f" beginning of a copy of it; {skipping}"
        )
    if error.number == _GENERATED:
        return f"it contains values for a generated column; {skipping}"
    return skipping


def leave_table_out(verdict: Verdict) -> str | None:
    """Return the hint with the option that leaves a statement's table out, if it has one."""
    key = table_key(verdict)
    if key is None or verdict.kind not in _OF_TABLES:
        return None
    return f"--skip-table {key[0]}.{key[1]} leaves the table out"
