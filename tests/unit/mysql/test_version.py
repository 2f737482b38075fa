import pytest

from rewound.mysql.version import Version, find_mysql_version


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        ("mysqld  Ver 9.7.4 for Linux on x86_64 (Debian)", Version(9, 7, 4)),
        ("/usr/sbin/mysqld  Ver 8.0.40-0ubuntu0.22.04.1 for Linux", Version(8, 0, 40)),
        ("mysqld  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu", None),
        ("mariadbd from 11.8, client 15.2", None),
        ("", None),
    ],
)
def test_find_mysql_version_reads_banners_of_mysql_alone(banner: str, version: Version | None):
    assert find_mysql_version(banner) == version


def test_versions_are_ordered_as_versions_are():
    assert Version(8, 0, 9) < Version(8, 0, 30) < Version(8, 4, 0) < Version(10, 0, 0)


def test_number_is_what_versioned_comments_compare_with():
    assert Version(9, 7, 4).number == 90704
    assert str(Version(8, 0, 40)) == "8.0.40"
