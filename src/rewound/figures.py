"""Numbers and sizes in text for people: thousands separators, binary units. Pure.

Formats for programs have plain digits, and so do values from the databases, with their deltas:
they are shown as MySQL writes them, to be copied into SQL. Line numbers, ports and positions in
files are names, not amounts: they are plain as well.
"""

from decimal import Decimal

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def show_number(number: int | float | Decimal) -> str:
    """Return a number with separators: 1,431 or -1,431.50; all its digits stay."""
    return f"{number:,f}" if isinstance(number, Decimal) else f"{number:,}"


def show_count(number: int, noun: str) -> str:
    """Return a number with its noun, such as 1 row, or 1,200 rows."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def show_size(size_bytes: int) -> str:
    """Return a size in the largest unit that gives at least 1: 512 B, 1.5 KiB, 3.2 GiB."""
    size = float(size_bytes)
    for unit in _UNITS:
        if size < 1024 or unit == _UNITS[-1]:
            break
        size /= 1024
    return f"{size_bytes} B" if unit == "B" else f"{size:,.1f} {unit}"


def show_mib(size_bytes: int | None) -> str:
    """Return a size for a list of them, such as 1,431 MiB; an empty string if it is unknown."""
    return "" if size_bytes is None else f"{size_bytes / (1 << 20):,.0f} MiB"
