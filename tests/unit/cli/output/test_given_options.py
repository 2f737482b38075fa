import click
import pytest

from rewound.cli.commands.up import command as up
from rewound.cli.output.given_options import find_given, without_given
from rewound.dump.rules.table import RULES

FALLBACK = ["--fallback"]


@pytest.mark.parametrize(
    ("hint", "given", "left"),
    [
        ("--allow-unfinished accepts it", ["--allow-unfinished"], None),
        ("--allow-unfinished accepts it", ["--allow"], "--allow-unfinished accepts it"),
        (
            "copy it, or take an older one (up --fallback)",
            FALLBACK,
            "copy it, or take an older one",
        ),
        ("look at it; or take an older one: up --fallback", FALLBACK, "look at it"),
        (
            "take an older one (--fallback); otherwise wait",
            FALLBACK,
            "take an older one; otherwise wait",
        ),
        ("up --fallback takes an older one; otherwise wait", FALLBACK, "wait"),
        ("leave it; --allow object-lost does", ["--allow object-lost"], "leave it"),
        ("without --strict, they are merged", ["--strict"], "without --strict, they are merged"),
        ("remove --server match", ["--server"], "remove --server match"),
        (
            "--add in place of --replace keeps it",
            ["--replace"],
            "--add in place of --replace keeps it",
        ),
        ("--add in place of --replace keeps it", ["--add"], None),
        ("leave it; --allow object-lost does", ["--allow x"], "leave it; --allow object-lost does"),
    ],
)
def test_a_hint_never_advises_an_option_that_is_given(hint, given, left):
    assert without_given(hint, given) == left


@pytest.mark.parametrize("rule", [r for r in RULES if "--fallback" in r.remedy], ids=str)
def test_what_a_rule_advises_makes_sense_without_the_option(rule):
    left = without_given(rule.remedy, FALLBACK)
    assert left
    assert "--fallback" not in left
    assert "()" not in left


def test_options_are_given_on_the_command_line_and_in_the_settings():
    args = ["backups", "--fallback", "--allow", "object-lost", "--schema", "game"]
    found = find_given(
        click.Context(up, help_option_names=["-h", "--help"]), args, ["allow_missing"]
    )
    assert found >= {"--fallback", "--allow object-lost", "--allow-missing"}
    assert "--schema" not in found
    assert "--allow-unfinished" not in found
    assert (
        find_given(click.Context(up, help_option_names=["-h", "--help"]), ["--no-such-option"], [])
        == frozenset()
    )
