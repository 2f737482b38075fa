"""Small binary logs for tests: GTIDs by number, one second apart."""

import struct
from pathlib import Path

from tests.unit.binlog.made_log import (
    BEGIN,
    COMMIT,
    INSERT_1,
    NOW_US,
    PREVIOUS_GTIDS,
    ROTATE,
    UUID,
    MadeLog,
)

RELAY = 0x40


def write_log(
    folder: Path,
    number: int,
    *gtids: int,
    base: str = "mysql-bin",
    is_closed: bool = True,
    flags: int = 0,
) -> Path:
    """Write the file of this number, with transactions of these numbers; the rest came before."""
    folder.mkdir(parents=True, exist_ok=True)
    made = MadeLog(flags=flags)
    before = min(gtids, default=1)
    runs = struct.pack("<16sQQQ", bytes.fromhex(UUID.replace("-", "")), 1, 1, before)
    made.add(PREVIOUS_GTIDS, struct.pack("<Q", int(before > 1)) + (runs if before > 1 else b""))
    for gtid in gtids:
        made.add_transaction(
            BEGIN, *INSERT_1, COMMIT, number=gtid, committed_us=NOW_US + gtid * 1_000_000
        )
    if is_closed:
        made.add(ROTATE, struct.pack("<Q", 4) + f"{base}.{number + 1:06}".encode())
    return made.write(folder, f"{base}.{number:06}")
