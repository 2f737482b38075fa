import pytest

from rewound.cli.output.unquoted_times import join_time


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ([], None),
        (["host1"], None),
        (["host1", "06:23"], None),
        (["06:23"], ("2026-03-03 06:23", [])),
        (["06:23:07.5+01:00", "host1"], ("2026-03-03 06:23:07.5+01:00", ["host1"])),
        (["6:23", "UTC", "host1"], ("2026-03-03 6:23 UTC", ["host1"])),
        (["06:23", "+0100"], ("2026-03-03 06:23 +0100", [])),
        (["06:23", "utc-1"], ("2026-03-03 06:23", ["utc-1"])),
    ],
)
def test_the_words_after_a_day_may_be_its_time(words, whole):
    assert join_time("2026-03-03", words) == whole
