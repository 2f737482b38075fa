import re
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path, PurePosixPath

import pytest

from rewound.catalog import Subject, choose_dumps, discover, discover_files, require_settled
from rewound.catalog.walk import SourceFile
from rewound.dump.file.header import find_closing_time, find_database
from rewound.dump.file.location import ArchiveMember, DumpPart, Holds, JoinedFiles, list_pieces
from rewound.dump.file.recognition import find_first_table, looks_like_dump
from rewound.errors import DumpError, HostError, UsageError
from rewound.stores.remote_file import RemoteFile
from tests.unit.catalog.part_layouts import ALL, MYDUMPER_FILES, C

TODAY = date(2024, 7, 1)


def write_content(name, content):
    if content.startswith("="):
        return content[1:].encode()
    subject, _, clock = content.partition("@")
    database, _, table = subject.partition(".")
    day = re.search("2024-?06-?(1[0-9])", name)
    closing = f"2024-06-{day[1] if day else 18} {clock or C[11:]}"
    text = f"-- MySQL dump 10.13\n--\n-- Host: localhost    Database: {database}\n\n"
    if table:
        text += f"CREATE TABLE `{table}` (`id` int);\n"
    return f"{text}-- Dump completed on {closing}\n".encode()


class Source:
    """A folder with the files of a layout; archives are empty, their members are in `members`."""

    def __init__(self, folder: Path, files):
        self.folder = folder
        self.members: dict[str, dict[str, bytes]] = {}
        for name, content in files.items():
            outer, _, member = name.partition("!")
            path = folder / outer
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"" if member else write_content(name, content))
            if member:
                self.members.setdefault(str(path), {})[member] = write_content(name, content)

    def read(self, location):
        if isinstance(location, ArchiveMember):
            return self.members[str(location.archive)][location.member]
        return b"".join(Path(str(piece)).read_bytes() for piece in list_pieces(location))

    def list_members(self, location):
        if location.suffix != ".zip":
            return None
        return [ArchiveMember(location, name) for name in self.members.get(str(location), {})]

    def read_subject(self, location):
        start = self.read(location)
        return Subject(find_database(start), find_first_table(start)) if start else None

    def discover(self, pattern=None):
        return discover(
            self.folder,
            pattern=pattern,
            today=TODAY,
            read_closing_time=lambda location: find_closing_time(self.read(location)),
            is_dump=lambda location: looks_like_dump(self.read(location)),
            read_subject=self.read_subject,
            read_start=self.read,
            list_members=self.list_members,
        )

    def show(self, location):
        if isinstance(location, ArchiveMember):
            return f"{self.show(location.archive)}!{location.member}"
        if isinstance(location, JoinedFiles):
            return "+".join(self.show(piece) for piece in location.pieces)
        return str(location.relative_to(self.folder))

    def show_part(self, part: DumpPart):
        text = self.show(part.location)
        return f"~{text}={part.database}.{part.table}" if part.holds is Holds.ROWS else text


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("part_layouts")
    return (root / str(number) / "backups" for number in count())


@pytest.fixture(scope="module", params=ALL, ids=lambda layout: layout.label)
def layout(request):
    return request.param


@pytest.fixture(scope="module")
def source(layout, folders):
    return Source(next(folders), layout.files)


@pytest.fixture(scope="module")
def catalog(layout, source):
    return source.discover(layout.pattern)


def test_there_are_at_least_120_layouts():
    assert len(ALL) >= 120
    assert len({layout.label for layout in ALL}) == len(ALL)


def test_parts_of_one_world_are_joined_and_others_are_not(layout, source, catalog):
    if layout.asks:
        with pytest.raises(UsageError, match=layout.asks) as raised:
            require_settled(catalog)
        assert "--pattern" in str(raised.value.hint)
        return
    told = {
        (dump.world, dump.taken_at): [source.show_part(part) for part in dump.files.parts]
        for dump in catalog.dumps
    }
    expected = {}
    for text, paths in layout.dumps.items():
        world, time = text.split(" ", 1)
        expected[world, datetime.fromisoformat(time).replace(tzinfo=UTC)] = paths.split()
    assert told == expected
    if catalog.dumps:
        choose_dumps(catalog, None)
        require_settled(catalog)


def test_what_is_missing_or_there_twice_is_named(layout, source, catalog):
    if layout.asks:
        return
    lost = [(entry.location.name, entry.reason) for entry in catalog.not_understood]
    for name, words in layout.lost.items():
        assert any(each == name and words in reason for each, reason in lost), lost
    if not layout.lost:
        assert not lost
    doubts = [dump.doubt for dump in catalog.dumps if dump.doubt]
    assert bool(doubts) == bool(layout.warns), doubts
    if layout.warns:
        assert any(layout.warns in doubt for doubt in doubts), doubts


def test_objects_of_a_store_are_read_as_files_are(layout, source, catalog):
    if any("!" in path or ".zip" in path for path in layout.files):
        return
    paths = {f"s3://backups/{path}": source.folder / path for path in layout.files}

    def read(location):
        return b"".join(paths[str(piece)].read_bytes() for piece in list_pieces(location))

    def read_subject(location):
        start = read(location)
        return Subject(find_database(start), find_first_table(start)) if start else None

    files = [
        SourceFile(RemoteFile(url), PurePosixPath(url[13:]), path.stat().st_size, (-4, index))
        for index, (url, path) in enumerate(sorted(paths.items()))
    ]
    stored = discover_files(
        Path("s3://backups"),
        files,
        source_name="backups",
        pattern=layout.pattern,
        today=TODAY,
        read_closing_time=lambda location: find_closing_time(read(location)),
        is_dump=lambda location: looks_like_dump(read(location)),
        read_subject=read_subject,
        read_start=read,
    )
    assert [
        (dump.world, dump.taken_at, dump.doubt, [part.location.name for part in dump.files.parts])
        for dump in stored.dumps
    ] == [
        (dump.world, dump.taken_at, dump.doubt, [part.location.name for part in dump.files.parts])
        for dump in catalog.dumps
    ]
    assert stored.doubts == catalog.doubts
    assert {entry.reason for entry in stored.not_understood} == {
        entry.reason.replace(f"{source.folder}", "s3://backups") for entry in catalog.not_understood
    }


def test_each_dump_of_several_parts_has_a_place_of_its_own(catalog):
    places = [str(dump.location) for dump in catalog.dumps]
    assert len(set(places)) == len(places)


def test_every_pattern_that_a_doubt_proposes_reads_every_file(layout, source, catalog):
    if not layout.asks:
        return
    for doubt in catalog.doubts:
        for pattern in re.findall(r"--pattern '([^']+)'", doubt.hint):
            if "rename" not in doubt.hint and "put them" not in doubt.hint:
                assert not source.discover(pattern).not_understood, pattern


def test_mydumper_is_proven_by_its_metadata(tmp_path):
    files = {f"host1_20240618/{name}": text for name, text in MYDUMPER_FILES.items()}
    [dump] = Source(tmp_path, files).discover().dumps
    assert dump.proof == tmp_path / "host1_20240618" / "metadata"


@pytest.mark.parametrize("error", [DumpError("a.zip", "it is cut off"), HostError("no gpg")])
def test_an_archive_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path, error):
    def fail(location):
        raise error

    for name in ("host1_20240618.zip", "host2_20240618.sql"):
        (tmp_path / name).write_bytes(b"")
    catalog = discover(tmp_path, today=TODAY, list_members=fail)
    assert catalog.worlds == ("host2",)
    [lost] = catalog.not_understood
    assert "an archive, but" in lost.reason


@pytest.mark.parametrize("member", ["../../etc/passwd.sql", "/etc/a.sql", "a\x1b[2J.sql", "..", ""])
def test_names_in_archives_are_only_names(tmp_path, member):
    (tmp_path / "2024-06-18.zip").write_bytes(b"")

    def list_members(location):
        return [ArchiveMember(location, member), ArchiveMember(location, "host1.sql")]

    catalog = discover(tmp_path, today=TODAY, list_members=list_members)
    worlds = {*catalog.worlds}
    assert "host1" in worlds
    assert all(re.fullmatch(r"[A-Za-z0-9][-A-Za-z0-9._]*", world) for world in worlds)
    assert all("\x1b" not in entry.reason for entry in catalog.not_understood)
    assert all(isinstance(dump.location, ArchiveMember) for dump in catalog.dumps)


def test_other_files_of_an_archive_are_not_opened(tmp_path):
    (tmp_path / "site-2024-06-18.zip").write_bytes(b"")

    def list_members(location):
        names = ["host1.sql", "host2.sql", *(f"wp-content/{n}.php" for n in range(5000))]
        return [ArchiveMember(location, name) for name in names]

    def is_dump(location):
        assert not isinstance(location, ArchiveMember)
        return False

    catalog = discover(tmp_path, today=TODAY, list_members=list_members, is_dump=is_dump)
    assert catalog.worlds == ("host1", "host2")
    [lost] = catalog.not_understood
    assert "wp-content/0.php and 4,999 more in it" in lost.reason
