import gzip
import io
import json
import sqlite3
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.file.foreign_formats import START_BYTES, find_foreign_format
from rewound.dump.text.statement_parser import FIRST_WORDS
from tests.conftest import EXAMPLES, HEADER


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("SET/host1.sql")
        member.size = len(HEADER)
        archive.addfile(member, io.BytesIO(HEADER.encode()))
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("host1.sql", HEADER)
    return buffer.getvalue()


def sqlite_file() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a)")
        content = connection.serialize()
    connection.close()
    return content


def tablespace_page(space: bytes) -> bytes:
    return b"\xfa\x82\x13\x07" + bytes(20) + b"\0\x08" + bytes(8) + space + space + bytes(400)


POSTGRES = """\
--
-- PostgreSQL database dump
--

-- Dumped from database version 16.2
-- Dumped by pg_dump version 16.2

SET statement_timeout = 0;
SET lock_timeout = 0;
"""
POSTGRES_CLUSTER = """\
--
-- PostgreSQL database cluster dump
--

\\restrict x4Hg

SET default_transaction_read_only = off;
"""
XML_DUMP = """\
<?xml version="1.0"?>
<mysqldump xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<database name="game">
"""
MARIADB_XML_DUMP = """\
<?xml version="1.0" encoding="utf-8"?>
<!-- MariaDB dump -->
<mysqldump xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
"""
HELP = "mysqldump  Ver 9.7.4 for Linux on x86_64 (Source distribution)\nCopyright (c) 2000"
USAGE = "Usage: mysqldump [OPTIONS] database [tables]\nOR     mysqldump [OPTIONS] --databases"
PROMPT_TABLE = "+----+-------+\r\n| id | score |\r\n+----+-------+\r\n"
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"

FOREIGN: dict[str, tuple[str | bytes, str]] = {
    "zip": (zipped(), "a zip archive"),
    "an empty zip": (b"PK\x05\x06" + bytes(18), "a zip archive"),
    "7-Zip": (b"7z\xbc\xaf\x27\x1c\0\4", "a 7-Zip archive"),
    "RAR": (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
    "tar": (tar(), "a tar archive"),
    "lz4 before frames": (b"\x02\x21\x4c\x18\x64\x40", "data compressed in an unsupported format"),
    "UTF-16 with a mark": (HEADER.encode("utf-16"), "text in UTF-16"),
    "UTF-16 BE with a mark": (b"\xfe\xff" + HEADER.encode("utf-16-be"), "text in UTF-16"),
    "UTF-16 LE": (HEADER.encode("utf-16-le"), "text in UTF-16"),
    "UTF-16 BE": (HEADER.encode("utf-16-be"), "text in UTF-16"),
    "UTF-32 LE": (HEADER.encode("utf-32"), "text in UTF-32"),
    "UTF-32 BE": (b"\0\0\xfe\xff" + HEADER.encode("utf-32-be"), "text in UTF-32"),
    "mysqldump --xml": (XML_DUMP, "a dump in XML"),
    "mariadb-dump --xml": (MARIADB_XML_DUMP, "a dump in XML"),
    "mysqldump --xml, no declaration": ("<mysqldump>\n", "a dump in XML"),
    "XML": ("<?xml version='1.0'?>\n<Error><Code>AccessDenied</Code></Error>", "XML"),
    "HTML": ("<!DOCTYPE html>\n<html>", "an HTML page"),
    "HTML after space": ("\ufeff\r\n\t <HTML lang='en'>", "an HTML page"),
    "a warning of PHP": ("<br />\n<b>Fatal error</b>: Allowed memory size", "an HTML page"),
    "JSON": (json.dumps({"tables": [1]}, indent=2), "JSON"),
    "JSON, a list": ('[\n  {"id": 1}]', "JSON"),
    "JSON of phpMyAdmin": ("/**\n Export to JSON plugin for PHPMyAdmin\n", "JSON"),
    "comma-separated": ("id,name,score\n1,foo,3\n", "comma- or tab-separated rows"),
    "quoted": ('"1","Create, drop","3"\n', "comma- or tab-separated rows"),
    "semicolons": ("id;name;score\r\n1;foo;3\r\n", "comma- or tab-separated rows"),
    "tab-separated": ("1\tset names\t\\N\n", "comma- or tab-separated rows"),
    "tab-separated, NULL first": ("\n\\N\t1\t2\n", "comma- or tab-separated rows"),
    "mysql": (PROMPT_TABLE, "the output of the mysql client"),
    "mysql --vertical": (f"{'*' * 27} 1. row {'*' * 27}\n", "the output of the mysql client"),
    "an error of mysql": ("ERROR 1045 (28000): Access denied", "the output of the mysql client"),
    "SQLite": (sqlite_file(), "an SQLite database"),
    "a dump of SQLite": ("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "a dump of SQLite"),
    "pg_dump": (POSTGRES, "a dump of PostgreSQL"),
    "pg_dumpall": (POSTGRES_CLUSTER, "a dump of PostgreSQL"),
    "pg_dump -Fc": (b"PGDMP\x01\x0e\0", "an archive of PostgreSQL's pg_dump"),
    "xbstream": (b"XBSTCK01\0P\x0c\0\0\0", "an xbstream, a physical backup"),
    "binary log": (b"\xfebin\x1c\x98\x71\x66\x0f", "a binary log of MySQL"),
    "encrypted binary log": (b"\xfdbin\x01", "a binary log of MySQL"),
    "InnoDB, a table": (tablespace_page(b"\0\0\0\x07"), "a tablespace of InnoDB"),
    "InnoDB, ibdata1": (tablespace_page(bytes(4)), "a tablespace of InnoDB"),
    "openssl": (b"Salted__\xd0\x96\x7e", "encrypted data"),
    "openssl -a": ("U2FsdGVkX1+IbKlG\n", "encrypted data"),
    "gpg --armor": ("-----BEGIN PGP MESSAGE-----\n\nhQEMA", "encrypted data"),
    # The first bytes of what gpg 2.2.40 wrote: for a passphrase, RSA and Curve 25519.
    "gpg -c": (b"\x8c\x0d\x04\x09\x03\x02\x00\x41\xd6", "encrypted data"),
    "gpg -e": (b"\x85\x01\x8c\x03\xcd\x00\x90\x84", "encrypted data"),
    "gpg -e, a short key": (b"\x84\x5e\x03\x4b\x4e\x3d\xee", "encrypted data"),
    "age": (b"age-encryption.org/v1\n-> X25519", "encrypted data"),
    "age --armor": ("-----BEGIN AGE ENCRYPTED FILE-----\n", "encrypted data"),
    "a conflict": ("<<<<<<< HEAD\n-- MySQL dump\n=======\n", "an unresolved git conflict"),
    "git-lfs": (LFS, "a Git LFS pointer"),
    "help": (HELP, "the help text of a program"),
    "help of mariadb": ("mariadb-dump from 11.8.2-MariaDB, client", "the help text of a program"),
    "help by path": ("C:\\bin\\mysqldump.exe  Ver 8.0.33", "the help text of a program"),
    "usage": (USAGE, "the help text of a program"),
    "bash": ("-bash: mysqldump: command not found\n", "an error message of a shell"),
    "dash": ("/bin/sh: 1: mysqldump: not found\n", "an error message of a shell"),
    "a script": ("./dump.sh: line 3: x: Permission denied", "an error message of a shell"),
    "noise": (b"\x01\x02\x03\x04" * 9, "binary data"),
    "a program": (b"\x7fELF\x02\x01", "binary data"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_dump_is_known_by_its_beginning(case):
    content, name = FOREIGN[case]
    raw = content.encode() if isinstance(content, str) else content
    found = find_foreign_format(raw[:START_BYTES])
    assert found is not None
    assert found.name == name
    assert found.hint


def test_a_tar_archive_is_known_by_its_checksum():
    damaged = bytearray(tar())
    damaged[20] ^= 1
    assert find_foreign_format(bytes(damaged)[:START_BYTES]) is None


@pytest.mark.parametrize(
    "text",
    [
        HEADER,
        "\ufeff" + HEADER,
        "/*M!999999\\- enable the sandbox mode */ \n" + HEADER,
        "mysqldump: [Warning] Using a password, as said, can be insecure, really.\n" + HEADER,
        "Warning: A partial dump from a server, by default, includes all, even those\n" + HEADER,
        "# from /usr/bin/mysqldump  Ver 10.13\n# bash: command not found\n",
        "-- made by backup.sh: 3 files not found\nSET NAMES utf8;",
        "-- a,b,c\n-- id\tname\tscore\n",
        "-- <html>\n",
        "--\n-- PostgreSQL database dump\n-- converted for MySQL\nSET NAMES utf8mb4;\n",
        "/* {json} */ SET a=1;",
        "SET\tNAMES\tutf8,\t1;",
        "use,a,b,c",
        "insert into t values (1,2,3),(4,5,6);\n",
        "DELIMITER ;;\nCREATE TRIGGER a,b,c;;",
        "delimiter ;;;;",
        ";;;;\nSET NAMES utf8;",
        "\0\0\nSET NAMES utf8;",
        "SELECT a,b,c FROM t",
        "",
        "\n",
        "x",
    ],
)
def test_what_may_be_a_dump_is_left_to_the_judge(text):
    assert find_foreign_format(text.encode()) is None


def test_the_examples_are_no_foreign_files():
    for path in EXAMPLES.iterdir():
        with gzip.open(path) as dump:
            assert find_foreign_format(dump.read(START_BYTES)) is None


ORDINARY_STARTS = st.one_of(
    st.sampled_from(sorted(FIRST_WORDS | {"DELIMITER"})).map(str.encode),
    st.sampled_from(sorted(FIRST_WORDS)).map(lambda word: word.lower().encode()),
    st.sampled_from([b"-- ", b"--\n", b"--\t", b"# ", b"/*!40101 SET ", b"/* ", b"/*M!100616 "]),
    st.sampled_from([b"mysqldump: ", b"mysqlpump: ", b"mariadb-dump: ", b"Warning: ", b";"]),
)
SPACE = st.text("\n\r\t \f\v", max_size=3).map(str.encode)
SEPARATORS = st.sampled_from([b" ", b"\t", b"\n", b"\r\n", b"/**/", b"`", b"(", b";"])
REST = st.one_of(
    st.binary(max_size=600), st.text("a1,;\t\n '\"<{[+|-*\\:", max_size=200).map(str.encode)
)


@given(st.sampled_from([b"", b"\xef\xbb\xbf"]), SPACE, ORDINARY_STARTS, SEPARATORS, REST)
def test_text_that_begins_as_sql_does_is_never_foreign(mark, space, start, separator, rest):
    assert find_foreign_format(mark + space + start + separator + rest) is None


@given(ORDINARY_STARTS, st.sampled_from(sorted(FOREIGN)))
def test_what_is_foreign_behind_sql_is_no_matter(start, case):
    content, _ = FOREIGN[case]
    raw = content.encode() if isinstance(content, str) else content
    assert find_foreign_format(start + b" x\n" + raw) is None
