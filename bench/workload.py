"""Dumps of an invented game, as mysqldump writes them: any size, the same for the same seed.

Checked on MySQL 9.7.4: what `mysqldump --set-gtid-purged=OFF --hex-blob` writes of a world
restored from such a dump differs from it in header, closing line and ends of INSERTs alone.
"""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import IO

from bench.game_schema import TABLES
from bench.game_tables import SEASON_BYTES, SEASON_COLUMN, Draw, Table

_STATEMENT_BYTES = 1_046_528  # mysqldump's net_buffer_length
_BLOCK_ROWS = 5_000

_START = """-- MySQL dump 10.13  Distrib 8.0.42, for Linux (x86_64)
--
-- Host: localhost    Database: game
-- ------------------------------------------------------
-- Server version\t8.0.42

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!50503 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Current Database: `game`
--

CREATE DATABASE /*!32312 IF NOT EXISTS*/ `game` \
/*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */ \
/*!80016 DEFAULT ENCRYPTION='N' */;

USE `game`;
"""
_TABLE_START = """
--
-- Table structure for table `%(name)s`
--

DROP TABLE IF EXISTS `%(name)s`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE `%(name)s` (
%(lines)s
) ENGINE=InnoDB%(next)s DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `%(name)s`
--

LOCK TABLES `%(name)s` WRITE;
/*!40000 ALTER TABLE `%(name)s` DISABLE KEYS */;
"""
_TABLE_END = """/*!40000 ALTER TABLE `%(name)s` ENABLE KEYS */;
UNLOCK TABLES;
"""
_END = """/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-03-03  4:15:02
"""


class Shape(Enum):
    """What a dump holds."""

    GAME = "game"
    """Six tables with twelve secondary indexes; one has 70 % of the bytes."""
    GIANT = "giant"
    """One table with nothing but a primary key."""
    NO_LOAD_DATA = "no_load_data"
    """The game, each row with the number of a YEAR, which no field of LOAD DATA is."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One dump that was written."""

    path: Path
    """Where it is; its name is one from which Rewound reads world and time."""
    text_bytes: int
    """How long its SQL is."""
    rows: dict[str, int]
    """The number of rows of each table."""


def write_dump(folder: Path, shape: Shape, *, world: int, size_bytes: int, seed: int) -> Dump:
    """Write the dump of one world, `size_bytes` of SQL, give or take a few percent."""
    path = folder / f"world{world:03}_fulldump_20260303_041502.sql.gz"
    tables = choose_tables(shape)
    season = shape is Shape.NO_LOAD_DATA
    extra = SEASON_BYTES if season else 0
    total = sum(table.share for table in tables)
    rows = {
        table.name: max(1, int(size_bytes * table.share / total / (table.row_bytes + extra)))
        for table in tables
    }
    draw = Draw(f"{seed} {world} {shape.value}")
    text_bytes = 0
    with path.open("wb") as file, start_gzip(file) as gzip:
        assert gzip.stdin is not None
        for text in iter_text(tables, rows, draw, season=season):
            text_bytes += gzip.stdin.write(text.encode())
    if gzip.returncode:
        raise SystemExit(f"gzip failed on {path}")
    return Dump(path, text_bytes, rows)


def start_gzip(file: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start the gzip that backup scripts pipe into; it uses the other core."""
    return subprocess.Popen(["gzip", "-6", "-n"], stdin=subprocess.PIPE, stdout=file)


def choose_tables(shape: Shape) -> Sequence[Table]:
    """Return the tables of a dump, in mysqldump's order."""
    if shape is Shape.GIANT:
        return [replace(table, keys=()) for table in TABLES if table.name == "score_event"]
    return TABLES


def iter_text(
    tables: Sequence[Table], rows: dict[str, int], draw: Draw, *, season: bool
) -> Iterator[str]:
    """Yield the text of a dump, in pieces."""
    yield _START
    for table in tables:
        yield make_table_start(table, rows[table.name], season=season)
        row_blocks = (
            table.make_rows(draw, rows, numbers, season=season)
            for numbers in iter_blocks(rows[table.name])
        )
        yield from iter_inserts(table.name, row_blocks)
        yield _TABLE_END % {"name": table.name}
    yield _END


def make_table_start(table: Table, rows: int, *, season: bool) -> str:
    """Return what comes before the rows of a table."""
    keys = ",\n".join(f"  {key}" for key in (f"PRIMARY KEY ({table.primary_key})", *table.keys))
    lines = [table.columns, *([SEASON_COLUMN] if season else []), keys]
    following = f" AUTO_INCREMENT={rows + 1}" if table.is_counted else ""
    return _TABLE_START % {"name": table.name, "lines": "\n".join(lines), "next": following}


def iter_blocks(rows: int) -> Iterator[range]:
    """Yield the numbers of the rows, some thousands at a time."""
    for start in range(1, rows + 1, _BLOCK_ROWS):
        yield range(start, min(start + _BLOCK_ROWS, rows + 1))


def iter_inserts(name: str, row_blocks: Iterator[list[str]]) -> Iterator[str]:
    """Yield INSERTs of many rows, each about as long as mysqldump makes them."""
    start = f"INSERT INTO `{name}` VALUES "
    gathered: list[str] = []
    size = 0
    for rows in row_blocks:
        for row in rows:
            size += len(row) + 1
            if size > _STATEMENT_BYTES:
                yield f"{start}{','.join(gathered)};\n"
                gathered, size = [], len(row) + 1
            gathered.append(row)
    yield f"{start}{','.join(gathered)};\n"
