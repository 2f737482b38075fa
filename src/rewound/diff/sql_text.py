"""Names and texts as SQL. Pure."""

from rewound.dump.text import quoting


def quote_name(name: str) -> str:
    """Return an identifier as SQL, whatever is in it."""
    return quoting.quote_name(name).decode()


def quote_text(text: str) -> str:
    """Return a literal that no sql_mode and no character set of the session can change."""
    return f"_utf8mb4 X'{text.encode().hex()}'"
