"""FLOAT with all its digits, wherever an answer is shown; and where that cannot be done, a word."""

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import Cli, Dumps

TABLE = "CREATE TABLE t (id int primary key, f float, s float(20,3), z float zerofill, d double);\n"


@pytest.fixture
def fleet(cli: Cli, dumps: Dumps) -> Iterator[Cli]:
    """Two worlds whose FLOATs are equal in their first six digits."""
    for world, number in (("a", "16777216"), ("b", "16777218")):
        rows = f"INSERT INTO t VALUES (2,{number},{number}.5,7,0.1),(1,NULL,1,8.5,1e300);\n"
        name = f"{world}_fulldump_20260302_211500.sql"
        dumps.write(f"CREATE DATABASE game; USE game;\n{TABLE}{rows}", name=name)
    try:
        assert cli("up", dumps.folder).code == 0
        yield cli
    finally:
        cli("down")


def test_float_has_all_its_digits_in_every_format(fleet: Cli, tmp_path: Path):
    sql = "SELECT * FROM t ORDER BY id DESC LIMIT 1"
    shown = fleet("query", sql, "--format", "csv")
    assert shown.lines == [
        "world,id,f,s,z,d",
        "a,2,16777216,16777216.000,000000000007,0.1",
        "b,2,16777218,16777218.000,000000000007,0.1",
    ]
    assert "warning" not in shown.stderr
    rows = json.loads(fleet("query", sql, "--format", "json").stdout)
    assert [row["f"] for row in rows] == [16777216, 16777218]
    grouped = fleet("query", "SELECT f FROM t ORDER BY id", "--group", "--format", "jsonl")
    assert len({line for line in grouped.lines if "1677721" in line}) == 2, grouped.stdout
    difference = "SELECT MAX(f) - MIN(f) AS difference FROM result"
    assert fleet("query", sql, "--reduce", difference, "--format", "csv").lines[1:] == ["2"]
    target = tmp_path / "t.parquet"
    assert fleet("query", sql, "--format", "parquet", "--output", target).code == 0
    assert pq.read_table(target).column("f").to_pylist() == [16777216.0, 16777218.0]


def test_what_cannot_be_prepared_says_that_it_is_rounded(fleet: Cli):
    asked = fleet("query", "SELECT f, @n := id AS n FROM t WHERE id = 2", "--format", "csv")
    assert asked.lines[1:] == ["a,16777200,2", "b,16777200,2"]
    assert "column f is a FLOAT, shown with 6 digits" in asked.stderr
    exact = "SELECT CAST(f AS DOUBLE) AS f, @n := id AS n FROM t WHERE id = 2"
    asked = fleet("query", exact, "--format", "csv")
    assert asked.lines[1:] == ["a,16777216,2", "b,16777218,2"]
    assert "digits" not in asked.stderr


def test_a_statement_that_cannot_be_prepared_fails_as_it_always_did(fleet: Cli):
    asked = fleet("query", "SELECT f FROM t WHERE id = ?", "--worlds", "a")
    assert asked.code == 1
    assert "MySQL error 1064" in asked.stderr
    asked = fleet("query", "SELECT f FROM t WHERE f = (SELECT f FROM t)", "--worlds", "a")
    assert "MySQL error 1242" in asked.stderr
