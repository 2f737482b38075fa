"""Sources that hold what cannot be read, or what is no dump: only those worlds fail."""

import json
import os

import pytest

from rewound.engine.install.installation import Installation
from tests.conftest import Cli, Dumps

SECRET = "c2VjcmV0LW9mLXRoaXMtdGVzdA"
TABLE = "CREATE TABLE t (id INT PRIMARY KEY);\nINSERT INTO t VALUES (1),(2);\n"
MADE = "_fulldump_20260302_211500.sql"


@pytest.fixture
def hostile_source(dumps: Dumps) -> Dumps:
    """One good dump; one that the disk does not give, two links to secrets, a pipe."""
    dumps.write(TABLE, name=f"host1{MADE}")
    (dumps.folder / f"host2{MADE}").symlink_to("/proc/self/mem")
    key = dumps.folder.parent / "id_rsa"
    key.write_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n")
    (dumps.folder / f"host3{MADE}").symlink_to(key)
    script = dumps.folder.parent / "profile"
    script.write_text(f"#!/bin/sh\nset -e; export TOKEN={SECRET};\n")
    (dumps.folder / f"host4{MADE}").symlink_to(script)
    os.mkfifo(dumps.folder / f"host5{MADE}")
    return dumps


def test_up_keeps_the_good_world_and_shows_nothing_of_what_is_no_dump(
    cli: Cli, hostile_source: Dumps, installation: Installation
) -> None:
    done = cli("up", hostile_source.folder)
    status = cli("status", "--format", "json")
    kept = "".join(path.read_text() for path in (cli.state_dir / "fleets").rglob("*.json"))
    assert cli("down").code == 0
    assert done.code == 4, done.stderr
    states = {row["world"]: row["state"] for row in json.loads(status.stdout)}
    assert states == {"host1": "ready", "host2": "failed", "host3": "failed", "host4": "failed"}
    assert "reading failed: Input/output error" in done.stderr
    assert "neither a file nor a folder" in done.stderr
    assert "not shown: nothing so far shows that this file is a dump" in done.stderr
    assert SECRET not in done.stdout + done.stderr + status.stdout + kept


def test_verify_says_the_same_and_shows_as_little(
    cli: Cli, hostile_source: Dumps, installation: Installation
) -> None:
    read = cli("verify", hostile_source.folder, "--format", "json")
    receipt = hostile_source.folder.parent / "receipt.json"
    drill = cli("verify", hostile_source.folder, "--restore", "--receipt", receipt)
    assert (read.code, drill.code) == (4, 4)
    states = {row["world"]: row["state"] for row in json.loads(read.stdout)}
    assert states == {
        "host1": "whole",
        "host2": "unreadable",
        "host3": "refused",
        "host4": "refused",
    }
    proven = {each["world"]: each["is_proven"] for each in json.loads(receipt.read_text())["dumps"]}
    assert proven == {"host1": True, "host2": False, "host3": False, "host4": False}
    for text in (read.stdout, read.stderr, drill.stdout, drill.stderr, receipt.read_text()):
        assert SECRET not in text
