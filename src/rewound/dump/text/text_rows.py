r"""The rows of a table in a text file, as SELECT … INTO OUTFILE writes them by default. Pure.

One row a line, fields between tabs, `\N` for NULL; a backslash precedes a tab, line end, NUL or
backslash that is part of a value. `mysqldump --tab` and `mariadb-dump --dir` write such files.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rewound.dump.text.quoting import quote_name

PIECE_BYTES = 1 << 20
"""Rows are taken in pieces of about this size."""
_ESCAPE = re.compile(rb"\\(N[\t\n]?|.)", re.DOTALL)
"""It begins with a byte to search for: with a lookbehind in front it took 40 ns a byte."""
_WRITTEN = frozenset({b"0", b"\t", b"\n", b"\\", b"N\t", b"N\n"})
"""What the server escapes by default, and NULL."""
_ROWS_LOOKED_AT = 100
_BYTES = b"binary"

_TWO_BYTE_SETS = frozenset({"big5", "cp932", "gb18030", "gbk", "sjis"})
_WIDE_SETS = frozenset({"ucs2", "utf16", "utf16le", "utf32"})
UNREADABLE_SETS = _TWO_BYTE_SETS | _WIDE_SETS
"""Character sets whose characters may have the byte of a backslash in them. The server writes it
into a file of rows as it is, and takes it for an escape when it reads the file (9.7.4)."""
_AFTER_LEAD_BYTE = re.compile(rb"[\x80-\xff]\\")
_NO_NULL = re.compile(rb"\\(?!N[\t\n])|(?<=[^\t\n])\\")


@dataclass(frozen=True, slots=True)
class TextRows:
    """Some whole rows of a file; the last one without a line end if the file ends inside of it."""

    text: bytes
    rows: int
    line: int
    """The line that they begin on."""
    is_cut_off: bool = False


def split_rows(
    chunks: Iterable[bytes], *, first_line: int, longest: int, size: int = PIECE_BYTES
) -> Iterator[TextRows]:
    """Yield the rows of a file in pieces; one that exceeds `longest` bytes counts as cut off."""
    rest, line = b"", first_line
    held: list[bytes] = []
    held_bytes = 0
    for chunk in chunks:
        held.append(chunk)
        held_bytes += len(chunk)
        if held_bytes < max(size, len(rest)):
            continue
        text = b"".join([rest, *held])
        held, held_bytes = [], 0
        end = _find_last_end(text)
        if end == 0:
            if len(text) > longest:
                yield TextRows(text[:longest], 0, line, is_cut_off=True)
                return
            rest = text
            continue
        piece, rest = text[:end], text[end:]
        yield TextRows(piece, _count(piece, b"\n"), line)
        line += piece.count(b"\n")
    text = b"".join([rest, *held])
    end = _find_last_end(text)
    if end:
        yield TextRows(text[:end], _count(text[:end], b"\n"), line)
        line += text.count(b"\n", 0, end)
    if text[end:]:
        yield TextRows(text[end:], 0, line, is_cut_off=True)


def count_fields(text: bytes, rows: int) -> int:
    """Return how many fields some whole rows have together."""
    return _count(text, b"\t") + rows


def may_misread(text: bytes, character_sets: Collection[str]) -> bool:
    """Tell whether rows may hold a character of which a byte is taken for an escape."""
    if not _WIDE_SETS.isdisjoint(character_sets) and _NO_NULL.search(text):
        return True
    return not _TWO_BYTE_SETS.isdisjoint(character_sets) and bool(_AFTER_LEAD_BYTE.search(text))


def find_other_format(text: bytes, rows: int) -> str | None:
    """Return what shows that rows were not written in the server's default format; None if nothing.

    Only what the default never has, or what only chance could give it, counts: the server would
    store such values without a word.
    """
    if b"\\" in text and not _WRITTEN.issuperset(_ESCAPE.findall(text)):
        return "they have a backslash that precedes no character that the server escapes"
    if text.count(b"\r\n") == rows > 1:
        return "every row ends with a carriage return"
    first = [line.split(b"\t") for line in text.split(b"\n", _ROWS_LOOKED_AT)[:-1]]
    for column in zip(*first, strict=False):
        stated = [field for field in column if field != rb"\N"]
        if len(stated) > 1 and all(_is_enclosed(field) for field in stated):
            return "all values of a column are enclosed in quotes"
    return None


def _is_enclosed(field: bytes) -> bool:
    return len(field) > 1 and field[:1] == field[-1:] and field[:1] in (b"'", b'"')


def load_text(
    table: tuple[str, str], columns: Sequence[tuple[str, bool]], character_set: str
) -> bytes:
    """Return the LOAD DATA for the rows of a table.

    Each column comes with whether it is JSON, which accepts no text in `binary`. A column without a
    name is not stored.
    """
    names, converted = [], []
    for number, (column, is_json) in enumerate(columns):
        name = quote_name(column) if column else b"@d%d" % number
        if is_json and character_set.encode() == _BYTES:
            converted.append(b"%b = CONVERT(@j%d USING utf8mb4)" % (name, number))
            name = b"@j%d" % number
        names.append(name)
    return (
        b"LOAD DATA LOCAL INFILE 'rows' INTO TABLE %b CHARACTER SET %b FIELDS TERMINATED BY '\\t'"
        b" ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (%b)%b"
    ) % (
        b".".join(map(quote_name, table)),
        character_set.encode(),
        b",".join(names),
        b" SET " + b", ".join(converted) if converted else b"",
    )


def find_character_set(dumped_in: str) -> str:
    """Return what to read a file in, whose definition was dumped with this character set.

    mysqldump writes the bytes of each column as they are, unless another one than its own default
    was asked for. Source: MySQL 9.7 and MariaDB 11, client/mysqldump.
    """
    return "binary" if dumped_in.lower() in ("utf8", "utf8mb3", "utf8mb4", "binary") else dumped_in


def _find_last_end(text: bytes) -> int:
    """Return the offset after the last line end that ends a row; 0 if none does."""
    end = len(text)
    while (found := text.rfind(b"\n", 0, end)) >= 0:
        start = found
        while start and text[start - 1] == 0x5C:
            start -= 1
        if (found - start) % 2 == 0:
            return found + 1
        end = start
    return 0


def _count(text: bytes, end: bytes) -> int:
    """Count the ends that no backslash makes a part of a value."""
    count = text.count(end)
    if b"\\" + end not in text:
        return count
    return count - _ESCAPE.findall(text).count(end)
