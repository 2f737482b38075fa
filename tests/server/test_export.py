"""What `rewound export compose` refuses, and that nothing of it is then left."""

import os
from pathlib import Path

import pytest

from rewound import command
from tests.conftest import EXAMPLES, Cli, Dumps

SQL = "CREATE DATABASE game;\nUSE game;\nCREATE TABLE t (id INT PRIMARY KEY);\n"


def files_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def cli(state_dir: Path, tmp_path: Path, own_cache: Path) -> Cli:
    """Runs `rewound` with baselines of this test alone: one test damages them."""
    return Cli(state_dir, tmp_path, own_cache)


@pytest.fixture
def one_world(cli: Cli, dumps: Dumps) -> Cli:
    """A fleet of one world, which `down` has to end."""
    dumps.write(SQL)
    up = cli("up", "backups")
    assert up.code == 0, up.stderr
    return cli


def test_export_takes_some_worlds_and_the_image_of_the_release(cli: Cli, tmp_path: Path):
    assert cli("up", EXAMPLES).code == 0
    done = cli("export", "compose", "out", "--worlds", "host[2-3]", "--port-base", "4000")
    version = cli("query", "SELECT VERSION()", "--worlds", "host1", "--format", "csv").lines[1]
    assert cli("down").code == 0
    assert done.code == 0, done.stderr
    assert "docker compose up -d" in done.stderr and "docker compose down" in done.stderr
    assert ["host2", "game", "127.0.0.1:4000"] in [line.split() for line in done.lines]
    release = ".".join(version.partition(",")[2].split(".")[:2])
    env = (tmp_path / "out/.env").read_text()
    assert f"\nIMAGE=mysql:{release}\n" in env
    # Whatever this host's memory and the fleet's share of it.
    assert "\nBUFFER_POOL=128M\nMEMORY_LIMIT=3200M\n" in env
    assert "\nHOST2_PORT=4000\nHOST3_PORT=4001\n" in env and "HOST1" not in env
    assert files_of(tmp_path / "out/worlds") == {"host2", "host3"}
    assert files_of(tmp_path) == {"out"}


def test_export_takes_its_settings_from_the_file(one_world: Cli, tmp_path: Path):
    (tmp_path / "rewound.toml").write_text('fleet = "nosuch"\nport-base = 4321\n')
    assert "no fleet named nosuch" in one_world("export", "compose", "out").stderr
    done = one_world("export", "compose", "out", "--fleet", "default")
    assert one_world("down", "--fleet", "default").code == 0
    assert done.code == 0, done.stderr
    assert "\nHOST1_PORT=4321\n" in (tmp_path / "out/.env").read_text()


def test_export_writes_into_an_empty_folder_and_no_other(one_world: Cli, tmp_path: Path):
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    (tmp_path / "full/mine").write_text("")
    before = files_of(tmp_path)
    (tmp_path / ".empty.rewound-export-killed").mkdir()
    full, file, nowhere, empty = (
        one_world("export", "compose", name)
        for name in ("full", "full/mine", "nosuch/out", "empty")
    )
    assert one_world("down").code == 0
    assert (full.code, file.code, nowhere.code, empty.code) == (2, 2, 2, 0)
    assert "full already exists and is not empty" in full.stderr
    assert "does not exist" in nowhere.stderr
    assert files_of(tmp_path) == before
    assert files_of(tmp_path / "full") == {"mine"}
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o700


def test_export_refuses_what_is_no_image(one_world: Cli, tmp_path: Path):
    done = one_world("export", "compose", "out", "--image", "my sql")
    assert one_world("down").code == 0
    assert done.code == 2 and "invalid image name" in done.stderr
    assert not (tmp_path / "out").exists()


def test_export_names_the_worlds_without_a_baseline(cli: Cli, dumps: Dumps, tmp_path: Path):
    for host in ("host1", "host2"):
        dumps.write(SQL, name=f"{host}_fulldump_20260302_211500.sql")
    assert cli("up", "backups", "--no-baseline").code == 0
    done = cli("export", "compose", "out")
    assert cli("down").code == 0
    assert done.code == 1
    assert "fleet default has no baseline of worlds host[1-2]" in done.stderr
    assert "rewound down, then rewound up" in done.stderr
    assert files_of(tmp_path) == {"backups"}


def test_export_names_the_worlds_that_are_not_ready(cli: Cli, dumps: Dumps, tmp_path: Path):
    dumps.write(SQL)
    dumps.write("THIS IS NO SQL;", name="host2_fulldump_20260302_211500.sql")
    assert cli("up", "backups").code == 4
    done = cli("export", "compose", "out")
    others = cli("export", "compose", "others", "--worlds", "host1")
    assert cli("down").code == 0
    assert done.code == 1 and "host2 has failed" in done.stderr and "--worlds" in done.stderr
    assert others.code == 0, others.stderr
    assert files_of(tmp_path) == {"backups", "others"}


def test_export_takes_a_world_whose_server_has_ended(one_world: Cli, tmp_path: Path):
    command.kill(*command.find_daemons(f"--datadir={one_world.state_dir}{os.sep}"))
    done = one_world("export", "compose", "out")
    assert one_world("down").code == 0
    assert done.code == 0, done.stderr
    assert "world host1 is stopped; it is exported as it was restored" in done.stderr


def test_export_says_where_a_baseline_is_gone(one_world: Cli, tmp_path: Path):
    for description in (one_world.cache_dir / "baselines").glob("*/baseline.json"):
        description.write_text("{}")
    done = one_world("export", "compose", "out")
    assert one_world("down").code == 0
    assert done.code == 1
    assert "its baseline was damaged and has been discarded" in done.stderr
    assert "the baseline of world host1 of fleet default no longer exists" in done.stderr
    assert not (tmp_path / "out").exists()
