import pytest

from rewound.errors import MysqlError


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
