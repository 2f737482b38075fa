"""What a user wrote: its statements, and the variables that they read. Pure."""

from collections.abc import Sequence

from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.splitter import PieceKind, Splitter
from rewound.dump.text.tokens import Token, TokenKind, UnreadableText, iter_tokens
from rewound.errors import UsageError

_ANY_VERSION = 99_999
_MODE = LexicalMode()


def read_statements(text: str) -> list[str]:
    """Return the statements of a text, as the `mysql` client would send them.

    The last one needs no semicolon; DELIMITER is understood.

    Raises:
        UsageError: there is none, or a quote or comment in it is not closed.
    """
    statements = []
    for piece in Splitter(_MODE).iter_pieces([text.encode("utf-8", "surrogateescape")]):
        if piece.open_quote:
            raise UsageError(
                f"line {piece.line}: a quote or comment that starts on this line is not closed",
                hint="double an apostrophe inside a string: 'it''s'",
            )
        if piece.kind is not PieceKind.COMMENT and piece.text:
            statements.append(piece.text.decode("utf-8", "surrogateescape"))
    if not statements:
        raise UsageError("no SQL statement was given", hint="rewound query 'SELECT …'")
    return statements


def is_complete(text: str) -> bool:
    """Tell whether a text ends where a statement does, so that another one could follow.

    It does not behind a DELIMITER other than the semicolon: what follows is meant as well.
    """
    # One more semicolon on a line of its own ends nothing but an empty statement.
    probed = text.encode("utf-8", "surrogateescape") + b"\n;"
    *_, last = Splitter(_MODE).iter_pieces([probed])
    return last.kind is PieceKind.STATEMENT and not last.text


def find_unset_variables(statements: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return the user variables that are read before anything gives them a value.

    MySQL takes them for NULL in silence. Names are compared as MySQL does, without case.
    """
    known = {name.lower() for name in given}
    unset: dict[str, None] = {}
    for statement in statements:
        text = statement.encode("utf-8", "surrogateescape")
        try:
            tokens = list(iter_tokens(text, _MODE, _ANY_VERSION))
        except UnreadableText:
            continue  # the server will say what is wrong with it
        for index, token in enumerate(tokens):
            if token.kind is not TokenKind.VARIABLE or token.text.startswith(b"@@"):
                continue
            name = token.text[1:].decode("utf-8", "replace").strip("`'\"").lower()
            if _is_assigned(tokens, index):
                known.add(name)
            elif name not in known:
                unset[name] = None
    return list(unset)


def _is_assigned(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a variable is given a value: @a := 1, SET @a = 1, SELECT 1 INTO @a."""
    behind = b"".join(token.text for token in tokens[index + 1 : index + 3])
    if behind.startswith(b":="):
        return True
    if tokens[0].word == "SET" and behind.startswith(b"="):
        return True
    return "INTO" in [token.word for token in tokens[:index]]
