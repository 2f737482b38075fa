"""How far a small file may expand. Pure."""

from rewound.dump.rules.table import COMPRESSED_TOO_WELL
from rewound.errors import DumpError

HARMLESS_TEXT_BYTES = 256 << 20
"""This much text is always read, however well it was compressed."""
HARMLESS_STATEMENTS = 250_000
"""This many statements without rows are always read; a dump of 25,000 tables has them. Judging one
takes as long as judging half a kilobyte of rows, and 256 MiB could hold thirty million."""
LARGEST_RATIO = 500
"""How many bytes of text one byte of a file may expand to. Measured on texts of 22 MB: rows that
differ only in a number reach 31 with gzip, 109 with zstd and 325 with xz; the highest value, with
one INSERT per row, was 356. Zeros: 1,028 with gzip, 6,800 with xz, 32,000 with zstd, 617,000 with
bzip2.
"""

MOST_STATEMENTS_PER_BYTE = 5
"""How many of them one byte of a file may hold. Measured on 30,000 empty tables whose names
differ in a number, with 9 statements each: 0.4 with gzip, 1.5 with zstd, 3.1 with xz. `SET @a=1;`
over and over: 51 with gzip."""


def is_too_long(size_bytes: int, used_bytes: int) -> bool:
    """Tell whether no dump expands to so much, from so many bytes of its file."""
    return size_bytes > max(HARMLESS_TEXT_BYTES, LARGEST_RATIO * used_bytes)


def are_too_many(statements: int, used_bytes: int) -> bool:
    """Tell whether no dump has so many statements without rows."""
    return statements > max(HARMLESS_STATEMENTS, MOST_STATEMENTS_PER_BYTE * used_bytes)


def describe(used_bytes: int, size_bytes: int, what: str) -> str:
    """Return both sizes as a phrase."""
    return (
        f"{used_bytes:,} bytes expand to {size_bytes:,} bytes of {what},"
        f" {size_bytes // max(1, used_bytes):,} times as many"
    )


def refuse(location: object, ratio: str) -> DumpError:
    """Return the error for a file that expands too much."""
    return DumpError(
        location,
        f"refused by rule {COMPRESSED_TOO_WELL.name}: {ratio}",
        hint="the job that wrote it may have failed; if you trust the file, use"
        f" --allow {COMPRESSED_TOO_WELL.name}",
    )
