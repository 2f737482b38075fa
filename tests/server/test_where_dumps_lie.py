"""One world, lying in many ways: each becomes the same world."""

import gzip
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, Cli

DUMP = EXAMPLES / "host2_fulldump_20260303_211855.sql.gz"
OTHER = EXAMPLES / "host1_fulldump_20260303_211508.sql.gz"
QUESTION = (
    "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', player_id, player_score, updated_at)))"
    " FROM game.player UNION ALL SELECT COUNT(*), 0 FROM information_schema.routines"
    " WHERE routine_schema = 'game'"
)


def lie_in_pieces(folder: Path) -> None:
    content = DUMP.read_bytes()
    for number, start in enumerate(range(0, len(content), 20_000)):
        piece = folder / f"{DUMP.name}.{number:03}"
        piece.write_bytes(content[start : start + 20_000])


def lie_in_a_tar(folder: Path) -> None:
    with tarfile.open(folder / "backup_2026-03-03.tar.gz", "w:gz") as archive:
        for dump in (OTHER, DUMP):
            archive.add(dump, f"nightly/{dump.name}")


def lie_in_a_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DUMP.name.removesuffix(".gz"), gzip.decompress(DUMP.read_bytes()))


def lie_under_another_ending(folder: Path) -> None:
    (folder / DUMP.name.replace(".sql.gz", ".dump")).write_bytes(gzip.compress(DUMP.read_bytes()))


def lie_encrypted(folder: Path) -> None:
    (folder.parent / "password").write_text("open sesame\n")
    subprocess.run(
        [
            *("openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-in", DUMP),
            *("-pass", f"file:{folder.parent / 'password'}", "-out", folder / f"{DUMP.name}.enc"),
        ],
        check=True,
    )


WAYS = {
    "pieces": lie_in_pieces,
    "tar": lie_in_a_tar,
    "zip": lie_in_a_zip,
    "ending": lie_under_another_ending,
    "encrypted": lie_encrypted,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_world_is_the_same_however_its_dump_lies(cli: Cli, tmp_path: Path, way: str):
    folder = tmp_path / "backups"
    folder.mkdir()
    lie: Callable[[Path], None] = WAYS[way]
    lie(folder)
    identity = ["--identity", tmp_path / "password"] if way == "encrypted" else []
    answers = []
    for source in ([EXAMPLES], [folder, *identity]):
        up = cli("up", *source, "--worlds", "host2", "--no-baseline")
        assert up.code == 0, up.stderr
        asked = cli("query", QUESTION, "--format", "csv")
        assert asked.code == 0, asked.stderr
        answers.append(asked.stdout)
        assert cli("down").code == 0
    assert answers[0] == answers[1]


def write_database(path: Path, schema: str) -> None:
    """Write the sample as a dump of a database with this name."""
    text = gzip.decompress(DUMP.read_bytes()).decode("latin-1").replace("`game`", f"`{schema}`")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace("Database: game", f"Database: {schema}"), "latin-1")


def test_files_of_one_dump_are_kept_as_a_baseline_by_their_contents(cli: Cli, tmp_path: Path):
    for folder in ("one", "two"):
        for schema in ("game", "lobby"):
            write_database(tmp_path / folder / "host2" / "2026-03-03" / f"{schema}.sql", schema)
    assert cli("up", tmp_path / "one").code == 0
    assert "lobby" in cli("query", "SHOW DATABASES").stdout
    report = cli("report").stdout
    assert "  file        game.sql, " in report
    assert "of the list of these files" in report
    assert cli("down").code == 0
    again = cli("up", tmp_path / "two")
    assert again.code == 0
    assert "from its baseline" in again.stderr
    assert cli("reset").code == 0
    assert cli("down").code == 0


def test_a_part_that_the_newest_moment_lacks_is_told(cli: Cli, tmp_path: Path):
    for day, schemas in (("2026-03-02", ("game", "lobby")), ("2026-03-03", ("game",))):
        for schema in schemas:
            write_database(tmp_path / "backups" / "host2" / day / f"{schema}.sql", schema)
    done = cli("up", tmp_path / "backups")
    assert "lacks lobby" in done.stderr
    assert cli("down").code == 0
