"""Storage engines: which engines named in dumps may be used here.

Pure. The rows matter, not the engine that stored them; and no table of a world may reach a file or
a server outside it, whatever the world's server supports.
"""

from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile

REMOTE_ENGINES = frozenset(
    {"federated", "federatedx", "connect", "spider", "s3", "sphinx", "oqgraph", "cassandra", "vp"}
)
"""Engines whose tables are stored elsewhere: on other servers, in files, or in other tables."""

_KEEPS_NO_ROWS = frozenset({"memory", "blackhole", "performance_schema"})
"""Engines whose tables are empty after a restart, or at once."""
_PARTITIONED = frozenset({"innodb", "ndbcluster"})
# Source: MySQL 9.7.4 sql/handler.cc, sys_table_aliases; each tried in CREATE TABLE.
_ALIASES = {"heap": "memory", "merge": "mrg_myisam", "innobase": "innodb", "ndb": "ndbcluster"}


def real_engine(name: str) -> str:
    """Return the name under which the server lists an engine, in lower case."""
    return _ALIASES.get(name.lower(), name.lower())


def is_replaced(name: str) -> bool:
    """Tell whether tables of this engine are never created, on any server."""
    return real_engine(name) in REMOTE_ENGINES | _KEEPS_NO_ROWS


def find_engine_rule(
    name: str, profile: ServerProfile, *, partitioned: bool = False
) -> rules.Rule | None:
    """Return the rule by which a table of this engine becomes an InnoDB table, if one applies."""
    engine = real_engine(name)
    if engine in REMOTE_ENGINES:
        return rules.REMOTE_ENGINE
    if engine in _KEEPS_NO_ROWS:
        return rules.VOLATILE_ENGINE
    if engine not in profile.engines:
        return rules.ENGINE_MISSING
    if partitioned and engine not in _PARTITIONED:
        return rules.PARTITION_ENGINE
    return None
