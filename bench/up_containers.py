"""Measure the time from three dumps to three containers that answer.

    .venv/bin/python -m bench.up_containers [--runs N] [--image NAME]

Ways to the same end take turns, so that all meet the same state of the machine:

- `rewound up examples/backups --engine docker`, a fresh process, until it has exited with all
  worlds ready; the dumps have no baselines yet, and get them;
- the same again, from these baselines, and `rewound reset` of all three;
- the usual way: for each dump, all three at once, a container of the same image with the dump
  in /docker-entrypoint-initdb.d, until it answers a login over its port.

Without --image it is the one that tests/docker_host/image.py builds from the MySQL that
`rewound server install` fetched: its entrypoint follows that of the official image, less the
time zones. Ending the containers is not measured, nor are Rewound's first steps on a host (the
template of an image), which a warm-up run takes and whose time is given apart.
"""

import argparse
import contextlib
import secrets
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docker
import pymysql
from docker.models.containers import Container

from bench.page import ROOT, Page
from bench.rewound_command import RewoundCommand
from bench.up_small_worlds import COUNT, DUMPS, look, require_players, time_command
from rewound.engine.docker.address import find_address
from rewound.engine.host.ports import pick_ports
from rewound.engine.install.installation import find_installed
from rewound.settings import cache_dir
from tests.docker_host.image import build_mysql_image, name_mysql_image

SOURCE = str(ROOT / "examples/backups")
DEFAULT_RUNS = 7
GOAL_S = 8.0
_USUAL_TIMEOUT_S = 300.0


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=DEFAULT_RUNS)
    parser.add_argument("--image")
    arguments = parser.parse_args()
    address = find_address()
    if address is None:
        raise SystemExit("there is no Docker daemon here")
    with contextlib.closing(docker.DockerClient(base_url=address)) as client:
        image = arguments.image or build_image(client)
        measure(client, image, runs=arguments.runs)


def build_image(client: docker.DockerClient) -> str:
    """Build the image of the tests, and return its name."""
    installed = find_installed(cache_dir())
    if not installed:
        raise SystemExit("no MySQL for an image: rewound server install")
    tag = name_mysql_image(installed[0])
    build_mysql_image(client, installed[0], tag=tag)
    return tag


def measure(client: docker.DockerClient, image: str, *, runs: int) -> None:
    """Measure with one image."""
    page = Page(__file__, "From three dumps to three containers")
    ways: dict[str, list[float]] = {
        "`rewound up`, which leaves baselines": [],
        "`rewound up` again, from baselines": [],
        "`rewound reset` of all three": [],
        "the usual way: a dump in initdb.d for each container": [],
    }
    with tempfile.TemporaryDirectory(prefix="rw-") as folder:
        ours = RewoundCommand(Path(folder) / "rewound")
        very_first = measure_rewound(ours, image)[0]
        for run in range(1, runs + 1):
            seconds = [*measure_rewound(ours, image), measure_usual_way(client, image)]
            for way, each in zip(ways.values(), seconds, strict=True):
                way.append(each)
            shown = ", ".join(f"{each:.2f}" for each in seconds)
            print(f"run {run}: up, up again, reset, the usual way: {shown} s")
    page.add(f"Three small worlds ready, from the dumps in examples/backups, {runs} runs each:")
    page.add_table("seconds", ways)
    first, _, _, usual = map(statistics.median, ways.values())
    page.add(
        f"The usual way takes {usual / first:.1f} times as long as the first `rewound up`. The"
        f" goal for `rewound up` is {GOAL_S:.0f} s on two cores, with the image present:"
        f" {'met' if first < GOAL_S else 'missed'}. The very first one on a host, which makes"
        f" the template of the image as well, took {very_first:.1f} s."
    )
    version = client.version()["Version"]
    page.write([f"Docker {version}", f"image {image}"])


def measure_rewound(rewound: RewoundCommand, image: str) -> tuple[float, float, float]:
    """Return the seconds of the first `up`, the next one and a reset; no fleet is left."""
    up = ("up", SOURCE, "--engine", "docker", "--image", image)
    rewound.forget_baselines()
    try:
        first = time_command(rewound, *up)
        look(rewound)
        rewound.run("down")
        again, reset = time_command(rewound, *up), time_command(rewound, "reset")
        look(rewound)
    finally:
        rewound.run("down")
    return first, again, reset


def measure_usual_way(client: docker.DockerClient, image: str) -> float:
    """Return the seconds until three containers that load their dumps themselves answer."""
    password = secrets.token_urlsafe()
    ports = pick_ports(len(DUMPS), base=None)
    containers: list[Container] = []

    def make(dump: Path, port: int) -> int:
        containers.append(
            client.containers.run(
                image,
                detach=True,
                environment={"MYSQL_ROOT_PASSWORD": password},
                volumes={str(dump): {"bind": f"/docker-entrypoint-initdb.d/{dump.name}"}},
                ports={"3306/tcp": ("127.0.0.1", port)},
            )
        )
        return count_players(port, password)

    started = time.perf_counter()
    try:
        with ThreadPoolExecutor(len(DUMPS)) as pool:
            players = list(pool.map(make, DUMPS, ports))
        seconds = time.perf_counter() - started
    finally:
        for container in containers:
            container.remove(force=True, v=True)
    require_players(players)
    return seconds


def count_players(port: int, password: str) -> int:
    """Return how many players a server holds, once it answers."""
    deadline = time.monotonic() + _USUAL_TIMEOUT_S
    while True:
        try:
            with (
                pymysql.connect(
                    host="127.0.0.1", port=port, user="root", password=password
                ) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute(COUNT)
                [(players,)] = cursor.fetchall()
                return int(players)
        except (pymysql.err.OperationalError, OSError):
            if time.monotonic() > deadline:
                raise SystemExit("a container of the usual way does not answer") from None
            time.sleep(0.05)


if __name__ == "__main__":
    main()
