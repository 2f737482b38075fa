"""Folders that are mistaken for dumps, recognised by the files in them. Pure."""

import re
from collections.abc import Collection

_SQL_FILE = re.compile(r"\.sql(?:\.\w+)?$", re.IGNORECASE)
_PREPARE = "it needs the program that made it (--prepare) and a server of the same version"
_BY_FILES = (
    ({"xtrabackup_checkpoints"}, f"a physical backup of xtrabackup: {_PREPARE}"),
    ({"mariadb_backup_checkpoints"}, f"a physical backup of mariabackup: {_PREPARE}"),
    ({"@.json"}, "a dump of MySQL Shell: load it with util.loadDump(), or dump with mysqldump"),
    (
        {"ibdata1"},
        "the data directory of a server, not a dump: start a MySQL of its version on a copy of it",
    ),
)


def find_foreign_folder(names: Collection[str]) -> str | None:
    """Return what a folder with these files is, and what to do; None for any other folder."""
    known = set(names)
    holds_sql = any(_SQL_FILE.search(name) for name in names)
    return next(
        (reason for files, reason in _BY_FILES if files <= known and not holds_sql),
        None,
    )
