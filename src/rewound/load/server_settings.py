"""Settings that a world's server needs to answer as the dumped server did.

Some contents of a dump work only under certain global settings. These are determined after the
load; the owner of the server persists them, so that baselines keep them.
"""

from collections.abc import Mapping

from rewound.dump.definitions.default_collation import OLD_DEFAULT
from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import RuleUse
from rewound.errors import MysqlError
from rewound.load.counters import LoadCounters
from rewound.load.objects import TableKey, quote_table
from rewound.load.proof import Found
from rewound.mysql.client import Connection

_NOT_FULL_GROUP_BY = frozenset({1055, 1140, 3065})
"""What ONLY_FULL_GROUP_BY forbids: columns outside GROUP BY, without any, and with DISTINCT.

Source: MySQL 9.7 server error reference; each was tried on 9.7.4.
"""


def find_server_settings(
    connection: Connection, found: Found, counters: LoadCounters
) -> Mapping[str, str]:
    """Return the global variables that the world's server needs, and count the rules for them."""
    settings = {}
    if counters.has_used(rules.LOOSE_INNODB):
        settings["innodb_strict_mode"] = "OFF"
    if counters.has_used(rules.DEFAULT_COLLATION):
        settings["default_collation_for_utf8mb4"] = OLD_DEFAULT
    if loose_views := _find_loose_views(connection, found):
        for view in loose_views:
            counters.add_use(RuleUse(rules.FULL_GROUP_BY_OFF, ".".join(view)), line=1)
        modes = str(connection.query("SELECT @@GLOBAL.sql_mode").rows[0][0]).split(",")
        settings["sql_mode"] = ",".join(mode for mode in modes if mode != "ONLY_FULL_GROUP_BY")
    return settings


def _find_loose_views(connection: Connection, found: Found) -> list[TableKey]:
    """Return the views that cannot be queried under the server's own sql_mode.

    A statement is prepared for each, which resolves the view without running it.
    """
    views = [(schema, name) for kind, schema, name in found.objects if kind == "view"]
    return [view for view in views if _is_loose(connection, view)]


def _is_loose(connection: Connection, view: TableKey) -> bool:
    name = quote_table(view).replace(b"\\", b"\\\\").replace(b"'", b"''")
    try:
        connection.execute_sql(b"PREPARE rewound_view FROM 'SELECT * FROM %b'" % name)
    except MysqlError as error:
        return error.number in _NOT_FULL_GROUP_BY
    connection.execute_sql("DEALLOCATE PREPARE rewound_view")
    return False
