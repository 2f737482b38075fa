import gzip
from pathlib import Path

import pytest

from rewound.catalog import Catalog, discover
from rewound.catalog.logs.folders import add_logs
from rewound.catalog.logs.reading import find_log_kind
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
    return {entry.path.name: entry.reason for entry in catalog.not_understood}


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
    assert [(each.world, each.path) for each in catalog.logs] == [("host1", log), ("host1", packed)]
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
    assert [(each.world, each.path) for each in catalog.logs] == [("host2", log)]
    assert reasons(catalog) == {
        "notes": "not a binary log",
        other.name: "a binary log of host3, which has no dump",
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
