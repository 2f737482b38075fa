"""What differs between the definitions of two schemas. Pure.

The text of dumps is not compared: each property that a server reports is compared with the same
property on the other side.
"""

import dataclasses
import enum
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from rewound.diff.schema.definitions import ObjectKind, Schema, TableDefinition


class Change(enum.Enum):
    """How an object of a schema, or a row, changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that is not the same."""

    property: str
    """What it is, in lower case: `type`, `column order`."""
    before: str | None
    """None if it is not set."""
    after: str | None


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One object that was added, removed or changed."""

    change: Change
    kind: ObjectKind
    schema: str
    table: str | None
    """The table of a column, key, constraint or trigger; else None."""
    name: str
    differences: tuple[Difference, ...] = ()
    """Of a changed one, what differs; never empty."""


_Name = tuple[ObjectKind, str | None, str]
_IDENTITY = frozenset({"name", "kind", "table"})


def compare_schemas(before: Schema | None, after: Schema | None) -> tuple[SchemaChange, ...]:
    """Return what was added, removed and changed, by table and name.

    None stands for a missing schema. Parts of a table that exists on one side only are not listed,
    nor are kinds of objects that one of the accounts may not see.
    """
    if before is None or after is None:
        there = before or after
        if there is None:
            return ()
        change = Change.ADDED if before is None else Change.REMOVED
        return (SchemaChange(change, ObjectKind.SCHEMA, there.name, None, there.name),)
    unseen = before.unseen | after.unseen
    common = before.tables.keys() & after.tables.keys()
    old, new = _properties(before, common), _properties(after, common)
    changes = []
    for name in sorted(old.keys() | new.keys(), key=_order):
        kind, table, own_name = name
        if kind in unseen:
            continue
        differences: tuple[Difference, ...] = ()
        if name not in old:
            change = Change.ADDED
        elif name not in new:
            change = Change.REMOVED
        else:
            change = Change.CHANGED
            differences = tuple(_differences(old[name], new[name]))
            if kind is ObjectKind.TABLE:
                differences += _column_order(before.tables[own_name], after.tables[own_name])
            if not differences:
                continue
        changes.append(SchemaChange(change, kind, before.name, table, own_name, differences))
    return tuple(changes)


def _order(name: _Name) -> tuple[str, int, str]:
    kind, table, own_name = name
    place = list(ObjectKind).index(kind)
    return (own_name if table is None else table), place, own_name


def _properties(schema: Schema, common: Set[str]) -> dict[_Name, Mapping[str, str | None]]:
    """Return every object's properties as text, of tables in `common` what is in them as well."""
    found: dict[_Name, Mapping[str, str | None]] = {
        (ObjectKind.SCHEMA, None, schema.name): {"collation": schema.collation}
    }
    for routine in schema.routines.values():
        found[routine.kind, None, routine.name.lower()] = _texts(routine)
    for kind, objects in (
        (ObjectKind.TABLE, schema.tables),
        (ObjectKind.VIEW, schema.views),
        (ObjectKind.EVENT, schema.events),
    ):
        found.update({(kind, None, name): _texts(each) for name, each in objects.items()})
    for table in map(schema.tables.__getitem__, common):
        for kind, parts in (
            (ObjectKind.COLUMN, table.columns),
            (ObjectKind.KEY, table.keys),
            (ObjectKind.CONSTRAINT, table.constraints),
        ):
            found.update({(kind, table.name, part.name): _texts(part) for part in parts})
    for trigger in schema.triggers.values():
        if trigger.table in common:
            found[ObjectKind.TRIGGER, trigger.table, trigger.name] = _texts(trigger)
    return found


def _texts(definition: Any) -> dict[str, str | None]:
    """Return the properties of any definition that are neither its name nor its parts."""
    texts = {}
    for each in dataclasses.fields(definition):
        parts = isinstance(definition, TableDefinition) and each.name in (
            "columns",
            "keys",
            "constraints",
        )
        if each.name in _IDENTITY or parts or not each.metadata.get("shown", True):
            continue
        value = getattr(definition, each.name)
        texts[each.name.removeprefix("is_").replace("_", " ")] = _text(value)
    return texts


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    return str(value)


def _differences(
    before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Iterator[Difference]:
    for name, old in before.items():
        if old != after[name]:
            yield Difference(name, old, after[name])


def _column_order(before: TableDefinition, after: TableDefinition) -> tuple[Difference, ...]:
    """Return whether the columns that both sides have are in a different order."""
    names = [{column.name for column in table.columns} for table in (before, after)]
    common = names[0] & names[1]
    old, new = (
        ", ".join(column.name for column in table.columns if column.name in common)
        for table in (before, after)
    )
    return (Difference("column order", old, new),) if old != new else ()
