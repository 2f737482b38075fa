import pytest

from rewound.replay.sql_modes import name_modes


@pytest.mark.parametrize(
    ("bits", "is_mariadb", "names"),
    [
        (0, False, ""),
        (1, False, "REAL_AS_FLOAT"),
        (4, False, "ANSI_QUOTES"),
        (1 << 5, False, "ONLY_FULL_GROUP_BY"),
        (1 << 20, False, "NO_BACKSLASH_ESCAPES"),
        (1 << 30, False, "NO_ENGINE_SUBSTITUTION"),
        # MySQL 9.7's default, the number that it has for it.
        (
            1436549152,
            False,
            "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
            "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
        ),
        # MariaDB 10.11's default, with NO_AUTO_CREATE_USER, which MySQL does not have.
        (
            1411383296,
            True,
            "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
        ),
        # ANSI and its parts.
        (
            1 << 18 | 0b1111,
            False,
            "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI",
        ),
        (1 << 32, False, "TIME_TRUNCATE_FRACTIONAL"),
        (1 << 32, True, ""),  # MariaDB has another mode there
        (1 << 4 | 1 << 8 | 1 << 17, False, ""),
    ],
)
def test_name_modes(bits: int, is_mariadb: bool, names: str) -> None:
    assert name_modes(bits, is_mariadb=is_mariadb) == names
