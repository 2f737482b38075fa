"""Inputs that Rewound once got wrong, each made after a bug report or by trying to break it.

They are no part of the project (`REWOUND_HUNT` names their folder, by default beside it); the
tests on them are skipped where it is absent. Each kind also has inputs of its own in the tests.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

_BESIDE_THE_PROJECT = Path(__file__).parents[4] / "shared" / "data" / "hunt"
HUNT = Path(os.environ.get("REWOUND_HUNT", _BESIDE_THE_PROJECT))


@pytest.fixture
def hunt_source(tmp_path: Path) -> Callable[[str], Path]:
    """Returns a SOURCE folder with one input, such as `engines/memory`, or one folder of them."""

    def copy(name: str) -> Path:
        if not HUNT.exists():
            pytest.skip(f"no inputs in {HUNT}")
        if (HUNT / name).is_dir():
            return Path(shutil.copytree(HUNT / name, tmp_path / name))
        folder, _, start = name.rpartition("/")
        source = tmp_path / "hunt" / name.replace("/", "-")
        source.mkdir(parents=True)
        found = sorted((HUNT / folder).glob(f"{start}*"))
        assert len(found) == 1, f"{name} names {len(found)} inputs"
        # Copied without its permissions: the folder may be read-only.
        (source / found[0].name).write_bytes(found[0].read_bytes())
        return source

    return copy
