"""Dumps of one table of players, for benchmarks of questions and differences."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

_HEAD = """-- MySQL dump 10.13  Distrib 8.4.3, for Linux (x86_64)
--
-- Host: localhost    Database: game
-- Server version\t8.4.3
/*!50503 SET NAMES utf8mb4 */;
"""
_CLOSING_LINE = "-- Dump completed on 2026-03-02 21:15:00\n"
_ROWS_OF_A_STATEMENT = 1_000

Row = Callable[[int, random.Random], str]
"""Number of a row and a source of chance to its values in SQL."""


def write_players(folder: Path, world: str, rows: int, *, table: str, row: Row, seed: str) -> None:
    """Write the dump of a world whose table `player` has so many rows; the same for a seed."""
    folder.mkdir(exist_ok=True)
    draw = random.Random(seed)
    with gzip.open(folder / f"{world}_fulldump_20260302_211500.sql.gz", "wt", 1) as out:
        out.write(f"{_HEAD}{table}")
        for start in range(1, rows + 1, _ROWS_OF_A_STATEMENT):
            numbers = range(start, min(start + _ROWS_OF_A_STATEMENT, rows + 1))
            values = ",".join(f"({row(number, draw)})" for number in numbers)
            out.write(f"INSERT INTO player VALUES {values};\n")
        out.write(_CLOSING_LINE)
