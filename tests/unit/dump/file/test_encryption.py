from pathlib import Path

import pytest

from rewound.dump.file.encryption import (
    AGE,
    GPG,
    OPENSSL,
    KeyFile,
    NoKey,
    ends_as_it_began,
    find_encryption,
    find_failure,
    is_garbled,
    plan_decryption,
)
from rewound.errors import UsageError
from tests.conftest import HEADER

AGE_KEY = KeyFile(Path("/k/age"), b"# created: 2026\n# public key: age1x\nAGE-SECRET-KEY-1ABC\n")
SSH_KEY = KeyFile(Path("/k/ssh"), b"-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n")
PASSWORD = KeyFile(Path("/k/pw"), b"secret\n")


@pytest.mark.parametrize(
    ("start", "encryption"),
    [
        (b"age-encryption.org/v1\n-> X25519", AGE),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", AGE),
        (b"-----BEGIN PGP MESSAGE-----\n", GPG),
        (b"\x8c\x0d\x04\x09\x03\x02\x00\x41\xd6", GPG),
        (b"\x85\x01\x8c\x03\xcd\x00\x90\x84", GPG),
        (b"\x84\x5e\x03\x4b\x4e\x3d\xee", GPG),
        (b"\xc1\x5e\x03\x4b\x4e\x3d\xee", GPG),
        (b"\xc3\x0d\x04\x09\x03\x02\x00", GPG),
        (b"Salted__\xd0\x96\x7e", OPENSSL),
        (b"U2FsdGVkX1+IbKlG\n", OPENSSL),
        (HEADER.encode(), None),
        (b"age-encryption.org/v2\n", None),
        ("Ãø SELECT".encode(), None),
        (b"", None),
    ],
)
def test_what_is_encrypted_is_known_by_its_beginning(start, encryption):
    assert find_encryption(start) is encryption


def test_keys_go_to_the_program_that_they_are_for():
    keys = (AGE_KEY, PASSWORD, SSH_KEY)
    assert plan_decryption(AGE, b"", keys) == (
        *("age", "--decrypt", "--identity", "/k/age", "--identity", "/k/ssh"),
    )
    assert plan_decryption(OPENSSL, b"Salted__", keys) == (
        *("openssl", "enc", "-d", "-aes-256-cbc", "-pbkdf2", "-pass", "file:/k/pw"),
    )
    gpg = plan_decryption(GPG, b"", keys)
    assert "--passphrase-file /k/pw" in " ".join(gpg)
    assert {"--batch", "--no-tty"} < set(gpg)
    assert "--pinentry-mode error" in " ".join(plan_decryption(GPG, b"", (AGE_KEY,)))


def test_without_a_key_for_it_there_is_no_plan():
    for encryption, keys in ((AGE, (PASSWORD,)), (OPENSSL, (AGE_KEY,)), (AGE, ())):
        with pytest.raises(NoKey):
            plan_decryption(encryption, b"Salted__", keys)
    with pytest.raises(UsageError, match="two files"):
        plan_decryption(GPG, b"", (PASSWORD, PASSWORD))


@pytest.mark.parametrize(
    ("encryption", "said", "succeeded", "reason"),
    [
        (GPG, "[GNUPG:] DECRYPTION_OKAY\n[GNUPG:] GOODMDC", True, None),
        (GPG, "[GNUPG:] NODATA 3", True, "damaged, cut off"),
        (GPG, "gpg: x [GNUPG:] DECRYPTION_OKAY", True, "gpg: x"),
        (GPG, "[GNUPG:] DECRYPTION_OKAY\n[GNUPG:] BADMDC", False, "damaged"),
        (AGE, "", True, None),
        (AGE, "age: error: no identity matched any of the recipients", False, "none of the given"),
        (AGE, "", False, "age has failed"),
        (OPENSSL, "bad decrypt\n", False, "the password or the cipher is wrong"),
    ],
)
def test_what_a_program_says_is_told_in_our_words(encryption, said, succeeded, reason):
    failure = find_failure(encryption, said, succeeded=succeeded)
    assert failure is None if reason is None else reason in str(failure)


def test_armor_has_to_end():
    begin, end = b"-----BEGIN PGP MESSAGE-----\n", b"-----END PGP MESSAGE-----\r\n\n"
    assert ends_as_it_began(begin, b"=abcd\n" + end)
    assert not ends_as_it_began(begin, end + b"x")
    assert not ends_as_it_began(begin, end[:20])
    assert ends_as_it_began(b"\x8c\x0d", b"x")


def test_noise_is_garbled_and_text_is_not():
    noise = bytes((n * 7919 >> 3) % 256 for n in range(4096))
    assert is_garbled(noise)
    for text in (HEADER.encode(), b"", b"SELECT 1;", "Grüße, 你好\r\n\t".encode() * 50):
        assert not is_garbled(text)
