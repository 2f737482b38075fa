import pytest

from rewound.dump.file.recognition import find_first_table, looks_like_dump

HEADER = b"-- MySQL dump 10.13  Distrib 8.0.36\n--\n-- Host: h    Database: game\n"


@pytest.mark.parametrize(
    ("start", "is_dump"),
    [
        (HEADER, True),
        (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", True),
        (b"-- phpMyAdmin SQL Dump\n-- version 5.2\n", True),
        (b"\xef\xbb\xbf-- MySQL dump 10.13\n", True),
        (b"mysqldump: [Warning] Using a password\n/*!40101 SET NAMES utf8 */;\n", True),
        (b"/*!40101 SET NAMES utf8mb4 */;\n", True),
        (b"DROP TABLE IF EXISTS `t`;\n", True),
        (b"  \n# made by hand\nCREATE DATABASE game;\n", True),
        (b"INSERT INTO `t` VALUES (1);\n", True),
        (b"SET FOREIGN_KEY_CHECKS=0;\n", True),
        (b"", False),
        (b"who restores what, and when\n", False),
        (b"2024-06-18 21:15:08 mysqldump started\n", False),
        (b"# Backups\n\nInsert into the calendar: restore drill.\n", False),
        (b"set -e\nmysqldump game > game.sql\n", False),
        (b"#!/bin/sh\nmysqldump game\n", False),
        (b"d41d8cd98f00b204e9800998ecf8427e  host1.sql.gz\n", False),
        (b'{"host": "db"}', False),
        (b"PK\x03\x04", False),
    ],
)
def test_a_dump_is_recognised_by_its_first_bytes(start: bytes, is_dump: bool):
    assert looks_like_dump(start) == is_dump


@pytest.mark.parametrize(
    ("start", "table"),
    [
        (HEADER + b"--\n-- Table structure for table `player`\n--\n", "player"),
        (b"DROP TABLE IF EXISTS `a`;\nCREATE TABLE `a` (`id` int);\n", "a"),
        (b"CREATE TABLE IF NOT EXISTS `b` (`id` int);\n", "b"),
        (HEADER, None),
        (b"INSERT INTO `t` VALUES ('CREATE TABLE `x`');\n", None),
    ],
)
def test_the_first_table_is_named(start: bytes, table: str | None):
    assert find_first_table(start) == table
