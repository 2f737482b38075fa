"""Recognising dumps and their databases by the first bytes, if the name is not enough. Pure.

This is stricter than the judge, which refuses statement by statement: a log or a note that happens
to begin like SQL must not become a world.
"""

import re

_BLANK = rb"(?:\s|--[^\n]*\n|#[^\n]*\n|/\*[^!M].*?\*/|mysqldump: [^\n]*\n)*"
_COMMENT = re.compile(
    rb"\s*(?:(?:--|#|/\*M?!999999)[^\n]*\n\s*)*?"
    rb"(?:--|#|/\*) *(?:MySQL dump|MariaDB dump|phpMyAdmin SQL Dump|HeidiSQL|Adminer|mysqldump-php"
    rb"|Dump created by MySQL|Navicat|SQLyog|Sequel|mydumper|Host:)",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    _BLANK + rb"(?:/\*M?!\d{5,6}\s*(?:SET|CREATE|DROP|ALTER)\b"
    rb"|SET\s+(?:NAMES|SQL_MODE|FOREIGN_KEY_CHECKS|@|SESSION|TIME_ZONE|AUTOCOMMIT)"
    rb"|(?:CREATE|DROP)\s+(?:TEMPORARY\s+)?(?:DATABASE|SCHEMA|TABLE|VIEW)\b"
    rb"|USE\s+[`\w]+\s*;|(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+[`\w.]+\s*(?:\(|VALUES)|LOCK\s+TABLES\b)",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_TABLE = re.compile(
    rb"^(?:-- Table structure for table `([^`\n]+)`"
    rb"|CREATE TABLE (?:IF NOT EXISTS )?`([^`\n]+)`)",
    re.MULTILINE,
)
_BYTES_SEEN = 4096
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def looks_like_dump(start: bytes) -> bool:
    """Tell whether a text with this beginning is a dump."""
    head = start[:_BYTES_SEEN].removeprefix(_BYTE_ORDER_MARK)
    return any(regex.match(head) is not None for regex in (_COMMENT, _STATEMENT))


def find_first_table(start: bytes) -> str | None:
    """Return the first table that a dump creates; None if the beginning creates none."""
    match = _FIRST_TABLE.search(start)
    return None if match is None else (match[1] or match[2]).decode("utf-8", "replace")
