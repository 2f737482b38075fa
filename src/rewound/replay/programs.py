"""What runs inside of a statement that is executed again: triggers, functions, views. Pure.

A name in a statement may be that of a program, and so may each name in that one's body. Which of
them the server really runs is not decided: those that it may run are judged as the statement is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from rewound.dump.text.lexical import lexical_mode
from rewound.dump.text.tokens import UnreadableText, iter_tokens
from rewound.replay.hazards import Scanned, scan

_EVENTS: Mapping[str, frozenset[str]] = {
    "INSERT": frozenset({"insert", "replace"}),
    "UPDATE": frozenset({"update"}),
    "DELETE": frozenset({"delete", "replace"}),
}
"""Which words have to be there for a trigger of this event."""
_MOST_BODIES = 10_000


@dataclass(frozen=True, slots=True)
class Program:
    """A stored function or procedure, a view, or a trigger."""

    kind: str
    """In lower case: function, procedure, view or trigger."""
    schema: str
    name: str
    body: str | None
    """Its text; None if it cannot be read."""
    sql_mode: str
    """In which its text is read."""
    table: str = ""
    """Of a trigger, the table."""
    event: str = ""
    """Of a trigger: INSERT, UPDATE or DELETE."""


class Programs:
    """All programs of a server."""

    def __init__(self, programs: Iterable[Program], server_version: int) -> None:
        """Take those outside of the system schemas."""
        self._version = server_version
        self._by_name: dict[str, list[Program]] = defaultdict(list)
        for program in programs:
            self._by_name[(program.table or program.name).lower()].append(program)

    def find_run(self, names: Set[str]) -> list[Program]:
        """Return those that a statement with these names may run, by themselves or by others."""
        known, todo = set(names), set(names)
        found: list[Program] = []
        waiting: list[Program] = []
        while todo:
            waiting += [each for name in sorted(todo) for each in self._by_name.get(name, ())]
            run = [each for each in waiting if not each.event or _EVENTS[each.event] & known]
            waiting = [each for each in waiting if each not in run]
            found += run
            todo = {name for each in run for name in self._scan(each).names} - known
            known |= todo
        return found

    def find_hazard(self, run: Iterable[Program]) -> str | None:
        """Return what one of them has that must not be executed again; None if none has."""
        for program in run:
            if (hazard := self._scan(program).hazard) is not None:
                return f"it may run {program.kind} {program.schema}.{program.name}, which {hazard}"
        return None

    def _scan(self, program: Program) -> Scanned:
        return _scan_body(program.body, program.sql_mode, self._version)


@lru_cache(_MOST_BODIES)
def _scan_body(body: str | None, sql_mode: str, server_version: int) -> Scanned:
    if body is None:
        return Scanned("cannot be read", frozenset(), "")
    mode = lexical_mode(sql_mode, "utf8mb4")
    try:
        return scan(
            iter_tokens(body.encode("utf-8", "surrogateescape"), mode, server_version), mode
        )
    except UnreadableText as error:
        return Scanned(f"cannot be read: {error}", frozenset(), "")
