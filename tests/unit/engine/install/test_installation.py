"""Which servers are found: fake programs and fake folders, nothing of this host."""

from pathlib import Path

import pytest

from rewound.engine.install import installation as subject
from rewound.engine.install.installation import (
    explain_refusal,
    find_installed,
    folder_name,
    get_installation,
    list_installations,
    parse_folder_name,
    read_folder,
    search_path,
)
from rewound.errors import HostError, UsageError
from rewound.mysql.version import OLDEST_SUPPORTED, Version

MYSQL = "Ver 9.7.4 for Linux on x86_64 (Debian)"
MARIADB = "Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu"


def write_program(path: Path, banner: str, *, exit_code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{path.name}  {banner}'\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


def write_folder(cache: Path, name: str, *, loader: str = "x86_64-linux-gnu/ld-linux-x86-64.so.2"):
    folder = cache / "servers" / name
    for part in ("usr/sbin/mysqld", "usr/bin/mysql", f"usr/lib/{loader}", "SHA256SUMS"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        (folder / part).touch()
    return folder


@pytest.fixture
def empty_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Be a host without any MySQL but what a test puts into the returned folder."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(subject, "_SERVER_FOLDERS", ())
    return folder


def test_search_path_takes_a_mysql_and_the_clients_beside_it(tmp_path: Path):
    mysqld = write_program(tmp_path / "sbin/mysqld", MYSQL)
    client = write_program(tmp_path / "bin/mysql", MYSQL)
    found = search_path([str(tmp_path / "bin"), "", str(tmp_path / "sbin")]).installation
    assert found is not None
    assert (found.name, found.version) == ("path", Version(9, 7, 4))
    assert (found.mysqld, found.options) == ((str(mysqld),), ())
    assert (found.client, found.mysqldump) == ((str(client),), None)


def test_search_path_passes_over_what_it_cannot_use_and_says_why(tmp_path: Path):
    write_program(tmp_path / "a/mysqld", MARIADB)
    write_program(tmp_path / "b/mysqld", "Ver 5.7.44 for Linux on x86_64")
    write_program(tmp_path / "c/mysqld", MYSQL, exit_code=1)
    (tmp_path / "d").mkdir()
    (tmp_path / "d/mysqld").symlink_to(tmp_path / "a/mysqld")
    usable = write_program(tmp_path / "e/mysqld", MYSQL)
    search = search_path([str(tmp_path / folder) for folder in "abcde"])
    assert search.installation is not None
    assert search.installation.mysqld == (str(usable),)
    assert search.passed_over == (
        f"{tmp_path}/a/mysqld is not MySQL",
        f"{tmp_path}/b/mysqld is MySQL 5.7.44, older than {OLDEST_SUPPORTED}",
        f"{tmp_path}/c/mysqld exited with code 1",
    )


def test_search_path_does_not_take_mariadbs_client_for_mysqls(tmp_path: Path):
    write_program(tmp_path / "mysqld", MYSQL)
    write_program(tmp_path / "mysql", "Ver 15.1 Distrib 10.11.14-MariaDB, for debian-linux-gnu")
    found = search_path([str(tmp_path)]).installation
    assert found is not None
    assert found.client is None


@pytest.mark.parametrize(
    ("version", "refused"),
    [
        (OLDEST_SUPPORTED, False),
        (Version(9, 7, 4), False),
        (Version(8, 0, 29), True),
        (None, True),
    ],
)
def test_explain_refusal_draws_the_line_at_the_oldest_supported(
    version: Version | None, refused: bool
):
    assert (explain_refusal(version) is not None) == refused


def test_folder_name_and_parse_folder_name_agree():
    assert folder_name(Version(9, 7, 4)) == "mysql-9.7.4"
    assert parse_folder_name("mysql-9.7.4") == Version(9, 7, 4)
    assert parse_folder_name("mysql-9.7.4-old") is None


@pytest.mark.parametrize(
    "loader",
    [
        "x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "aarch64-linux-gnu/ld-linux-aarch64.so.1",
        "powerpc64le-linux-gnu/ld64.so.2",
        "s390x-linux-gnu/ld64.so.1",
        "riscv64-linux-gnu/ld-linux-riscv64-lp64d.so.1",
    ],
)
def test_read_folder_runs_mysqld_with_the_loader_of_its_architecture(tmp_path: Path, loader: str):
    folder = write_folder(tmp_path, "mysql-9.7.4", loader=loader)
    found = read_folder(folder, Version(9, 7, 4))
    assert found is not None
    path = folder / "usr/lib" / loader
    prefix = (str(path), "--library-path", str(path.parent))
    assert found.mysqld == (*prefix, f"{folder}/usr/sbin/mysqld")
    assert found.client == (*prefix, f"{folder}/usr/bin/mysql")
    assert found.mysqldump is None
    assert found.options == (
        f"--basedir={folder}/usr",
        f"--lc-messages-dir={folder}/usr/share/mysql",
        f"--character-sets-dir={folder}/usr/share/mysql/charsets",
        f"--plugin-dir={folder}/usr/lib/mysql/plugin",
    )


def test_find_installed_is_newest_first_and_passes_over_broken_folders(tmp_path: Path):
    for name in ("mysql-9.7.4", "mysql-9.10.0", "mysql-8.4.6", ".work-x", "mysql-new"):
        write_folder(tmp_path, name)
    (write_folder(tmp_path, "mysql-9.9.0") / "SHA256SUMS").unlink()
    (write_folder(tmp_path, "mysql-9.9.1") / "usr/sbin/mysqld").unlink()
    names = [found.name for found in find_installed(tmp_path)]
    assert names == ["mysql-9.10.0", "mysql-9.7.4", "mysql-8.4.6"]


def test_find_installed_finds_nothing_in_a_cache_that_is_not_there(tmp_path: Path):
    assert find_installed(tmp_path / "none") == []


def test_get_installation_auto_prefers_path(tmp_path: Path, empty_path: Path):
    write_folder(tmp_path, "mysql-9.7.4")
    assert get_installation("auto", tmp_path).name == "mysql-9.7.4"
    write_program(empty_path / "mysqld", "Ver 8.4.6 for Linux on x86_64")
    assert get_installation("auto", tmp_path).name == "path"
    assert get_installation("path", tmp_path).version == Version(8, 4, 6)
    assert get_installation("mysql-9.7.4", tmp_path).name == "mysql-9.7.4"
    assert [known.name for known in list_installations(tmp_path)] == ["path", "mysql-9.7.4"]


def test_get_installation_names_the_known_ones(tmp_path: Path, empty_path: Path):
    write_folder(tmp_path, "mysql-9.7.4")
    with pytest.raises(UsageError, match=r"named 'mysql-1'\nhint: known: auto, mysql-9\.7\.4$"):
        get_installation("mysql-1", tmp_path)


def test_get_installation_without_any_says_what_was_passed_over(tmp_path: Path, empty_path: Path):
    write_program(empty_path / "mysqld", MARIADB)
    with pytest.raises(HostError, match=r"ignored: .*/bin/mysqld is not MySQL") as caught:
        get_installation("auto", tmp_path)
    assert caught.value.hint is not None
    assert "rewound server install" in caught.value.hint
    with pytest.raises(UsageError, match="is not MySQL"):
        get_installation("path", tmp_path)
