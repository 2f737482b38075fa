"""SFTP by a real OpenSSH: keys, known hosts, cut connections, files that change."""

import getpass
import os
import sys
from pathlib import Path

import pytest

from rewound.errors import CatalogError, DumpError, HostError
from rewound.stores.listing import list_files, list_urls
from rewound.stores.reading import open_remote
from tests.stores.cutting_proxy import cutting_proxy
from tests.stores.servers import SshServer, find_free_ports, make_key
from tests.stores.test_s3 import at

CONTENT = os.urandom(6 << 20)


@pytest.fixture
def home(sshd: SshServer, tmp_path: Path) -> Path:
    """A home folder whose key and known hosts are the server's."""
    ssh = tmp_path / ".ssh"
    ssh.mkdir(mode=0o700)
    (ssh / "known_hosts").write_text(f"* {sshd.host_key}\n")
    (ssh / "id_ed25519").write_bytes(sshd.client_key.read_bytes())
    (ssh / "id_ed25519").chmod(0o600)
    return tmp_path


@pytest.fixture
def folder(home: Path) -> Path:
    """A folder of dumps."""
    folder = home / "backups"
    (folder / "host1" / "deep").mkdir(parents=True)
    (folder / "host1" / "2024.sql").write_bytes(CONTENT)
    (folder / "host1" / "deep" / "odd ä?#%20.sql").write_bytes(b"odd")
    (folder / "empty.sql").touch()
    (folder / "link.sql").symlink_to(folder / "host1" / "2024.sql")
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.sql").symlink_to(folder / "nothing")
    return folder


def url(sshd: SshServer, path: Path, *, port: int | None = None) -> str:
    return f"sftp://127.0.0.1:{port or sshd.port}{path}"


def test_a_folder_is_listed_and_every_name_can_be_read(sshd, folder):
    files = list_files(at(url(sshd, folder)))
    root = url(sshd, folder)
    assert {file.url.removeprefix(root): file.size_bytes for file in files} == {
        "/host1/2024.sql": len(CONTENT),
        "/host1/deep/odd%20%C3%A4%3F%23%2520.sql": 3,
        "/empty.sql": 0,
        "/link.sql": len(CONTENT),
    }
    contents = []
    for file in files:
        with open_remote(file) as stream:
            contents.append(stream.read())
    assert sorted(map(len, contents)) == [0, 3, len(CONTENT), len(CONTENT)]
    assert CONTENT in contents
    assert files[0].etag is None


def test_ssh_is_the_same_and_the_user_is_not_shown(sshd, folder):
    user = getpass.getuser()
    [file] = list_files(
        at(url(sshd, folder / "host1" / "2024.sql").replace("sftp://", f"ssh://{user}@"))
    )
    assert file.url == url(sshd, folder / "host1" / "2024.sql")
    assert f"{user}@" not in repr(file)
    with open_remote(file) as stream:
        assert stream.read(3) == CONTENT[:3]


def test_ranges_do_not_move_the_stream(sshd, folder):
    [file] = list_files(at(url(sshd, folder / "host1" / "2024.sql")))
    with open_remote(file) as stream:
        start = stream.read(1000)
        assert stream.read_end(100) == CONTENT[-100:]
        assert stream.read_range(5000, 10) == CONTENT[5000:5010]
        assert start + stream.read() == CONTENT
        assert not stream.has_changed()


def test_reading_goes_on_where_a_connection_was_cut(sshd, folder):
    with cutting_proxy(sshd.port) as proxy:
        [file] = list_files(at(url(sshd, folder / "host1" / "2024.sql", port=proxy.port)))
        told: list[str] = []
        proxy.cut(2, after_bytes=2 << 20)
        with open_remote(file, tell=told.append) as stream:
            assert stream.read() == CONTENT
        assert (proxy.cuts, len(told)) == (2, 2)


def test_a_file_that_changes_in_mid_read_is_not_mixed(sshd, folder):
    path = folder / "host1" / "2024.sql"
    with cutting_proxy(sshd.port) as proxy:
        [file] = list_files(at(url(sshd, path, port=proxy.port)))

        def replace():
            path.write_bytes(bytes(len(CONTENT)))
            os.utime(path, (1, 1))

        proxy.on_cut = replace
        proxy.cut(1, after_bytes=2 << 20)
        with (
            open_remote(file) as stream,
            pytest.raises(DumpError, match="it was replaced while it was read"),
        ):
            stream.read()


def test_a_file_that_was_cut_short_or_grew_has_changed(sshd, folder):
    path = folder / "host1" / "2024.sql"
    [file] = list_files(at(url(sshd, path)))
    path.write_bytes(CONTENT[:-1000])
    with open_remote(file) as stream:
        assert stream.has_changed()
        with pytest.raises(DumpError, match="it was replaced while it was read"):
            stream.read()
    path.write_bytes(CONTENT + b"more")
    with open_remote(file) as stream, pytest.raises(DumpError, match="it was replaced"):
        stream.read()


def test_an_unknown_host_key_is_refused(sshd, folder, home):
    (home / ".ssh" / "known_hosts").write_text("")
    with pytest.raises(CatalogError, match="the key of the host is unknown") as caught:
        list_files(at(url(sshd, folder)))
    assert "known_hosts" in (caught.value.hint or "")


def test_a_changed_host_key_is_refused(sshd, folder, home):
    make_key(home / "other")
    key = (home / "other.pub").read_text()
    (home / ".ssh" / "known_hosts").write_text(f"* {key}")
    with pytest.raises(CatalogError, match="the key of the host is unknown or has changed"):
        list_files(at(url(sshd, folder)))


def test_a_key_that_is_not_let_in_is_named(sshd, folder, home):
    (home / ".ssh" / "id_ed25519").unlink()
    make_key(home / ".ssh" / "id_ed25519")
    with pytest.raises(CatalogError, match="does not accept the login"):
        list_files(at(url(sshd, folder)))


def test_the_users_configuration_is_followed(sshd, folder, home):
    (home / ".ssh" / "id_ed25519").rename(home / "elsewhere")
    (home / ".ssh" / "config").write_text(
        f"Host archive\n HostName 127.0.0.1\n Port {sshd.port}\n"
        f" IdentityFile {home / 'elsewhere'}\n"
    )
    assert len(list_files(at(f"sftp://archive{folder}"))) == 4


def test_missing_files_and_closed_ports_are_told_apart(sshd, folder):
    with pytest.raises(CatalogError, match="there is no such file or folder"):
        list_files(at(url(sshd, folder / "nope")))
    [port] = find_free_ports(1)
    with pytest.raises(CatalogError, match="nothing answers at that address"):
        list_files(at(url(sshd, folder, port=port)))
    with pytest.raises(CatalogError, match="the name of the host is not known"):
        list_files(at("sftp://store.invalid/backups"))


def test_a_file_that_may_not_be_read_is_denied(sshd, folder):
    [file] = list_files(at(url(sshd, folder / "host1" / "2024.sql", port=sshd.denying_port)))
    with open_remote(file) as stream, pytest.raises(DumpError, match="access denied"):
        stream.read()


def test_a_list_of_urls_reaches_many_files_by_one_connection(sshd, folder, tmp_path):
    source = tmp_path / "list.txt"
    names = ["empty.sql", "host1/2024.sql"]
    source.write_text("".join(f"{url(sshd, folder / name)}\n" for name in names))
    assert [file.size_bytes for file in list_urls(source)] == [0, len(CONTENT)]


def test_a_missing_library_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "asyncssh", None)
    monkeypatch.delitem(sys.modules, "rewound.stores.sftp_host", raising=False)
    with pytest.raises(HostError, match="asyncssh, which is not installed") as caught:
        list_files(at("sftp://host/backups"))
    assert caught.value.hint == "pip install 'rewound[sftp]'"
