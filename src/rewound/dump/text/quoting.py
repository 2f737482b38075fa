"""Identifiers as SQL, and as text. Pure."""

import codecs
import re

_LATIN1 = "cp1252"
_UNASSIGNED = re.compile("[\x81\x8d\x8f\x90\x9d]")
"""What MySQL's latin1 has for the five bytes that Python's cp1252 lacks: U+0081 for 0x81, and so
on. Source: MySQL 9.7, strings/ctype-latin1.cc; tried on 9.7.4.
"""


_SINGLE_BYTE = ("cp125", "iso8859")
_SURROGATE = re.compile("[\udc80-\udcff]")


def decode_name(name: bytes, encoding: str) -> str:
    """Return a name as the server reads it.

    A byte that is not valid becomes a question mark in single-byte character sets (the server
    warns, and that is damage), and a lone surrogate in others.
    """
    text = name.decode(encoding, _ERRORS if encoding == _LATIN1 else "surrogateescape")
    return _SURROGATE.sub("?", text) if encoding.startswith(_SINGLE_BYTE) else text


def _keep_unassigned(error: UnicodeError) -> tuple[str | bytes, int]:
    """Decode and encode the five bytes of latin1, and all others as `surrogateescape` does."""
    if isinstance(error, UnicodeDecodeError):
        return chr(error.object[error.start]), error.start + 1
    if isinstance(error, UnicodeEncodeError):
        letter = error.object[error.start]
        if _UNASSIGNED.match(letter):
            return bytes([ord(letter)]), error.start + 1
    return codecs.lookup_error("surrogateescape")(error)


_ERRORS = "rewound-latin1"
codecs.register_error(_ERRORS, _keep_unassigned)


def quote_name(name: str, encoding: str = "utf-8") -> bytes:
    """Return an identifier quoted as SQL, whatever it contains.

    `encoding` is the codec of the session's client character set. A name that it cannot represent
    is sent in UTF-8, and the server reports that it does not know the name.
    """
    quoted = "`" + name.replace("`", "``") + "`"
    try:
        return quoted.encode(encoding, _ERRORS if encoding == _LATIN1 else "surrogateescape")
    except UnicodeEncodeError:
        return quoted.encode("utf-8", "surrogateescape")
