"""What a receipt says of rows that were not compared, and of tables that statements changed."""

import pytest

from rewound.load.log_receipt import ImageCounts, LoggedRows
from rewound.load.objects import TableKey
from rewound.replay.not_proved import describe_unproved


@pytest.mark.parametrize(
    ("images", "not_compared", "words"),
    [
        (None, set(), ["by their keys, and not compared (--no-verify-images)"]),
        (ImageCounts(5, 5), set(), []),
        (ImageCounts(5, 4, only_keys=1), set(), ["that 1 row had the source's values before"]),
        (ImageCounts(5, 3, repeated=2), set(), ["that 2 rows had the source's values before"]),
        (ImageCounts(5, 5), {("game", "item")}, ["that some rows of game.item had the source"]),
    ],
)
def test_rows_that_were_not_compared_are_named(
    images: ImageCounts | None, not_compared: set[TableKey], words: list[str]
) -> None:
    texts = describe_unproved({}, [], images, not_compared, keyed=set(), computed=set())
    found = texts[: len(texts) - 2]  # the last two are always there
    assert len(found) == len(words)
    for word, text in zip(words, found, strict=True):
        assert word in text


def test_tables_that_statements_changed_are_named() -> None:
    tables = [
        LoggedRows("game", "a", 1, 0, 0, 0, 0, 0, 1, has_statements=True),
        LoggedRows("game", "b", 1, 0, 0, 0, 0, 0, 1),
    ]
    *_, text = describe_unproved({}, tables, ImageCounts(), set(), keyed=set(), computed=set())
    assert "that the rows of game.a are those of the source" in text
    assert "game.b" not in text


@pytest.mark.parametrize(
    ("names", "words"),
    [("a", "that game.a was dumped at the moment"), ("ab", "that game.a, game.b were dumped at")],
)
def test_tables_without_a_key_are_named(names: str, words: str) -> None:
    tables = [LoggedRows("game", name, 0, 1, 0, 0, 0, 0, 1) for name in names]
    *_, text = describe_unproved({}, tables, ImageCounts(), set(), keyed=set(), computed=set())
    assert text.startswith(words)
