"""Installing from the packages of an earlier install, and running what came out."""

import shutil
from pathlib import Path

import pytest

from rewound import command
from rewound.engine.install.installation import Installation, find_installed
from rewound.engine.install.packages import sha256_of
from rewound.engine.install.provision import install
from rewound.errors import HostError
from rewound.mysql.version import find_mysql_version
from tests.conftest import Cli, Dumps
from tests.server.vendor_tarball import write_vendor_tarball


@pytest.fixture(scope="module")
def packages(cache_dir: Path) -> Path:
    """The packages that `rewound server install` kept."""
    folder = cache_dir / "packages"
    if shutil.which("dpkg-deb") is None or not (folder / "SHA256SUMS").is_file():
        pytest.skip("no packages of an earlier `rewound server install`")
    return folder


@pytest.fixture(scope="module")
def cache(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with a server that was installed from the packages."""
    cache = tmp_path_factory.mktemp("cache")
    (cache / "servers/.work-killed/tree").mkdir(parents=True)
    install(cache, source=packages, narrate=hush)
    return cache


def hush(text: str) -> None:
    """Hear the narration and forget it."""


def banner_of(argv: tuple[str, ...] | None) -> str:
    assert argv is not None
    return command.run([*argv, "--no-defaults", "--version"], timeout_s=30)


def test_installation_answers_with_its_version(installation: Installation):
    assert find_mysql_version(banner_of(installation.mysqld)) == installation.version


def test_install_from_packages_makes_a_server_and_clients_that_run(cache: Path):
    [installed] = find_installed(cache)
    for argv in (installed.mysqld, installed.client, installed.mysqldump):
        assert find_mysql_version(banner_of(argv)) == installed.version
    for option in installed.options:
        assert Path(option.partition("=")[2]).is_dir(), option


def test_install_leaves_the_server_alone_in_its_folder(cache: Path):
    names = {path.name for path in (cache / "servers").iterdir()}
    assert names - {".lock"} == {find_installed(cache)[0].name}


def test_install_again_needs_neither_network_nor_tools(
    cache: Path, packages: Path, monkeypatch: pytest.MonkeyPatch
):
    [before] = find_installed(cache)
    started_at = Path(before.mysqld[-1]).stat().st_ctime_ns
    again = install(cache, source=packages, narrate=hush)
    monkeypatch.setenv("PATH", "")
    assert install(cache, narrate=hush) == again == before
    assert Path(before.mysqld[-1]).stat().st_ctime_ns == started_at


def test_install_replaces_a_server_that_no_longer_runs(cache: Path, packages: Path):
    [before] = find_installed(cache)
    Path(before.mysqld[-1]).write_bytes(b"")
    after = install(cache, source=packages, narrate=hush)
    assert find_mysql_version(banner_of(after.mysqld)) == before.version


def test_install_refuses_a_changed_package_and_leaves_nothing(tmp_path: Path, packages: Path):
    changed = tmp_path / "packages"
    shutil.copytree(packages, changed, copy_function=shutil.copyfile)
    with next(iter(changed.glob("libicu*.deb"))).open("ab") as file:
        file.write(b"x")
    with pytest.raises(HostError, match="does not match its SHA-256"):
        install(tmp_path, source=changed, narrate=hush)
    assert find_installed(tmp_path) == []


def test_install_leaves_nothing_of_a_package_that_cannot_be_unpacked(
    tmp_path: Path, packages: Path
):
    broken = tmp_path / "packages"
    broken.mkdir()
    (broken / "mysql-server-core_9.7.4-2_amd64.deb").write_bytes(b"not a package")
    with pytest.raises(HostError, match="dpkg-deb"):
        install(tmp_path, source=broken, narrate=hush)
    assert {path.name for path in (tmp_path / "servers").iterdir()} <= {".lock"}


def test_a_world_runs_on_a_server_from_a_generic_tarball(
    cli: Cli, packages: Path, cache: Path, tmp_path: Path, dumps: Dumps
):
    [installed] = (cache / "servers").glob("mysql-*")
    tarball, scratch = tmp_path / "mysql.tar", tmp_path / "scratch"
    scratch.mkdir()
    write_vendor_tarball(tarball, installed, scratch=scratch)
    own = {"REWOUND_CACHE_DIR": str(tmp_path / "cache"), "PATH": "/usr/bin:/bin"}
    sha256 = sha256_of(tarball)
    refused = cli("server", "install", "--from", tarball, "--sha256", "0" * 64, env=own)
    assert (refused.code, f"but {sha256}" in refused.stderr) == (3, True)
    done = cli("server", "install", "--from", tarball, "--sha256", sha256, env=own, timeout_s=300)
    assert done.code == 0, done.stderr
    dumps.write("CREATE DATABASE game; USE game; CREATE TABLE t (a INT); INSERT INTO t VALUES (1);")
    up = cli("up", dumps.folder, "--server", installed.name, env=own, timeout_s=300)
    assert up.code == 0, up.stderr
    answer = cli(
        "query", "SELECT a, REGEXP_LIKE('ä', '[ä]') AS r FROM t", "--format", "csv", env=own
    )
    assert answer.lines == ["world,a,r", "host1,1,1"]
    assert cli("down", env=own).code == 0


def test_a_checksum_needs_a_tarball(cli: Cli):
    done = cli("server", "install", "--sha256", "0" * 64)
    assert (done.code, done.stderr) == (2, "error: --sha256 requires --from TARBALL\n")
