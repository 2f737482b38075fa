from datetime import UTC, datetime, timedelta
from pathlib import Path

from rewound.fleet.expiry import find_expiry, has_expired, list_expired, write_expiry


def test_a_fleet_expires_at_its_time_and_without_one_never(tmp_path: Path):
    past, future = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))
    for name, at in {"old": past, "new": future, "ever": None, "odd": None}.items():
        folder = tmp_path / "fleets" / name
        folder.mkdir(parents=True)
        if at is not None:
            write_expiry(folder, at)
            assert find_expiry(folder) == at
    (tmp_path / "fleets/odd/expires").write_text("soon")
    assert find_expiry(tmp_path / "fleets/odd") is None
    assert has_expired(tmp_path / "fleets/old")
    assert list_expired(tmp_path) == ["old"]
    assert list_expired(tmp_path / "nowhere") == []
