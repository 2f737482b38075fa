"""Changes that a log has as statements: which of them may be executed, and what they find. Pure.

`--allow statement-replayed` executes INSERT, REPLACE, UPDATE and DELETE in the session that the log
states. Whatever else they name is theirs: the loader's account reaches no file, no other server and
no system schema; what `hazards` finds is refused here as well.
"""

import math
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rewound.binlog.events.header import LogEvent
from rewound.binlog.events.kinds import EventKind
from rewound.binlog.events.malformed import MalformedEvent, too_short
from rewound.binlog.events.statement_events import UserVar, read_intvar, read_rand, read_user_var
from rewound.binlog.rows.decimals import read_decimal
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import Token
from rewound.replay.hazards import scan
from rewound.replay.session_statements import LogServer, find_collation

PREPARATIONS = frozenset({EventKind.INTVAR, EventKind.RAND, EventKind.USER_VAR})
"""The events before a statement that say what it finds in its session."""
LOADS_FILE = frozenset(
    {EventKind.BEGIN_LOAD_QUERY, EventKind.APPEND_BLOCK, EventKind.EXECUTE_LOAD_QUERY}
)
"""The events of a LOAD DATA that is logged as a statement."""

_CHANGES_ROWS = re.compile(
    rb"(?:\s|/\*(?![!M]).*?\*/)*(?:INSERT|REPLACE|UPDATE|DELETE|WITH)\b",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_WORDS = frozenset({"INSERT", "REPLACE", "UPDATE", "DELETE"})


def changes_rows(text: bytes) -> bool:
    """Tell whether a statement begins as those do that may be executed."""
    return _CHANGES_ROWS.match(text) is not None


class Examined(NamedTuple):
    """What the tokens of a statement show."""

    hazard: str | None
    """Why it is never executed; None if it may be."""
    names: frozenset[str]
    """Everything in it that may be a name, in lower case."""


def examine(tokens: Iterable[Token], mode: LexicalMode) -> Examined:
    """Look through a statement, which may be as long as rows are.

    Raises:
        UnreadableText: it is ambiguous.
    """
    is_several = False

    def watched() -> Iterator[Token]:
        nonlocal is_several
        for token in tokens:
            is_several = is_several or token.text == b";"
            yield token

    hazard, names, first = scan(watched(), mode)
    if is_several:
        hazard = "consists of several statements"
    if first not in _FIRST_WORDS and not (first == "WITH" and {"update", "delete"} & names):
        hazard = "is not INSERT, REPLACE, UPDATE or DELETE"
    return Examined(None if hazard is None else f"it {hazard}", names)


def iter_preparations(events: Sequence[LogEvent], server: LogServer) -> Iterator[bytes]:
    """Yield the statements that prepare a session as these events say.

    Raises:
        MalformedEvent: one of them is damaged, or has a collation that the server does not know.
    """
    for event in events:
        body = event.body
        if event.kind == EventKind.INTVAR:
            number = read_intvar(body)
            yield b"SET SESSION %b = %d" % (number.variable.encode(), number.value)
        elif event.kind == EventKind.RAND:
            yield b"SET SESSION rand_seed1 = %d, rand_seed2 = %d" % read_rand(body)
        else:
            variable = read_user_var(body)
            name = variable.name.replace(b"`", b"``")
            yield b"SET @`%b` = %b" % (name, _write_value(variable, server))


def _write_value(variable: UserVar, server: LogServer) -> bytes:
    value = variable.value
    if value is None:
        return b"NULL"
    if variable.result == "string":
        known = find_collation(variable.collation, server)
        if known is None:
            raise MalformedEvent(f"a variable has collation {variable.collation}, which is unknown")
        collation, charset = (name.encode() for name in known)
        return b"_%b X'%b' COLLATE %b" % (charset, value.hex().encode(), collation)
    with too_short("the value of the USER_VAR event"):
        if variable.result == "integer":
            (number,) = struct.unpack("<Q" if variable.is_unsigned else "<q", value)
            return b"CAST(%d AS UNSIGNED)" % number if variable.is_unsigned else b"%d" % number
        if variable.result == "decimal":
            return read_decimal(value[2:], value[0], value[1])
        (real,) = struct.unpack("<d", value)
    if not math.isfinite(real):
        raise MalformedEvent("a variable is not a finite number")
    text = repr(real)
    return (text if "e" in text else f"{text}e0").encode()
