"""Which files of a generic tarball are taken, and that none of them leaves its folder."""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from rewound.engine.install.installation import find_installed
from rewound.engine.install.provision import install
from rewound.engine.install.tarball import explain_no_run, find_place, find_target, unpack
from rewound.errors import CommandFailed, HostError, UsageError

TOP = "mysql-8.4.3-linux-glibc2.28-x86_64"


def hush(text: str) -> None:
    """Hear the narration and forget it."""


def banner(answer: str) -> bytes:
    return f"#!/bin/sh\necho '{answer}'\n".encode()


RUNS = banner("mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)")


def write_tarball(
    path: Path, files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None
) -> Path:
    mode: Any = f"w:{path.suffix[1:]}"
    with tarfile.open(path, mode) as archive:
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (f"{TOP}/bin/mysqld", "bin/mysqld"),
        ("./bin/mysql", "bin/mysql"),
        (f"./{TOP}//bin/mysqldump", "bin/mysqldump"),
        (f"{TOP}/lib/private/libprotobuf-lite.so.24.4.0", "lib/private/libprotobuf-lite.so.24.4.0"),
        (f"{TOP}/lib/plugin/keyring_file.so", "lib/plugin/keyring_file.so"),
        (f"{TOP}/share/english/errmsg.sys", "share/english/errmsg.sys"),
        (f"{TOP}/bin/mysqld-debug", None),
        (f"{TOP}/bin/mysqlslap", None),
        (f"{TOP}/lib/plugin/debug/keyring_file.so", None),
        (f"{TOP}/lib/libmysqlclient.a", None),
        (f"{TOP}/mysql-test/lib/My/Test.pm", None),
        (f"{TOP}/share/doc/README", None),
        (f"{TOP}/LICENSE", None),
        (f"{TOP}/bin", None),
        ("a/b/bin/mysqld", None),
        ("", None),
    ],
)
def test_find_place_takes_what_a_server_needs(name: str, place: str | None):
    assert find_place(name) == (None if place is None else PurePosixPath(place))


@pytest.mark.parametrize("name", ["/bin/mysqld", "../bin/mysqld", f"{TOP}/lib/../../x", "bin/.."])
def test_find_place_refuses_what_leads_out(name: str):
    with pytest.raises(ValueError, match="points outside the tarball"):
        find_place(name)


def test_links_stay_inside():
    place = PurePosixPath("lib/private/libssl.so")
    assert find_target(place, "libssl.so.3") == PurePosixPath("lib/private/libssl.so.3")
    assert find_target(place, "../libssl.so.3") == PurePosixPath("lib/libssl.so.3")
    for target in ("/lib/libssl.so.3", "../../../etc/passwd", "../.."):
        if target == "../..":
            assert find_target(place, target) == PurePosixPath()
            continue
        with pytest.raises(ValueError, match="outside the tarball"):
            find_target(place, target)


@pytest.mark.parametrize("ending", ["xz", "gz", "bz2"])
def test_a_tarball_becomes_a_server_of_its_version(tmp_path: Path, ending: str):
    files = {
        f"{TOP}/bin/mysqld": RUNS,
        f"{TOP}/bin/mysql": RUNS,
        f"{TOP}/lib/private/libssl.so.3": b"x",
        f"{TOP}/share/english/errmsg.sys": b"x",
        f"{TOP}/LICENSE": b"x",
    }
    links = {f"{TOP}/lib/libssl.so": "private/libssl.so.3"}
    tarball = write_tarball(tmp_path / f"{TOP}.tar.{ending}", files, links=links)
    sha256 = hashlib.sha256(tarball.read_bytes()).hexdigest()
    narrated: list[str] = []
    installed = install(tmp_path, source=tarball, sha256=sha256.upper(), narrate=narrated.append)
    folder = tmp_path / "servers/mysql-8.4.3"
    assert narrated == [f"unpacking {tarball.name}", f"MySQL 8.4.3 is installed in {folder}"]
    assert find_installed(tmp_path) == [installed]
    assert (installed.mysqld, installed.client) == (
        (f"{folder}/bin/mysqld",),
        (f"{folder}/bin/mysql",),
    )
    assert installed.mysqldump is None
    assert f"--lc-messages-dir={folder}/share" in installed.options
    assert (folder / "lib/libssl.so").read_bytes() == b"x"
    assert not (folder / "LICENSE").exists()
    assert (folder / "SHA256SUMS").read_text() == f"{sha256}  {tarball.name}\n"


def test_a_server_that_runs_is_not_replaced_by_another_of_its_version(tmp_path: Path):
    tarball = write_tarball(tmp_path / "a.tar.gz", {"bin/mysqld": RUNS, "share/a": b"1"})
    install(tmp_path, source=tarball, narrate=hush)
    tarball = write_tarball(tmp_path / "b.tar.gz", {"bin/mysqld": RUNS, "share/a": b"2"})
    narrated: list[str] = []
    install(tmp_path, source=tarball, narrate=narrated.append)
    assert "is not verified: --sha256 was not given" in narrated[0]
    assert "is already installed" in narrated[-1]
    folder = tmp_path / "servers/mysql-8.4.3"
    assert (folder / "share/a").read_bytes() == b"1"
    (folder / "bin/mysqld").write_bytes(b"#!/bin/sh\nexit 1\n")
    install(tmp_path, source=tarball, narrate=hush)
    assert (folder / "share/a").read_bytes() == b"2"
    assert {path.name for path in folder.parent.iterdir()} == {".lock", "mysql-8.4.3"}


@pytest.mark.parametrize(
    ("files", "links", "error", "said"),
    [
        ({"LICENSE": b"x"}, {}, UsageError, "has no bin/mysqld"),
        ({"bin/mysqld": banner("mysqld  Ver 5.7.44 for Linux")}, {}, UsageError, "older than 8.0"),
        (
            {"bin/mysqld": banner("mysqld  Ver 10.11.6-MariaDB for Linux")},
            {},
            UsageError,
            "is not MySQL",
        ),
        ({"bin/mysqld": b"#!/bin/sh\nexit 127\n"}, {}, CommandFailed, "exited with code 127"),
        ({"bin/mysqld": RUNS, "../share/a": b"x"}, {}, HostError, "points outside the tarball"),
        ({"bin/mysqld": RUNS}, {"lib/a": "/etc/passwd"}, HostError, "outside the tarball"),
        ({"lib/a/b": b"x"}, {"lib/a": "../share"}, HostError, "through a link"),
        ({"lib/a": b"x"}, {"lib/a": "../share/b"}, HostError, "comes twice"),
    ],
)
def test_what_is_no_server_or_hostile_is_refused_and_leaves_nothing(
    tmp_path: Path,
    files: Mapping[str, bytes],
    links: Mapping[str, str],
    error: type[Exception],
    said: str,
):
    tarball = write_tarball(tmp_path / "a.tar.xz", files, links=links)
    with pytest.raises(error, match=said):
        install(tmp_path, source=tarball, narrate=hush)
    assert [path.name for path in (tmp_path / "servers").glob("[!.]*")] == []
    assert not (tmp_path / "b").exists()


def test_another_file_than_the_one_that_was_meant_is_refused(tmp_path: Path):
    tarball = write_tarball(tmp_path / "a.tar.gz", {"bin/mysqld": RUNS})
    with pytest.raises(HostError, match="does not have the SHA-256 0a1b"):
        install(tmp_path, source=tarball, sha256="0a1b", narrate=hush)
    tarball.write_bytes(b"<html>not found</html>" * 100)
    with pytest.raises(UsageError, match="is not a tarball"):
        install(tmp_path, source=tarball, narrate=hush)


def test_a_damaged_tarball_is_refused(tmp_path: Path):
    tarball = write_tarball(
        tmp_path / "a.tar.xz", {"bin/mysqld": RUNS * 2000, "lib/a": b"x" * 9999}
    )
    tarball.write_bytes(tarball.read_bytes()[:-200])
    with pytest.raises(HostError, match=r"a\.tar\.xz (is damaged|cannot be unpacked)"):
        unpack(tarball, tmp_path / "servers")


def test_musl_is_named():
    assert "Alpine" in explain_no_run(is_musl=True)
    assert "libaio" in explain_no_run(is_musl=False)
