"""Rows of MERGE tables, which are the rows of other tables. Pure."""

from rewound.dump.definitions.known_merges import MERGE_ENGINE
from rewound.dump.definitions.known_tables import KnownTables
from rewound.dump.judging.table_history import CHANGES_ROWS
from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.verdict import RuleUse
from rewound.dump.text.statement import Statement


def find_merge_refusal(
    statement: Statement, schema: str | None, tables: KnownTables, profile: ServerProfile
) -> RuleUse | None:
    """Return the rule that refuses a statement about the rows of a MERGE table, if it is one.

    On a server without the engine such a table becomes an ordinary one.
    """
    if statement.kind not in CHANGES_ROWS or schema is None or MERGE_ENGINE not in profile.engines:
        return None
    name = statement.names[0].name
    if not tables.is_merge((schema, name)):
        return None
    return RuleUse(rules.ROWS_FOR_MERGE, f"{schema}.{name} is a MERGE table")
