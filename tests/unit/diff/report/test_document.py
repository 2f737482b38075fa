"""What stands out comes with a command that may be copied into a shell."""

import shlex

import pytest

from rewound.diff.many import FleetComparison
from rewound.diff.report.document import make_report
from rewound.diff.report.findings import Finding, Judgement, Measure
from rewound.diff.worlds import WorldDiff

PLAYER = ("game", "player")


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("player", "player"),
        ("x' ; touch /tmp/broken ; '", "x' ; touch /tmp/broken ; '"),
        ('$(reboot) `reboot` \\ "', '$(reboot) `reboot` \\ "'),
        ("two\rlines\n\x1b[2J", "two?lines??[2J"),
        ("--output=/etc/passwd", "--output=/etc/passwd"),
    ],
)
def test_a_name_out_of_a_dump_stays_one_word_of_the_command(name: str, word: str):
    finding = Finding((name,), ("game", name), name, Measure.MEAN_CHANGE, (9.0,), 1.0, 2.0, 9.0, 5)
    report = make_report(
        FleetComparison("before", "after", {}, {}), Judgement((finding,)), "rewound diff a b"
    )
    words = shlex.split(report.findings[0].command)
    assert words == [
        *("rewound", "diff", "a", "b", "--worlds", word),
        *("--table", f"game.{word}", "--columns", word, "--rows", "10"),
    ]
    assert report.findings[0].command.isprintable()


def test_findings_beyond_two_of_a_world_come_last_and_are_marked():
    def find(world: str, score: float) -> Finding:
        return Finding((world,), PLAYER, "c", Measure.MEAN_CHANGE, (9.0,), 1.0, 2.0, score, 5)

    judgement = Judgement((find("w13", 9), find("w13", 8), find("w13", 7), find("w2", 6)))
    report = make_report(FleetComparison("before", "after", {}, {}), judgement, "rewound diff a b")
    told = [(each.worlds, each.score, each.is_further) for each in report.findings]
    assert told == [
        (["w13"], 9, False),
        (["w13"], 8, False),
        (["w2"], 6, False),
        (["w13"], 7, True),
    ]


def test_too_few_worlds_whose_dumps_differ_are_said():
    world = WorldDiff((), frozenset(), {})
    comparison = FleetComparison(
        "before", "after", dict.fromkeys(("w1", "w2", "w3"), world), {}, same_dumps=("w3",)
    )
    report = make_report(comparison, Judgement(), "rewound diff a b")
    assert report.findings_note == (
        "finding what stands out requires 3 worlds or more whose dumps differ"
    )
