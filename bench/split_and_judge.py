"""Measure how fast a dump's text is split into statements and judged, on one core.

    .venv/bin/python -m bench.split_and_judge [RUNS]

Four dumps are written, with a fixed seed. Of each, in turns:

- its text, in memory, through `Script`, which splits and judges as a restore does;
- its `.sql.gz`, to its end, through `DumpReader` (decompressed, checksummed) and `Script`;
- its `.sql.gz` through `zcat`, into nothing: what any restore has to do at least.
"""

import gzip
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.page import Page
from rewound.dump.file.reader import CHUNK_BYTES, DumpReader
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.script import Script

SEED = 20260303
TEXT_BYTES = 100_000_000
STATEMENT_BYTES = 1_000_000  # what mysqldump puts in one INSERT
SMALL_TABLES, SMALL_TABLE_ROWS = 3_000, 3
DEFAULT_RUNS = 7
GOAL_MB_S = 150

TABLE = """DROP TABLE IF EXISTS `%(name)s`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `%(name)s` (
  `id` int NOT NULL AUTO_INCREMENT,
  `name` varchar(64) NOT NULL,
  `clan` varchar(32) DEFAULT NULL,
  `score` int NOT NULL DEFAULT '0',
  `rating` decimal(8,2) DEFAULT NULL,
  `banned` datetime DEFAULT NULL,
  `seen` datetime NOT NULL,
  `bio` text,
  PRIMARY KEY (`id`),
  KEY `score` (`score`)
) ENGINE=InnoDB AUTO_INCREMENT=%(next)d DEFAULT CHARSET=utf8mb4;
/*!40101 SET character_set_client = @saved_cs_client */;

LOCK TABLES `%(name)s` WRITE;
/*!40000 ALTER TABLE `%(name)s` DISABLE KEYS */;
%(inserts)s
/*!40000 ALTER TABLE `%(name)s` ENABLE KEYS */;
UNLOCK TABLES;
"""
START = """-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
--
-- Host: localhost    Database: game
-- ------------------------------------------------------
-- Server version\t8.0.36

/*!50503 SET NAMES utf8mb4 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
"""
END = "\n-- Dump completed on 2026-03-03 21:15:02\n"


def main(runs: int) -> None:
    """Measure, and write the page."""
    page = Page(__file__, "Splitting and judging")
    page.add(
        f"Four dumps, {runs} runs each; those of one table have {TEXT_BYTES / 1e6:.0f} MB. “In"
        " memory” is what splitting and judging cost alone; “the file” is the same after gunzip,"
        " as in a restore; `zcat` is the least that reading the file can cost."
    )
    speeds = {shape: measure(write, runs) for shape, write in SHAPES.items()}
    for shape, rows in speeds.items():
        page.add(f"## {shape}")
        page.add_table("MB of text per second", rows)
    ordinary = statistics.median(next(iter(next(iter(speeds.values())).values())))
    page.add(
        f"The goal is {GOAL_MB_S} MB/s for the ordinary dump in memory:"
        f" {'met' if ordinary >= GOAL_MB_S else 'missed'}."
    )
    page.write([])


def measure(write: Callable[[random.Random], Iterator[str]], runs: int) -> dict[str, list[float]]:
    """Return the speeds with which one dump is read, in MB of text per second."""
    text = START + "".join(write(random.Random(SEED))) + END
    data = text.encode()
    speeds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        path = Path(folder) / "dump.sql.gz"
        path.write_bytes(gzip.compress(data, 6))
        ways: dict[str, Callable[[], object]] = {
            "in memory": lambda: judge(iter_chunks(data)),
            "the file": lambda: judge_file(path),
            "`zcat`": lambda: subprocess.run(["zcat", path], stdout=subprocess.DEVNULL, check=True),
        }
        for _ in range(runs):
            for name, act in ways.items():
                started = time.perf_counter()
                act()
                speed = len(data) / 1e6 / (time.perf_counter() - started)
                speeds.setdefault(name, []).append(speed)
    return speeds


def judge_file(path: Path) -> None:
    """Read a dump to its end, and judge its statements."""
    with DumpReader(path) as reader:
        judge(reader.iter_chunks())


def judge(chunks: Iterator[bytes]) -> None:
    """Judge every statement, as a load does before it sends it."""
    script = Script(REFERENCE_SERVER, schema="game")
    refused = [v for v in script.iter_verdicts(chunks) if v.refusal is not None]
    if refused:
        raise SystemExit(f"a statement of the benchmark's own dump is refused: {refused[0]}")


def iter_chunks(data: bytes) -> Iterator[bytes]:
    """Cut a text in memory as the reader does."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


def write_extended(rng: random.Random, bio: str = "some text that a player wrote") -> Iterator[str]:
    """Write one large table, many rows in each INSERT, as mysqldump does."""
    inserts, size, rows = [], 0, []
    statement_size = number = 0
    while size < TEXT_BYTES:
        number += 1
        row = make_row(rng, number, bio)
        rows.append(row)
        size += len(row) + 1
        statement_size += len(row) + 1
        if statement_size > STATEMENT_BYTES:
            inserts.append(make_insert("player", rows))
            rows, statement_size = [], 0
    yield make_table("player", number, inserts)


def write_escaped(rng: random.Random) -> Iterator[str]:
    """Write the same with three escaped bytes in every row."""
    return write_extended(rng, r"it\'s what \"they\" wrote")


def write_single_rows(rng: random.Random) -> Iterator[str]:
    """Write one large table, one INSERT for each row: --skip-extended-insert."""
    inserts, size, number = [], 0, 0
    while size < TEXT_BYTES:
        number += 1
        inserts.append(make_insert("player", [make_row(rng, number, "some text")]))
        size += len(inserts[-1]) + 1
    yield make_table("player", number, inserts)


def write_small_tables(rng: random.Random) -> Iterator[str]:
    """Write tables of three rows each."""
    for table in range(SMALL_TABLES):
        rows = [make_row(rng, number, "some text") for number in range(SMALL_TABLE_ROWS)]
        yield make_table(f"table{table}", SMALL_TABLE_ROWS, [make_insert(f"table{table}", rows)])


def make_row(rng: random.Random, number: int, bio: str) -> str:
    """Return the values of one player."""
    clan = rng.choice(["'alpha'", "'beta'", "'gamma'", "NULL"])
    score, rating = rng.randrange(10**6), rng.random() * 1000
    return (
        f"({number},'player{number}',{clan},{score},{rating:.2f},NULL,"
        f"'2026-03-03 21:{number % 60:02}:00','{bio}, number {number}')"
    )


def make_insert(table: str, rows: list[str]) -> str:
    """Return one INSERT."""
    return f"INSERT INTO `{table}` VALUES {','.join(rows)};"


def make_table(name: str, rows: int, inserts: list[str]) -> str:
    """Return what mysqldump writes about one table."""
    return TABLE % {"name": name, "next": rows + 1, "inserts": "\n".join(inserts)}


SHAPES = {
    "Ordinary: many rows in each INSERT": write_extended,
    "Many rows in each INSERT, three escapes in each row": write_escaped,
    "One row in each INSERT": write_single_rows,
    f"{SMALL_TABLES:,} tables of three rows": write_small_tables,
}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_RUNS)
