from rewound.diff.report.arrangement import arrange
from rewound.diff.report.findings import Finding, Measure


def make_finding(score: float, *worlds: str) -> Finding:
    return Finding(worlds, ("game", "t"), "c", Measure.MEAN_CHANGE, (9.0,), 1.0, 2.0, score, 5)


def test_a_world_has_two_findings_before_those_of_others():
    loud = [make_finding(99 - number, "w13") for number in range(8)]
    quiet = make_finding(4, "w2")
    assert arrange([*loud, quiet]) == ([*loud[:2], quiet], loud[2:])


def test_a_finding_about_another_world_too_is_not_a_further_one():
    findings = [
        make_finding(9, "w1"),
        make_finding(8, "w1"),
        make_finding(7, "w1", "w2"),
        make_finding(6, "w1", "w2"),
        make_finding(5, "w1", "w2"),
    ]
    assert arrange(findings) == (findings[:4], findings[4:])
