"""The views, triggers, procedures, functions and events that a dump creates. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.quoting import quote_name
from rewound.dump.text.statement import Kind
from rewound.load.ledger import StoredObject

TableKey = tuple[str, str]
"""(schema, table)."""
ObjectKey = tuple[str, str, str]
"""(kind, schema, name), as `object_key` makes it."""

_CREATED: Mapping[Kind, str] = {
    Kind.CREATE_VIEW: "view",
    Kind.CREATE_TRIGGER: "trigger",
    Kind.CREATE_PROCEDURE: "procedure",
    Kind.CREATE_FUNCTION: "function",
    Kind.CREATE_EVENT: "event",
    Kind.CREATE_LIBRARY: "library",
}
_DROPPED: Mapping[Kind, str] = {
    Kind.DROP_VIEW: "view",
    Kind.DROP_TRIGGER: "trigger",
    Kind.DROP_PROCEDURE: "procedure",
    Kind.DROP_FUNCTION: "function",
    Kind.DROP_EVENT: "event",
    Kind.DROP_LIBRARY: "library",
}
_CASELESS = frozenset({"procedure", "function", "event", "library"})


@dataclass(slots=True)
class StatedObjects:
    """The stored objects that exist after the statements executed so far."""

    _schemas: dict[str, dict[ObjectKey, TableKey | None]] = field(default_factory=dict)
    """The objects of each schema; for a trigger, with the table that it is on."""
    _triggers: dict[TableKey, list[ObjectKey]] = field(default_factory=dict)
    """The triggers that were created on each table."""
    _lost: dict[ObjectKey, str] = field(default_factory=dict)
    """What the server refused, and why."""

    def add_existing(self, key: ObjectKey, table: TableKey | None = None) -> None:
        """Record an object that a server has; of a trigger, with the table that it is on."""
        self._add(key, table or key[1:])

    def follow(self, verdict: Verdict) -> None:
        """Record a statement that was executed."""
        kind, keys = verdict.kind, table_keys(verdict)
        if (created := _CREATED.get(kind)) is not None:
            self._add(object_key(created, *keys[0]), keys[-1])
        elif (dropped := _DROPPED.get(kind)) is not None:
            for key in keys:
                self._remove(object_key(dropped, *key))
        elif kind is Kind.ALTER_TABLE and (new := verdict.mentions.renamed_to) is not None:
            self._move_triggers(keys[0], (new.schema or keys[0][0], new.name))
            self._rename_view(keys[0], (new.schema or verdict.schema or keys[0][0], new.name))
        elif kind is Kind.DROP_TABLE:
            for key in keys:
                for trigger in self._triggers.pop(key, ()):
                    if self._get_all(key[0]).get(trigger) == key:
                        self._remove(trigger)
        elif kind is Kind.DROP_DATABASE and verdict.statement.name is not None:
            schema = verdict.statement.name.name
            self._schemas.pop(schema, None)
            self._lost = {key: why for key, why in self._lost.items() if key[1] != schema}

    def lose(self, verdict: Verdict, reason: str) -> str:
        """Record an object that the server refused; return its kind and name."""
        schema, name = table_keys(verdict)[0]
        kind = _CREATED[verdict.kind]
        self._lost[object_key(kind, schema, name)] = reason
        return f"{kind} {schema}.{name}"

    def _move_triggers(self, old: TableKey, new: TableKey) -> None:
        """Record that a table was renamed; its triggers move with it."""
        for trigger in self._triggers.pop(old, ()):
            if self._get_all(old[0]).get(trigger) == old:
                self._schemas[old[0]][trigger] = new
                self._triggers.setdefault(new, []).append(trigger)

    def _rename_view(self, old: TableKey, new: TableKey) -> None:
        view = _CREATED[Kind.CREATE_VIEW]
        if object_key(view, *old) in self._get_all(old[0]):
            self._remove(object_key(view, *old))
            self._add(object_key(view, *new), new)

    def _add(self, key: ObjectKey, last_name: TableKey) -> None:
        is_trigger = key[0] == _CREATED[Kind.CREATE_TRIGGER]
        self._lost.pop(key, None)
        self._schemas.setdefault(key[1], {})[key] = last_name if is_trigger else None
        if is_trigger:
            self._triggers.setdefault(last_name, []).append(key)

    def _remove(self, key: ObjectKey) -> None:
        self._lost.pop(key, None)
        self._get_all(key[1]).pop(key, None)

    def _get_all(self, schema: str) -> dict[ObjectKey, TableKey | None]:
        return self._schemas.get(schema, {})

    def _iter_all(self) -> Iterator[ObjectKey]:
        for objects in self._schemas.values():
            yield from objects

    @property
    def routines_and_views(self) -> frozenset[str]:
        """The names of all routines and views, in lower case, without their schemas."""
        kinds = ("view", "procedure", "function")
        return frozenset(name.lower() for kind, _, name in self._iter_all() if kind in kinds)

    @property
    def views(self) -> list[TableKey]:
        """The views' names."""
        return [(schema, name) for kind, schema, name in self._iter_all() if kind == "view"]

    def compare(self, found: Mapping[ObjectKey, bool]) -> tuple[StoredObject, ...]:
        """Return each object, and whether it was found and, as a view, is broken or lost."""
        there = tuple(
            StoredObject(*key, is_there=key in found, is_broken=found.get(key, False))
            for key in self._iter_all()
        )
        lost = (
            StoredObject(*key, is_there=False, lost=why)
            for key, why in self._lost.items()
            if key not in self._get_all(key[1])
        )
        return (*there, *lost)


def object_key(kind: str, schema: str, name: str) -> ObjectKey:
    """Return the key that identifies a stored object, as the server compares names."""
    return kind, schema, name.lower() if kind in _CASELESS else name


def table_key(verdict: Verdict) -> TableKey | None:
    """Return the table that a statement is about; the first if it names several."""
    return next(iter(table_keys(verdict)), None)


def table_keys(verdict: Verdict) -> list[TableKey]:
    """Return the tables that a statement names, with their schemas."""
    keys = []
    for name in verdict.statement.names:
        schema = name.schema or verdict.schema
        if schema is not None:
            keys.append((schema, name.name))
    return keys


def mentioned_keys(verdict: Verdict) -> list[TableKey]:
    """Return the tables that a CREATE or ALTER TABLE references; they are in its own schema."""
    own = table_key(verdict)
    tables = verdict.mentions.tables
    return [] if own is None else [(name.schema or own[0], name.name) for name in tables]


def quote_table(key: TableKey) -> bytes:
    """Return a table's name with its schema as SQL, in UTF-8."""
    return quote_name(key[0]) + b"." + quote_name(key[1])
