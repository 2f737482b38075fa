import pytest

from rewound.cli.output.restore_lines import (
    RestoreProgress,
    describe_seconds,
    shorten,
    shorten_names,
)
from rewound.fleet.world import WorldState

LONG = [f"asia-southeast-{n}.games.example.com" for n in range(1, 14)]


def write(progress, *, width=80, height=20):
    return [line.plain for line in progress.iter_lines(width=width, height=height)]


def load(progress, world, bytes_read, table="player"):
    progress.world_changed(world, WorldState.LOADING)
    progress.world_loading(world, bytes_read, table)


def test_the_line_for_all_counts_the_ended_and_estimates_the_rest():
    progress = RestoreProgress({f"host{n}": 100 for n in range(1, 14)})
    assert progress.describe(0.4) == "0 of 13 ready, 0 s"
    for n in range(1, 8):
        progress.world_changed(f"host{n}", WorldState.READY)
    progress.world_changed("host8", WorldState.FAILED)
    assert progress.describe(41) == "7 of 13 ready, 1 failed, 41 s, about 26 s left"
    for n in range(9, 14):
        progress.world_changed(f"host{n}", WorldState.READY)
    assert progress.describe(65) == "12 of 13 ready, 1 failed, 1 min 5 s"


def test_a_world_that_was_not_listed_beforehand_is_counted_once_it_begins():
    progress = RestoreProgress({"a": 1})
    progress.world_changed("b", WorldState.STARTING)
    assert progress.describe(0) == "0 of 2 ready, 0 s"


def test_nothing_is_estimated_too_early_and_nothing_is_left_at_no_time():
    progress = RestoreProgress({"a": 1000})
    load(progress, "a", 500)
    assert progress.describe(2) == "0 of 1 ready, 2 s"
    load(progress, "a", 20)
    assert progress.describe(60) == "0 of 1 ready, 1 min 0 s"
    load(progress, "a", 1000)
    # What comes after the last byte takes its time too.
    assert progress.describe(70) == "0 of 1 ready, 1 min 10 s, about 30 s left"


def test_lines_are_for_worlds_at_work_alone():
    progress = RestoreProgress({"a": 100, "b": 100, "c": 100, "d": 100})
    load(progress, "a", 40, "score")
    progress.world_changed("b", WorldState.READY)
    progress.world_changed("c", WorldState.STARTING)
    assert write(progress) == [
        "a loading  ━━━━━━━━━━━━  40%      100 B  score",
        "c starting",
    ]


def test_a_fallback_begins_anew_with_the_size_of_its_dump():
    progress = RestoreProgress({"a": 100})
    load(progress, "a", 90)
    progress.dump_tried("a", 2_000_000)
    assert write(progress) == []
    progress.world_changed("a", WorldState.STARTING)
    assert write(progress) == ["a starting"]
    load(progress, "a", 500_000)
    assert write(progress) == ["a loading  ━━━━━━━━━━━━  25%    1.9 MiB  player"]


@pytest.mark.parametrize("width", [20, 40, 80, 140])
def test_lines_fit_the_screen_whatever_the_names(width: int):
    progress = RestoreProgress(dict.fromkeys(LONG, 10**9))
    for world in LONG:
        load(progress, world, 10**8, "a_table_with_a_very_long_name_" * 9)
    lines = write(progress, width=width, height=6)
    assert len(lines) == 6
    assert lines[-1] == "and 8 more at work"
    assert max(map(len, lines)) <= width
    assert write(progress, width=width, height=0) == []


def test_shortened_names_keep_what_tells_them_apart():
    names = shorten_names(LONG, 26)
    assert names[LONG[9]] == "asia-southeast-10…"
    assert shorten_names(LONG, 4)[LONG[9]] == "…10…"
    assert shorten_names(LONG, 80) == dict(zip(LONG, LONG, strict=True))
    assert shorten_names(["a", "a.b"], 1) == {"a": "a", "a.b": "…"}


@pytest.mark.parametrize("cells", range(1, 12))
def test_shorten_gives_no_more_cells_than_there_are(cells: int):
    assert len(shorten("a-long-name", cells)) <= cells


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"), (7800, "2 h 10 min")],
)
def test_describe_seconds(seconds: float, text: str):
    assert describe_seconds(seconds) == text
