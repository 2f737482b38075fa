"""Views, triggers, routines and events: replaces their definers and disables events.

Pure. Works on the tokens of one CREATE statement and returns the edits that it needs.
"""

from collections.abc import Sequence

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.nesting import iter_outside
from rewound.dump.text.statement import Kind
from rewound.dump.text.statement_parser import read_account
from rewound.dump.text.tokens import Cursor, Token, UnreadableText
from rewound.dump.values.system_variables import iter_host_variables

_STORED_OBJECT_WORDS = frozenset({"VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "LIBRARY"})


def plan_stored_object_edits(tokens: Sequence[Token], kind: Kind) -> list[Edit]:
    """Return the edits of a CREATE VIEW, TRIGGER, PROCEDURE, FUNCTION or EVENT."""
    edits = _edit_definer(tokens)
    edits += [
        Edit(token.start, token.end, b"NULL", rules.HOST_VARIABLE)
        for token in iter_host_variables(tokens)
    ]
    if kind is Kind.CREATE_EVENT:
        edits += _disable_event(tokens)
    return edits


def find_schedule(tokens: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens after ON SCHEDULE AT or EVERY in a CREATE EVENT, up to its body.

    The server computes the schedule when it creates the event.
    """
    words = [token.word for token in tokens]
    start = words.index("SCHEDULE") if "SCHEDULE" in words else 0
    end = next((i for i, word in enumerate(words) if i > start and word == "DO"), len(words))
    return tokens[start + 2 : end]


def _edit_definer(tokens: Sequence[Token]) -> list[Edit]:
    """Replace the account of `DEFINER = account`, which precedes the kind of object."""
    cursor = Cursor(iter(tokens))
    while (token := cursor.take()) is not None and token.word not in _STORED_OBJECT_WORDS:
        if token.word == "DEFINER" and cursor.take_mark(b"="):
            user, last = read_account(cursor)
            if user.word == "CURRENT_USER":
                break
            return [Edit(user.start, last.end, b"CURRENT_USER", rules.DEFINER)]
    return []


def _disable_event(tokens: Sequence[Token]) -> list[Edit]:
    """Add DISABLE to the event, in the place that the grammar requires.

    Source: MySQL 9.7 manual, "CREATE EVENT Statement": ON SCHEDULE schedule
    [ON COMPLETION [NOT] PRESERVE] [ENABLE | DISABLE | DISABLE ON {REPLICA | SLAVE}]
    [COMMENT 'text'] DO body.
    """
    words = [token.word for token in tokens]
    schedule = words.index("SCHEDULE") if "SCHEDULE" in words else len(words)
    for index, token in iter_outside(tokens):
        if index <= schedule:
            continue
        if token.word in ("ENABLE", "DISABLE"):
            on_replica = words[index + 1 : index + 2] == ["ON"]
            if token.word == "DISABLE" and not on_replica:
                return []
            last = tokens[min(index + 2, len(tokens) - 1)] if on_replica else token
            return [Edit(token.start, last.end, b"DISABLE", rules.EVENT_DISABLED)]
        if token.word in ("COMMENT", "DO"):
            return [Edit(token.start, token.start, b"DISABLE ", rules.EVENT_DISABLED)]
    raise UnreadableText("the event has no body")
