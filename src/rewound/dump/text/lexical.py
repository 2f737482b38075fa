"""How the server reads text under the settings of a session: quotes, escapes, comments.

This module owns the regular expressions that the splitter and the tokens share, so that both agree
on where a string ends. The sql_modes NO_BACKSLASH_ESCAPES and ANSI_QUOTES change that, and so does
a client character set in which the second byte of a character can look like a backslash or a
backtick.
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
"""The bytes of an unquoted name, for use in brackets, if bytes beyond ASCII are letters."""
LINE_COMMENT_START = rb"(?:#|--(?=[\s\x00-\x1f\x7f]|\Z))"
"""The beginning of a comment that ends with the line.

Source: MySQL 9.7.4, which accepts any white space or control character after the dashes.
"""


DOLLAR_QUOTE = rb"\$(?:[A-Za-z_]\w*+)?\$"
BEFORE_DOLLAR_QUOTE = rb"\s[Aa][Ss]\s"
"""The text before the body of a routine in a language other than SQL: AS $$ or AS $tag$, which ends
at the same tag. Exactly one word and one space, as SHOW CREATE writes it.

Source: MySQL 9.7 manual, "CREATE FUNCTION"; tried with server and client 9.7.4. The client ignores
delimiters in the body. To both, $ opens such a text in other places too, where it is an error.
"""


# Names that differ in Python; Python's latin1 is MySQL's without the upper control characters.
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
    """The client character set, if a character's second byte can look like ASCII."""
    utf8: bool = True
    """False for client character sets in which a byte beyond ASCII can be white space."""
    encoding: str = "utf-8"
    """Python's name for the codec of the client character set."""


@cache
def lexical_mode(sql_mode: str, character_set: str) -> LexicalMode:
    """Return the lexical mode of a session with this sql_mode and client character set."""
    modes = {mode.strip().upper() for mode in sql_mode.split(",")}
    return LexicalMode(
        backslash_escapes="NO_BACKSLASH_ESCAPES" not in modes,
        ansi_quotes=not modes.isdisjoint({"ANSI_QUOTES", "ANSI"}),
        two_byte_set=character_set if character_set in _TWO_BYTE_CHARACTER_SETS else None,
        utf8=character_set in _UTF8,
        encoding=_ENCODINGS.get(character_set, "utf-8"),
    )


def is_text(text: bytes, character_set: str) -> bool:
    """Tell whether bytes are valid text in a character set; only UTF-8 is checked."""
    if character_set not in _UTF8:
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return character_set == "utf8mb4" or not _FOUR_BYTES.search(text)


_FOUR_BYTES = re.compile(rb"[\xf0-\xf7]")


def repeated(body: bytes) -> bytes:
    """Return the regular expression that repeats `body`, without backtracking.

    A possessive group would be enough, but Python before 3.11.5 continues in the middle of the
    repetition that fails (CPython issue 106052). An empty alternative prevents that.
    """
    return rb"(?:" + body + rb"|)*+"


@cache
def quoted_body(mode: LexicalMode, quote: bytes) -> bytes:
    """Return the regular expression for the text between two quotes.

    It never matches the closing quote. A doubled quote counts as closing one string and opening the
    next, which makes no difference to where the text outside strings begins.
    """
    escapes = mode.backslash_escapes and quote != b"`" and not (mode.ansi_quotes and quote == b'"')
    if mode.two_byte_set is None:
        plain = rb"[^" + quote + (rb"\\" if escapes else b"") + rb"]*+"
        return plain + repeated(rb"\\." + plain) if escapes else plain
    pair = _TWO_BYTE_CHARACTER_SETS[mode.two_byte_set]
    # A lead byte without its second is an ordinary byte, but never at the end of the text so far:
    # the second may be in the next chunk.
    single = rb"[^" + quote + (rb"\\" if escapes else b"") + rb"\x81-\xfe]"
    lone = rb"(?!" + pair + rb")[\x81-\xfe](?=[\x00-\xff])"
    escape = rb"|\\." if escapes else b""
    return repeated(single + rb"++|" + pair + rb"|" + lone + escape)


@cache
def quoted(mode: LexicalMode, quotes: bytes = b"'`\"") -> bytes:
    """Return the regular expression for one complete quoted text, with one of `quotes`."""
    kinds = [bytes([quote]) for quote in quotes]
    return b"|".join(quote + quoted_body(mode, quote) + quote for quote in kinds)


@cache
def escape_or_pair(mode: LexicalMode) -> re.Pattern[bytes]:
    """Return what differs from what its bytes look like, in strings of a two-byte character set."""
    pair = _TWO_BYTE_CHARACTER_SETS[mode.two_byte_set or ""]
    return re.compile(rb"\\.|" + pair if mode.backslash_escapes else pair, re.DOTALL)


@cache
def quoted_body_pattern(mode: LexicalMode, quote: bytes) -> re.Pattern[bytes]:
    """Return `quoted_body` compiled."""
    return re.compile(quoted_body(mode, quote), re.DOTALL)
