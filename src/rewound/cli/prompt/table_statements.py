r"""The statements of \tables and \d: which tables there are, and what is in one. Pure."""

import re

from rewound.diff.sql_text import quote_text
from rewound.dump.rules.server_profile import SYSTEM_SCHEMAS_SQL
from rewound.errors import UsageError
from rewound.query.script import UserStatement

_NAME = re.compile(r"(?:(?:`((?:[^`]|``)+)`|([^\s`.]+))\.)?(?:`((?:[^`]|``)+)`|([^\s`.]+))")


def list_tables(pattern: str, schema: str | None) -> list[UserStatement]:
    """Return the statement that lists tables and views, by a pattern such as `player_*`."""
    conditions = [f"table_schema NOT IN ({SYSTEM_SCHEMAS_SQL})"]
    if schema is not None:
        conditions = [f"table_schema = {quote_text(schema)}"]
    if pattern:
        like = re.sub(r"([%_\\|])", r"|\1", pattern).replace("*", "%").replace("?", "_")
        conditions.append(f"table_name LIKE {quote_text(like)} ESCAPE '|'")
    sql = (
        "SELECT table_schema AS `schema`, table_name AS `table`, LOWER(table_type) AS `type`"
        f" FROM information_schema.tables WHERE {' AND '.join(conditions)}"
        " ORDER BY table_schema, table_name"
    )
    return [UserStatement(sql)]


def read_table_name(text: str) -> tuple[str | None, str]:
    """Return the schema, if there is one, and the table of `game.player`.

    Raises:
        UsageError: it is not the name of a table.
    """
    match = _NAME.fullmatch(text)
    if match is None:
        raise UsageError(f"\\d {text}: expected a table", hint="\\d player, or \\d game.player")
    quoted_schema, plain_schema, quoted, plain = match.groups()
    schema = quoted_schema.replace("``", "`") if quoted_schema else plain_schema
    return schema, quoted.replace("``", "`") if quoted else plain


def describe_table(schema: str | None, table: str) -> list[UserStatement]:
    """Return the statements that show the columns and the indexes of a table."""
    of_schema = "DATABASE()" if schema is None else quote_text(schema)
    of_table = f"table_schema = {of_schema} AND table_name = {quote_text(table)}"
    columns = (
        "SELECT column_name AS `column`, column_type AS `type`,"
        " IF(is_nullable = 'YES', 'null', '') AS `null`,"
        " TRIM(CONCAT_WS(' ', column_default,"
        " TRIM(REPLACE(extra, 'DEFAULT_GENERATED', '')))) AS `default`"
        f" FROM information_schema.columns WHERE {of_table} ORDER BY ordinal_position"
    )
    indexes = (
        "SELECT index_name AS `index`, IF(MAX(non_unique), '', 'unique') AS `unique`,"
        " GROUP_CONCAT(COALESCE(column_name, expression)"
        " ORDER BY seq_in_index SEPARATOR ', ') AS `columns`"
        f" FROM information_schema.statistics WHERE {of_table}"
        " GROUP BY index_name ORDER BY index_name <> 'PRIMARY', index_name"
    )
    return [UserStatement(columns), UserStatement(indexes)]
