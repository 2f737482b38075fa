"""Values as JSON files: typed when read, complete or absent when written."""

import os
import threading
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rewound.files.sharing import share_file

_Value = TypeVar("_Value")

_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}
_decoders_lock = threading.Lock()
"""Held while msgspec inspects a type: two threads that do so at once crash Python (0.22)."""


def encode(value: object) -> bytes:
    """Return a dataclass of ours as JSON, its fields in their order."""
    return msgspec.json.encode(value, enc_hook=str)


def encode_readably(value: object) -> bytes:
    """Return the same with line breaks, for human readers."""
    return msgspec.json.format(encode(value), indent=2)


def to_plain(value: object) -> dict[str, object]:
    """Return a dataclass of ours as plain JSON values, to be combined with others."""
    plain: dict[str, object] = msgspec.to_builtins(value, enc_hook=str)
    return plain


def decode(content: bytes, kind: type[_Value]) -> _Value:
    """Return the value that JSON holds.

    Raises:
        ValueError: it is not JSON, or is of another type.
    """
    with _decoders_lock:
        decoder = _decoders.get(kind)
        if decoder is None:
            decoder = msgspec.json.Decoder(kind, dec_hook=_decode_path)
            _decoders[kind] = decoder
    value: _Value = decoder.decode(content)
    return value


def write_file(
    path: Path, content: bytes, *, group: int | None = None, is_durable: bool = True
) -> None:
    """Replace a file: a reader sees the old one or the new one.

    Only the user may read it, and the members of `group`. One that is not durable may be empty
    once the host has crashed.

    Raises:
        OSError: it cannot be written.
    """
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if group is not None:
            share_file(descriptor, group)
        file.write(content)
        file.flush()
        if is_durable:
            os.fsync(file.fileno())
    temporary.rename(path)


def _decode_path(kind: type[Any], value: object) -> object:
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError
