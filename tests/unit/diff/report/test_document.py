"""What stands out comes with a command that may be copied into a shell."""

import shlex

import pytest

from rewound.diff.many import FleetComparison
from rewound.diff.report.document import make_report
from rewound.diff.report.findings import Finding, Judgement, Measure


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
