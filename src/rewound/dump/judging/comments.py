"""Versioned comments of six digits: written so that every server reads them alike.

Pure. MariaDB counts six digits, MySQL five, and since 8.1 a sixth before white space. The
author meant all six; where that is not what every server takes, the comment is taken out
or opened before anything is judged, so what is judged is what any server sees.
"""

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import find_six_digit_comments


def plan_comment_edits(text: bytes, mode: LexicalMode, server_version: int) -> list[Edit]:
    """Return the edits after which no sixth digit matters; none for nearly all statements.

    Raises:
        UnreadableText: the statement holds such comments and no certain reading.
    """
    return [
        Edit(comment.start, comment.text_start, b"/*!", rules.SIX_DIGIT_COMMENT)
        if comment.end is None
        else Edit(comment.start, comment.end, b" ", rules.SIX_DIGIT_COMMENT)
        for comment in find_six_digit_comments(text, mode, server_version)
    ]
