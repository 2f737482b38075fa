"""What apt says, read: mirrors, packages, errors. No apt runs here."""

import pytest

from rewound.engine.install.debian import (
    Package,
    choose_host_settings,
    choose_mirror,
    find_hint,
    parse_packages,
)

MIRROR = "http://mirror.example/debian"


def update_uris(*lists: str) -> str:
    """Return what `apt-get update --print-uris` prints for these lists."""
    return "".join(f"'{uri}/Packages.xz' some_file_name 0 \n" for uri in lists)


def test_choose_mirror_trusts_the_signed_origin_wherever_it_is():
    targets = (
        "Docker|Docker CE|http://vendor.example/linux/debian/\n"
        "Debian|Debian-Security|http://mirror.example/debian-security/\n"
        "Debian|Debian|cdrom:[disc]/\n"
        "Debian|Debian|http://mirror.example/some/remote/\n"
    )
    chosen = choose_mirror(index_targets=targets, update_uris="")
    assert chosen == "http://mirror.example/some/remote"


@pytest.mark.parametrize(
    "mirror",
    [
        MIRROR,
        "https://user@mirror.example/debian-remote",
        "mirror+file:/etc/apt/mirrors/debian.list",
        "file:/srv/debian",
    ],
)
def test_choose_mirror_goes_by_path_on_a_host_that_never_updated(mirror: str):
    uris = update_uris(
        "http://mirror.example/debian-security/dists/stable-security/main/binary-amd64",
        f"{mirror}/dists/stable/main/binary-amd64",
    )
    assert choose_mirror(index_targets="", update_uris=uris) == mirror


def test_choose_mirror_prefers_the_archive_to_vendors_corners():
    uris = update_uris(
        "http://vendor.example/linux/debian/dists/stable/stable/binary-amd64",
        "http://vendor.example/runner/debian/dists/stable/main/binary-amd64",
        "http://mirror.example/debian-x/dists/stable/main/binary-amd64",
        f"{MIRROR}/dists/stable/main/binary-amd64",
    )
    assert choose_mirror(index_targets="", update_uris=uris) == MIRROR


@pytest.mark.parametrize(
    "uris",
    [
        "",
        update_uris("http://mirror.example/ubuntu/dists/noble/main/binary-amd64"),
        update_uris("http://mirror.example/debian-ports/dists/sid/main/binary-amd64"),
        update_uris("cdrom:[disc]/debian/dists/stable/main/binary-amd64"),
    ],
)
def test_choose_mirror_takes_nothing_else_for_debian(uris: str):
    targets = "Ubuntu|Ubuntu|http://mirror.example/ubuntu/\n"
    assert choose_mirror(index_targets=targets, update_uris=uris) is None


def test_choose_host_settings_keeps_the_way_to_the_mirror_only():
    dump = (
        'APT::Update::Post-Invoke:: "rm -f /something";\n'
        'Acquire::Languages "none";\n'
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::https::CaInfo "/etc/ssl/ca.pem";\n'
        'Acquire::Retries "3";\n'
        'Acquire::Check-Valid-Until "true";\n'
    )
    assert choose_host_settings(dump) == (
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::https::CaInfo "/etc/ssl/ca.pem";\n'
        'Acquire::Retries "3";\n'
    )


def test_parse_packages_reads_names_sizes_and_checksums():
    first, second = "0" * 64, "a" * 64
    printed = (
        f"'{MIRROR}/pool/a_1%253a2.deb' a_1%3a2_amd64.deb 39320 SHA256:{first}\n"
        f"'{MIRROR}/pool/b_3_all.deb' b_3_all.deb 7 SHA256:{second}\n"
    )
    assert parse_packages(printed) == [
        Package("a_1%3a2_amd64.deb", 39320, first),
        Package("b_3_all.deb", 7, second),
    ]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("E: Failed to fetch http://m/InRelease  Could not resolve 'm'", "reach its Debian"),
        ("E: Failed to fetch http://m/InRelease  Could not connect to m:80", "reach its Debian"),
        ("E: The repository 'http://m sid InRelease' is not signed.", "debian-archive-keyring"),
        (
            "W: GPG error: http://m sid InRelease: The following signatures couldn't be "
            "verified because the public key is not available: NO_PUBKEY 0123",
            "debian-archive-keyring",
        ),
        ("E: Package 'mysql-server-core:i386' has no installation candidate", "--from TARBALL"),
        ("E: Unable to locate package mysql-server-core", "--from TARBALL"),
        (
            "E: Unable to correct problems, you have held broken packages.",
            "inconsistent at the moment",
        ),
        ("E: Failed to fetch x  write (28: No space left on device)", "disk space"),
        ("E: You don't have enough free space in /x/.", "disk space"),
        ("E: Release file for m is not valid yet (invalid for another 1d)", "clock"),
    ],
)
def test_find_hint_knows_what_helps(words: str, hint: str):
    assert hint in (find_hint(words) or "")


def test_find_hint_does_not_guess():
    assert find_hint("E: something else") is None
