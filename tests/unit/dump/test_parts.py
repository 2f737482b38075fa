"""Dumps of several files, from their bytes to the verdicts."""

import gzip
import hashlib
from pathlib import Path

import pytest

from rewound.dump.file.hashes import combine_hashes
from rewound.dump.file.location import DumpFiles, DumpPart, Holds, one_file
from rewound.dump.file.part_lines import PartLines
from rewound.dump.file.parts_reader import PartsReader
from rewound.dump.rules.reference_server import REFERENCE_SERVER
from rewound.dump.script import Script
from rewound.errors import DumpError
from rewound.load.verdicts import iter_verdicts

HEADER = "-- MySQL dump 10.13\n-- Host: h    Database: {}\n-- Server version\t8.0.36\n"
CLOSING = "-- Dump completed on 2024-06-18 21:15:08\n"
AUTH = HEADER.format("auth") + "DELIMITER //\nSET sql_mode='ANSI_QUOTES'//\n" + CLOSING
WORLD = HEADER.format("world") + 'CREATE TABLE t (a int);\nINSERT INTO t VALUES ("1");\n' + CLOSING


@pytest.fixture
def parts(tmp_path: Path) -> DumpFiles:
    (tmp_path / "auth.sql").write_text(AUTH)
    (tmp_path / "world.sql.gz").write_bytes(gzip.compress(WORLD.encode()))
    return DumpFiles(
        tmp_path,
        (DumpPart(tmp_path / "auth.sql"), DumpPart(tmp_path / "world.sql.gz", database="other")),
    )


def judge(dump: DumpFiles):
    script, lines = Script(REFERENCE_SERVER), PartLines(dump)
    with PartsReader(dump) as reader:
        verdicts = list(iter_verdicts(script, reader, lines))
    return script, lines, reader, verdicts


def test_each_part_is_judged_in_a_session_of_its_own(parts: DumpFiles):
    script, _, _, verdicts = judge(parts)
    assert script.is_whole
    assert len(script.headers) == 2
    assert all(verdict.refusal is None for verdict in verdicts)
    # Neither the delimiter nor the sql_mode of the first part is the second one's.
    assert verdicts[-1].statement.text == b'INSERT INTO t VALUES ("1")'
    assert verdicts[-1].schema == "world"


def test_a_line_is_told_by_its_part(parts: DumpFiles):
    _, lines, _, verdicts = judge(parts)
    assert lines.locate(verdicts[0].line) == (parts.parts[0].location, 5)
    assert lines.describe_shortly(verdicts[-1].line) == "line 5 of world.sql.gz"
    assert lines.describe(verdicts[-1].line) == f"{parts.parts[1].location}, line 5"


def test_the_database_of_a_part_is_for_what_names_none(tmp_path: Path):
    (tmp_path / "a.sql").write_text("CREATE TABLE a (a int);\n")
    (tmp_path / "b.sql").write_text("CREATE TABLE b (a int);\n")
    dump = DumpFiles(
        tmp_path,
        tuple(DumpPart(tmp_path / f"{name}.sql", database=f"of_{name}") for name in "ab"),
    )
    *_, verdicts = judge(dump)
    assert [verdict.schema for verdict in verdicts if verdict.sql[-1].startswith(b"CREATE T")] == [
        "of_a",
        "of_b",
    ]


def test_a_part_without_its_end_is_named(parts: DumpFiles):
    path = parts.parts[0].location
    assert isinstance(path, Path)
    path.write_text(AUTH.replace(CLOSING, ""))
    script, *_ = judge(parts)
    assert script.is_whole is False


def test_a_part_that_is_cut_off_is_named(parts: DumpFiles):
    path = parts.parts[1].location
    assert isinstance(path, Path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DumpError, match=r"world\.sql\.gz: the gzip data is cut off"):
        judge(parts)


def test_the_hash_of_one_file_is_its_own_and_of_several_that_of_a_list(parts: DumpFiles):
    *_, reader, _ = judge(parts)
    own = []
    for part in parts.parts:
        assert isinstance(part.location, Path)
        own.append((part, hashlib.sha256(part.location.read_bytes()).hexdigest()))
    assert reader.sha256 == combine_hashes(own) != own[0][1]
    with PartsReader(one_file(parts.parts[0].location)) as alone:
        for _, chunks in alone.iter_parts():
            assert b"".join(chunks) == AUTH.encode()
    assert alone.sha256 == own[0][1]


def test_what_a_part_holds_counts_for_the_hash():
    path = Path("t.txt")
    hashes = {
        combine_hashes([(part, "00")])
        for part in (
            DumpPart(path),
            DumpPart(path, database="a"),
            DumpPart(path, Holds.ROWS, "a", "t"),
            DumpPart(path, Holds.ROWS, "a", "u"),
        )
    }
    assert len(hashes) == 4
