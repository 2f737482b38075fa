from pathlib import Path

import pytest

from rewound.files.mounts import Mount, find_mounts_below, parse_mounts, remove_tree, unmount_below

TABLE = b"""\
21 1 254:0 / / rw,relatime - ext4 /dev/root rw
36 21 0:32 / /s/a\\040b/data rw - overlay rewound rw,lowerdir=/c/KEY/data,upperdir=o/u,workdir=o/w
40 21 0:35 / /caf\303\251 rw shared:1 master:2 - tmpfs tmpfs rw,size=10k
"""


def test_parse_mounts_reads_points_and_the_lower_folder_of_overlays():
    assert parse_mounts(TABLE) == [
        Mount(Path("/"), None, "ext4"),
        Mount(Path("/s/a b/data"), Path("/c/KEY/data"), "overlay"),
        Mount(Path("/café"), None, "tmpfs"),
    ]


def test_a_folder_without_mounts_is_left_alone(tmp_path: Path):
    unmount_below(tmp_path)
    assert find_mounts_below(tmp_path) == []


def test_remove_tree_takes_what_is_there_and_what_is_not(tmp_path: Path):
    folder = tmp_path / "a/b"
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")
    remove_tree(tmp_path / "a")
    remove_tree(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_remove_tree_follows_no_link(tmp_path: Path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/link").symlink_to(kept)
    remove_tree(tmp_path / "gone")
    assert (kept / "file").read_text() == "x"


def test_remove_tree_refuses_what_stays_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from rewound.errors import HostError
    from rewound.files import mounts

    (tmp_path / "data").mkdir()
    (tmp_path / "data/file").write_text("the baseline's")
    line = b"36 21 0:32 / %b rw - overlay x rw\n" % bytes((tmp_path / "data").resolve())
    monkeypatch.setattr(mounts, "list_mounts", lambda: parse_mounts(line))
    with pytest.raises(HostError):
        remove_tree(tmp_path)
    assert (tmp_path / "data/file").exists()
