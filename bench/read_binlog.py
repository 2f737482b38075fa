"""Measure how fast a binary log is read, on one core, in seconds of CPU.

    .venv/bin/python -m bench.read_binlog [RUNS]

Two logs are written as MySQL 9.7 does, with a fixed seed: one whose events have one row each, which
is the worst for a reader, and one that has all rows of a transaction in one event. Of each, in
turns:

- every transaction from its first event to its last, checksums checked: `TransactionReader`;
- the same, and how many rows of which tables: `count_rows`;
- the same, and the values of all rows: `ValueReader`;
- from a time to the transaction, by jumping: `find_first_after`, for a time after the last one.
"""

import random
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from isal.isal_zlib import crc32

from bench.page import Page
from rewound.binlog.commit_points import find_first_after
from rewound.binlog.events.kinds import ROW_KINDS, EventKind
from rewound.binlog.events.table_map import read_table_id, read_table_map
from rewound.binlog.log_file import LogFile
from rewound.binlog.replay_events import count_rows, iter_replay_events
from rewound.binlog.rows.row_counts import TableMaps
from rewound.binlog.rows.values import ValueReader
from rewound.binlog.transactions import TransactionReader

SEED = 20260303
LOG_BYTES = 100_000_000
TRANSACTION_ROWS = 48
DEFAULT_RUNS = 5
INDEX, JUMP = "all transactions, checksums", "time to transaction"
GOALS_MB_S = {INDEX: 90, JUMP: 1_500}
GOAL_PEAK_MB = 200
NEVER_US = 1 << 54

_UUID = bytes.fromhex("37f1aaa8ebe611f1b15602fc00000001")
_STARTED_S = 1_795_951_048
_COLUMNS = bytes([3, 15, 3, 246, 18, 252])
_METADATA = bytes([100, 0, 10, 2, 0, 2])


def main(runs: int) -> None:
    """Measure, and write the page."""
    page = Page(__file__, "Reading binary logs")
    page.add(
        f"Two logs of {LOG_BYTES / 1e6:.0f} MB, {TRANSACTION_ROWS} rows in each transaction, in MB"
        f" of log per second of CPU on one core; runs: {runs}."
    )
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        for title, rows_of_event in SHAPES.items():
            path = Path(folder) / f"binlog.{rows_of_event:06}"
            events = write_log(path, rows_of_event)
            page.add(f"## {title}")
            speeds = measure(path, runs)
            page.add_table(f"MB/s ({events:,} events)", speeds)
            if rows_of_event == 1:
                page.add(describe_goals(speeds))
        peak_mb = measure_peak(path)
    page.add(
        f"Reading all transactions takes {peak_mb:.0f} MB of memory at most; the goal is"
        f" {GOAL_PEAK_MB} MB: {say(peak_mb <= GOAL_PEAK_MB)}."
    )
    page.write([])


def describe_goals(speeds: dict[str, list[float]]) -> str:
    """Say which goals are met."""
    return " ".join(
        f"The goal for “{way}” is {goal:,} MB/s: {say(statistics.median(speeds[way]) >= goal)}."
        for way, goal in GOALS_MB_S.items()
    )


def say(is_met: bool) -> str:
    """Return what is said of a goal."""
    return "met" if is_met else "missed"


def measure(path: Path, runs: int) -> dict[str, list[float]]:
    """Return the speeds of all ways, in MB of log per second of CPU."""
    speeds: dict[str, list[float]] = {}
    for _ in range(runs):
        for name, read in WAYS.items():
            with LogFile(path) as log:
                started = time.process_time()
                read(log)
                seconds = time.process_time() - started
            speeds.setdefault(name, []).append(path.stat().st_size / 1e6 / seconds)
    return speeds


def measure_peak(path: Path) -> float:
    """Return the peak of memory of a process that reads all transactions, in MB."""
    code = f"from bench.read_binlog import print_peak; print_peak({str(path)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def print_peak(path: str) -> None:
    """Read all transactions, and print the peak of this process's memory in MB."""
    with LogFile(Path(path)) as log:
        index(log)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def index(log: LogFile) -> None:
    """Read every transaction."""
    for _ in TransactionReader(log).iter_transactions():
        pass


def count(log: LogFile) -> None:
    """Read every transaction, and count its rows."""
    maps = TableMaps()
    for transaction in TransactionReader(log).iter_transactions():
        count_rows(transaction, maps)


def decode(log: LogFile) -> None:
    """Read the values of every row."""
    readers: dict[bytes, ValueReader] = {}
    for transaction in TransactionReader(log).iter_transactions():
        tables: dict[int, ValueReader] = {}
        for event in iter_replay_events(transaction):
            if event.kind == EventKind.TABLE_MAP:
                body = event.body
                reader = readers.get(body) or ValueReader(read_table_map(body))
                readers[body] = tables[reader.table.table_id] = reader
            elif event.kind in ROW_KINDS:
                for _ in tables[read_table_id(event.data[19:25])].iter_event(event):
                    pass


def jump(log: LogFile) -> None:
    """Look for a transaction after the last one."""
    if find_first_after(log, NEVER_US) is not None:
        raise SystemExit("a transaction of the benchmark's own log is too late")


WAYS: dict[str, Callable[[LogFile], None]] = {
    INDEX: index,
    "the same and rows per table": count,
    "the values of all rows": decode,
    JUMP: jump,
}


def write_log(path: Path, rows_of_event: int) -> int:
    """Write a log; return how many events it has."""
    rng = random.Random(SEED)
    count = position = 0
    with path.open("wb") as file:
        for event in iter_log(rng, rows_of_event):
            count += 1
            position += len(event)
            file.write(event)
    return count


def iter_log(rng: random.Random, rows_of_event: int) -> Iterator[bytes]:
    """Yield the magic and the events of a log."""
    yield b"\xfebin"
    lengths = bytes.fromhex(
        "000d0008000000000400040000006300041a08000000000000020000000a0a0a2a2a001234000a280000"
    )
    body = struct.pack("<H50sIB", 4, b"9.7.4", 0, 19) + lengths + b"\1"
    first = make_event(15, body, 4)
    yield first
    position, number = 4 + len(first), 0
    while position < LOG_BYTES:
        number += 1
        for event in make_transaction(rng, number, rows_of_event, position):
            yield event
            position += len(event)


def make_transaction(
    rng: random.Random, number: int, rows_of_event: int, position: int
) -> list[bytes]:
    """Return the events of one transaction."""
    bodies: list[tuple[int, bytes]] = [(2, make_query(b"BEGIN"))]
    for first in range(0, TRANSACTION_ROWS, rows_of_event):
        table = (number + first) % 6
        count = min(rows_of_event, TRANSACTION_ROWS - first)
        kind, images = ((30, 1), (31, 2), (32, 1))[first % 3]
        rows = b"".join(make_row(rng) for _ in range(count * images))
        bodies += [
            (19, make_table_map(table)),
            (kind, make_rows(table, rows, images)),
        ]
    bodies.append((16, number.to_bytes(8, "little")))
    length = sum(23 + len(body) for _, body in bodies) + _GTID_BYTES
    bodies.insert(0, (33, make_gtid(number, length)))
    events = []
    for kind, body in bodies:
        event = make_event(kind, body, position)
        position += len(event)
        events.append(event)
    return events


def make_event(kind: int, body: bytes, position: int) -> bytes:
    """Return an event with its checksum."""
    length = 23 + len(body)
    head = struct.pack("<IBIIIH", _STARTED_S, kind, 1, length, position + length, 0)
    return head + body + crc32(head + body).to_bytes(4, "little")


def make_gtid(number: int, length: int) -> bytes:
    """Return the body of a GTID event."""
    committed_us = (_STARTED_S * 1_000_000 + number).to_bytes(7, "little")
    numbers = struct.pack("<QBQQ", number, 2, number - 1, number)
    packed = b"\xfd" + length.to_bytes(3, "little")
    return b"\0" + _UUID + numbers + committed_us + packed + struct.pack("<I", 90704)


_GTID_BYTES = 23 + len(make_gtid(1, 1))


def make_query(text: bytes) -> bytes:
    """Return the body of a QUERY event."""
    status = bytes.fromhex("00000000000120a0450000000006037374640408000800ff00")
    return struct.pack("<IIBHH", 7, 0, 4, 0, len(status)) + status + b"game\0" + text


def make_table_map(table: int) -> bytes:
    """Return the body of a TABLE_MAP event."""
    name = b"table%d" % table
    columns = bytes([len(_COLUMNS)]) + _COLUMNS + bytes([len(_METADATA)]) + _METADATA + b"\x3e"
    names = b"\4game\0" + bytes([len(name)]) + name + b"\0"
    return (100 + table).to_bytes(6, "little") + b"\1\0" + names + columns + b"\1\1\x80\2\1\x2d"


def make_rows(table: int, rows: bytes, images: int) -> bytes:
    """Return the body of a row event."""
    head = (100 + table).to_bytes(6, "little") + b"\1\0\2\0" + bytes([len(_COLUMNS)])
    return head + b"\xff" * images + rows


def make_row(rng: random.Random) -> bytes:
    """Return one image: INT, VARCHAR, INT, DECIMAL(10,2), DATETIME, TEXT that may be NULL."""
    name = b"player %d" % rng.randrange(10**6)
    is_null = rng.random() < 0.3
    row = struct.pack("<BiB", 0x20 if is_null else 0, rng.randrange(10**6), len(name)) + name
    row += struct.pack("<i", rng.randrange(10**5)) + b"\x80\0\x30\x39\x32"
    row += bytes.fromhex("99bb7ab45c")
    return row if is_null else row + b"\x0c\0some of text"


SHAPES = {
    "One row in each event": 1,
    "As many rows in each event as the transaction has": TRANSACTION_ROWS,
}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
