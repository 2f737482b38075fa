"""The words of one statement, as the target server would read them.

Pure and lazy: an INSERT's head can be looked at without walking through its rows. Plain
comments are passed over; a versioned comment is opened where the server would execute
it and passed over where it would not. What cannot be read with certainty is an error,
never a guess, because a statement is judged by its tokens.
"""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rewound.dump.lexical import LINE_COMMENT_START, LexicalMode, quoted


class TokenKind(enum.Enum):
    """What a token is."""

    WORD = "word"
    """A keyword, an unquoted identifier or a number."""
    NAME = "name"
    """A quoted identifier."""
    STRING = "string"
    VARIABLE = "variable"
    """`@name`, `@@name`, `@@session.name`."""
    MARK = "mark"
    """One byte of punctuation."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands."""

    kind: TokenKind
    text: bytes
    """As written, quotes included."""
    start: int
    """Offset of its first byte in the statement."""

    @property
    def end(self) -> int:
        """Offset behind its last byte."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """The keyword in upper case; empty for anything but a word."""
        return self.text.decode("latin-1").upper() if self.kind is TokenKind.WORD else ""


class UnreadableText(ValueError):
    """The statement's text has no certain reading."""


class Cursor:
    """Reads tokens one after the other, with a look at the next one."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self._tokens = tokens
        self.next = next(tokens, None)
        """The token that `take` would return; None at the end."""

    @property
    def word(self) -> str:
        """The next token's keyword in upper case; empty where it is none."""
        return "" if self.next is None else self.next.word

    def take(self) -> Token | None:
        """Return the next token and move on; None at the end."""
        token = self.next
        self.next = next(self._tokens, None)
        return token

    def take_mark(self, text: bytes) -> bool:
        """Move on if the next token is this mark, and tell whether it is."""
        found = self.next is not None and self.next.text == text
        if found:
            self.take()
        return found


def iter_tokens(text: bytes, mode: LexicalMode, server_version: int) -> Iterator[Token]:
    """Yield the tokens that a server of that version (9.7.4 is 90704) finds.

    Raises:
        UnreadableText: an open quote or comment, a byte that begins nothing, or a
            versioned comment that two servers could read in two ways.
    """
    pattern = _token_pattern(mode)
    position, open_comments = 0, 0
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            start_of_rest = text[position : position + 12].decode("utf-8", "replace")
            raise UnreadableText(f"nothing that MySQL reads begins with {start_of_rest}")
        group = match.lastgroup
        start, position = position, match.end()
        if group == "comment":
            opened, position = _enter_comment(text, start, server_version)
            open_comments += opened
        elif group == "close" and open_comments:
            open_comments -= 1
        elif group == "close":
            yield Token(TokenKind.MARK, b"*", start)
            position = start + 1
        elif group is not None and group != "space":
            yield Token(TokenKind[group], match[0], start)
    if open_comments:
        raise UnreadableText("a versioned comment is not closed")


def unquote(token: Token, mode: LexicalMode) -> str:
    """Return what a word, name or string token stands for.

    Meant for names and short settings: escapes are read as MySQL reads them, bytes that
    are not UTF-8 come out as lone surrogates.
    """
    text = token.text.decode("utf-8", "surrogateescape")
    if token.kind not in (TokenKind.NAME, TokenKind.STRING):
        return text
    quote, body = text[0], text[1:-1].replace(text[0] * 2, text[0])
    if mode.backslash_escapes and quote != "`" and token.kind is TokenKind.STRING:
        body = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), body, flags=re.S)
    return body


# Source: MySQL 9.7 manual, "String Literals", table of escape sequences.
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}

_SPACE_OR_COMMENT = rb"[\s\x00]+|" + LINE_COMMENT_START + rb"[^\n]*"


@cache
def _token_pattern(mode: LexicalMode) -> re.Pattern[bytes]:
    # Two quoted pieces without a space between them are one, with a doubled quote in it.
    single, back, double = (rb"(?:" + quoted(mode, quote) + rb")++" for quote in (b"'", b"`", b'"'))
    string, name = single, back
    if mode.ansi_quotes:
        name += rb"|" + double
    else:
        string += rb"|" + double
    # A word that begins with $ could open a dollar-quoted string.
    letter = rb"[\w\x80-\xff]" if mode.utf8 else rb"\w"
    word = letter + rb"(?:" + letter + rb"|\$)*+"
    part = rb"(?:" + word + rb"|" + single + rb"|" + back + rb"|" + double + rb")"
    return re.compile(
        rb"(?P<space>" + _SPACE_OR_COMMENT + rb")"
        rb"|(?P<WORD>" + word + rb")"
        rb"|(?P<STRING>" + string + rb")"
        rb"|(?P<NAME>" + name + rb")"
        rb"|(?P<VARIABLE>@@?" + part + rb"(?:\." + part + rb")*)"
        rb"|(?P<comment>/\*)"
        rb"|(?P<close>\*/)"
        rb"|(?P<MARK>[(),;=.*+\-/<>!%&|^~{}?:\[\]@])",
        re.DOTALL,
    )


def _enter_comment(text: bytes, start: int, server_version: int) -> tuple[int, int]:
    """Return (1, where its text begins) for an executed comment, (0, where it ends) else."""
    if not text.startswith(b"/*!", start):
        end = _comment_end(text, start + 2)
        if text.startswith(b"/*+", start) and re.search(rb"['`\"]", text[start:end]):
            raise UnreadableText("an optimizer hint holds quotes, in which it could go on")
        return 0, end
    digits = _digits_at(text, start + 3)
    if not digits:
        return 1, start + 3
    # MySQL takes five digits, newer ones a sixth. Where that makes a difference, a
    # statement could be one thing to us and another to the server.
    readings = {int(digits[:count]) <= server_version for count in (5, 6) if len(digits) >= count}
    if len(readings) != 1:
        raise UnreadableText(f"the versioned comment /*!{digits.decode()} has no certain reading")
    if readings == {True}:
        return 1, start + 3 + len(digits)
    end = _comment_end(text, start + 3)
    if b"/*" in text[start + 3 : end]:
        raise UnreadableText("a comment stands inside a versioned comment that is not executed")
    return 0, end


def _digits_at(text: bytes, start: int) -> bytes:
    end = start
    while end < start + 6 and text[end : end + 1].isdigit():
        end += 1
    return text[start:end]


def _comment_end(text: bytes, start: int) -> int:
    end = text.find(b"*/", start)
    if end < 0:
        raise UnreadableText("a comment is not closed")
    return end + 2
