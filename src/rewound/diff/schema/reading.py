"""Reading the definitions of one schema from a server.

Needs no more than SELECT on it; but triggers, events and the bodies of routines are shown only to
accounts with more privileges. `unseen` names what an account may not see, so that nothing looks
equal only because it could not be read.

Source: MySQL 9.7 manual, "INFORMATION_SCHEMA Tables"; tried on 9.7.4.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from rewound.diff.schema.definitions import (
    ColumnDefinition,
    Constraint,
    Event,
    Key,
    KeyPart,
    ObjectKind,
    Routine,
    Schema,
    TableDefinition,
    TriggerDefinition,
    View,
)
from rewound.diff.sql_text import quote_name, quote_text
from rewound.mysql.client import Connection, Value

_Row = tuple[Value, ...]
Item = TypeVar("Item")

_TABLES = (
    "SELECT table_name, engine, table_collation, create_options, table_comment"
    " FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema = {schema}"
)
_COLUMNS = (
    "SELECT c.table_name, c.column_name, c.column_type, c.data_type, c.is_nullable,"
    " c.column_default, c.character_set_name, c.collation_name, l.pad_attribute,"
    " COALESCE(c.numeric_scale, c.datetime_precision), c.generation_expression, c.extra, c.srs_id,"
    " c.column_comment FROM information_schema.columns c"
    " LEFT JOIN information_schema.collations l ON l.collation_name = c.collation_name"
    " WHERE c.table_schema = {schema} ORDER BY c.table_name, c.ordinal_position"
)
_KEYS = (
    "SELECT table_name, index_name, non_unique, column_name, sub_part, collation, index_type,"
    " is_visible, expression, index_comment FROM information_schema.statistics"
    " WHERE table_schema = {schema} ORDER BY table_name, index_name, seq_in_index"
)
_CHECKS = (
    "SELECT t.table_name, t.constraint_name, c.check_clause, t.enforced"
    " FROM information_schema.table_constraints t JOIN information_schema.check_constraints c"
    " USING (constraint_schema, constraint_name)"
    " WHERE t.constraint_type = 'CHECK' AND t.table_schema = {schema}"
)
_FOREIGN_KEYS = (
    "SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema,"
    " k.referenced_table_name, k.referenced_column_name, r.update_rule, r.delete_rule"
    " FROM information_schema.key_column_usage k"
    " JOIN information_schema.referential_constraints r"
    " ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name"
    " AND r.table_name = k.table_name"
    " WHERE k.referenced_table_name IS NOT NULL AND k.table_schema = {schema}"
    " ORDER BY k.table_name, k.constraint_name, k.ordinal_position"
)
_PARTITIONS = (
    "SELECT table_name, partition_name, subpartition_name, partition_method,"
    " partition_expression, subpartition_method, subpartition_expression, partition_description,"
    " partition_comment FROM information_schema.partitions"
    " WHERE partition_name IS NOT NULL AND table_schema = {schema}"
    " ORDER BY table_name, partition_ordinal_position, subpartition_ordinal_position"
)
_VIEWS = (
    "SELECT table_name, view_definition, check_option, security_type"
    " FROM information_schema.views WHERE table_schema = {schema}"
)
_TRIGGERS = (
    "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_order,"
    " action_statement, sql_mode FROM information_schema.triggers WHERE trigger_schema = {schema}"
)
_ROUTINES = (
    "SELECT routine_name, routine_type, routine_definition, is_deterministic, sql_data_access,"
    " security_type, sql_mode, routine_comment"
    " FROM information_schema.routines WHERE routine_schema = {schema}"
)
_PARAMETERS = (
    "SELECT specific_name, routine_type, parameter_mode, parameter_name, dtd_identifier,"
    " collation_name FROM information_schema.parameters WHERE specific_schema = {schema}"
    " ORDER BY specific_name, routine_type, ordinal_position"
)
_EVENTS = (
    "SELECT event_name, event_type, execute_at, interval_value, interval_field, starts, ends,"
    " on_completion, event_definition, sql_mode, event_comment"
    " FROM information_schema.events WHERE event_schema = {schema}"
)
_NEEDED = {
    ObjectKind.TRIGGER: {"TRIGGER"},
    ObjectKind.EVENT: {"EVENT"},
    ObjectKind.PROCEDURE: {"ALTER ROUTINE", "CREATE ROUTINE", "SHOW_ROUTINE"},
    ObjectKind.FUNCTION: {"ALTER ROUTINE", "CREATE ROUTINE", "SHOW_ROUTINE"},
}
"""Any of these shows all objects of a kind, and what is in them."""


def find_schema(
    connection: Connection, schema: str, *, shown_as: str | None = None
) -> Schema | None:
    """Return the definitions of a schema, or None if the server has none of this name.

    `shown_as` is the name that it gets, so that two schemas can be compared on one server.
    """

    def ask(sql: str) -> tuple[_Row, ...]:
        return connection.query(sql.format(schema=quote_text(schema))).rows

    found = ask(
        "SELECT default_collation_name FROM information_schema.schemata"
        " WHERE schema_name = {schema}"
    )
    if not found:
        return None
    told_columns = ask(_COLUMNS)
    blanks = _find_blanks(connection, told_columns)
    columns = _group((row[0], _column(row[1:], blanks)) for row in told_columns)
    keys = _group(_keys(ask(_KEYS)))
    constraints = _group([*_checks(ask(_CHECKS)), *_foreign_keys(schema, ask(_FOREIGN_KEYS))])
    partitions = _group((row[0], _partition(row[1:])) for row in ask(_PARTITIONS))
    tables = {}
    for name, engine, collation, options, comment in ask(_TABLES):
        tables[str(name)] = TableDefinition(
            name=str(name),
            columns=tuple(columns[str(name)]),
            keys=tuple(keys[str(name)]),
            constraints=tuple(constraints[str(name)]),
            engine=_text(engine),
            collation=_maybe(collation),
            options=" ".join(sorted(_text(options).split())),
            partitions=tuple(partitions[str(name)]),
            comment=_text(comment),
        )
    routines = _routines(ask(_ROUTINES), ask(_PARAMETERS))
    return Schema(
        name=shown_as or schema,
        collation=str(found[0][0]),
        tables=tables,
        views={
            str(name): View(str(name), _own(_text(text), schema), str(check), str(security))
            for name, text, check, security in ask(_VIEWS)
        },
        triggers={
            str(name): TriggerDefinition(
                name=str(name),
                table=str(table),
                when=f"{_text(timing)} {_text(event)}",
                order=int(str(order)),
                body=str(body),
                sql_mode=str(mode),
            )
            for name, table, timing, event, order, body, mode in ask(_TRIGGERS)
        },
        routines={(routine.kind, routine.name.lower()): routine for routine in routines},
        events={str(row[0]): _event(row) for row in ask(_EVENTS)},
        unseen=_unseen(connection, schema),
    )


def _unseen(connection: Connection, schema: str) -> frozenset[ObjectKind]:
    """Return the kinds of which the account may see less than there is."""
    account = "CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')"
    granted = set(
        connection.names(
            "SELECT privilege_type FROM information_schema.user_privileges"
            f" WHERE grantee = {account} UNION SELECT privilege_type"
            f" FROM information_schema.schema_privileges WHERE grantee = {account}"
            f" AND {quote_text(schema)} LIKE table_schema"
        )
    )
    return frozenset(kind for kind, enough in _NEEDED.items() if not granted & enough)


def _group(pairs: Iterable[tuple[Value, Item]]) -> dict[str, list[Item]]:
    grouped: dict[str, list[Item]] = defaultdict(list)
    for name, item in pairs:
        grouped[str(name)].append(item)
    return grouped


def _text(value: Value) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _maybe(value: Value) -> str | None:
    return None if value is None else _text(value)


def _column(row: _Row, blanks: Mapping[str, str]) -> ColumnDefinition:
    name, type_, base, nullable, default, charset, collation, pad, scale, *rest = row
    made, extra, srid, comment = rest
    return ColumnDefinition(
        name=str(name),
        type=_text(type_),
        base=_text(base).lower(),
        is_nullable=nullable == "YES",
        default=_maybe(default),
        character_set=_maybe(charset),
        collation=_maybe(collation),
        blank=blanks.get(_text(collation), "") if pad == "PAD SPACE" else "",
        scale=None if scale is None else int(str(scale)),
        expression=_text(made),
        extra=_text(extra),
        srid=_maybe(srid),
        comment=_text(comment),
    )


def _find_blanks(connection: Connection, columns: Iterable[_Row]) -> Mapping[str, str]:
    """Return the weight of a space in each collation of some columns."""
    pairs = {(str(row[6]), str(row[7])) for row in columns if row[7] is not None}
    if not pairs:
        return {}
    weights = connection.query(
        " UNION ALL ".join(
            f"SELECT '{collation}', HEX(WEIGHT_STRING("
            f"CONVERT(_utf8mb4 ' ' USING {character_set}) COLLATE {collation}))"
            for character_set, collation in sorted(pairs)
        )
    )
    return {str(collation): str(weight) for collation, weight in weights.rows}


def _keys(rows: tuple[_Row, ...]) -> Iterator[tuple[Value, Key]]:
    parts: dict[tuple[Value, Value], list[KeyPart]] = defaultdict(list)
    for table, name, _, column, length, order, _, _, expression, _ in rows:
        part = KeyPart(
            column=_maybe(column),
            expression=_maybe(expression),
            prefix_length=None if length is None else int(str(length)),
            is_descending=order == "D",
        )
        parts[table, name].append(part)
    done = set()
    for table, name, non_unique, _, _, _, type_, visible, _, comment in rows:
        if (table, name) not in done:
            done.add((table, name))
            yield (
                table,
                Key(
                    name=str(name),
                    parts=tuple(parts[table, name]),
                    is_unique=not int(str(non_unique)),
                    type=str(type_),
                    is_visible=visible == "YES",
                    comment=_text(comment),
                ),
            )


def _checks(rows: tuple[_Row, ...]) -> Iterator[tuple[str, Constraint]]:
    for table, name, clause, enforced in rows:
        yield str(table), Constraint(str(name), f"CHECK {_text(clause)}", enforced == "YES")


def _foreign_keys(schema: str, rows: tuple[_Row, ...]) -> Iterator[tuple[str, Constraint]]:
    columns: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for table, name, column, _, _, other, _, _ in rows:
        columns[str(table), str(name)].append((quote_name(str(column)), quote_name(str(other))))
    told = {(str(row[0]), str(row[1])): row for row in rows}
    for (table, name), (
        _,
        _,
        _,
        other_schema,
        other_table,
        _,
        on_update,
        on_delete,
    ) in told.items():
        own = ", ".join(pair[0] for pair in columns[table, name])
        others = ", ".join(pair[1] for pair in columns[table, name])
        target = quote_name(str(other_table))
        if other_schema != schema:
            target = f"{quote_name(str(other_schema))}.{target}"
        definition = (
            f"FOREIGN KEY ({own}) REFERENCES {target} ({others})"
            f" ON UPDATE {_text(on_update)} ON DELETE {_text(on_delete)}"
        )
        yield table, Constraint(name, definition)


def _partition(row: _Row) -> str:
    name, sub_name, method, expression, sub_method, sub_expression, limits, comment = map(
        _text, row
    )
    text = f"{name}: {method} ({expression})" + (f" {limits}" if limits else "")
    if sub_method:
        text += f", {sub_name}: {sub_method} ({sub_expression})"
    return text + (f" {comment}" if comment else "")


def _routines(rows: tuple[_Row, ...], parameters: tuple[_Row, ...]) -> Iterator[Routine]:
    told: dict[tuple[Value, Value], list[str]] = defaultdict(list)
    returns: dict[tuple[Value, Value], str] = {}
    for name, kind, mode, parameter, type_, collation in parameters:
        text = " ".join(_text(word) for word in (mode, parameter, type_, collation) if word)
        if parameter is None:
            returns[name, kind] = text
        else:
            told[name, kind].append(text)
    for name, kind, body, deterministic, access, security, mode, comment in rows:
        yield Routine(
            name=str(name),
            kind=ObjectKind(str(kind).lower()),
            parameters=tuple(told[name, kind]),
            returns=returns.get((name, kind)),
            body=_maybe(body),
            is_deterministic=deterministic == "YES",
            data_access=str(access),
            security=str(security),
            sql_mode=str(mode),
            comment=_text(comment),
        )


def _event(row: _Row) -> Event:
    name, kind, at, every, unit, starts, ends, completion, body, mode, comment = map(_text, row)
    schedule = f"AT {at}" if kind == "ONE TIME" else f"EVERY {every} {unit}"
    schedule += f" STARTS {starts}" if starts else ""
    schedule += f" ENDS {ends}" if ends else ""
    return Event(name, f"{schedule} ON COMPLETION {completion}", body, mode, comment)


def _own(definition: str, schema: str) -> str:
    """Return a view's SELECT without the name of its own schema before each table's."""
    return re.sub(re.escape(quote_name(schema)) + r"\.", "", definition)
