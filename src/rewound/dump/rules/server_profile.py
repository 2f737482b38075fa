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


REMOVED_SQL_MODES = frozenset(
    {"NO_AUTO_CREATE_USER", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS"}
    | {"ORACLE", "MSSQL", "DB2", "POSTGRESQL", "MAXDB", "MYSQL323", "MYSQL40"}
)
"""The sql_modes that no supported server has.

Source: MySQL 8.0 manual, "Server SQL Modes"; setting one gives error 1231 on 9.7.4.
"""

SYSTEM_SCHEMAS = frozenset({"mysql", "sys", "performance_schema", "information_schema", "ndbinfo"})
"""Schemas that belong to the server; a dump's copy of them is never restored."""

SYSTEM_SCHEMAS_SQL = ", ".join(f"'{name}'" for name in sorted(SYSTEM_SCHEMAS))
"""The same as a list in SQL, without its parentheses."""
