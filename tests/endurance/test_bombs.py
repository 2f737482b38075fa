"""Small files that become very much: in memory, in time and on the disk."""

import bz2
import gzip
import lzma
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from rewound import command
from tests.conftest import CLOSING_LINE, HEADER, Cli, Dumps
from tests.endurance.conftest import Effort, Figures

PROMISE = "A hostile dump does nothing but fill its databases"
LONGEST_S = 60.0
LARGEST_BYTES = 1 << 30
"""Of memory; Python, the libraries and one statement of 256 MiB among it."""

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gz": lambda text: gzip.compress(text, 9),
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    "xz": lambda text: lzma.compress(text, preset=1),
    "bz2": bz2.compress,
}
BLOCKS = {
    "space": b"\n" * (1 << 24),
    "one statement": b"(" * (1 << 24),
    "one comment": b"a" * (1 << 24),
    "rows": b",(0)" * (1 << 22),
    "empty statements": b";\n" * (1 << 23),
    "empty comments": b"-- \n" * (1 << 22),
    "settings": b"SET @a=1;\n" * (1 << 20),
}
STARTS = {
    "space": "",
    "one statement": "CREATE TABLE t (",
    "one comment": "/*",
    "rows": "CREATE TABLE t (a INT);\nINSERT INTO t VALUES (0)",
    "empty statements": "",
    "empty comments": "",
    "settings": "",
}


@pytest.mark.parametrize("suffix", COMPRESS)
@pytest.mark.parametrize("content", BLOCKS)
def test_a_bomb_is_refused_in_time_and_in_memory(
    tmp_path: Path, figures: Figures, effort: Effort, suffix: str, content: str
):
    if not effort.is_whole and (suffix not in ("zst", "gz") or content != "rows"):
        pytest.skip("a few are tried; make endurance tries all")
    path = write_bomb(tmp_path, suffix, content, blocks=effort.of(256, short=20))
    with figures.trying(PROMISE, "a file of up to 4 GiB of text in some MB") as tried:
        started_at = time.monotonic()
        code, said, memory_bytes = verify(tmp_path)
        tried.faults += 1
        assert code == 1, said
        assert f"{path}: " in said
        assert "compressed-too-well" in said or "too-long" in said
        assert time.monotonic() - started_at < LONGEST_S
        assert memory_bytes < LARGEST_BYTES


def write_bomb(folder: Path, suffix: str, content: str, *, blocks: int) -> Path:
    """Write a dump of many members of the same text."""
    path = folder / f"host1_fulldump_20260302_211500.sql.{suffix}"
    compress = COMPRESS[suffix]
    block = compress(BLOCKS[content])
    end = f";\n{CLOSING_LINE}" if STARTS[content] else CLOSING_LINE
    with path.open("wb") as file:
        file.write(compress((HEADER + STARTS[content]).encode()))
        for _ in range(blocks):
            file.write(block)
        file.write(compress(end.encode()))
    return path


def verify(folder: Path) -> tuple[int, str, int]:
    """Run `rewound verify`; return its exit code, what it said, and the memory it took."""
    said = folder / "stderr"
    argv = [sys.executable, "-m", "rewound", "verify", str(folder)]
    with said.open("wb") as stderr:
        process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=stderr)
    # Of it and of the processes that it waited for, the largest.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, said.read_text(), usage.ru_maxrss * 1024


def test_up_ends_before_the_disk_is_full(cli: Cli, dumps: Dumps, figures: Figures, effort: Effort):
    if not effort.is_whole:
        pytest.skip("it takes a disk of 600 MB; make endurance tries it")
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small file system")
    values = ",".join(f"({number}, REPEAT('x', 60000))" for number in range(100))
    inserts = f"INSERT INTO t (n, s) VALUES {values};\n" * 100
    table = "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n INT, s TEXT);\n"
    dumps.write(table + inserts, name="host1_fulldump_20260302_211500.sql.gz")
    command.run(
        ["mount", "-t", "tmpfs", "-o", "size=600M", "tmpfs", str(cli.state_dir)], timeout_s=30
    )
    try:
        with figures.trying(PROMISE, "a small dump that would fill the disk") as tried:
            up = cli("up", dumps.folder, timeout_s=120)
            tried.faults += 1
            assert up.code == 3, up.stderr
            assert "to keep the disk from filling up" in up.stderr
            assert list(cli.state_dir.glob("fleets/*/")) == []
    finally:
        command.run(["umount", str(cli.state_dir)], timeout_s=30)
