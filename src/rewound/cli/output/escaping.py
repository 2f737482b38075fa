"""Escaping characters that could control a terminal or mislead a reader. Pure.

Names, values and messages of servers come from dumps and file systems, which are hostile input: a
line break in a name must not begin a line that looks like ours, an escape sequence must not move
the cursor, and a direction mark must not reverse the letters after it.
"""

import re

_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # with line breaks and escape sequences
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks of direction
    "\u2028\u2029"  # separators of lines and paragraphs
    "\ufeff\ufff9-\ufffb"  # a byte-order mark, and marks of annotations
    "\ud800-\udfff]"  # bytes of a file's name that are no UTF-8
)


def show_control_characters(text: str) -> str:
    """Return the text on one line, with control characters spelled out as Python writes them."""
    return _CONTROL.sub(lambda match: repr(match[0])[1:-1], text)


def show_lines(text: str, *, indent: str = "") -> str:
    """Return lines that a program wrote, with control characters spelled out and no blank lines."""
    lines = (line for line in re.split(r"\r?\n", text) if line.strip())
    return "\n".join(indent + show_control_characters(line.expandtabs(4)) for line in lines)


def escape_json(text: str) -> str:
    """Return JSON text with the same characters escaped, so that every value stays the same.

    Line breaks and tabs stay: in JSON they occur only between values.
    """
    return _CONTROL.sub(_escape_for_json, text)


def _escape_for_json(match: re.Match[str]) -> str:
    return match[0] if match[0] in "\n\t" else f"\\u{ord(match[0]):04x}"
