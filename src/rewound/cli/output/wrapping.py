"""Breaking messages between words if they do not fit on the screen. Pure."""

import re
import textwrap

_WHOLE = re.compile(
    r"\brewound [a-z][^;]*"
    r"|\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: UTC)?"
    r"|\b\d+ [dh] \d+ (?:h|min)\b"
)
"""What stays in one piece: commands, times, durations."""
_PIECE = re.compile(r"[^\s_./,-]*[_./,-]+|[^\s_./,-]+")
_HARD_SPACE = "\N{NO-BREAK SPACE}"


def wrap_message(text: str, width: int, *, start: str = "", indent: int | None = None) -> str:
    """Return `start` and a text of one line, broken at words into lines of at most `width`.

    A command stays in one piece, so that it can be copied, and so does a long word, such as a path,
    and a time.
    Lines after the first are indented, so that no quoted text can begin a line that looks like
    ours: by `indent`, or by two columns more than the text.

    >>> print(wrap_message("world eu-1 is stopped; rewound start eu-1", 26, start="error: "))
    error: world eu-1 is
      stopped;
      rewound start eu-1
    """
    if len(start) + len(text) <= width:
        return start + text
    outer = text[: len(text) - len(text.lstrip())]
    inner = f"{outer}  " if indent is None else " " * indent
    kept = text.strip().replace(_HARD_SPACE, "\0")
    kept = _WHOLE.sub(lambda whole: whole[0].replace(" ", _HARD_SPACE), kept)
    wrapped = textwrap.fill(
        kept,
        max(width, 20 + (indent or 0)),
        initial_indent=outer + start,
        subsequent_indent=inner,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped.replace(_HARD_SPACE, " ").replace("\0", _HARD_SPACE)


def wrap_quoted(line: str, width: int) -> str:
    """Return a quoted line in lines of at most `width`, further ones indented by two columns more.

    A word that is longer than a line, such as the values of an INSERT, is broken anywhere.

    >>> print(wrap_quoted("    INSERT INTO t VALUES (1),(2),(3)", 28))
        INSERT INTO t VALUES
          (1),(2),(3)
    """
    outer = line[: len(line) - len(line.lstrip())]
    if len(line) <= width:
        return line
    return textwrap.fill(
        line.strip(),
        max(width, len(outer) + 20),
        initial_indent=outer,
        subsequent_indent=f"{outer}  ",
        break_on_hyphens=False,
    )


def break_long_words(text: str, width: int) -> str:
    """Return a text whose words longer than `width` continue in the next line after `_./,-`.

    >>> print(break_long_words("game-host03_20260302.sql.gz", 14))
    game-host03_
    20260302.sql.
    gz
    """
    return re.sub(r"\S+", lambda word: _break_word(word[0], width), text)


def _break_word(word: str, width: int) -> str:
    if len(word) <= width:
        return word
    lines = [""]
    for piece in _PIECE.findall(word):
        if lines[-1] and len(lines[-1]) + len(piece) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(lines)
