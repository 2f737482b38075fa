"""How far the bytes of a dump may expand to text. Pure."""

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Expansion:
    """What the bytes of a dump, so far, became."""

    used_bytes: int = 0
    """How many bytes of the files were used for it."""
    text_bytes: int = 0
    statements: int = 0
    """Statements without rows, as far as the reader of the text counts them."""

    def __add__(self, other: "Expansion") -> "Expansion":
        return Expansion(
            self.used_bytes + other.used_bytes,
            self.text_bytes + other.text_bytes,
            self.statements + other.statements,
        )

    def __str__(self) -> str:
        many = self.statements > HARMLESS_STATEMENTS
        return (
            f"{self.used_bytes:,} bytes expand to {self.text_bytes:,} bytes of text,"
            f" {self.text_bytes // max(1, self.used_bytes):,} times as many"
            + (f", with {self.statements:,} statements" if many else "")
        )

    @property
    def is_too_large(self) -> bool:
        """Whether it is more than that of any dump."""
        longest = max(HARMLESS_TEXT_BYTES, LARGEST_RATIO * self.used_bytes)
        most = max(HARMLESS_STATEMENTS, MOST_STATEMENTS_PER_BYTE * self.used_bytes)
        return self.text_bytes > longest or self.statements > most
