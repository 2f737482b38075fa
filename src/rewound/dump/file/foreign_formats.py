"""Files that are mistaken for dumps, recognised by their first bytes, and what to do.

Pure. Only beginnings that no SQL dump can have are recognised, so a dump is never rejected here.
Everything else goes to the judge, which refuses what it does not know.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rewound.dump.text.statement_parser import FIRST_WORDS

START_BYTES = 4096
"""How many bytes of a text are needed to recognise it, if it is that long."""


@dataclass(frozen=True, slots=True)
class ForeignFormat:
    """A kind of file that is not an SQL dump."""

    name: str
    """What such a file contains."""
    hint: str
    """What the user should do."""


_ARCHIVE = "extract it, and give the folder of the extracted files as SOURCE"
_ENCRYPTED = "decrypt it first"
_OTHER_DATABASE = "only dumps of MySQL and MariaDB can be restored"
_PHYSICAL = (
    "it contains the files of a server, not SQL: they need the program that made them"
    " (xtrabackup or mariabackup --prepare) and a server of the same version"
)
_ROWS_ONLY = "rows without their tables cannot be restored; dump with mysqldump"
_RECODED = (
    "something converted its encoding, perhaps > in PowerShell: iconv -f UTF-16 (or UTF-32)"
    " -t UTF-8 makes it readable again, but non-ASCII characters and binary values may be lost"
    " without any sign of it; it is better to dump again with mysqldump --result-file=FILE"
)
_BY_MAGIC = (
    (rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", ForeignFormat("a zip archive", _ARCHIVE)),
    (rb"7z\xbc\xaf\x27\x1c", ForeignFormat("a 7-Zip archive", _ARCHIVE)),
    (rb"Rar!\x1a\x07", ForeignFormat("a RAR archive", _ARCHIVE)),
    (
        rb"\x02\x21\x4c\x18|LZIP[\x00\x01]|\x89LZO\x00|\x1f\x9d|\xff\x06\x00\x00sNaPpY|qpress10",
        ForeignFormat(
            "data compressed in an unsupported format",
            "decompress it, or use gzip, zstd, xz, bzip2 or lz4",
        ),
    ),
    (
        rb"\xff\xfe\x00\x00|\x00\x00\xfe\xff",
        ForeignFormat("text in UTF-32", _RECODED),
    ),
    (rb"\xff\xfe|\xfe\xff", ForeignFormat("text in UTF-16", _RECODED)),
    (rb"SQLite format 3\x00", ForeignFormat("an SQLite database", _OTHER_DATABASE)),
    (rb"PGDMP", ForeignFormat("an archive of PostgreSQL's pg_dump", _OTHER_DATABASE)),
    (rb"XBSTCK0[12]", ForeignFormat("an xbstream, a physical backup", _PHYSICAL)),
    (
        rb"[\xfe\xfd]bin",
        ForeignFormat(
            "a binary log of MySQL", "it contains changes, not data; give the dumps as SOURCE"
        ),
    ),
    # OpenPGP: a session key, for a public key (version 3) or a passphrase (version 4).
    (
        rb"Salted__|U2FsdGVkX1|age-encryption\.org/v\d|-----BEGIN (?:PGP|AGE|PKCS7|CMS) "
        rb"|\x85[\x00-\x04].\x03|\x84.\x03|\x8c[\x04-\x2e]\x04[\x01-\x0d][\x00\x01\x03]",
        ForeignFormat("encrypted data", _ENCRYPTED),
    ),
)
"""Signatures at the very beginning of a file."""

_BY_WORDS = (
    (
        rb"<<<<<<< ",
        ForeignFormat("an unresolved git conflict", "check out the file from one of the sides"),
    ),
    (
        rb"version https://git-lfs",
        ForeignFormat("a Git LFS pointer", "fetch the file: git lfs pull"),
    ),
    (
        rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<mysqldump",
        ForeignFormat("a dump in XML", "dump again without --xml"),
    ),
    (
        rb"<(?:!doctype\s+html|html|head|body|br|b>|div|pre|table)",
        ForeignFormat(
            "an HTML page",
            "the download or the export failed, often at a login page: look at the file in a"
            " browser and fetch the dump again",
        ),
    ),
    (
        rb"<\?xml|<[A-Za-z]+ xmlns",
        ForeignFormat("XML", "an export in another format, or a server's error message"),
    ),
    (
        rb"\{\s*(?:[\"}]|\Z)|\[\s*[\[{\"\]0-9-]|/\*\*\s+Export to JSON plugin for PHPMyAdmin",
        ForeignFormat("JSON", "dump with mysqldump, or export as SQL"),
    ),
    (
        rb"\+(?:-+\+)+\r?\n\||\*{9,} +1\. row \*{9,}|ERROR \d+ \([0-9A-Z]{5}\)",
        ForeignFormat("the output of the mysql client", _ROWS_ONLY),
    ),
    (
        rb"(?:[\w./:\\-]*[/\\])?(?:mysql|mariadb)(?:-?dump|pump)?(?:\.exe)?\s+(?:Ver|from) "
        rb"|Usage: \S*(?:mysql|mariadb)\S* \[OPTIONS\]",
        ForeignFormat("the help text of a program", "the dump job calls it with wrong options"),
    ),
    (
        rb"-?(?:[\w./][\w./-]*)?sh: [^\n]*(?:not found|No such file|[Pp]ermission denied)",
        ForeignFormat("an error message of a shell", "the dump job has failed"),
    ),
    (rb"PRAGMA ", ForeignFormat("a dump of SQLite", _OTHER_DATABASE)),
    # A file converted for MySQL may keep the comment, but not the settings.
    (
        rb"(?:--\s*\n)*-- PostgreSQL database (?:cluster )?dump\b.*?\n"
        rb"(?:\\restrict |SET (?:statement_timeout|lock_timeout|client_encoding"
        rb"|default_transaction_read_only) = )",
        ForeignFormat("a dump of PostgreSQL", _OTHER_DATABASE),
    ),
)
"""Signatures at the beginning of a text, after a byte-order mark and white space."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF16_BYTES_SEEN = 32
# Statements that begin with FIRST_WORDS may reach a server; these words show that SQL was meant.
_OTHER_WORDS = frozenset(
    {"DELIMITER", "SELECT", "UPDATE", "WITH", "CALL", "LOAD", "SHOW", "RENAME", "SOURCE"}
    | {"ANALYZE", "OPTIMIZE", "INSTALL", "COPY", "TABLE", "VALUES", "MERGE"}
)


def find_foreign_format(start: bytes) -> ForeignFormat | None:
    """Return the format of a text that is not an SQL dump; None if it may be one.

    `start` is the beginning of what was decompressed: `START_BYTES` or all there is.
    """
    text = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    for beginning, patterns in ((start, _MAGICS), (text, _WORDS)):
        for pattern, known in patterns:
            if pattern.match(beginning):
                return known
    return next((known for is_it, known in _BY_SHAPE if is_it(start)), None)


def _is_tar(start: bytes) -> bool:
    """Recognise a tar archive by the checksum of its first header."""
    header = start[:512]
    digits = header[148:156].strip(b" \0")
    if len(header) < 512 or not re.fullmatch(rb"[0-7]{1,7}", digits):
        return False
    return int(digits, 8) == sum(header) - sum(header[148:156]) + 8 * ord(" ")


def _is_utf16(start: bytes) -> bool:
    """Recognise UTF-16 without a mark: every other byte is zero, and no others."""
    seen = start[:_UTF16_BYTES_SEEN]
    halves = seen[0::2], seen[1::2]
    return len(seen) == _UTF16_BYTES_SEEN and any(
        not any(zeros) and all(letters) for zeros, letters in (halves, halves[::-1])
    )


def _is_tablespace(start: bytes) -> bool:
    """Recognise the first page of an InnoDB tablespace: number 0, its type, its space twice.

    Source: MySQL 9.7, storage/innobase/include/fil0types.h; tried on 9.7.4.
    """
    return (
        len(start) >= 42
        and start[4:8] == bytes(4)
        and start[24:26] == b"\0\x08"
        and start[34:38] == start[38:42]
    )


def _is_binary(start: bytes) -> bool:
    """Recognise data that begins with a control character which is white space to no program."""
    return re.match(rb"[\s\x00]*[\x01-\x08\x0e-\x1f\x7f]", start) is not None


def _is_separated(start: bytes) -> bool:
    """Recognise rows of text: no SQL keyword at the start, three columns or more."""
    line = start.removeprefix(_BYTE_ORDER_MARK).lstrip().partition(b"\n")[0]
    word = re.split(rb"\W", line, maxsplit=1)[0].decode("latin-1").upper()
    if word in FIRST_WORDS | _OTHER_WORDS or re.match(rb"\S+: ", line):
        return False
    if not re.match(rb"\w|[\"'`]|\\N[\t,;]", line):
        return False
    line = re.sub(rb"\"[^\"]*\"", b"", line)
    # Text with a space after each comma may be prose.
    return line.count(b"\t") >= 2 or any(
        line.count(mark) >= 2 and mark + b" " not in line for mark in (b",", b";")
    )


_BY_SHAPE: tuple[tuple[Callable[[bytes], bool], ForeignFormat], ...] = (
    (_is_tar, ForeignFormat("a tar archive", _ARCHIVE)),
    (_is_utf16, ForeignFormat("text in UTF-16", _RECODED)),
    (_is_tablespace, ForeignFormat("a tablespace of InnoDB", _PHYSICAL)),
    (
        _is_binary,
        ForeignFormat("binary data", "the program `file` may identify it"),
    ),
    (
        _is_separated,
        ForeignFormat("comma- or tab-separated rows", _ROWS_ONLY + ", without --tab"),
    ),
)


def _compiled(
    table: tuple[tuple[bytes, ForeignFormat], ...], flags: int = re.DOTALL
) -> tuple[tuple[re.Pattern[bytes], ForeignFormat], ...]:
    return tuple((re.compile(regex, flags), known) for regex, known in table)


_MAGICS, _WORDS = _compiled(_BY_MAGIC), _compiled(_BY_WORDS, re.DOTALL | re.IGNORECASE)
