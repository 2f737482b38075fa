from pathlib import Path

import pytest

from rewound.errors import UsageError
from rewound.settings import cache_dir, find_config, read_config, state_dir

KNOWN: dict[str, type] = {
    "fleet": str,
    "port-base": int,
    "fallback": bool,
    "source": str,
    "binlogs": list,
}


def write(folder: Path, text: str) -> Path:
    path = folder / "rewound.toml"
    path.write_text(text)
    return path


def test_the_folders_follow_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("REWOUND_STATE_DIR", "~/state")
    monkeypatch.setenv("REWOUND_CACHE_DIR", "cache")
    assert state_dir() == Path("/home/someone/state")
    assert cache_dir() == Path.cwd() / "cache"


def test_the_folders_are_the_users_own_by_default(monkeypatch: pytest.MonkeyPatch):
    for name in ("REWOUND_STATE_DIR", "REWOUND_CACHE_DIR"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("XDG_STATE_HOME", "/xdg/state")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg/cache")
    assert state_dir() == Path("/xdg/state/rewound")
    assert cache_dir() == Path("/xdg/cache/rewound")


def test_find_config_takes_the_nearest_file_upward(tmp_path: Path):
    below = tmp_path / "a/b"
    below.mkdir(parents=True)
    outer = write(tmp_path, "")
    assert find_config(below) == outer
    assert find_config(below.parent) == outer
    inner = write(below, "")
    assert find_config(below) == inner


def test_read_config_takes_dashes_and_underscores(tmp_path: Path):
    path = write(tmp_path, 'fleet = "before"\nport_base = 4000\nfallback = true\n')
    assert read_config(path, KNOWN) == {"fleet": "before", "port-base": 4000, "fallback": True}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("flet = 'x'", "unknown option 'flet'"),
        ("fallback = 1", "fallback must be of type bool"),
        ("port-base = true", "port-base must be of type int"),
        ("binlogs = 1", "binlogs must be a string or a list of strings"),
        ("binlogs = ['a', 1]", "binlogs must be a string or a list of strings"),
        ("[up]\nfleet = 'x'", "unknown option 'up'"),
        ("fleet", "is not valid TOML"),
    ],
)
def test_read_config_refuses_what_fits_no_option(tmp_path: Path, text: str, said: str):
    with pytest.raises(UsageError, match=said):
        read_config(write(tmp_path, text), KNOWN)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("source = 'backups'", {"source": "{}/backups"}),
        ("source = '/srv/backups'", {"source": "/srv/backups"}),
        ("source = 's3://bucket/backups'", {"source": "s3://bucket/backups"}),
        ("binlogs = '../logs'", {"binlogs": ["{}/../logs"]}),
        (
            "binlogs = ['logs', '/srv/logs', '~/logs']",
            {"binlogs": ["{}/logs", "/srv/logs", "{}/logs"]},
        ),
        ("binlogs = []", {"binlogs": []}),
    ],
)
def test_folders_in_the_file_begin_at_its_own_folder(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    read: dict[str, str | list[str]],
):
    monkeypatch.setenv("HOME", str(tmp_path))
    [(name, value)] = read.items()
    here = str(tmp_path)
    expected = value.format(here) if isinstance(value, str) else [v.format(here) for v in value]
    assert read_config(write(tmp_path, text), KNOWN) == {name: expected}


def test_read_config_refuses_what_it_cannot_read(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot read"):
        read_config(tmp_path / "missing.toml", KNOWN)
    (tmp_path / "rewound.toml").write_bytes(b"fleet = '\xff'")
    with pytest.raises(UsageError, match="is not valid TOML"):
        read_config(tmp_path / "rewound.toml", KNOWN)


@pytest.mark.parametrize(
    ("cwd", "source", "found"),
    [
        ("project", "project/backups", "project"),
        ("project/backups", "project/backups", "project"),
        ("project/backups/host1", "project/backups", "project"),
        ("project/backups/host1", "project/backups/host1/a.sql", "project/backups"),
        ("project/backups/host1", "project", None),
        ("project/backups", "link", "project"),
        ("project/backups", "elsewhere", "project/backups"),
    ],
)
def test_no_settings_are_found_among_the_dumps(
    tmp_path: Path, cwd: str, source: str, found: str | None
):
    for folder in ("project", "project/backups", "project/backups/host1", "elsewhere"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rewound.toml").touch()
    (tmp_path / "project/backups/host1/a.sql").touch()
    (tmp_path / "link").symlink_to(tmp_path / "project/backups")
    config = find_config(tmp_path / cwd, outside=[tmp_path / source])
    assert config == (None if found is None else tmp_path / found / "rewound.toml")
