"""The wheel, installed as users install it: by pipx, by uv, and run without an install by uvx.

Takes what it depends on from the package index that this host is set up for.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from rewound import __version__

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 300.0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the locked build backend."""
    folder = tmp_path_factory.mktemp("wheel")
    run(["uv", "build", "--wheel", "--no-build-isolation", "--out-dir", str(folder), str(ROOT)])
    [built] = folder.glob("*.whl")
    return built


def run(argv: list[str], env: Mapping[str, str] | None = None, *, code: int = 0) -> str:
    """Run a program of this environment and return what it printed."""
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "UV_PYTHON": sys.executable,
    }
    inherited = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [sys.executable, "-m", *argv] if argv[0] in ("pipx", "uv") else argv,
        env={**inherited, **own, **(env or {})},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_holds_what_the_package_reads_and_its_types(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"rewound/py.typed", "rewound/diff/report/page.html"} <= names
    assert {f"rewound/diff/report/script/{name}.js" for name in ("elements", "rows")} <= names
    assert [name for name in names if name.endswith(".data/data/share/man/man1/rewound.1")]
    assert not [name for name in names if name.startswith("tests/")]


def test_pipx_installs_it_without_the_libraries_for_analysis(wheel: Path, tmp_path: Path):
    folders = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "bin")}
    run(["pipx", "install", "--python", sys.executable, str(wheel)], folders)
    rewound = str(tmp_path / "bin" / "rewound")
    assert run([rewound, "--version"]) == f"rewound, version {__version__}\n"
    assert "host3" in run([rewound, "dumps", str(ROOT / "examples" / "backups")])
    reduced = run([rewound, "query", "SELECT 1", "--reduce", "SELECT 1"], code=3)
    assert "--reduce needs duckdb, which is not installed" in reduced
    assert "pip install 'rewound[analysis]'" in reduced


def test_uv_installs_it_as_a_tool_with_them(wheel: Path, tmp_path: Path):
    folders = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    run(["uv", "tool", "install", f"rewound[analysis] @ {wheel.as_uri()}"], folders)
    rewound = str(tmp_path / "bin" / "rewound")
    assert run([rewound, "--version"]) == f"rewound, version {__version__}\n"
    reduced = run([rewound, "query", "SELECT 1", "--reduce", "SELECT ("], code=2)
    assert "syntax error" in reduced


def test_uvx_runs_it_without_an_install(wheel: Path):
    said = run(["uv", "tool", "run", "--from", str(wheel), "rewound", "--version"])
    assert said.startswith(f"rewound, version {__version__}\n")
