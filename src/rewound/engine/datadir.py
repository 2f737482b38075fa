"""The template: a data directory that is initialised once and cloned from then on.

Initialising takes about 5 s, cloning and booting under 1 s, so a server's first data
directory is always a clone of the template of its version, by reflink or by copy: no
server depends on the template once it runs. A template is complete or absent: it is made
under a temporary name and renamed.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from rewound.engine.cloning import UUID_FILE
from rewound.engine.installation import Installation

_RECIPE = 1
"""To be raised whenever templates are made in another way, so that old ones are not used."""


def ensure_template(cache: Path, installation: Installation, make: Callable[[Path], None]) -> Path:
    """Return the template data directory of an installation, made now if it is missing.

    `make` gets an empty folder and fills it with a cleanly stopped data directory. Two
    commands that need it at the same time make it once.
    """
    templates = cache / "templates"
    template = templates / f"mysql-{installation.version}-recipe{_RECIPE}"
    if template.exists():  # where it came in an image, nothing there can be written
        return template
    templates.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(templates / "lock"):
        if not template.exists():
            for leftover in templates.glob("making-*"):
                shutil.rmtree(leftover)
            making = Path(tempfile.mkdtemp(prefix="making-", dir=templates))
            try:
                make(making)
                (making / UUID_FILE).unlink(missing_ok=True)
                making.rename(template)
            except BaseException:
                shutil.rmtree(making, ignore_errors=True)
                raise
    return template
