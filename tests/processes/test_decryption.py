"""Dumps that were encrypted by the real age, gpg and openssl, through the reader.

The three programs have to be there: without one of them these tests fail.
"""

import gzip
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from rewound.dump.file import expansion
from rewound.dump.file.listing import list_members
from rewound.dump.file.location import ArchiveMember, JoinedFiles
from rewound.dump.file.reader import DumpReader
from rewound.dump.file.sources import HashedFile
from rewound.errors import DumpError, HostError, UsageError

LINES = b"".join(b"INSERT INTO t VALUES (%d,'%d');\n" % (n, n * n) for n in range(60_000))
TEXT = b"-- MySQL dump\n" + LINES
PACKED = gzip.compress(TEXT, 1)
SECRET = "a secret that no log may have"


def run(*argv: str, content: bytes = b"") -> bytes:
    return subprocess.run(argv, input=content, check=True, capture_output=True).stdout


@pytest.fixture(scope="session")
def keys() -> Iterator[Path]:
    """Keys for all three programs, in a folder of which gpg's home is one."""
    # The path of the agent's socket has to be short.
    folder = Path(tempfile.mkdtemp(prefix="rwk-", dir="/tmp"))
    home = folder / "gpg"
    home.mkdir(mode=0o700)
    for name in ("age", "other-age"):
        run("age-keygen", "-o", str(folder / name))
    (folder / "password").write_text(f"{SECRET}\n")
    (folder / "wrong").write_text("wrong\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(home))
        for user, password in (("open@x", ""), ("closed@x", SECRET)):
            key = ("--quick-generate-key", user, "default", "default", "never")
            run(*_GPG, "--passphrase-fd", "0", *key, content=password.encode())
        forget_passwords()
        yield folder
        forget_passwords()
    shutil.rmtree(folder)


_GPG = ("gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--trust-model", "always")


def forget_passwords() -> None:
    run("gpgconf", "--kill", "all")


def age(keys: Path, content: bytes, *options: str) -> bytes:
    public = next(line for line in (keys / "age").read_text().splitlines() if "public" in line)
    return run("age", *options, "-r", public.split()[-1], content=content)


def gpg(keys: Path, content: bytes, *options: str) -> bytes:
    return run(*_GPG, *(options or ("-r", "open@x", "-e")), content=content)


def gpg_password(keys: Path, content: bytes, *options: str) -> bytes:
    return gpg(keys, content, "--passphrase-file", str(keys / "password"), *options, "-c")


def openssl(keys: Path, content: bytes, *options: str) -> bytes:
    options = options or ("-aes-256-cbc", "-pbkdf2")
    return run("openssl", "enc", *options, "-pass", f"file:{keys / 'password'}", content=content)


ENCRYPT: dict[str, tuple[Callable[[Path, bytes], bytes], str | None]] = {
    "age": (age, "age"),
    "age -a": (lambda keys, content: age(keys, content, "-a"), "age"),
    "gpg": (gpg, None),
    "gpg -a": (lambda keys, content: gpg(keys, content, "-a", "-r", "open@x", "-e"), None),
    "gpg -z 0": (lambda keys, content: gpg(keys, content, "-z", "0", "-r", "open@x", "-e"), None),
    "gpg, a key with a passphrase": (
        lambda keys, content: gpg(keys, content, "-r", "closed@x", "-e"),
        "password",
    ),
    "gpg -c": (gpg_password, "password"),
    "gpg -c -a": (lambda keys, content: gpg_password(keys, content, "-a"), "password"),
    "openssl": (openssl, "password"),
    "openssl -a": (
        lambda keys, content: openssl(keys, content, "-aes-256-cbc", "-pbkdf2", "-a"),
        "password",
    ),
    "openssl -a -A": (
        lambda keys, content: openssl(keys, content, "-aes-256-cbc", "-pbkdf2", "-a", "-A"),
        "password",
    ),
}


@pytest.fixture(params=ENCRYPT)
def way(request: pytest.FixtureRequest):
    return request.param


@pytest.fixture(params=["age", "gpg", "gpg -c", "openssl"])
def program(request: pytest.FixtureRequest):
    """One way of each program."""
    return request.param


@pytest.fixture
def encrypted(keys: Path, tmp_path: Path) -> Callable[..., tuple[Path, tuple[Path, ...]]]:
    def encrypt(way: str, content: bytes = PACKED) -> tuple[Path, tuple[Path, ...]]:
        function, identity = ENCRYPT[way]
        path = tmp_path / "host1.sql.gz"
        path.write_bytes(function(keys, content))
        forget_passwords()
        return path, () if identity is None else (keys / identity,)

    return encrypt


def read(location, identities: tuple[Path, ...] = ()) -> bytes:
    with DumpReader(location, identities=identities) as reader:
        return b"".join(reader.iter_chunks())


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No program and no thread outlives its reader."""
    before = threading.active_count()
    yield
    assert threading.active_count() == before
    children = psutil.Process().children(recursive=True)
    assert not [child for child in children if child.name() in {"age", "gpg", "openssl"}]


@pytest.mark.parametrize("content", [TEXT, PACKED], ids=["text", "gzip"])
def test_what_was_encrypted_is_read(encrypted, way, content):
    path, identities = encrypted(way, content)
    assert read(path, identities) == TEXT


def test_the_right_key_is_found_among_several(encrypted, keys, way):
    path, _ = encrypted(way)
    everything = (keys / "other-age", keys / "password", keys / "age")
    assert read(path, everything) == TEXT


def test_the_hash_is_that_of_the_encrypted_file(encrypted, program):
    path, identities = encrypted(program)
    with DumpReader(path, identities=identities) as reader:
        assert reader.is_compressed()
        for _ in reader.iter_chunks():
            pass
    with DumpReader(path) as plain:
        while plain._source.read(1 << 20):
            pass
    assert reader.sha256 == plain.sha256
    assert reader.file_bytes_read == path.stat().st_size


def test_an_encrypted_archive_is_listed_and_read(encrypted, program):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name in ("a.sql", "b.sql"):
            member = tarfile.TarInfo(name)
            member.size = len(PACKED)
            archive.addfile(member, io.BytesIO(PACKED))
    path, identities = encrypted(program, buffer.getvalue())
    members = list_members(path, identities=identities)
    assert members == tuple(ArchiveMember(path, name, len(PACKED)) for name in ("a.sql", "b.sql"))
    assert read(members[0], identities) == TEXT


def test_an_encrypted_file_in_pieces_is_read(encrypted, program, tmp_path):
    path, identities = encrypted(program)
    content = path.read_bytes()
    pieces = []
    for number in range(3):
        piece = tmp_path / f"piece.{number}"
        piece.write_bytes(content[number * 100_000 :][: 100_000 if number < 2 else None])
        pieces.append(piece)
    assert read(JoinedFiles(tuple(pieces), "host1.sql.gz"), identities) == TEXT


def test_twice_encrypted_is_read(encrypted, keys):
    path, _ = encrypted("age", openssl(keys, gpg_password(keys, PACKED)))
    assert read(path, (keys / "age", keys / "password")) == TEXT


@pytest.mark.parametrize(
    ("way", "reason", "hint"),
    [
        ("age", "no key for age is given", "--identity FILE"),
        ("age -a", "no key for age is given", "--identity FILE"),
        ("gpg -c", "gpg cannot decrypt it: it needs a passphrase, and none is given", "--identity"),
        ("gpg, a key with a passphrase", "gpg has no key for it, or not the", "--identity"),
        ("openssl", "no file with its password is given", "whose first line is the password"),
    ],
)
def test_without_a_key_the_error_says_what_to_give(encrypted, way, reason, hint):
    path, _ = encrypted(way)
    with pytest.raises(DumpError, match=reason) as caught:
        read(path)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("way", "wrong", "reason"),
    [
        ("age", "other-age", "age cannot decrypt it: none of the given keys is one that"),
        ("gpg -c", "wrong", "gpg cannot decrypt it: the passphrase is wrong"),
        ("gpg, a key with a passphrase", "wrong", "gpg has no key for it, or not the right"),
        ("openssl", "wrong", "openssl cannot decrypt it: the password or the cipher is wrong"),
    ],
)
@pytest.mark.parametrize("content", [TEXT, PACKED, b"SELECT 1;\n"], ids=["text", "gzip", "short"])
def test_a_wrong_key_is_said_to_be_that(encrypted, keys, caplog, way, wrong, reason, content):
    if way == "openssl" and len(content) < 16:
        return  # of one block, one wrong password in 256 makes noise that openssl takes for whole
    path, _ = encrypted(way, content)
    with caplog.at_level("DEBUG"), pytest.raises(DumpError, match=reason) as caught:
        read(path, (keys / wrong,))
    assert caught.value.path == path
    assert "pipe through" in caplog.text


def test_a_key_that_gpg_does_not_have_is_said_to_be_that(encrypted, tmp_path, monkeypatch):
    path, identities = encrypted("gpg")
    home = Path(tempfile.mkdtemp(prefix="rwk-", dir="/tmp"))
    monkeypatch.setenv("GNUPGHOME", str(home))
    with pytest.raises(DumpError, match="gpg cannot decrypt it: gpg has no key for it"):
        read(path, identities)
    forget_passwords()
    shutil.rmtree(home)


def test_secrets_are_in_no_argument_and_no_log(encrypted, way, caplog, keys):
    path, identities = encrypted(way)
    with caplog.at_level("DEBUG"), DumpReader(path, identities=identities) as reader:
        chunks = reader.iter_chunks()
        next(chunks)
        children = psutil.Process().children(recursive=True)
        arguments = " ".join(" ".join(child.cmdline()) for child in children)
    key = (keys / "age").read_text().splitlines()[-1]
    for secret in (SECRET, key):
        assert secret not in arguments + caplog.text


def test_a_file_cut_off_anywhere_is_an_error(encrypted, way):
    path, identities = encrypted(way)
    content = path.read_bytes()
    for length in (40, 200, len(content) // 2, len(content) - 17):
        path.write_bytes(content[:length])
        with pytest.raises(DumpError):
            read(path, identities)


@pytest.mark.parametrize("content", [TEXT, PACKED], ids=["text", "gzip"])
def test_a_changed_byte_is_an_error(encrypted, way, content):
    path, identities = encrypted(way, content)
    whole = bytearray(path.read_bytes())
    if way.startswith("openssl") and content is TEXT:
        return  # nothing but the checksum of what is inside would show it
    for place in (len(whole) // 2, len(whole) - 30):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        with pytest.raises(DumpError):
            read(path, identities)


def test_other_data_after_it_is_an_error(encrypted, way):
    path, identities = encrypted(way)
    path.write_bytes(path.read_bytes() + b"garbage" * 30)
    with pytest.raises(DumpError):
        read(path, identities)


def test_a_message_without_protection_is_refused(keys, tmp_path):
    path = tmp_path / "host1.sql"
    path.write_bytes(gpg_password(keys, TEXT, "--rfc2440", "--disable-mdc"))
    forget_passwords()
    with pytest.raises(DumpError, match="nothing protects it against changes"):
        read(path, (keys / "password",))


@pytest.mark.parametrize(
    "options",
    [
        ("-aes-128-ctr", "-pbkdf2", "-iter", "5000", "-md", "sha512"),
        ("-aes-256-cbc", "-md", "md5"),
        ("-camellia-256-cbc", "-pbkdf2"),
    ],
)
def test_other_ciphers_of_openssl_are_stated_below_the_password(keys, tmp_path, options):
    path, password = tmp_path / "a.sql", tmp_path / "password"
    path.write_bytes(openssl(keys, TEXT, *options))
    password.write_text(f"{SECRET}\n{' '.join(options)}\n")
    assert read(path, (password,)) == TEXT
    with pytest.raises(DumpError, match="the password or the cipher is wrong"):
        read(path, (keys / "password",))


@pytest.mark.parametrize("line", ["-in /etc/passwd", "-pass pass:x", "aes-256-cbc", "-engine x"])
def test_other_options_of_openssl_are_refused(keys, tmp_path, line):
    path, password = tmp_path / "a.sql", tmp_path / "password"
    path.write_bytes(openssl(keys, TEXT))
    password.write_text(f"{SECRET}\n{line}\n")
    with pytest.raises(UsageError, match="its second line is not the options"):
        read(path, (password,))


def test_two_passwords_are_one_too_many(encrypted, keys):
    path, _ = encrypted("openssl")
    with pytest.raises(UsageError, match="two files with a password are given"):
        read(path, (keys / "password", keys / "wrong"))


def test_a_file_for_a_passphrase_at_the_terminal_is_said_to_be_that(tmp_path):
    path = tmp_path / "a.sql"
    path.write_bytes(b"age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 18\n" + b"x" * 300)
    with pytest.raises(DumpError, match="which age takes from a terminal only"):
        read(path)


def test_a_key_file_that_is_missing_is_named(encrypted, tmp_path):
    path, _ = encrypted("openssl")
    with pytest.raises(DumpError, match="nowhere: cannot be read"):
        read(path, (tmp_path / "nowhere",))


@pytest.mark.parametrize(
    ("way", "package"), [("age", "age"), ("gpg", "gnupg"), ("openssl", "openssl")]
)
def test_a_missing_program_is_named_with_its_package(
    encrypted, tmp_path, monkeypatch, way, package, keys
):
    path, _ = encrypted(way)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HostError, match="is not installed on this host") as caught:
        read(path, (keys / "age", keys / "password"))
    assert f"apt install {package}" in str(caught.value.hint)


@pytest.mark.parametrize("way", ["age", "gpg", "gpg -c", "openssl"])
def test_a_bomb_that_is_encrypted_is_refused(encrypted, monkeypatch, way):
    monkeypatch.setattr(expansion, "HARMLESS_TEXT_BYTES", 8 << 20)
    monkeypatch.setattr(expansion, "LARGEST_RATIO", 50)
    zeros = bytes(64 << 20)
    path, identities = encrypted(way, TEXT + zeros if way == "gpg -c" else gzip.compress(zeros))
    with pytest.raises(DumpError, match="refused by rule compressed-too-well: "):
        read(path, identities)


def test_reading_only_the_beginning_ends_the_program(encrypted, program):
    path, identities = encrypted(program, TEXT + os.urandom(4 << 20).hex().encode())
    with DumpReader(path, identities=identities) as reader:
        assert next(reader.iter_chunks()).startswith(b"-- MySQL dump")


def test_a_disk_that_fails_in_the_midst_is_an_error_of_that_dump(encrypted, program, monkeypatch):
    path, identities = encrypted(program, TEXT + os.urandom(2 << 20).hex().encode())
    with DumpReader(path, identities=identities) as reader:
        calls = iter(range(1))
        read_some = HashedFile._read

        def fail(self, size):
            if next(calls, None) is None:
                raise OSError(116, "Stale file handle")
            return read_some(self, size)

        monkeypatch.setattr(HashedFile, "_read", fail)
        with pytest.raises(DumpError, match="reading failed: Stale file handle"):
            list(reader.iter_chunks())
