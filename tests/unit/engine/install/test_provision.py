"""What install does without network or packages: a fake server that answers --version."""

from collections.abc import Callable
from pathlib import Path

import pytest

from rewound.engine.install.provision import install
from rewound.errors import HostError, UsageError


def write_fake_server(cache: Path, version: str = "9.7.4", *, answers: str | None = None) -> Path:
    """Write an installed folder whose loader is a script that prints a banner."""
    folder = cache / f"servers/mysql-{version}"
    loader = folder / "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    for path in (loader, folder / "usr/sbin/mysqld", folder / "SHA256SUMS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    loader.write_text(f"#!/bin/sh\necho 'mysqld  Ver {answers or version} for Linux on x86_64'\n")
    loader.chmod(0o755)
    return folder


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Be a host that is not Debian's relative: no apt, no dpkg."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def hush(text: str) -> None:
    """Hear the narration and forget it."""


def refuse_to_narrate(text: str) -> None:
    raise AssertionError(text)


def test_install_returns_the_newest_installed_without_any_tool(tmp_path: Path, no_tools: None):
    for version in ("9.7.4", "9.10.0"):
        write_fake_server(tmp_path, version)
    narrated: list[str] = []
    found = install(tmp_path, narrate=narrated.append)
    assert found.name == "mysql-9.10.0"
    assert narrated == [f"MySQL 9.10.0 is already installed in {tmp_path}/servers/mysql-9.10.0"]


def test_install_passes_over_a_server_that_answers_as_another(tmp_path: Path, no_tools: None):
    write_fake_server(tmp_path, "9.10.0", answers="8.0.1")
    write_fake_server(tmp_path, "9.7.4")
    assert install(tmp_path, narrate=hush).name == "mysql-9.7.4"


@pytest.mark.parametrize("refresh", [False, True])
def test_install_explains_itself_where_there_is_no_apt(
    tmp_path: Path, no_tools: None, refresh: bool
):
    if refresh:
        write_fake_server(tmp_path)
    with pytest.raises(HostError, match="no apt-get, apt-config, dpkg, dpkg-deb") as caught:
        install(tmp_path, narrate=refuse_to_narrate, refresh=refresh)
    hint = caught.value.hint or ""
    assert "PATH" in hint
    assert "dev.mysql.com/downloads/mysql" in hint
    assert "rewound server install --from TARBALL" in hint


def test_install_refuses_a_cache_that_the_loader_would_split(tmp_path: Path):
    with pytest.raises(HostError, match="':' or ';'"):
        install(tmp_path / "a:b", narrate=refuse_to_narrate)


def test_install_says_that_the_cache_is_not_a_folder(tmp_path: Path):
    (tmp_path / "cache").touch()
    with pytest.raises(HostError, match="could not be installed"):
        install(tmp_path / "cache", narrate=refuse_to_narrate)


def test_install_refuses_a_folder_without_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_program: Callable[[str], Path]
):
    monkeypatch.setenv("PATH", str(make_program("dpkg-deb").parent))
    source = tmp_path / "packages"
    source.mkdir()
    with pytest.raises(UsageError, match="package mysql-server-core not found"):
        install(tmp_path / "cache", source=source, narrate=hush)


def test_install_leaves_nothing_when_unpacking_fails_and_removes_older_leftovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_program: Callable[[str], Path]
):
    monkeypatch.setenv("PATH", str(make_program("dpkg-deb").parent))
    source, servers = tmp_path / "packages", tmp_path / "cache/servers"
    source.mkdir()
    (source / "mysql-server-core_9.7.4-2_amd64.deb").touch()
    (servers / ".work-killed/tree").mkdir(parents=True)
    with pytest.raises(HostError, match="do not contain a complete MySQL"):
        install(tmp_path / "cache", source=source, narrate=hush)
    assert [path.name for path in servers.iterdir() if path.name != ".lock"] == []


@pytest.fixture
def make_program(tmp_path: Path) -> Callable[[str], Path]:
    """Write programs that do nothing, successfully."""

    def make(name: str) -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    return make
