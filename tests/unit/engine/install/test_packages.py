"""Package names and lists of checksums."""

import hashlib
from pathlib import Path

import pytest

from rewound.engine.install.packages import (
    format_checksums,
    get_server_version,
    get_sha256,
    parse_checksums,
    read_checksums,
)
from rewound.errors import HostError, UsageError
from rewound.mysql.version import Version


@pytest.mark.parametrize(
    "package_version", ["9.7.4-2", "9.7.4", "1%3a9.7.4-2", "9.7.4+dfsg-1", "9.7.4-2+b1"]
)
def test_get_server_version_reads_the_servers_package(package_version: str):
    names = ["libc6_2.43-7_amd64.deb", f"mysql-server-core_{package_version}_amd64.deb"]
    assert get_server_version(names) == Version(9, 7, 4)


def test_get_server_version_refuses_a_folder_without_a_server():
    with pytest.raises(UsageError, match="package mysql-server-core not found"):
        get_server_version(["mysql-client-core_9.7.4-2_amd64.deb"])


def test_get_server_version_refuses_two_versions_of_a_package():
    with pytest.raises(UsageError, match="two packages of libc6"):
        get_server_version(["libc6_2.43-7_amd64.deb", "libc6_2.43-8_amd64.deb"])


def test_parse_checksums_reads_what_format_checksums_writes():
    checksums = {"a_1%3a2_all.deb": "0" * 64, "b_1_all.deb": "f" * 64}
    assert parse_checksums(format_checksums(checksums)) == checksums


def test_parse_checksums_takes_packages_of_its_own_folder_only():
    lines = [f"{'a' * 64} *./a_1_all.deb", f"{'b' * 64}  ../b_1_all.deb", f"{'c' * 64}  README"]
    assert parse_checksums("\n".join(lines)) == {"a_1_all.deb": "a" * 64}


def test_read_checksums_tells_no_list_from_an_empty_one(tmp_path: Path):
    assert read_checksums(tmp_path) is None
    (tmp_path / "SHA256SUMS").touch()
    assert read_checksums(tmp_path) == {}


def test_get_sha256_refuses_another_file_than_the_listed(tmp_path: Path):
    package = tmp_path / "a_1_all.deb"
    package.write_bytes(b"content")
    sha256 = hashlib.sha256(b"content").hexdigest()
    assert get_sha256(package, None) == sha256
    assert get_sha256(package, {package.name: sha256}) == sha256
    with pytest.raises(HostError, match="does not match its SHA-256"):
        get_sha256(package, {package.name: "0" * 64})
    package.unlink()
    with pytest.raises(UsageError, match="missing"):
        get_sha256(package, {package.name: sha256})
