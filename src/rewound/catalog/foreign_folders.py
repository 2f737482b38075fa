"""Folders that are mistaken for dumps, recognised by the files in them. Pure."""

import re
from collections.abc import Collection

_SQL_FILE = re.compile(r"\.sql(?:\.\w+)?$", re.IGNORECASE)
_MYDUMPER_FILE = re.compile(r"-schema(?:-create)?\.sql(?:\.\w+)?$|^metadata\.partial$")
_TAB_FILE = re.compile(r"\.sql$", re.IGNORECASE)
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
    if any(_MYDUMPER_FILE.search(name) for name in names) and (
        "metadata" in names or "metadata.partial" in names
    ):
        return "a dump of mydumper, many files in one: load it with myloader, or use mysqldump"
    known = set(names)
    if any(_TAB_FILE.search(name) and f"{name[:-4]}.txt" in known for name in names):
        return (
            "a dump of mysqldump --tab, with a definition and a text file per table: dump again"
            " without --tab"
        )
    holds_sql = any(_SQL_FILE.search(name) for name in names)
    return next(
        (reason for files, reason in _BY_FILES if files <= known and not holds_sql),
        None,
    )
