"""From `rewound up` to three small worlds ready, against the way most people do it.

The other way: three servers, each initialised and started with mysqld's own defaults,
each filled with `zcat dump | mysql`, the three side by side. Both use the same mysqld
and the same dumps (examples/backups), take turns in one run, and are timed as a whole.
Writes bench/RESULTS.md. Run it with `make bench`.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from rewound import settings
from rewound.engine.installation import Installation, get_installation

ROUNDS = 5
PROJECT = Path(__file__).parents[1]
DUMPS = sorted((PROJECT / "examples" / "backups").glob("*_20260303_*.sql.gz"))
REWOUND = [sys.executable, "-m", "rewound"]
ANSWER_TIMEOUT_S = 60.0


def up_with_rewound(folder: Path, _installation: Installation) -> Callable[[], None]:
    """Bring three worlds up; return what takes them down again."""
    environment = {**os.environ, "REWOUND_STATE_DIR": str(folder)}

    def run(*arguments: str) -> None:
        subprocess.run([*REWOUND, *arguments], env=environment, check=True, capture_output=True)

    run("up", str(PROJECT / "examples" / "backups"))
    return lambda: run("down")


def up_by_hand(folder: Path, installation: Installation) -> Callable[[], None]:
    """Initialise, start and fill three servers; return what ends them."""
    with ThreadPoolExecutor(len(DUMPS)) as pool:
        servers = list(pool.map(lambda dump: serve(folder, dump, installation), DUMPS))

    def end() -> None:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()

    return end


def serve(folder: Path, dump: Path, installation: Installation) -> "subprocess.Popen[bytes]":
    """Start one server of its own for a dump and load it with the mysql client."""
    world = folder / dump.name.split("_")[0]
    world.mkdir()
    user = ["--user=root"] if os.getuid() == 0 else []
    data = [f"--datadir={world / 'data'}", "--mysqlx=OFF", "--secure-file-priv=NULL"]
    mysqld = [*installation.mysqld, "--no-defaults", *installation.options, *user, *data]
    socket = f"--socket={world / 's'}"
    with (world / "log").open("wb") as log:
        subprocess.run([*mysqld, "--initialize-insecure"], check=True, stdout=log, stderr=log)
        server = subprocess.Popen([*mysqld, socket, "--skip-networking"], stdout=log, stderr=log)
        assert installation.client is not None
        client = [*installation.client, "--no-defaults", socket, "-uroot"]
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        ask = [*client, "-e", "SELECT 1"]
        while subprocess.run(ask, check=False, stdout=log, stderr=log).returncode:
            assert time.monotonic() < deadline, f"{world.name} does not answer"
            time.sleep(0.05)
        with subprocess.Popen(["zcat", dump], stdout=subprocess.PIPE) as text:
            subprocess.run(client, stdin=text.stdout, check=True, stdout=log, stderr=log)
    return server


def measure(way: Callable[[Path, Installation], Callable[[], None]], mysql: Installation) -> float:
    """Return the seconds that one way takes until all three worlds are there."""
    folder = Path(tempfile.mkdtemp(prefix="rwb-"))
    try:
        start = time.perf_counter()
        end = way(folder, mysql)
        seconds = time.perf_counter() - start
        end()
        return seconds
    finally:
        shutil.rmtree(folder)


def main() -> None:
    mysql = get_installation("auto", settings.cache_dir())
    ways = {"rewound up": up_with_rewound, "mysqld, zcat to mysql": up_by_hand}
    measure(up_with_rewound, mysql)  # makes the template, which is made once per version
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name].append(measure(way, mysql))
            print(f"{name}: {seconds[name][-1]:.2f} s")
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ours, theirs = medians.values()
    lines = [
        "# Results",
        "",
        "Written by `make bench`; what is measured is told in README.md.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.system()}"
        f" {platform.machine()}, Python {platform.python_version()}, MySQL {mysql.version}.",
        "",
        f"## Three small worlds from nothing to ready, {ROUNDS} rounds in turn",
        "",
        "| way | median s | all s |",
        "| --- | ---: | --- |",
        *(
            f"| {name} | {medians[name]:.2f} | {', '.join(f'{value:.2f}' for value in values)} |"
            for name, values in seconds.items()
        ),
        "",
        f"Rewound is {theirs / ours:.1f} times as fast.",
    ]
    (PROJECT / "bench" / "RESULTS.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
