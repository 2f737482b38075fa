"""Leases: which fleets may be reset to a baseline, recorded in the baseline itself.

Fleets of several state folders, and of several users, may share one cache. So a baseline remembers
its fleets: `KEY/leases/` holds a symbolic link to the folder of each. A link whose folder is gone
means nothing, so a fleet that is deleted by hand keeps nothing (ADR 22).
"""

import contextlib
import hashlib
import os
from pathlib import Path

_LEASES = "leases"


def lease(baseline: Path, fleet: Path) -> None:
    """Record that a fleet, given by its folder, may be reset to a baseline, if possible."""
    fleet = Path(os.path.realpath(fleet))
    with contextlib.suppress(OSError):  # the cache may be read-only, and the link there already
        (baseline / _LEASES).mkdir(mode=0o700, exist_ok=True)
        _link(baseline, fleet).symlink_to(fleet)


def release(baseline: Path, fleet: Path) -> None:
    """Forget that a fleet may be reset to a baseline."""
    with contextlib.suppress(OSError):  # another user's cache, or never leased
        _link(baseline, Path(os.path.realpath(fleet))).unlink()


def list_leases(baseline: Path) -> list[Path]:
    """Return the folders of all fleets that have a lease of a baseline, and that still exist."""
    try:
        fleets = [link.readlink() for link in sorted((baseline / _LEASES).iterdir())]
    except OSError:  # it has none, or is being removed
        return []
    return [fleet for fleet in fleets if _exists(fleet)]


def _link(baseline: Path, fleet: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(fleet)).hexdigest()
    return baseline / _LEASES / digest[:16]


def _exists(fleet: Path) -> bool:
    """Tell whether a folder exists; one that this user may not look at counts."""
    try:
        fleet.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
