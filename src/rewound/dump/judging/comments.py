"""Versioned comments with six digits: rewritten so that every server reads them alike.

Pure. MariaDB reads six digits, MySQL five and, since 8.1, a sixth before white space. The author
meant all six. If not every server reads them, the comment is removed or opened before anything is
judged, so that the judge sees what any server sees.
"""

from collections.abc import Sequence
from dataclasses import replace

from rewound.dump.rules import table as rules
from rewound.dump.rules.verdict import Edit, RuleUse, Verdict, describe_edit, excerpt
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.statement import Kind, Statement
from rewound.dump.text.tokens import find_six_digit_comments


def plan_comment_edits(text: bytes, mode: LexicalMode, server_version: int) -> list[Edit]:
    """Return the edits that make the sixth digit irrelevant; none for nearly all statements.

    Raises:
        UnreadableText: the statement contains such comments and has no certain reading.
    """
    return [
        Edit(comment.start, comment.text_start, b"/*!", rules.SIX_DIGIT_COMMENT)
        if comment.end is None
        else Edit(comment.start, comment.end, b" ", rules.SIX_DIGIT_COMMENT)
        for comment in find_six_digit_comments(text, mode, server_version)
    ]


def with_comments(verdict: Verdict, text: bytes, edits: Sequence[Edit]) -> Verdict:
    """Return the verdict on a statement that contained comments with six digits."""
    if verdict.kind is Kind.EMPTY:
        use = RuleUse(rules.COMMENT_NOT_EXECUTED, excerpt(text, 80))
        return replace(verdict, statement=Statement(Kind.EMPTY, text), uses=(use,))
    rows_start = verdict.statement.rows_start
    for edit in edits:
        if edit.start < rows_start:
            rows_start += edit.end - edit.start - len(edit.text)
    statement = replace(verdict.statement, text=text, rows_start=rows_start)
    uses = verdict.uses
    if verdict.sql:
        uses = (*(describe_edit(edit, text) for edit in edits), *uses)
    return replace(verdict, statement=statement, uses=uses)
