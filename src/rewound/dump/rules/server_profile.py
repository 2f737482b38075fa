"""The properties of a server that judging a dump depends on."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServerProfile:
    """The properties of one server version."""

    version_number: int
    """As in versioned comments: 9.7.4 is 90704."""
    engines: frozenset[str]
    """Names of the storage engines that can be used, in lower case."""
    collations: Mapping[str, str]
    """Each collation to its character set, in lower case."""
    default_collations: Mapping[str, str]
    """Each character set to its default collation, in lower case."""
    lower_case_table_names: int = 0
    """0: table names are case-sensitive; 1: they are stored in lower case."""


_OF_OTHER_DIALECTS = ("PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE")
_OF_OLD_VERSIONS = ("HIGH_NOT_PRECEDENCE",)
REMOVED_SQL_MODES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("NO_AUTO_CREATE_USER", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS"), ()
    ),
    **dict.fromkeys(("DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"), _OF_OTHER_DIALECTS),
    **dict.fromkeys(("MYSQL323", "MYSQL40"), _OF_OLD_VERSIONS),
}
"""sql_modes that no supported server knows, to those that they stood for and that it does.

Source: MySQL 5.7 manual, "Combination SQL Modes"; 8.0 manual, "Server SQL Modes"; setting one of
them gives error 1231 on 9.7.4, setting what they stood for does not.
"""

SYSTEM_SCHEMAS = frozenset({"mysql", "sys", "performance_schema", "information_schema", "ndbinfo"})
"""Schemas that belong to the server; a dump's copy of them is never restored."""

SYSTEM_SCHEMAS_SQL = ", ".join(f"'{name}'" for name in sorted(SYSTEM_SCHEMAS))
"""The same as a list in SQL, without its parentheses."""
