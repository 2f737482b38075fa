import gzip
import os
from pathlib import Path

import pytest
import zstandard

from rewound.catalog import Catalog, discover
from rewound.catalog.logs.coverage import cover
from rewound.catalog.logs.folders import add_logs
from rewound.catalog.logs.reading import find_log_kind, read_log
from rewound.errors import CatalogError
from tests.unit.catalog.logs.made_logs import RELAY, write_log


def make_source(folder: Path) -> Path:
    folder.mkdir()
    for world in ("host1", "host2"):
        (folder / f"{world}_20260303_211508.sql").write_bytes(b"-- MySQL dump\n")
    return folder


def find(source: Path) -> Catalog:
    return discover(source, is_dump=lambda _: False, find_log_kind=find_log_kind)


def reasons(catalog: Catalog) -> dict[str, str]:
    return {entry.location.name: entry.reason for entry in catalog.not_understood}


def test_logs_beside_dumps_are_neither_dumps_nor_misunderstood(tmp_path: Path):
    source = make_source(tmp_path / "source")
    log = write_log(source / "host1", 42, 1)
    packed = source / "host1" / "mysql-bin.000043.gz"
    packed.write_bytes(gzip.compress(write_log(tmp_path, 43, 2).read_bytes()))
    write_log(source / "host1", 7, 1, base="relay", flags=RELAY)
    (source / "host1" / "mysql-bin.index").write_text("./mysql-bin.000042\n")
    (source / "host2.000001").write_bytes(b"\xfdbin" + bytes(600))
    (source / "README").write_text("what is here")
    catalog = find(source)
    assert catalog.worlds == ("host1", "host2")
    assert [(each.world, each.location) for each in catalog.logs] == [
        ("host1", log),
        ("host1", packed),
    ]
    assert catalog.logs[0].size_bytes == log.stat().st_size
    told = reasons(catalog)
    assert told.keys() == {"relay.000007", "mysql-bin.index", "host2.000001", "README"}
    assert told["relay.000007"].startswith("a relay log: ")
    assert told["mysql-bin.index"].startswith("an index of binary logs: ")
    assert told["host2.000001"].startswith("an encrypted binary log (binlog_encryption): ")
    assert told["README"].startswith("not a dump: ")
    assert catalog.only(["host2"]).logs == ()


def test_a_folder_of_logs_joins_the_catalog_once(tmp_path: Path):
    catalog = find(make_source(tmp_path / "source"))
    logs = tmp_path / "logs"
    log = write_log(logs / "host2", 1, 1)
    other = write_log(logs / "host3", 1, 1)
    (logs / "notes").write_text("a note")
    for folder in (logs, logs, logs / "host2"):
        catalog = add_logs(catalog, folder, find_log_kind=find_log_kind)
    assert [(each.world, each.location) for each in catalog.logs] == [("host2", log)]
    assert reasons(catalog) == {
        "notes": "not a binary log",
        other.name: "a binary log of world host3, which has no dump",
    }


def test_a_folder_of_one_worlds_logs_may_be_given_by_itself(tmp_path: Path):
    catalog = find(make_source(tmp_path / "source"))
    log = write_log(tmp_path / "host2", 1, 1)
    catalog = add_logs(catalog, log.parent, find_log_kind=find_log_kind)
    assert [each.world for each in catalog.logs] == ["host2"]


def test_the_source_given_again_adds_nothing(tmp_path: Path):
    source = make_source(tmp_path / "source")
    write_log(source / "host1", 42, 1)
    catalog = find(source)
    assert add_logs(catalog, source, find_log_kind=find_log_kind) == catalog


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path):
    catalog = find(make_source(tmp_path / "source"))
    with pytest.raises(CatalogError, match="no folder"):
        add_logs(catalog, tmp_path / "gone", find_log_kind=find_log_kind)


def make_odd_files(folder: Path) -> None:
    """Write logs 1 and 12, and between them whatever is no whole log."""
    write_log(folder, 1, 1)
    write_log(folder, 12, 9)
    whole = write_log(folder.parents[1] / "whole", 2, *range(2, 400)).read_bytes()
    odd = {
        "02": b"",
        "03": b"\xfeb",
        "04.gz": gzip.compress(whole)[:25],
        "05.zst": zstandard.compress(whole)[:30],
        "06.GZ": gzip.compress(whole)[:-300],
        "07.gz": gzip.compress(gzip.compress(whole)),
        "08": bytes(range(7, 255)) * 9,
        "09": b"\xfdbin" + bytes(600),
    }
    for ending, content in odd.items():
        (folder / f"mysql-bin.0000{ending}").write_bytes(content)
    (folder / "mysql-bin.000010").symlink_to(folder / "gone")
    os.mkfifo(folder / "mysql-bin.000011")
    (folder / "mysql-bin.000013").mkdir()
    (folder / "mysql-bin.000014").symlink_to("mysql-bin.000014")


ODD = (
    "02: is empty (copied while it was being created?)",
    "03: is cut off in its first bytes",
    "04: the gzip data is cut off",
    "05: the zstd data is cut off",
    "06: the gzip data is cut off",
    "07: is compressed twice: what it decompresses to is gzip data",
    "08: is not a binary log: it begins with other bytes than fe 62 69 6e",
    "09: is encrypted (binlog_encryption); the key is on its server",
    "10: cannot be read: No such file or directory",
    "11: cannot be read: it is not a regular file",
    "13: cannot be read: it is not a regular file",
    "14: cannot be read: Too many levels of symbolic links",
)


@pytest.mark.parametrize("is_beside", [True, False])
def test_what_is_named_as_a_log_and_is_none_says_what_it_is(tmp_path: Path, *, is_beside: bool):
    source = make_source(tmp_path / "source")
    make_odd_files(tmp_path / "source" / "host1" if is_beside else tmp_path / "logs" / "host1")
    catalog = find(source)
    if not is_beside:
        for _ in range(2):
            catalog = add_logs(catalog, tmp_path / "logs", find_log_kind=find_log_kind)
    assert reasons(catalog) == {}
    findings = cover([read_log(log) for log in catalog.logs]).findings
    assert len(findings) == len(ODD)
    for finding, words in zip(findings, ODD, strict=True):
        assert finding.startswith(f"mysql-bin.0000{words}")
    assert not any("missing" in finding for finding in findings)


def test_logs_of_which_none_can_be_read_are_logs_by_the_usual_names(tmp_path: Path):
    source = make_source(tmp_path / "source")
    (source / "host1").mkdir()
    for name in ("binlog.000001", "notes.000001", "binlog.0001"):
        (source / "host1" / name).write_bytes(b"")
    catalog = find(source)
    assert [log.location.name for log in catalog.logs] == ["binlog.000001"]
    assert reasons(catalog).keys() == {"notes.000001", "binlog.0001"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_log_without_permission_says_so(tmp_path: Path):
    source = make_source(tmp_path / "source")
    write_log(source / "host1", 1, 1)
    write_log(source / "host1", 2, 2).chmod(0)
    [finding] = cover([read_log(log) for log in find(source).logs]).findings
    assert finding == "mysql-bin.000002: cannot be read: Permission denied"
