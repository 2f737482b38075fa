import re
from datetime import UTC, date, datetime
from itertools import count

import pytest

from rewound.catalog import choose_dumps, discover, require_settled
from rewound.errors import CatalogError, UsageError
from tests.unit.catalog.layouts import CLOSED, FOLDERS, ONE_FILE

TODAY = date(2024, 7, 1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """New folders, one after the other: `tmp_path` costs more than most layouts."""
    root = tmp_path_factory.mktemp("layouts")
    return (root / str(number) for number in count())


@pytest.fixture(scope="module", params=[*ONE_FILE, *FOLDERS], ids=lambda layout: layout.label)
def layout(request):
    return request.param


@pytest.fixture(scope="module")
def folder(layout, folders):
    """The files of the layout, which say nothing but their closing line."""
    folder = next(folders)
    for path in layout.files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"-- a dump\n")
    return folder


@pytest.fixture(scope="module")
def catalog(layout, folder):
    def read_closing_time(path):
        text = layout.closings.get(str(path.relative_to(folder)), CLOSED)
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None

    return discover(
        folder, today=TODAY, read_closing_time=read_closing_time, is_dump=lambda path: True
    )


def told(catalog, folder):
    return {
        str(dump.location.relative_to(folder)): (dump.world, dump.taken_at)
        for dump in catalog.dumps
    }


def expected(layout):
    worlds = {path: text.split(" ", 1) for path, text in layout.files.items() if text is not None}
    return {
        path: (world, datetime.fromisoformat(time).replace(tzinfo=UTC))
        for path, (world, time) in worlds.items()
    }


def test_there_are_at_least_150_layouts():
    assert len(ONE_FILE) + len(FOLDERS) >= 150


def test_a_layout_is_read_as_a_careful_person_would(layout, folder, catalog):
    if layout.asks:
        with pytest.raises((UsageError, CatalogError)) as raised:
            choose_dumps(catalog, None)
            require_settled(catalog)
        assert "--pattern" in str(raised.value.hint)
        return
    assert told(catalog, folder) == expected(layout)
    if catalog.dumps:
        choose_dumps(catalog, None)
        require_settled(catalog)


def test_every_pattern_that_is_proposed_reads_every_file(folder, catalog):
    texts = [entry.reason for entry in catalog.not_understood]
    texts += [doubt.hint for doubt in catalog.doubts]
    patterns = {p for text in texts for p in re.findall(r"--pattern '([^']+)'", text)}
    for pattern in patterns | {*catalog.ambiguous_patterns}:
        again = discover(
            folder,
            pattern=pattern,
            today=TODAY,
            is_dump=lambda path: True,
            read_closing_time=lambda path: datetime(2024, 6, 18, tzinfo=UTC),
        )
        assert not again.not_understood, pattern


def test_folders_by_turn_come_with_a_pattern_for_each_reading(tmp_path):
    for folder in ("A", "B"):
        (tmp_path / folder).mkdir()
        for host in ("host1", "host2"):
            (tmp_path / folder / f"{host}.sql").write_bytes(b"-- a dump\n")
    catalog = discover(
        tmp_path, today=TODAY, read_closing_time=lambda path: datetime(2024, 6, 18, tzinfo=UTC)
    )
    assert catalog.ambiguous_patterns == {"{world}": "host[1-2]", "{world}/{database}": "A,B"}
    with pytest.raises(CatalogError) as raised:
        choose_dumps(catalog, None)
    assert "--pattern '{world}' (for host[1-2])" in str(raised.value.hint)
