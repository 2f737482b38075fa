from pathlib import Path

import pytest

from rewound.errors import MysqlError, StatementRefused


@pytest.mark.parametrize(
    ("number", "text", "is_out_of_space"),
    [
        (1114, "The table 'player' is full", True),
        (1878, "Temporary file write failure.", True),
        (3675, "Create table/tablespace 'guild' failed, as disk is full", True),
        (
            3680,
            "Failed to create schema directory 'game' (errno: 28 - No space left on device)",
            True,
        ),
        (3680, "Failed to create schema directory 'game' (errno: 13 - Permission denied)", False),
        (1062, "Duplicate entry '1' for key 'PRIMARY'", False),
    ],
)
def test_an_error_for_lack_of_space_is_recognised(number: int, text: str, is_out_of_space: bool):
    assert MysqlError(number, text).is_out_of_space == is_out_of_space


@pytest.mark.parametrize(
    ("number", "is_out_of_memory"), [(1041, True), (1135, True), (1114, False)]
)
def test_an_error_for_lack_of_memory_is_recognised(number: int, is_out_of_memory: bool):
    assert MysqlError(number, "").is_out_of_memory == is_out_of_memory


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("CREATE SEQUENCE s", "d.sql, line 9: refused by rule r: CREATE SEQUENCE s"),
        ("it is odd", "d.sql, line 9: refused by rule r: it is odd: CREATE SEQUENCE s"),
    ],
)
def test_a_refused_statement_is_quoted_once(why: str, told: str):
    error = StatementRefused(
        Path("d.sql"), line=9, rule="r", why=why, excerpt="CREATE SEQUENCE s", remedy="leave it out"
    )
    assert error.in_one_line == told
