import errno
import os
from pathlib import Path

import pytest

from rewound.catalog.walk import list_files
from rewound.errors import CatalogError


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_files_come_sorted_with_their_paths_from_the_source(tmp_path):
    touch(tmp_path / "b.sql")
    touch(tmp_path / "a" / "c.sql")
    files, passed_over = list_files(tmp_path)
    assert [str(file.relative) for file in files] == ["a/c.sql", "b.sql"]
    assert files[0].location == tmp_path / "a" / "c.sql"
    assert files[0].size_bytes == 1
    assert passed_over == ()


def test_a_link_to_a_known_file_or_folder_is_passed_over_with_its_reason(tmp_path):
    real = touch(tmp_path / "z" / "host1.sql")
    (tmp_path / "a.sql").symlink_to(real)
    (tmp_path / "latest").symlink_to(tmp_path / "z")
    (tmp_path / "z" / "loop").symlink_to(tmp_path)
    files, passed_over = list_files(tmp_path)
    assert [file.location for file in files] == [real]
    assert {entry.location.name for entry in passed_over} == {"a.sql", "latest", "loop"}
    assert all("is listed under its own name" in entry.reason for entry in passed_over)


def test_a_link_out_of_the_source_is_followed(tmp_path):
    touch(tmp_path / "disk2" / "host1" / "x.sql")
    source = tmp_path / "source"
    source.mkdir()
    (source / "host1").symlink_to(tmp_path / "disk2" / "host1")
    files, _ = list_files(source)
    assert [str(file.relative) for file in files] == ["host1/x.sql"]


def test_hidden_folders_and_dead_links_and_pipes_are_named(tmp_path):
    touch(tmp_path / ".snapshot" / "host1.sql")
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "dead.sql").symlink_to(tmp_path / "gone")
    (tmp_path / "self.sql").symlink_to(tmp_path / "self.sql")
    os.mkfifo(tmp_path / "pipe.sql")
    files, passed_over = list_files(tmp_path)
    assert files == ()
    assert {entry.location.name: entry.reason.split(":")[0] for entry in passed_over} == {
        ".snapshot": "a hidden folder, not searched",
        "lost+found": "the file system's own folder, not searched",
        "dead.sql": "a broken symbolic link",
        "self.sql": "a broken symbolic link",
        "pipe.sql": "neither a file nor a folder",
    }


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(CatalogError, match=r"no folder .*backups") as raised:
        list_files(tmp_path / "backups")
    assert raised.value.hint


def test_a_source_that_is_neither_folder_nor_file_is_refused():
    with pytest.raises(CatalogError, match="/dev/null is neither a folder nor a file"):
        list_files(Path("/dev/null"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_an_error_that_names_it(tmp_path):
    locked = tmp_path / "host2"
    locked.mkdir(mode=0)
    with pytest.raises(CatalogError, match="host2 cannot be read: permission denied"):
        list_files(tmp_path)


def test_any_other_error_of_the_file_system_names_the_path(tmp_path, monkeypatch):
    def fail(folder):
        raise OSError(5, "Input/output error", str(folder))

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(CatalogError, match="cannot be read: input/output error") as raised:
        list_files(tmp_path)
    assert str(tmp_path) in raised.value.message


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (("@.json", "@.done.json", "game@player@@0.tsv.zst"), "MySQL Shell"),
        (("xtrabackup_checkpoints", "xtrabackup_info", "ibdata1"), "xtrabackup"),
        (("mariadb_backup_checkpoints", "ibdata1"), "mariabackup"),
        (("ibdata1", "ib_logfile0", "auto.cnf"), "data directory"),
    ],
)
def test_a_folder_that_is_not_a_dump_is_named_and_not_searched(tmp_path, names, what):
    folder = tmp_path / "host1_20240618_211508"
    (folder / "game").mkdir(parents=True)
    for name in (*names, "game/host2_20240618_211508.sql"):
        (folder / name).touch()
    files, [passed_over] = list_files(tmp_path)
    assert files == ()
    assert (passed_over.location, what in passed_over.reason) == (folder, True)


@pytest.mark.parametrize(
    "names",
    [
        ("metadata", "host1_20240618.sql"),
        ("host1-schema.sql",),
        ("ibdata1", "host1_20240618.sql.gz"),
    ],
)
def test_a_file_of_another_tool_does_not_hide_dumps(tmp_path, names):
    for name in names:
        (tmp_path / name).touch()
    files, passed_over = list_files(tmp_path)
    assert [file.location.name for file in files] == sorted(names)
    assert passed_over == ()


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOENT])
def test_a_file_that_cannot_be_looked_at_is_there_by_its_name(tmp_path, monkeypatch, number):
    touch(tmp_path / "host1.sql")
    touch(tmp_path / "host2.sql")
    (tmp_path / "host3.sql").symlink_to(touch(tmp_path / "elsewhere" / "host2.sql"))
    look_at = os.stat

    def fail(path, **options):
        if Path(path).name == "host2.sql" or (number != errno.ENOENT and "host3" in str(path)):
            raise OSError(number, os.strerror(number), str(path))
        return look_at(path, **options)

    monkeypatch.setattr(os, "stat", fail)
    files, passed_over = list_files(tmp_path)
    sizes = {str(file.relative): file.size_bytes for file in files}
    linked = {"host3.sql": 1 if number == errno.ENOENT else 0}
    assert sizes == {"host1.sql": 1, "host2.sql": 0, "elsewhere/host2.sql": 0, **linked}
    assert len({file.file_id for file in files}) == len(files)
    assert passed_over == ()


def test_folders_may_be_as_deep_as_the_file_system_has_them(tmp_path):
    folder = tmp_path
    for _ in range(1100):
        folder /= "d"
        folder.mkdir()
    path = touch(folder / "host1.sql")
    files, _ = list_files(tmp_path)
    path.unlink()
    while folder != tmp_path:  # shutil.rmtree of Python 3.11 would recurse
        folder.rmdir()
        folder = folder.parent
    assert [file.location for file in files] == [path]
