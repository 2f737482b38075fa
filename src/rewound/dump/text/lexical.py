"""How the server reads text under one setting of its session: quotes, escapes, comments.

Owns the regular expressions that the splitter and the tokens share, so that both agree
on where a string ends. The sql_modes NO_BACKSLASH_ESCAPES and ANSI_QUOTES change that,
and so does a client character set in which the second byte of a character can look like
a backslash or a backtick.
"""

import re
from dataclasses import dataclass
from functools import cache

# Lead byte, then any byte that can follow it. gb18030's characters of four bytes are two
# pairs of a lead byte and a digit; no digit opens or closes anything, so gbk's rule fits.
# Source: MySQL 9.7 strings/ctype-{sjis,cp932,gbk,gb18030,big5}.cc.
_TWO_BYTE_CHARACTER_SETS = {
    "sjis": rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]",
    "cp932": rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]",
    "gbk": rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]",
    "gb18030": rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]",
    "big5": rb"[\xa1-\xf9][\x40-\x7e\xa1-\xfe]",
}
_UTF8 = frozenset({"utf8mb4", "utf8mb3", "utf8"})

NAME_BYTES = rb"\w$\x80-\xff"
"""In brackets, what a name without quotes consists of, where a byte beyond ASCII is a letter."""
LINE_COMMENT_START = rb"(?:#|--(?=[\s\x00-\x1f\x7f]|\Z))"
"""What opens a comment that the line's end closes.

Source: MySQL 9.7.4, which takes any white space or control character after the dashes.
"""


DOLLAR_QUOTE = rb"\$(?:[A-Za-z_]\w*+)?\$"
BEFORE_DOLLAR_QUOTE = rb"\s[Aa][Ss]\s"
"""What opens the body of a routine in another language than SQL: AS $$ or AS $tag$, up to the
same tag again. A word before it and one space, as SHOW CREATE writes it, and nothing else.

Source: MySQL 9.7 manual, "CREATE FUNCTION"; the 9.7.4 server and its client, which passes over a
delimiter in it. To both, $ opens such a text in other places too, where it is an error.
"""


# What Python calls differently, or the same; its latin1 is MySQL's without the upper controls.
_ENCODINGS = {
    "latin1": "cp1252",
    "latin2": "iso8859_2",
    "latin5": "iso8859_9",
    "latin7": "iso8859_13",
    "greek": "iso8859_7",
    "hebrew": "iso8859_8",
    "tis620": "tis_620",
    "koi8r": "koi8_r",
    "koi8u": "koi8_u",
    "ujis": "euc_jp",
    "eucjpms": "euc_jp",
    "euckr": "euc_kr",
    "sjis": "shift_jis",
    "gb2312": "gb2312",
    "macroman": "mac_roman",
    "macce": "mac_latin2",
    **{
        name: name
        for name in ("cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "cp932")
    },
    **{name: name for name in ("gbk", "gb18030", "big5")},
}


@dataclass(frozen=True, slots=True)
class LexicalMode:
    """The session settings that change where a string, a name or a word ends."""

    backslash_escapes: bool = True
    """False under sql_mode NO_BACKSLASH_ESCAPES."""
    ansi_quotes: bool = False
    """True under sql_mode ANSI_QUOTES: "x" is an identifier."""
    two_byte_set: str | None = None
    """The client character set, where a character's second byte can look like ASCII."""
    utf8: bool = True
    """False under client character sets in which a byte beyond ASCII can be white space."""
    encoding: str = "utf-8"
    """Python's name of the codec that the client character set's text has."""


@cache
def lexical_mode(sql_mode: str, character_set: str) -> LexicalMode:
    """Return the lexical side of a session's sql_mode and client character set."""
    modes = {mode.strip().upper() for mode in sql_mode.split(",")}
    return LexicalMode(
        backslash_escapes="NO_BACKSLASH_ESCAPES" not in modes,
        ansi_quotes=not modes.isdisjoint({"ANSI_QUOTES", "ANSI"}),
        two_byte_set=character_set if character_set in _TWO_BYTE_CHARACTER_SETS else None,
        utf8=character_set in _UTF8,
        encoding=_ENCODINGS.get(character_set, "utf-8"),
    )


def is_text(text: bytes, character_set: str) -> bool:
    """Tell whether bytes are text of a character set; only UTF-8 is looked at."""
    if character_set not in _UTF8:
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return character_set == "utf8mb4" or not _FOUR_BYTES.search(text)


_FOUR_BYTES = re.compile(rb"[\xf0-\xf7]")


def repeated(body: bytes) -> bytes:
    """Return the regular expression for `body` repeated, without backtracking.

    A possessive group would be enough, but Python before 3.11.5 continues in the middle of
    the round that fails (CPython's issue 106052). With an empty alternative no round does.
    """
    return rb"(?:" + body + rb"|)*+"


@cache
def quoted_body(mode: LexicalMode, quote: bytes) -> bytes:
    """Return the regular expression for the text between two quotes.

    It never matches the closing quote. A doubled quote counts as closing one string and
    opening the next, which makes no difference to where the text outside begins.
    """
    escapes = mode.backslash_escapes and quote != b"`" and not (mode.ansi_quotes and quote == b'"')
    if mode.two_byte_set is None:
        plain = rb"[^" + quote + (rb"\\" if escapes else b"") + rb"]*+"
        return plain + repeated(rb"\\." + plain) if escapes else plain
    pair = _TWO_BYTE_CHARACTER_SETS[mode.two_byte_set]
    # A lead byte without its second is an ordinary byte, but never at the end of what
    # we have: the second may be in the next chunk.
    single = rb"[^" + quote + (rb"\\" if escapes else b"") + rb"\x81-\xfe]"
    lone = rb"(?!" + pair + rb")[\x81-\xfe](?=[\x00-\xff])"
    escape = rb"|\\." if escapes else b""
    return repeated(single + rb"++|" + pair + rb"|" + lone + escape)


@cache
def quoted(mode: LexicalMode, quotes: bytes = b"'`\"") -> bytes:
    """Return the regular expression for one complete quoted piece, with one of `quotes`."""
    kinds = [bytes([quote]) for quote in quotes]
    return b"|".join(quote + quoted_body(mode, quote) + quote for quote in kinds)


@cache
def escape_or_pair(mode: LexicalMode) -> re.Pattern[bytes]:
    """Return what, in a string of a two-byte character set, is not what its bytes look like."""
    pair = _TWO_BYTE_CHARACTER_SETS[mode.two_byte_set or ""]
    return re.compile(rb"\\.|" + pair if mode.backslash_escapes else pair, re.DOTALL)


@cache
def quoted_body_pattern(mode: LexicalMode, quote: bytes) -> re.Pattern[bytes]:
    """Return `quoted_body` compiled."""
    return re.compile(quoted_body(mode, quote), re.DOTALL)
