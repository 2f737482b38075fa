"""Identifiers as SQL. Pure."""


def quote_name(name: str, encoding: str = "utf-8") -> bytes:
    """Return an identifier as SQL, whatever is in it.

    `encoding` is the codec of the session's client character set; a name that this does
    not have comes in UTF-8, and the server says that it knows no such name.
    """
    quoted = "`" + name.replace("`", "``") + "`"
    try:
        return quoted.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return quoted.encode("utf-8", "surrogateescape")
