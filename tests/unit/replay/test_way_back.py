"""The way back is chosen by places, lengths and content: in tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rewound.load.log_receipt import LoggedPoint, LogReceipt, LogRule
from rewound.replay import way_back
from rewound.replay.log_files import LogFiles
from rewound.replay.replay_plan import ReplayPlan
from rewound.replay.way_back import WayBack, find_way_back
from tests.server.replaying import read_chain_facts
from tests.unit.replay.test_replay_plan import at, make_logs, plan, receipt_of

_MANY = 1 << 62


def _later(logs: list[Path], seconds: float) -> LogReceipt:
    planned = plan(logs, at(seconds))
    assert planned.last is not None
    last = planned.last
    point = LoggedPoint(last.log_name, last.start, last.gtid, datetime.now(UTC), True)
    return receipt_of(planned, last=point)


def _find(
    logs: list[Path], wanted: ReplayPlan, *receipts: LogReceipt, less_than_bytes: int = _MANY
) -> WayBack | None:
    chain, findings = read_chain_facts(logs)
    named: dict[tuple[str, ...], LogReceipt] = {}
    named |= {(str(number),): receipt for number, receipt in enumerate(receipts)}
    files = LogFiles(chain, findings)
    return find_way_back(wanted, named, files, less_than_bytes=less_than_bytes)


@pytest.mark.parametrize(("to", "since"), [(3, 4), (3, 8), (4, 7), (7, 8)])
def test_the_way_is_what_lies_between(tmp_path: Path, to: int, since: int) -> None:
    logs = list(make_logs(tmp_path))
    wanted, later = plan(logs, at(to)), _later(logs, since)
    way = _find(logs, wanted, later)
    assert way is not None
    assert way.transactions == later.transactions - wanted.transactions == since - to
    assert (way.parts[0].survey.name, way.parts[0].start) == (
        wanted.parts[-1].survey.name,
        wanted.parts[-1].end,
    )
    assert (way.parts[-1].survey.name, way.parts[-1].end) == (
        later.files[-1].name,
        later.files[-1].to_position,
    )


def test_the_nearest_of_the_later_moments_is_taken(tmp_path: Path) -> None:
    logs = list(make_logs(tmp_path))
    found = _find(logs, plan(logs, at(4)), _later(logs, 8), _later(logs, 5), _later(logs, 7))
    assert found is not None
    assert found.identity == ("1",)


def test_a_moment_that_is_not_later_is_no_begin(tmp_path: Path) -> None:
    logs = list(make_logs(tmp_path))
    assert _find(logs, plan(logs, at(5)), _later(logs, 5), _later(logs, 4)) is None


def test_a_way_that_is_not_shorter_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = list(make_logs(tmp_path))
    wanted, later = plan(logs, at(3)), _later(logs, 8)
    way = _find(logs, wanted, later)
    assert way is not None
    assert _find(logs, wanted, later, less_than_bytes=way.size_bytes) is None
    assert _find(logs, wanted, later, less_than_bytes=way.size_bytes + 1) == way
    monkeypatch.setattr(way_back, "LONGEST_WAY_BYTES", way.size_bytes - 1)
    assert _find(logs, wanted, later) is None


@pytest.mark.parametrize("change", ["content", "start", "first", "name", "xa"])
def test_a_moment_of_another_history_is_no_begin(tmp_path: Path, change: str) -> None:
    logs = list(make_logs(tmp_path))
    wanted, later = plan(logs, at(4)), _later(logs, 8)
    *others, last = later.files
    assert later.first is not None
    changed = {
        "content": replace(later, files=(*others, replace(last, content_sha256="00"))),
        "start": replace(later, files=(replace(later.files[0], from_position=5), *later.files[1:])),
        "first": replace(later, first=replace(later.first, position=1)),
        "name": replace(later, files=(*others, replace(last, name="other.000009"))),
        "xa": replace(later, rules=(LogRule("xa-undecided", "skip", 1, "", ""),)),
    }
    assert _find(logs, wanted, later) is not None
    assert _find(logs, wanted, changed[change]) is None
