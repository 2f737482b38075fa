import struct

import pytest

from rewound.catalog.logs.binary_log import LogKind
from rewound.catalog.logs.recognition import recognise_log


def start_with(flags: int) -> bytes:
    return b"\xfebin" + struct.pack("<IBIIIH", 1, 15, 1, 122, 126, flags) + bytes(103)


@pytest.mark.parametrize(
    ("name", "start", "kind"),
    [
        ("mysql-bin.000001", start_with(0), LogKind.BINARY_LOG),
        ("mysql-bin.000001", start_with(1), LogKind.BINARY_LOG),
        ("whatever", b"\xfebin", LogKind.BINARY_LOG),
        ("host1-relay-bin.000002", start_with(0x40), LogKind.RELAY_LOG),
        ("binlog.000001", b"\xfdbin\x01" + bytes(600), LogKind.ENCRYPTED),
        ("binlog.index", b"./binlog.000001\n./binlog.000002\n", LogKind.INDEX),
        ("binlog.index", b"/var/log/mysql/binlog.000001", LogKind.INDEX),
        ("notes.index", b"chapter one\n", None),
        ("binlog.000001", b"./binlog.000001\n", None),
        ("binlog.000001", b"", None),
        ("binlog.000001", b"-- MySQL dump 10.13\n", None),
    ],
)
def test_first_bytes_tell_what_a_file_is(name: str, start: bytes, kind: LogKind | None):
    assert recognise_log(name, start) is kind
