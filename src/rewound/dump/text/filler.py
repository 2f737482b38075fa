"""Text between statements that has no effect: white space, empty statements, idle comments.

Pure. Dumps contain little of it, but a hostile file can contain hundreds of MiB, of which every two
bytes would be a piece of their own. Skipped at once, it costs as much as other text.
"""

import re
from functools import cache

from rewound.dump.text.lexical import repeated

SPACE = rb"[ \t\r\n\f\v\x00]"
"""What the client skips before a statement."""
MAY_BE_NO_STATEMENT = frozenset(b"#-/.cCdDeEfFmMwW")
"""First bytes of comments, of the DELIMITER command and of messages of tools."""


@cache
def filler_pattern(delimiter: bytes, idle_comment: bytes | None) -> re.Pattern[bytes]:
    """Return the pattern of the text that is skipped between two statements; it may be empty.

    `idle_comment` is the regular expression of complete comments, with their line end, that nobody
    needs; with None, only white space is skipped.
    """
    if idle_comment is None:
        return re.compile(SPACE + rb"*+")
    empty = re.escape(delimiter)
    if delimiter[0] in MAY_BE_NO_STATEMENT:
        # Something else could begin with it, but nothing that ends there.
        empty += rb"(?=[ \t\r]*+\n)"
    return re.compile(
        repeated(SPACE + rb"++|" + idle_comment + rb"|" + empty),
        re.DOTALL,
    )
