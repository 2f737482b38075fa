"""The error of bytes that are not what the type of their event requires."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager


class MalformedEvent(Exception):
    """The body of an event is too short, too long or contradicts itself; the text says how."""


@contextmanager
def too_short(what: str) -> Iterator[None]:
    """Turn reading past the end of the bytes of `what` into `MalformedEvent`."""
    try:
        yield
    except (IndexError, struct.error) as error:
        raise MalformedEvent(f"{what} is too short") from error
