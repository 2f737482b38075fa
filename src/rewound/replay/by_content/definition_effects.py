"""What statements of a log mean for the chains of rows and tables. Pure."""

from collections.abc import Iterable

from rewound.dump.rules.verdict import Verdict
from rewound.dump.text.statement import Kind
from rewound.load.objects import TableKey, mentioned_keys, table_keys
from rewound.replay.by_content.timeline import Timeline

_ON_THE_SESSION = frozenset({Kind.SET, Kind.USE})
_ENDS_TABLE = frozenset({Kind.CREATE_TABLE, Kind.ALTER_TABLE, Kind.CREATE_INDEX, Kind.TRUNCATE})
_LEAVES_TABLES = frozenset(
    {Kind.CREATE_DATABASE, Kind.ALTER_DATABASE, Kind.CREATE_VIEW, Kind.DROP_VIEW}
    | {Kind.CREATE_TRIGGER, Kind.DROP_TRIGGER, Kind.CREATE_PROCEDURE, Kind.DROP_PROCEDURE}
    | {Kind.CREATE_FUNCTION, Kind.DROP_FUNCTION, Kind.CREATE_EVENT, Kind.DROP_EVENT}
    | {Kind.CREATE_LIBRARY, Kind.DROP_LIBRARY}
)
_WORDS_BYTES = 200


def add_definitions(timeline: Timeline, number: int, verdicts: Iterable[Verdict]) -> bool:
    """Add what the statements of a transaction do to tables; tell whether any is executed."""
    is_executed = False
    for verdict in verdicts:
        if verdict.refusal is not None:
            timeline.end_all(number)
            is_executed = True
        elif verdict.sql and verdict.kind not in _ON_THE_SESSION:
            _add(timeline, number, verdict)
            is_executed = True
    return is_executed


def _add(timeline: Timeline, number: int, verdict: Verdict) -> None:
    kind, keys = verdict.kind, table_keys(verdict)
    if kind is Kind.DROP_TABLE:
        _drop(timeline, number, keys, verdict)
    elif kind in _ENDS_TABLE and keys:
        others = mentioned_keys(verdict) if verdict.mentions.moves_rows else []
        for key in (keys[0], *others):
            timeline.end_table(number, key)
        if kind is Kind.CREATE_TABLE:
            was_there = None if _says(verdict, b"EXISTS", b"REPLACE") else False
            timeline.set_table_there(number, keys[0], is_there=True, was_there=was_there)
        if (new := verdict.mentions.renamed_to) is not None:
            new_key = (new.schema or verdict.schema or keys[0][0], new.name)
            timeline.end_table(number, new_key)
            timeline.set_table_there(number, keys[0], is_there=False, was_there=True)
            timeline.set_table_there(number, new_key, is_there=True, was_there=False)
    elif kind not in _LEAVES_TABLES:
        timeline.end_all(number)


def _drop(timeline: Timeline, number: int, keys: Iterable[TableKey], verdict: Verdict) -> None:
    was_there = None if _says(verdict, b"EXISTS") else True
    for key in keys:
        timeline.end_table(number, key)
        timeline.set_table_there(number, key, is_there=False, was_there=was_there)


def _says(verdict: Verdict, *words: bytes) -> bool:
    """Tell whether one of these words is among the first of a statement."""
    begin = verdict.statement.text[:_WORDS_BYTES].upper()
    return any(word in begin for word in words)
