"""Which MySQL a fleet gets, and that no more worlds are begun than there is room for."""

import pytest

from rewound.engine.install.installation import Installation
from tests.conftest import Cli, Dumps
from tests.server.test_fleet import servers_of

TABLE = "CREATE TABLE t (id INT);\n"


def header_of(version: str) -> str:
    return f"-- MySQL dump 10.13\n-- Server version\t{version}\n"


def test_match_takes_the_installed_server_of_the_dumps_release(
    cli: Cli, dumps: Dumps, installation: Installation
):
    version = installation.version
    dumps.write(TABLE, header=header_of(f"{version.major}.{version.minor}.99-log"))
    done = cli("up", dumps.folder, "--server", "match", "--engine", "process", "--schema", "game")
    assert done.code == 0, done.stderr
    assert cli("down").code == 0


def test_match_refuses_dumps_of_different_releases(cli: Cli, dumps: Dumps):
    for world, version in (("a", "8.0.36"), ("b", "8.4.3")):
        name = f"{world}_fulldump_20260302_211500.sql"
        dumps.write(TABLE, header=header_of(version), name=name)
    done = cli("up", dumps.folder, "--server", "match")
    assert done.code == 2
    assert "a has 8.0; b has 8.4" in done.stderr
    assert "--worlds" in done.stderr


@pytest.mark.parametrize("version", ["10.11.14-MariaDB-0+deb12u2", None])
def test_match_refuses_a_dump_that_is_of_no_mysql(cli: Cli, dumps: Dumps, version: str | None):
    dumps.write(TABLE, header=header_of(version) if version else "-- a dump\n")
    done = cli("up", dumps.folder, "--server", "match")
    assert done.code == 2
    assert "does not name the MySQL version that it comes from" in done.stderr


def test_more_worlds_than_memory_allows_are_refused_before_anything_starts(cli: Cli, dumps: Dumps):
    for number in range(2000):
        dumps.write("", name=f"w{number}_fulldump_20260302_211500.sql", header="", closing="")
    done = cli("up", dumps.folder)
    assert done.code == 3
    assert "2,000 servers need 292,000 MiB of memory" in done.stderr
    assert "MiB are available" in done.stderr
    assert "starting" not in done.stderr
    assert servers_of(cli) == []
    assert not list(cli.state_dir.glob("fleets/*/"))
