"""Which tables reference which, and where rows can appear that the dump does not state. Pure.

Read from the dump's text: CREATE TABLE and ALTER TABLE name the tables that they reference; a
trigger's body names those that it writes to. Whatever is unknown counts as possible.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind
from rewound.load.objects import TableKey, mentioned_keys, table_keys


@dataclass(frozen=True, slots=True)
class _Trigger:
    """A trigger that exists, or existed earlier."""

    table: TableKey
    words: frozenset[str]
    """Every name in its body, in lower case."""


@dataclass(slots=True)
class References:
    """What the statements so far say about foreign keys and triggers."""

    _parents: dict[TableKey, set[TableKey]] = field(default_factory=dict)
    _children: dict[TableKey, set[TableKey]] = field(default_factory=dict)
    _triggers: list[_Trigger] = field(default_factory=list)

    def follow(self, verdict: Verdict) -> None:
        """Record a statement that was executed."""
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.CREATE_TABLE | Kind.ALTER_TABLE:
                self._add(keys[0], mentioned_keys(verdict))
            case Kind.DROP_TABLE:
                for key in keys:
                    self._remove(key)
            case Kind.CREATE_TRIGGER:
                self._triggers.append(_Trigger(keys[-1], verdict.mentions.words))

    def rename(self, old: TableKey, new: TableKey) -> None:
        """Record that a table was renamed; its triggers move with it."""
        for child in [*self._children.get(old, ())]:
            self._add(child, [new])
        self._add(new, self._remove(old))
        self._triggers += [replace(each, table=new) for each in self._triggers if each.table == old]

    def _add(self, child: TableKey, parents: Iterable[TableKey]) -> None:
        for parent in parents:
            self._parents.setdefault(child, set()).add(parent)
            self._children.setdefault(parent, set()).add(child)

    def _remove(self, child: TableKey) -> set[TableKey]:
        """Forget which tables a table references, and return them."""
        parents = self._parents.pop(child, set())
        for parent in parents:
            self._children[parent].discard(child)
        return parents

    def around(self, key: TableKey) -> set[TableKey]:
        """Return the tables that this one references, and those that reference it."""
        return {*self._parents.get(key, ()), *self._children.get(key, ())} - {key}

    def below(self, keys: Iterable[TableKey]) -> set[TableKey]:
        """Return the tables whose rows depend on rows of these, directly or indirectly."""
        found: set[TableKey] = set()
        waiting = list(keys)
        while waiting:
            new = self._children.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    def written_by_triggers(
        self, fired: Iterable[TableKey], tables: Set[TableKey], others: Set[str]
    ) -> set[TableKey]:
        """Return those of `tables` that the triggers of the `fired` ones may write to.

        A trigger that names one of `others`, the routines and views, may write to any table.
        """
        bodies: dict[TableKey, list[frozenset[str]]] = {}
        for trigger in self._triggers:
            bodies.setdefault(trigger.table, []).append(trigger.words)
        found: set[TableKey] = set()
        waiting = list(fired)
        while waiting:
            # The bodies of examined objects are no longer kept.
            for words in bodies.pop(waiting.pop(), ()):
                if "call" in words or not words.isdisjoint(others):
                    return set(tables)
                named = {key for key in tables if key[1].lower() in words}
                new = (named | (self.below(named) & tables)) - found
                found |= new
                waiting += new
        return found
