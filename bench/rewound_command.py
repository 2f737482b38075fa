"""The `rewound` command as the benchmarks run it: its own fleets, and a cache of its own.

The cache lends the installed servers from the user's; templates and baselines are its own, so
that emptying it costs the user nothing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Self

from rewound.settings import cache_dir

_PROGRAM = Path(sys.executable).parent / "rewound"
_SHARED = ("servers", "packages")
_BASELINES, _HASHES = "baselines", "hashes"


class RewoundCommand:
    """Runs `rewound`, with all of its files below one folder; takes every fleet down at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cache = folder / "c"
        self._cache.mkdir(parents=True)
        for name in _SHARED:
            if (cache_dir() / name).exists():
                (self._cache / name).symlink_to(cache_dir() / name)
        known = {k: v for k, v in os.environ.items() if not k.startswith("REWOUND_")}
        self._environment = {
            **known,
            "REWOUND_STATE_DIR": str(folder / "s"),
            "REWOUND_CACHE_DIR": str(self._cache),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._start("down", "--all")  # where it fails, the servers are ended by their folder

    def run(self, *arguments: str, text: str = "") -> str:
        """Run a command with `text` as its input, and return what it prints to stdout."""
        done = self._start(*arguments, text=text)
        if done.returncode:
            raise SystemExit(f"rewound {' '.join(arguments)}:\n{done.stderr}")
        return done.stdout

    def watch(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command whose progress is read from its stderr, line by line."""
        return subprocess.Popen(
            [_PROGRAM, *arguments],
            env=self._environment,
            cwd=self._folder,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )

    def _start(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [_PROGRAM, *arguments],
            env=self._environment,
            cwd=self._folder,
            input=text,
            capture_output=True,
            text=True,
        )

    def has_command(self, name: str) -> bool:
        """Tell whether there is such a command."""
        return any(line.split()[:1] == [name] for line in self.run("--help").splitlines())

    def has_option(self, command: str, option: str) -> bool:
        """Tell whether a command has such an option."""
        return f"{option} " in self.run(command, "--help")

    def has_baselines(self) -> bool:
        """Tell whether there is a baseline in the cache."""
        folder = self._cache / _BASELINES
        return folder.is_dir() and any(each.is_dir() for each in folder.iterdir())

    def forget_baselines(self) -> None:
        """Empty the cache of baselines, and forget which dumps were read before."""
        for name in (_BASELINES, _HASHES):
            if (self._cache / name).exists():
                shutil.rmtree(self._cache / name)
