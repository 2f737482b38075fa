"""Text between statements that says nothing: white space, empty statements, idle comments.

Pure. A dump has little of it, and a hostile file can have hundreds of MiB, of which every two
bytes would be a piece of their own. Passed over in one go it costs what other text does.
"""

import re
from functools import cache

from rewound.dump.text.lexical import repeated

SPACE = rb"[ \t\r\n\f\v\x00]"
"""What the client passes over before a statement."""
MAY_BE_NO_STATEMENT = frozenset(b"#-/.cCdDeEfFmMwW")
"""First bytes of comments, of the DELIMITER command and of messages of tools."""


@cache
def filler_pattern(delimiter: bytes, idle_comment: bytes | None) -> re.Pattern[bytes]:
    """Return what is passed over between two statements, which may be nothing.

    `idle_comment` is the regular expression for whole comments, with the line's end, that
    nobody needs; None passes over white space alone.
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
