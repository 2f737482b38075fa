"""Encrypted files: recognised by their first bytes, and which program decrypts them with which key.

Pure. Keys stay in files: an argument names the file, never what is in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rewound.errors import UsageError

MOST_IDENTITY_BYTES = 1 << 16
"""How much of a file with keys is looked at."""

_AGE = re.compile(rb"age-encryption\.org/v1\n|-----BEGIN AGE ENCRYPTED FILE-----")
_AGE_PASSPHRASE = re.compile(rb"age-encryption\.org/v1\n-> scrypt ")
# OpenPGP, section 4.2 of RFC 9580: a packet in the old or the new format that holds a session key,
# for a public key (version 3) or a passphrase (version 4).
_GPG = re.compile(
    rb"-----BEGIN PGP MESSAGE-----"
    rb"|\x85[\x00-\x04].\x03|\x84.\x03|\x8c[\x04-\x2e]\x04[\x01-\x0d][\x00\x01\x03]"
    rb"|\xc1(?:[\x01-\xbf]|[\xc0-\xc7].)\x03|\xc3[\x04-\x2e]\x04[\x01-\x0d][\x00\x01\x03]",
    re.DOTALL,
)
_OPENSSL = re.compile(rb"Salted__|U2FsdGVkX1")
_AGE_IDENTITY = re.compile(
    rb"(?:\s*#[^\n]*\n|\s)*AGE-(?:SECRET-KEY|PLUGIN)-|age-encryption\.org/v1\n"
    rb"|-----BEGIN (?:AGE ENCRYPTED FILE|(?:OPENSSH|RSA) PRIVATE KEY)-----"
)
_OPENSSL_DEFAULT = ("-aes-256-cbc", "-pbkdf2")
_OPENSSL_OPTION = re.compile(r"-(?:pbkdf2|(?:iter|md) [A-Za-z0-9-]+|[a-z0-9]+(?:-[a-z0-9]+)+)")
_HINT = "--identity FILE"
_GPG_ARMOR, _GPG_ARMOR_END = b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----"
_GPG_DONE = re.compile(r"^\[GNUPG:\] DECRYPTION_OKAY$", re.MULTILINE)
NOT_WHOLE = "its data is damaged, cut off or followed by other data"
IDENTITY_HINT = "--identity FILE, whose first line is the password; or let gpg-agent have the key"
_GARBLED_BYTES = 512
_CONTROL = bytes([*range(9), 11, *range(14, 32), 127])


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file with a key, and how it begins."""

    path: Path
    start: bytes

    @property
    def is_for_age(self) -> bool:
        """Whether it holds keys as age reads them; otherwise its first line is a password."""
        return _AGE_IDENTITY.match(self.start) is not None


@dataclass(frozen=True, slots=True)
class Encryption:
    """A way in which a file is encrypted."""

    name: str
    """The name in messages, which is the program's."""
    package: str
    """The Debian package that has the program."""
    is_proven: bool
    """Whether the format itself shows that the key was right and nothing was changed."""


AGE = Encryption("age", "age", is_proven=True)
GPG = Encryption("gpg", "gnupg", is_proven=True)
OPENSSL = Encryption("openssl", "openssl", is_proven=False)


class NoKey(Exception):
    """Nothing was given that could decrypt the data."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


def find_encryption(start: bytes) -> Encryption | None:
    """Return how a file with this beginning is encrypted; None if it is not."""
    for pattern, encryption in ((_AGE, AGE), (_GPG, GPG), (_OPENSSL, OPENSSL)):
        if pattern.match(start):
            return encryption
    return None


def plan_decryption(
    encryption: Encryption, start: bytes, identities: Sequence[KeyFile]
) -> tuple[str, ...]:
    """Return the command that decrypts its standard input to its standard output.

    Raises:
        NoKey: none of the identities is for this.
        UsageError: several are.
    """
    if encryption is AGE:
        return _plan_age(start, identities)
    passwords = [identity for identity in identities if not identity.is_for_age]
    if len(passwords) > 1:
        named = " and ".join(str(identity.path) for identity in passwords)
        raise UsageError(f"two files with a password are given: {named}", hint="give one of them")
    if encryption is GPG:
        return _plan_gpg(passwords)
    return _plan_openssl(start, passwords)


def _plan_age(start: bytes, identities: Sequence[KeyFile]) -> tuple[str, ...]:
    if _AGE_PASSPHRASE.match(start):
        raise NoKey(
            "is encrypted with a passphrase, which age takes from a terminal only",
            "decrypt it by hand, or encrypt for a key: age -r",
        )
    keys = [identity for identity in identities if identity.is_for_age]
    if not keys:
        raise NoKey("is encrypted with age, and no key for age is given", f"{_HINT}: age-keygen's")
    named = (part for identity in keys for part in ("--identity", str(identity.path)))
    return ("age", "--decrypt", *named)


def _plan_gpg(passwords: Sequence[KeyFile]) -> tuple[str, ...]:
    # Without a file, the agent has the key, or a password that was typed before.
    key = (
        ("--pinentry-mode", "loopback", "--passphrase-file", str(passwords[0].path))
        if passwords
        else ("--pinentry-mode", "error")
    )
    quiet = ("--batch", "--no-tty", "--quiet", "--no-auto-key-retrieve", "--status-fd", "2")
    return ("gpg", *quiet, *key, "--decrypt")


def _plan_openssl(start: bytes, passwords: Sequence[KeyFile]) -> tuple[str, ...]:
    if not passwords:
        raise NoKey(
            "is encrypted with openssl enc, and no file with its password is given",
            f"{_HINT}: a file whose first line is the password",
        )
    armor: tuple[str, ...] = ()
    if not start.startswith(b"Salted__"):
        armor = ("-a",) if b"\n" in start else ("-a", "-A")
    key = ("-pass", f"file:{passwords[0].path}")
    return ("openssl", "enc", "-d", *_read_openssl_options(passwords[0]), *armor, *key)


def _read_openssl_options(password: KeyFile) -> tuple[str, ...]:
    """Return the options in the file's second line, as `openssl enc` had them."""
    lines = password.start.decode("utf-8", "replace").splitlines()
    stated = lines[1].split() if len(lines) > 1 else []
    if not stated:
        return _OPENSSL_DEFAULT
    options = re.split(r"\s+(?=-)", " ".join(stated))
    if not all(_OPENSSL_OPTION.fullmatch(option) for option in options):
        raise UsageError(
            f"{password.path}: its second line is not the options of an openssl enc",
            hint="such as -aes-128-cbc -pbkdf2 -iter 600000 -md sha256; nothing means"
            f" {' '.join(_OPENSSL_DEFAULT)}",
        )
    return tuple(word for option in options for word in option.split())


_REASONS: dict[Encryption, tuple[tuple[str, str], ...]] = {
    AGE: (
        (r"no identity matched", "none of the given keys is one that it is encrypted for"),
        (r"identity file|reading \"", "the file with the key cannot be read"),
        (r"failed to read nonce|read line: EOF", "its data is cut off"),
        (r"trailing data", "other data follows"),
        (r"payload chunk|invalid armor", NOT_WHOLE),
        (r"failed to read header|header MAC", "its header is damaged"),
    ),
    GPG: (
        (
            r"not integrity protected|nomdc|forced to fail",
            "nothing protects it against changes (no MDC)",
        ),
        (r"BADMDC|problem reading source|zlib inflate", NOT_WHOLE),
        (r"BAD_PASSPHRASE", "the passphrase is wrong"),
        (r"No pinentry", "it needs a passphrase, and none is given"),
        (r"can't open|can't read", "the file with the passphrase cannot be read"),
        (
            r"No secret key",
            "gpg has no key for it, or not the right passphrase of that key",
        ),
        (r"NODATA|nvalid packet", NOT_WHOLE),
    ),
    OPENSSL: (
        (
            r"bad decrypt|wrong final block length",
            f"the password or the cipher is wrong, or {NOT_WHOLE}",
        ),
        (r"bad magic number|error reading input", NOT_WHOLE),
        (
            r"[Uu]nknown (?:option|cipher)|AEAD|Unrecognized flag",
            "openssl does not know the options that are stated",
        ),
        (r"getting password", "the file with the password cannot be read"),
    ),
}


def find_failure(encryption: Encryption, said: str, *, succeeded: bool) -> str | None:
    """Return why a program did not decrypt all of it, in our words; None if it did.

    gpg may exit without an error although it found nothing to decrypt.
    Source: age 1.1.1; gpg 2.2.40, the status lines of its doc/DETAILS; openssl 3.0.19.
    """
    if succeeded and (encryption is not GPG or _GPG_DONE.search(said)):
        return None
    for regex, reason in _REASONS[encryption]:
        if re.search(regex, said):
            return reason
    lines = [line for line in said.splitlines() if line and not line.startswith("[GNUPG:]")]
    return lines[-1] if lines else f"{encryption.name} has failed"


def ends_as_it_began(start: bytes, end: bytes) -> bool:
    """Tell whether armored data has its last line; gpg does not ask for it."""
    armored = start.startswith(_GPG_ARMOR)
    return not armored or end.rstrip().endswith(_GPG_ARMOR_END)


def is_garbled(text: bytes) -> bool:
    """Tell whether the start of a text has more control characters than any text.

    Of random bytes 11 in 100 are; SQL with binary strings begins with statements without any.
    """
    start = text[:_GARBLED_BYTES]
    return len(start.translate(None, _CONTROL)) < len(start) - len(start) // 20
