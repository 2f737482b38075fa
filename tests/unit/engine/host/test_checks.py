from pathlib import Path

from rewound.engine.cloning import CloneMethod, Probe
from rewound.engine.host.checks import Check, CheckState, check_host, judge_cloning, show_size


def probes(*works: bool) -> list[Probe]:
    return [
        Probe(method, works=each, why=f"why {method.value}")
        for method, each in zip(CloneMethod, works, strict=True)
    ]


def test_judge_cloning_names_the_way_that_is_taken():
    assert judge_cloning(probes(False, True, True)) == [
        Check("clone by reflink", CheckState.LIMITED, "why reflink"),
        Check("clone by overlay", CheckState.OK, "why overlay; up and reset use it"),
        Check("clone by copy", CheckState.OK, "why copy"),
    ]


def test_judge_cloning_says_what_plain_copying_costs():
    *_, last = judge_cloning(probes(False, False, True))
    assert (last.subject, last.state) == ("cloning", CheckState.LIMITED)
    assert last.hint is not None


def test_check_host_changes_nothing_and_speaks_of_folders_that_are_not_there(tmp_path: Path):
    checks = check_host(tmp_path / "state", tmp_path / "cache", has_image=False)
    subjects = [check.subject for check in checks]
    assert {"MySQL", "cores", "memory", "state folder", "cache folder"} <= set(subjects)
    assert list(tmp_path.iterdir()) == []


def test_large_sizes_are_in_gib():
    assert show_size(9 << 30) == "9,216 MiB"
    assert show_size(47 << 29) == "23.5 GiB"
