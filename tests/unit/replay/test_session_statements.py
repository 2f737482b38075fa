from typing import Any

import pytest

from rewound.binlog.events.malformed import MalformedEvent
from rewound.replay.session_statements import (
    LogServer,
    find_collation,
    find_default_collation,
    iter_session_statements,
)
from tests.unit.replay.judging import COLLATIONS, MARIADB, MYSQL, make_query

AT_S = 1_795_951_048
ALWAYS = [
    "SET SESSION sql_mode = DEFAULT, time_zone = DEFAULT, auto_increment_increment = DEFAULT,"
    " auto_increment_offset = DEFAULT, explicit_defaults_for_timestamp = DEFAULT",
    "SET SESSION lc_time_names = 0",
    "SET SESSION foreign_key_checks = 1",
    "SET SESSION unique_checks = 1",
    f"SET SESSION timestamp = {AT_S}.000000",
]


def statements(**session: Any) -> list[str]:
    query = make_query("DROP TABLE t", **session)
    server = LogServer(MYSQL, COLLATIONS)
    return [sql.decode() for sql in iter_session_statements(query, AT_S, server)]


@pytest.mark.parametrize(
    ("session", "more"),
    [
        ({}, []),
        ({"sql_mode": 4}, ["SET SESSION sql_mode = 'ANSI_QUOTES'"]),
        ({"sql_mode": 0}, ["SET SESSION sql_mode = ''"]),
        ({"time_zone": "SYSTEM"}, []),
        ({"time_zone": ""}, []),
        ({"time_zone": "+05:30"}, ["SET SESSION time_zone = '+05:30'"]),
        ({"time_zone": "Europe/Berlin"}, ["SET SESSION time_zone = 'Europe/Berlin'"]),
        (
            {"auto_increment": (2, 1)},
            [
                "SET SESSION auto_increment_increment = 2",
                "SET SESSION auto_increment_offset = 1",
            ],
        ),
        (
            {"explicit_defaults_for_timestamp": False},
            ["SET SESSION explicit_defaults_for_timestamp = 0"],
        ),
        (
            {"collations": (8, 45, 255)},
            [
                "SET NAMES latin1",
                "SET SESSION collation_connection = 'utf8mb4_general_ci'",
                "SET SESSION collation_server = 'utf8mb4_0900_ai_ci'",
            ],
        ),
        # What a world does not need.
        ({"sql_require_primary_key": True, "default_table_encryption": True, "xid": 7}, []),
    ],
)
def test_each_variable_becomes_a_statement(session: dict[str, Any], more: list[str]) -> None:
    names = [] if "collations" in session else ["SET NAMES utf8mb4"]
    assert sorted(statements(**session)) == sorted(ALWAYS + names + more)


def test_flags_and_microseconds() -> None:
    found = statements(flags=1 << 26 | 1 << 27, microseconds=42)
    assert found[-3:] == [
        "SET SESSION foreign_key_checks = 0",
        "SET SESSION unique_checks = 0",
        f"SET SESSION timestamp = {AT_S}.000042",
    ]


def test_the_character_set_comes_before_the_collation_of_the_connection() -> None:
    found = statements(collations=(8, 45, 255))
    assert found.index("SET NAMES latin1") < found.index(
        "SET SESSION collation_connection = 'utf8mb4_general_ci'"
    )


@pytest.mark.parametrize("zone", ["x'; DROP TABLE t; --", "\u0661", "a b", "\\"])
def test_an_impossible_zone_is_refused(zone: str) -> None:
    with pytest.raises(MalformedEvent, match="impossible time zone"):
        statements(time_zone=zone)


@pytest.mark.parametrize(
    ("number", "version", "found"),
    [
        (45, MYSQL, ("utf8mb4_general_ci", "utf8mb4")),
        (2304, MYSQL, None),
        (9999, MARIADB, None),
        (2304, MARIADB, ("utf8mb4_uca1400_ai_ci", "utf8mb4")),
        (2048, MARIADB, ("utf8mb3_uca1400_ai_ci", "utf8mb3")),
        (1024 + 45, MARIADB, ("utf8mb4_general_ci", "utf8mb4")),
        (1024 + 45, MYSQL, None),
    ],
)
def test_collations_by_their_numbers(
    number: int, version: str, found: tuple[str, str] | None
) -> None:
    assert find_collation(number, LogServer(version, COLLATIONS)) == found


@pytest.mark.parametrize(("number", "name"), [(None, None), (255, "utf8mb4_0900_ai_ci")])
def test_the_collation_of_utf8mb4(number: int | None, name: str | None) -> None:
    query = make_query("DROP TABLE t", default_collation_for_utf8mb4=number)
    assert find_default_collation(query, LogServer(MYSQL, COLLATIONS)) == name
