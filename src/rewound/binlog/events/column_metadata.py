"""The optional metadata at the end of a TABLE_MAP event.

Source: MySQL 9.7, libs/mysql/binlog/event/rows_event.h (`Optional_metadata_field_type`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rewound.binlog.events import column_types as types
from rewound.binlog.events.malformed import MalformedEvent
from rewound.binlog.events.packed import read_packed

_SIGNEDNESS, _DEFAULT_COLLATION, _COLLATIONS, _NAME, _SET_WORDS, _ENUM_WORDS = range(1, 7)
_PRIMARY_KEY, _PRIMARY_KEY_WITH_PREFIXES = 8, 9


@dataclass(slots=True)
class LoggedMetadata:
    """What is stated about columns, by their places; what is not stated is missing."""

    unsigned: dict[int, bool] = field(default_factory=dict)
    """Whether a number is unsigned."""
    collations: dict[int, int] = field(default_factory=dict)
    """The numbers of the collations of texts; 63 is binary."""
    names: list[str] = field(default_factory=list)
    """The names of all columns, or none."""
    words: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    """The values of ENUMs and SETs."""
    primary_key: tuple[int, ...] | None = None
    """The places of its columns."""


def read_metadata(data: bytes, kinds: bytes) -> LoggedMetadata:
    """Read the metadata of columns with these types; fields that are not needed are passed over.

    Raises:
        MalformedEvent: a field contradicts the columns.
        IndexError: a field is cut off.
    """
    metadata = LoggedMetadata()
    at = 0
    while at < len(data):
        kind = data[at]
        size, at = read_packed(data, at + 1)
        if at + size > len(data):
            raise IndexError(at)
        value = data[at : at + size]
        at += size
        if kind == _SIGNEDNESS:
            metadata.unsigned = _read_signedness(value, kinds)
        elif kind in (_DEFAULT_COLLATION, _COLLATIONS):
            metadata.collations = _read_collations(kind, value, kinds)
        elif kind == _NAME:
            metadata.names = [
                name.decode("utf-8", "surrogateescape") for name in _read_texts(value)
            ]
            if len(metadata.names) != len(kinds):
                raise MalformedEvent("the TABLE_MAP event does not name all columns")
        elif kind in (_SET_WORDS, _ENUM_WORDS):
            places = _find(kinds, types.SET if kind == _SET_WORDS else types.ENUM)
            metadata.words.update(zip(places, _read_words(value), strict=False))
        elif kind in (_PRIMARY_KEY, _PRIMARY_KEY_WITH_PREFIXES):
            numbers = _read_numbers(value)
            step = 1 if kind == _PRIMARY_KEY else 2  # place and length of the prefix
            metadata.primary_key = tuple(numbers[::step])
    return metadata


def _find(kinds: bytes, kind: int) -> list[int]:
    return [place for place, each in enumerate(kinds) if each == kind]


def _read_signedness(bits: bytes, kinds: bytes) -> dict[int, bool]:
    numbers = [place for place, kind in enumerate(kinds) if kind in types.NUMERIC]
    if len(bits) < (len(numbers) + 7) // 8:
        raise IndexError(len(bits))
    return {place: bool(bits[n >> 3] & 0x80 >> (n & 7)) for n, place in enumerate(numbers)}


def _read_collations(kind: int, value: bytes, kinds: bytes) -> dict[int, int]:
    """Read the collation of each text column, or one for all and the exceptions to it."""
    places = [place for place, each in enumerate(kinds) if each in types.CHARACTER]
    numbers = _read_numbers(value)
    if kind == _COLLATIONS:
        return dict(zip(places, numbers, strict=False))
    collations = dict.fromkeys(places, numbers[0])
    for place, collation in zip(numbers[1::2], numbers[2::2], strict=False):
        collations[places[place]] = collation
    return collations


def _read_texts(data: bytes) -> list[bytes]:
    texts, at = [], 0
    while at < len(data):
        size, at = read_packed(data, at)
        texts.append(data[at : at + size])
        at += size
    return texts


def _read_words(data: bytes) -> Sequence[tuple[bytes, ...]]:
    all_words, at = [], 0
    while at < len(data):
        count, at = read_packed(data, at)
        words = []
        for _ in range(count):
            size, at = read_packed(data, at)
            words.append(data[at : at + size])
            at += size
        all_words.append(tuple(words))
    return all_words


def _read_numbers(data: bytes) -> list[int]:
    numbers, at = [], 0
    while at < len(data):
        number, at = read_packed(data, at)
        numbers.append(number)
    return numbers
