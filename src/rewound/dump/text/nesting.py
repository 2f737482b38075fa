"""Parentheses among the tokens of a statement: the depth of each token. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from rewound.dump.text.tokens import Token

_STEP = {b"(": 1, b")": -1}


def iter_depths(tokens: Iterable[Token]) -> Iterator[tuple[int, Token]]:
    """Yield (depth, token): how many parentheses are open after the token.

    An opening parenthesis is as deep as its contents, a closing one as the text after it.
    """
    depth = 0
    for token in tokens:
        depth += _STEP.get(token.text, 0)
        yield depth, token


def iter_outside(tokens: Iterable[Token]) -> Iterator[tuple[int, Token]]:
    """Yield (index, token) of all tokens outside parentheses."""
    # Not built on `iter_depths`: many passes over each definition run through this loop.
    depth = 0
    for index, token in enumerate(tokens):
        text = token.text
        depth += _STEP.get(text, 0)
        if depth == 0 and text != b")":
            yield index, token


def closing_parenthesis(tokens: Sequence[Token], index: int) -> int:
    """Return the index of the parenthesis that closes the one at `index`, or of the last token."""
    depth = 0
    for position in range(index, len(tokens)):
        depth += _STEP.get(tokens[position].text, 0)
        if depth == 0:
            return position
    return len(tokens) - 1


def split_at_commas(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Yield the parts between the commas outside parentheses, including empty ones."""
    depth = start = 0
    for index, token in enumerate(tokens):
        text = token.text
        if text == b"," and depth == 0:
            yield tokens[start:index]
            start = index + 1
        depth += _STEP.get(text, 0)
    yield tokens[start:]
