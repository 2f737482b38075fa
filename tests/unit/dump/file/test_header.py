from datetime import UTC, datetime

import pytest

from rewound.dump.file.header import Header, find_closing_time, read_comment, read_statement

OPENING = b"-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)"
CLOSING = b"-- Dump completed on 2024-06-18 21:15:08"
STATEMENT = None
CLOSED_AT = datetime(2024, 6, 18, 21, 15, 8, tzinfo=UTC)


def read(*events):
    header = Header()
    for event in events:
        header = read_statement(header) if event is STATEMENT else read_comment(header, event)
    return header


@pytest.mark.parametrize(
    ("comment", "field", "value"),
    [
        (OPENING, "producer", "MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)"),
        (b"-- MariaDB dump 10.19  Distrib x\r", "producer", "MariaDB dump 10.19  Distrib x"),
        (b"-- Host: localhost    Database: game", "database", "game"),
        (b"-- Host: localhost    Database: ", "database", None),
        (b"-- Host: db1    Database: a b\r", "database", "a b"),
        (b"-- Host: db1    Database: a\rb\r", "database", "a\rb"),
        (b"-- Server version\t5.7.44-log", "server_version", "5.7.44-log"),
        (
            b"-- CHANGE MASTER TO MASTER_LOG_FILE='b.1', MASTER_LOG_POS=4;",
            "position",
            "CHANGE MASTER TO MASTER_LOG_FILE='b.1', MASTER_LOG_POS=4;",
        ),
        (CLOSING, "completed_at", CLOSED_AT),
        (
            b"-- Dump completed on 2024-06-18  9:05:08",
            "completed_at",
            datetime(2024, 6, 18, 9, 5, 8, tzinfo=UTC),
        ),
        (b"-- Dump completed", "completed_at", None),
        (b"-- Dump completed on 2024-13-45 99:99:99", "completed_at", None),
        (b"-- x", "producer", None),
    ],
)
def test_a_comment_states_one_fact(comment, field, value):
    assert getattr(read(comment), field) == value


@pytest.mark.parametrize(
    "comment", [b"-- Dump completed", b"-- Dump completed on 2024-13-45 1:00:00"]
)
def test_a_closing_line_without_a_readable_time_closes_all_the_same(comment):
    assert read(OPENING, comment).is_whole is True


def test_the_first_of_several_statements_of_a_fact_holds():
    header = read(b"-- Host: a    Database: one", b"-- Host: b    Database: two", OPENING)
    assert (header.database, read(OPENING, b"-- MySQL dump 2").producer) == (
        "one",
        OPENING[3:].decode(),
    )


@pytest.mark.parametrize(
    ("events", "is_whole"),
    [
        ([], None),
        ([STATEMENT], None),
        ([OPENING], False),
        ([OPENING, STATEMENT], False),
        ([OPENING, STATEMENT, CLOSING], True),
        ([STATEMENT, OPENING, STATEMENT, CLOSING], True),
        ([OPENING, OPENING, STATEMENT, CLOSING], True),
        ([STATEMENT, CLOSING], True),
        ([OPENING, STATEMENT, CLOSING, OPENING, STATEMENT, CLOSING], True),
        ([OPENING, STATEMENT, CLOSING, OPENING, STATEMENT], False),
        ([OPENING, STATEMENT, CLOSING, STATEMENT], None),
        ([OPENING, STATEMENT, CLOSING, STATEMENT, CLOSING], True),
    ],
)
def test_a_dump_is_whole_when_a_closing_line_stands_after_everything(events, is_whole):
    assert read(*events).is_whole is is_whole


@pytest.mark.parametrize(
    ("text", "closed_at"),
    [
        (b"x;\n" + CLOSING + b"\n", CLOSED_AT),
        (b"x;\r\n" + CLOSING + b"\r\n\r\n", CLOSED_AT),
        (CLOSING + b"\nINSERT", None),
        (b"-- Dump completed\n", None),
        (b"-- Dump completed on 2024-02-31 10:00:00", None),
        (b"", None),
    ],
)
def test_closing_time_is_read_from_the_last_line_only(text, closed_at):
    assert find_closing_time(text) == closed_at
