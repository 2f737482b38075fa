"""The tokens of one statement, as the world's server would read them.

Pure and lazy: the head of an INSERT can be read without its rows. Plain comments are skipped; a
versioned comment is opened if the server would execute it, and skipped if it would not. Text that
cannot be read with certainty is an error, never a guess, because a statement is judged by its
tokens.
"""

import enum
import itertools
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from rewound.dump.text.lexical import (
    BEFORE_DOLLAR_QUOTE,
    DOLLAR_QUOTE,
    LINE_COMMENT_START,
    LexicalMode,
    quoted,
    repeated,
)
from rewound.dump.text.quoting import decode_name


class TokenKind(enum.Enum):
    """The kind of a token."""

    WORD = "word"
    """A keyword, an unquoted identifier or a number."""
    NAME = "name"
    """A quoted identifier."""
    STRING = "string"
    BODY = "body"
    """The body of a routine between dollar quotes."""
    VARIABLE = "variable"
    """`@name`, `@@name`, `@@session.name`."""
    MARK = "mark"
    """One byte of punctuation."""


class Token(NamedTuple):
    """One token and its position."""

    kind: TokenKind
    text: bytes
    """As written, quotes included."""
    start: int
    """Offset of its first byte in the statement."""
    word: str = ""
    """The keyword in upper case; empty for anything but a word."""

    @property
    def end(self) -> int:
        """Offset after its last byte."""
        return self.start + len(self.text)


class UnreadableText(ValueError):
    """The statement's text is ambiguous."""


class TooManyTokens(ValueError):
    """The statement has more tokens than any definition of a real dump."""


MOST_TOKENS = 200_000
"""The limit for a statement whose tokens are kept in memory. Planning takes about 6 µs for each, so
the worst statement takes 2 s; two ENUMs with as many values as possible have 262,000.
"""
_FIRST_WITH_DOLLAR_QUOTES = 90000
_MOST_SIX_DIGIT_COMMENTS = 50_000


class SixDigitComment(NamedTuple):
    """A versioned comment whose meaning depends on whether a server reads the sixth digit."""

    start: int
    """Offset of its first byte in the statement."""
    text_start: int
    """Offset after the digits."""
    end: int | None
    """Offset after it; None if it is executed when six digits are read."""


class Cursor:
    """Reads tokens one by one, with access to the next one."""

    def __init__(self, tokens: Iterator[Token]) -> None:
        self._tokens = tokens
        self.next = next(tokens, None)
        """The token that `take` returns next; None at the end."""

    @property
    def word(self) -> str:
        """The next token's keyword in upper case; empty if it is not a word."""
        return "" if self.next is None else self.next.word

    def take(self) -> Token | None:
        """Return the next token and move on; None at the end."""
        token = self.next
        self.next = next(self._tokens, None)
        return token

    def take_mark(self, text: bytes) -> bool:
        """Move on if the next token is this mark, and tell whether it was."""
        found = self.next is not None and self.next.text == text
        if found:
            self.take()
        return found


def read_tokens(text: bytes, mode: LexicalMode, server_version: int) -> list[Token]:
    """Return all tokens of a statement, as `iter_tokens` yields them.

    Raises:
        UnreadableText: as `iter_tokens`.
        TooManyTokens: there are more than `MOST_TOKENS`.
    """
    tokens = list(itertools.islice(iter_tokens(text, mode, server_version), MOST_TOKENS + 1))
    if len(tokens) > MOST_TOKENS:
        raise TooManyTokens(f"it has more than {MOST_TOKENS:,} tokens")
    return tokens


def iter_tokens(
    text: bytes, mode: LexicalMode, server_version: int, *, start: int = 0
) -> Iterator[Token]:
    """Yield the tokens that a server of that version (9.7.4 is 90704) reads from `start` on.

    Raises:
        UnreadableText: an open quote or comment, a byte that begins no token, or a versioned
        comment that two servers could read differently.
    """
    return _walk(text, mode, server_version, None, start=start)


def find_six_digit_comments(
    text: bytes, mode: LexicalMode, server_version: int
) -> list[SixDigitComment]:
    """Return the comments whose sixth digit belongs to the version only on some servers.

    Raises:
        UnreadableText: as `iter_tokens`, apart from these comments.
    """
    found: list[SixDigitComment] = []
    if b"/*!" in text and _SIX_DIGITS.search(text):
        for _ in _walk(text, mode, server_version, found):
            pass
    return found


def _walk(
    text: bytes,
    mode: LexicalMode,
    server_version: int,
    found: list[SixDigitComment] | None,
    *,
    start: int = 0,
) -> Iterator[Token]:
    """Yield the tokens; comments with six digits go into the list, or are unreadable without."""
    pattern = _token_pattern(mode)
    position, open_comments = start, 0
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            raise _unknown_token(text, position)
        group, position = match.lastgroup, match.end()
        if group is None:
            continue
        start = match.start(group)
        if group == "comment":
            opened, position = _enter_comment(text, start, server_version, found)
            open_comments += opened
        elif group == "close" and open_comments:
            open_comments -= 1
        elif group == "close":
            yield Token(TokenKind.MARK, b"*", start)
            position = start + 1
        elif group == "WORD":
            word = match[group]
            yield Token(TokenKind.WORD, word, start, word.decode("latin-1").upper())
        elif group == "BODY" and server_version < _FIRST_WITH_DOLLAR_QUOTES:
            raise UnreadableText("this server does not support text quoted by $")
        else:
            yield Token(_KINDS[group], match[group], start)
    if open_comments:
        raise UnreadableText("a versioned comment is not closed")


def _unknown_token(text: bytes, position: int) -> UnreadableText:
    skipped = re.compile(_SPACE_OR_COMMENTS).match(text, position)
    start = position if skipped is None else skipped.end()
    start_of_rest = text[start : start + 12].decode("utf-8", "replace").partition("\n")[0].rstrip()
    return UnreadableText(f"no token of MySQL begins with {start_of_rest}")


def unquote(token: Token, mode: LexicalMode) -> str:
    """Return the value of a word, name or string token.

    It is meant for names and short settings: escapes are read as MySQL reads them, and bytes that
    are invalid in the client character set become lone surrogates.
    """
    text = decode_name(token.text, mode.encoding)
    if token.kind not in (TokenKind.NAME, TokenKind.STRING):
        return text
    quote, body = text[0], text[1:-1].replace(text[0] * 2, text[0])
    if mode.backslash_escapes and quote != "`" and token.kind is TokenKind.STRING:
        body = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), body, flags=re.S)
    return body


# Source: MySQL 9.7 manual, "String Literals", table of escape sequences.
_ESCAPES = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}

# One match for each token takes a third less time than one for the space before it as well.
_SPACE_OR_COMMENTS = rb"[\s\x00]*+" + repeated(
    rb"(?:" + LINE_COMMENT_START + rb"[^\n]*+)[\s\x00]*+"
)


# Looking these up in the enum took a tenth of the time for a long definition.
_KINDS = {kind.name: kind for kind in TokenKind}


@cache
def _token_pattern(mode: LexicalMode) -> re.Pattern[bytes]:
    # Two quoted texts without a space between them are one, with a doubled quote in it.
    pieces = [quoted(mode, quote) for quote in (b"'", b"`", b'"')]
    single, back, double = (piece + repeated(piece) for piece in pieces)
    string, name = single, back
    if mode.ansi_quotes:
        name += rb"|" + double
    else:
        string += rb"|" + double
    # A word that begins with $ could open a dollar-quoted string.
    letters = rb"\w\x80-\xff" if mode.utf8 else rb"\w"
    word = rb"[" + letters + rb"][$" + letters + rb"]*+"
    part = rb"(?:" + word + rb"|" + single + rb"|" + back + rb"|" + double + rb")"
    return re.compile(
        _SPACE_OR_COMMENTS + rb"(?:(?P<WORD>" + word + rb")"
        rb"|(?P<STRING>" + string + rb")"
        rb"|(?P<NAME>" + name + rb")"
        rb"|(?<=" + BEFORE_DOLLAR_QUOTE + rb")(?P<BODY>(?P<tag>" + DOLLAR_QUOTE + rb").*?(?P=tag))"
        rb"|(?P<VARIABLE>@@?" + part + rb"(?:\." + part + rb")*)"
        rb"|(?P<comment>/\*)"
        rb"|(?P<close>\*/)"
        rb"|(?P<MARK>[(),;=.*+\-/<>!%&|^~{}?:\[\]@])"
        rb"|\Z)",
        re.DOTALL,
    )


# Source: MySQL 9.7 manual, "Comments": five digits, or six with white space after them;
# the sixth counts since 8.1.0. Tried on 9.7.4, byte by byte for the white space.
_SIX_DIGITS = re.compile(rb"/\*!([0-9]{6})[ \t\n\v\f\r]")
_FIVE_DIGITS = re.compile(rb"/\*!([0-9]{5})")


def _enter_comment(
    text: bytes, start: int, server_version: int, found: list[SixDigitComment] | None
) -> tuple[int, int]:
    """Return (1, start of its text) for a comment that is executed, else (0, its end)."""
    if not text.startswith(b"/*!", start):
        end = _comment_end(text, start + 2)
        if text.startswith(b"/*+", start) and re.search(rb"['`\"]", text[start:end]):
            raise UnreadableText("an optimizer hint contains quotes, so its end is ambiguous")
        return 0, end
    if not text[start + 3 : start + 4].isdigit():
        return 1, start + 3
    five = _FIVE_DIGITS.match(text, start)
    if five is None:
        raise _uncertain(text, start)
    if int(five[1]) > server_version:
        # Six digits that begin with these are newer as well.
        return 0, _unread_comment_end(text, start)
    if not text[five.end() : five.end() + 1].isdigit():
        return 1, five.end()
    six = _SIX_DIGITS.match(text, start)
    if six is None or found is None:
        raise _uncertain(text, start)
    is_executed = int(six[1]) <= server_version
    text_start = six.end() - 1
    end = text_start if is_executed else _unread_comment_end(text, start)
    found.append(SixDigitComment(start, text_start, None if is_executed else end))
    if len(found) > _MOST_SIX_DIGIT_COMMENTS:
        raise TooManyTokens(f"it has more than {_MOST_SIX_DIGIT_COMMENTS:,} versioned comments")
    return int(is_executed), end


def _uncertain(text: bytes, start: int) -> UnreadableText:
    digits = text[start + 3 : start + 9].decode("latin-1")
    return UnreadableText(f"the versioned comment /*!{digits} is ambiguous")


def _unread_comment_end(text: bytes, start: int) -> int:
    """Return the end of a versioned comment that is not executed."""
    end = _comment_end(text, start + 3)
    if b"/*" in text[start + 3 : end]:
        raise UnreadableText("a versioned comment that is not executed contains a comment")
    return end


def _comment_end(text: bytes, start: int) -> int:
    end = text.find(b"*/", start)
    if end < 0:
        raise UnreadableText("a comment is not closed")
    return end + 2
