"""Which tables reference which, and where rows can get to without being stated. Pure.

Follows the dump's own text: CREATE TABLE and ALTER TABLE name what they reference, and a
trigger's body names what it writes to. What it cannot know it takes for possible.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind
from rewound.load.objects import TableKey, mentioned_keys, table_keys


@dataclass(frozen=True, slots=True)
class _Trigger:
    """A trigger that there is, or once was."""

    table: TableKey
    words: frozenset[str]
    """Every name in it, in lower case."""


@dataclass(slots=True)
class References:
    """What the statements so far say of foreign keys and triggers."""

    _parents: dict[TableKey, set[TableKey]] = field(default_factory=dict)
    _triggers: list[_Trigger] = field(default_factory=list)

    def follow(self, verdict: Verdict) -> None:
        """Take note of a statement that was executed."""
        keys = table_keys(verdict)
        match verdict.kind:
            case Kind.CREATE_TABLE | Kind.ALTER_TABLE:
                self._parents.setdefault(keys[0], set()).update(mentioned_keys(verdict))
            case Kind.DROP_TABLE:
                for key in keys:
                    self._parents.pop(key, None)
            case Kind.CREATE_TRIGGER:
                self._triggers.append(_Trigger(keys[-1], verdict.mentions.words))

    def rename(self, old: TableKey, new: TableKey) -> None:
        """Take note that a table has another name; its triggers have gone with it."""
        if old in self._parents:
            self._parents[new] = self._parents.pop(old)
        for parents in self._parents.values():
            if old in parents:
                parents.add(new)
        self._triggers += [replace(each, table=new) for each in self._triggers if each.table == old]

    def around(self, key: TableKey) -> set[TableKey]:
        """Return the tables that this one references, and those that reference it."""
        return {*self._parents.get(key, ()), *self._children(key)} - {key}

    def below(self, keys: Iterable[TableKey]) -> set[TableKey]:
        """Return the tables whose rows depend on rows of these, by foreign keys, step by step."""
        found: set[TableKey] = set()
        waiting = list(keys)
        while waiting:
            new = self._children(waiting.pop()) - found
            found |= new
            waiting += new
        return found

    def written_by_triggers(
        self, fired: Iterable[TableKey], tables: Set[TableKey], others: Set[str]
    ) -> set[TableKey]:
        """Return those of `tables` that the triggers of the `fired` ones may write to.

        A trigger that names one of `others`, the routines and views, may write to any.
        """
        found: set[TableKey] = set()
        waiting = list(fired)
        seen: set[TableKey] = set()
        while waiting:
            table = waiting.pop()
            seen.add(table)
            for trigger in self._triggers:
                if trigger.table != table:
                    continue
                if "call" in trigger.words or not trigger.words.isdisjoint(others):
                    return set(tables)
                named = {key for key in tables if key[1].lower() in trigger.words}
                found |= named | (self.below(named) & tables)
            waiting += found - seen
        return found

    def _children(self, key: TableKey) -> set[TableKey]:
        return {child for child, parents in self._parents.items() if key in parents}
