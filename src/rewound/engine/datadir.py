"""Data directories: templates for new servers, and saving the last state as a baseline.

Initialising one takes about 5 s, cloning and booting under 1 s, so a server's first data
directory is always a clone of the template of its MySQL, by reflink or by copy: no server
depends on the template once it runs. A template is complete or absent: it is made under a
temporary name and renamed.
"""

import contextlib
import logging
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from rewound import command
from rewound.engine.cloning import (
    DATA,
    UUID_FILE,
    CloneMethod,
    choose_method,
    clone,
    discard_clone,
    disk_bytes,
    export_data,
    lay_out_overlay,
    restore_access,
)
from rewound.engine.protocol import ServerSpec
from rewound.engine.zones import ZONES_VERSION, iter_zone_statements
from rewound.errors import CommandFailed, MysqlError
from rewound.files.writing import writing
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_LARGEST_COPY_BYTES = 256 << 20
"""Of a copy that takes less than stopping and starting a server, which is 0.4 CPU-seconds."""
_log = logging.getLogger(__name__)

_RECIPE = 5
"""To be raised whenever templates are made in another way, so that old ones are not used."""
_OF_OTHERS = 0o007
_DUG_BYTES = 1 << 20
_DIGGING_TIMEOUT_S = 60.0
_TEMPLATES = "templates"
_MAKING = "making-"
_CLASSIC_HASHING = "file://component_classic_hashing"  # MD5() and SHA1() of MySQL 9.6 and newer
_NO_SUCH_COMPONENT = (1126, 3529)  # no such library; no such component


def templates_folder(cache: Path) -> Path:
    """Return the folder of all templates, which is made if it is missing."""
    folder = cache / _TEMPLATES
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def templates_lock(cache: Path) -> FileLock:
    """Return the lock that is held while a template is made."""
    return FileLock(templates_folder(cache) / "lock")


def template_name(mysql: str, *, lower_case_table_names: int = 0) -> str:
    """Return the name of the template of one MySQL, such as `mysql-9.7.4`.

    A data directory keeps the setting for names of tables that it was initialised with, and the
    release of the time zones that it was filled with.
    """
    names = "-lower-case" if lower_case_table_names else ""
    return f"{mysql}-recipe{_RECIPE}-zones{ZONES_VERSION}{names}"


def ensure_template(
    cache: Path, name: str, make: Callable[[Path], None], *, discard: Callable[[Path], object]
) -> Path:
    """Return the template data directory of a `template_name`, made now if it is missing.

    `make` fills an empty folder with a cleanly stopped data directory; `discard` is called with
    each such folder that a killed command left, to end the processes that work in it. If two
    commands need a template at the same time, it is made once.
    """
    template = cache / _TEMPLATES / name
    if template.exists():  # where it came in an image, nothing there can be written
        return template
    templates = templates_folder(cache)
    with templates_lock(cache):
        if not template.exists():
            for leftover in templates.glob(f"{_MAKING}*"):
                discard(leftover)
                shutil.rmtree(leftover)
            making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=templates))
            try:
                make(making)
                _slim(making)
                _close(making)
                making.rename(template)
            except BaseException:
                shutil.rmtree(making, ignore_errors=True)
                raise
    return template


def finish_template(endpoint: Endpoint) -> None:
    """Install what dumps need and a new data directory lacks: time zones, MD5 in MySQL 9.6."""
    with Connection(endpoint) as connection:
        for statement in iter_zone_statements():
            connection.execute_sql(statement)
        try:
            connection.execute_sql(f"INSTALL COMPONENT '{_CLASSIC_HASHING}'")
        except MysqlError as error:
            if error.number not in _NO_SUCH_COMPONENT:
                raise


def _slim(template: Path) -> None:
    """Remove from a stopped data directory what its copies do not need, which halves their cost.

    A third of its files describe tables of the performance schema, for IMPORT TABLE alone; and
    two thirds of its bytes are zeros.
    """
    for path in (template / UUID_FILE, *template.glob("performance_schema/*.sdi")):
        path.unlink(missing_ok=True)
    for path in template.rglob("*"):
        if path.lstat().st_size < _DUG_BYTES:
            continue
        try:
            command.run(["fallocate", "--dig-holes", str(path)], timeout_s=_DIGGING_TIMEOUT_S)
        except CommandFailed as error:
            _log.debug("the template keeps its zeros: %s", error.message)
            return


def _close(template: Path) -> None:
    """Take from others what mysqld lets everybody read: the certificates."""
    for path in template.rglob("*"):
        mode = path.lstat().st_mode
        if not path.is_symlink() and mode & _OF_OTHERS:
            with contextlib.suppress(PermissionError):  # another user's, of a container
                path.chmod(stat.S_IMODE(mode) & ~_OF_OTHERS)


def find_unfinished_templates(cache: Path) -> list[Path]:
    """Return the folders of templates that nobody will finish."""
    try:
        with templates_lock(cache).acquire(timeout=0):
            return sorted(templates_folder(cache).glob(f"{_MAKING}*"))
    except Timeout:
        return []


class DataDirectories:
    """Guards how the data directories of an engine's servers are cloned."""

    def __init__(self, template: Callable[[int], Path], wanted: CloneMethod | None) -> None:
        """Guard them; `template` gives the template for a lower_case_table_names."""
        self._template = template
        self._wanted = wanted
        self._method = CloneMethod.COPY

    def prepare(self, folder: Path, baselines: Path) -> None:
        """Choose how to clone from below one folder to below the other; make the template."""
        with writing(folder):
            self._method = choose_method(baselines, folder, self._wanted)
            _log.debug("cloning by %s", self._method.value)
            self._template(0)

    def ensure(self, spec: ServerSpec) -> Path:
        """Return the data directory that a server is to start on, cloned now if need be."""
        data = spec.folder / DATA
        if spec.resumes:
            restore_access(spec.data_from, spec.folder)
            return data
        if data.exists() and spec.data_from is not None and self._method is CloneMethod.OVERLAY:
            discard_clone(spec.folder)
        if data.exists():
            return data
        if spec.data_from is not None:
            clone(self._method, spec.data_from, spec.folder)
        else:
            # An overlay over the template could not become a baseline: most of it is elsewhere.
            template = self._template(spec.settings.lower_case_table_names)
            clone(CloneMethod.COPY, template, spec.folder)
        return data

    def lay_out(self, spec: ServerSpec) -> None:
        """Clone the data of a server that is started later; an overlay is mounted then."""
        if self._method is CloneMethod.OVERLAY and spec.data_from is not None:
            lay_out_overlay(spec.data_from, spec.folder)
        else:
            self.ensure(spec)

    def copy_data(self, folder: Path, target: Path) -> bool:
        """Copy a running server's data if that costs less than stopping it; tell whether it did.

        With overlays, a stopped server's files become the baseline without being copied.
        """
        data = folder / DATA
        if self._method is CloneMethod.OVERLAY and disk_bytes(data) > _LARGEST_COPY_BYTES:
            return False
        export_data(CloneMethod.COPY, data, target)
        return True

    def export_data(self, folder: Path, target: Path) -> None:
        """Copy a stopped server's data, or link it where only clones will be started."""
        export_data(self._method, folder / DATA, target)
