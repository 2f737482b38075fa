from pathlib import Path

import pytest

from rewound.errors import FleetError, UsageError
from rewound.fleet.data_folder import Contents, DataFolder, judge_contents

UNFINISHED = ["rewound.lock", "world"]
PROVEN = [*UNFINISHED, "dev.cnf", "reader.cnf", "logins.sql", "hashes", "ledger.json"]


@pytest.mark.parametrize(
    ("names", "contents"),
    [
        ([], Contents.NOTHING),
        (["lost+found"], Contents.NOTHING),  # a new volume
        (["rewound.lock"], Contents.UNFINISHED),
        (UNFINISHED, Contents.UNFINISHED),
        ([*PROVEN[:-1], "ledger.json.new"], Contents.UNFINISHED),
        (PROVEN, Contents.PROVEN),
        ([*PROVEN, "notes.txt", "lost+found"], Contents.PROVEN),
        (["ledger.json"], Contents.FOREIGN),
        ([*UNFINISHED, "notes.txt"], Contents.FOREIGN),
        (["data"], Contents.FOREIGN),
        (["ibdata1", "mysql", "auto.cnf"], Contents.FOREIGN),
    ],
)
def test_judge_contents(names: list[str], contents: Contents):
    assert judge_contents(names) is contents


def test_a_foreign_folder_is_refused_by_its_contents_and_left_alone(tmp_path: Path):
    (tmp_path / "ibdata1").touch()
    with (
        pytest.raises(UsageError, match="not Rewound's, such as ibdata1"),
        DataFolder(tmp_path).locked(),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["ibdata1"]


def test_two_cannot_work_in_one_folder(tmp_path: Path):
    with DataFolder(tmp_path).locked() as contents:
        assert contents is Contents.UNFINISHED
        with (
            pytest.raises(FleetError, match="another command is restoring"),
            DataFolder(tmp_path).locked(),
        ):
            pass


def test_clear_removes_all_but_the_lock(tmp_path: Path):
    folder = DataFolder(tmp_path)
    with folder.locked():
        (tmp_path / "world" / "data").mkdir(parents=True)
        folder.write_passwords({"dev": "d", "reader": "r"})
        folder.write_proof(b"{}")
        assert folder.is_proven()
        folder.clear()
        assert [path.name for path in tmp_path.iterdir()] == ["rewound.lock"]
        assert not folder.is_proven()


def test_passwords_are_for_the_user_alone_and_can_be_read_again(tmp_path: Path):
    folder = DataFolder(tmp_path)
    assert folder.find_password("dev") is None
    password = "a=b%c!$[x]:?"
    folder.write_passwords({"dev": password, "reader": "r"})
    assert folder.find_password("dev") == password
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    assert folder.logins.read_text() == (
        f"ALTER USER 'dev'@'%' IDENTIFIED BY '{password}', 'reader'@'%' IDENTIFIED BY 'r';\n"
    )
