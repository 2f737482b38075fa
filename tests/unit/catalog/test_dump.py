from datetime import UTC, datetime
from pathlib import Path

from rewound.catalog import Catalog, Dump, TimeSource, sort_naturally


def make_dump(world):
    return Dump(
        world=world,
        taken_at=datetime(2024, 6, 18, tzinfo=UTC),
        location=Path(world),
        size_bytes=1,
        time_source=TimeSource.NAME,
    )


def test_worlds_sort_as_people_count():
    names = {"host10", "host2", "host1", "eu-2-b", "eu-10-a", "7", "host2a"}
    assert sort_naturally(names) == ("7", "eu-2-b", "eu-10-a", "host1", "host2", "host2a", "host10")


def test_only_leaves_out_the_dumps_and_doubts_of_other_worlds():
    catalog = Catalog(
        Path("s"),
        dumps=(make_dump("host1"), make_dump("host2")),
        not_understood=(),
        warnings=(),
        ambiguous={"host1": "why", "host2": "why"},
    )
    narrowed = catalog.only(["host2"])
    assert narrowed.worlds == ("host2",)
    assert narrowed.ambiguous == {"host2": "why"}
