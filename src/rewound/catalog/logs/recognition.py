"""Recognising binary logs, and what lies beside them, by their first bytes. Pure."""

import re

from rewound.binlog.events.header import HEADER_BYTES, RELAY_LOG_FLAG
from rewound.binlog.log_file import ENCRYPTED_MAGIC, MAGIC
from rewound.catalog.logs.binary_log import LogKind

START_BYTES = 512
"""How many bytes of a file are needed to recognise it, if it is that long."""
_FLAGS_END = len(MAGIC) + HEADER_BYTES
_INDEX_LINE = re.compile(rb"[^\0\n]*[^\0\n/]\.\d{6,}\r?(?:\n|\Z)")


def recognise_log(name: str, start: bytes) -> LogKind | None:
    """Return what a file is; None if it has nothing to do with binary logs.

    `start` is the beginning of what was decompressed: `START_BYTES` or all there is. The name
    counts for an index only, whose content is a list of names.
    """
    if start.startswith(ENCRYPTED_MAGIC):
        return LogKind.ENCRYPTED
    if start.startswith(MAGIC):
        flags = int.from_bytes(start[_FLAGS_END - 2 : _FLAGS_END], "little")
        return LogKind.RELAY_LOG if flags & RELAY_LOG_FLAG else LogKind.BINARY_LOG
    if name.lower().endswith(".index") and _INDEX_LINE.match(start):
        return LogKind.INDEX
    return None
