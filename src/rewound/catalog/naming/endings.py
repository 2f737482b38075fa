"""Extensions of file names: which ones dumps have, and which ones they cannot have. Pure."""

import re
from pathlib import PurePosixPath

_WRAPPED = r"(?:\.(?:gz|zst|xz|bz2|lz4|gpg|pgp|age|enc))"
"""What says that a file is compressed or encrypted; of `.asc` the content decides, as it may be a
signature."""
_DUMP = re.compile(rf"\.sql{_WRAPPED}{{0,3}}$", re.IGNORECASE)
_ANY_ENDING = re.compile(
    r"(?:\.(?:sql|mysql|mariadb|sqldump|mysqldump|dump|dmp|db|txt|bak|backup))?"
    r"(?:\.(?:gz|gzip|zst|zstd|xz|bz2|lz4|gpg|pgp|asc|age|enc)){0,3}$",
    re.IGNORECASE,
)
"""Names of files that may be dumps, as their content decides: `host1.gz`, `host1.dmp`."""
_DATED = re.compile(
    r"\.(?:sql|dump)(?:\.(?:gz|zst|xz|bz2))?(?=[-_.][0-9][-_.0-9]*$)", re.IGNORECASE
)
"""In the middle, where logrotate adds a day: `host1.sql-20240618`."""
_NUMBERED = re.compile(
    r"\.(?:sql|dump)(?:\.(?:gz|zst|xz|bz2))?\.(?:0|[1-9][0-9]?)(?:\.(?:gz|zst|xz|bz2))?$",
    re.IGNORECASE,
)
"""Where logrotate adds a number: `host1.sql.gz.1`, `host1.sql.2.gz`."""
_PART = re.compile(
    r"(?P<ending>\.(?:sql|gz|zst|xz|bz2))"
    r"(?:[-_.][a-z]{2}|a[a-z]|[-_.]?(?:0[0-9]|[0-9]{3})|[-_.]part[-_.]?[0-9a-z]+)$",
    re.IGNORECASE,
)
_COPY = re.compile(
    # Copies by Windows, macOS, browsers and editors. No world has a space, but some end in -copy.
    r"[-_ ]*\([0-9]{1,2}\)$|(?: -)? (?:copy|kopie|copie|copia)(?: \(?[0-9]{1,2}\)?)?$"
    r"|^(?:copy of|kopie von|copie de|copia de) |^#",
    re.IGNORECASE,
)
_CONFLICT = re.compile(r"\bconflicted copy\b|\.sync-conflict-[0-9]", re.IGNORECASE)
_UNFINISHED = re.compile(
    r"\.(?:tmp|temp|part|partial|filepart|incomplete|unfinished|in-?progress|working)$",
    re.IGNORECASE,
)
_AFTER_ENDING = re.compile(
    r"\.(?:sql|dump)(?:\.(?:gz|zst|xz|bz2))?"
    r"(?P<after>[-_.](?!(?:sql|mysql|mariadb|sqldump|mysqldump|dump|dmp|db|txt|gz|gzip|zst|zstd|xz|bz2)(?![A-Za-z0-9]))"
    r"[A-Za-z][-A-Za-z0-9]*|~|\.~[0-9]+~|#)(?:\.(?:gz|zst|xz|bz2))?$",
    re.IGNORECASE,
)
"""Text after the extension of a dump: `host1.sql.old`, `host1.sql~`, `host1.sql.bak.gz`."""
_COMPRESSED = frozenset({".gz", ".zst", ".xz", ".bz2"})
_FOREIGN_SUFFIXES = {
    "a checksum, not a dump": (".md5", ".sha1", ".sha256", ".sha512", ".sfv"),
    "a signature, not a dump": (".sig", ".minisig"),
    "an unfinished copy": (
        *(".tmp", ".temp", ".part", ".partial", ".filepart", ".incomplete"),
        *(".inprogress", ".crdownload", ".download", ".working", ".swp"),
    ),
    "packed in an unsupported format; gz, zst, xz, bz2, lz4, tar and zip are supported": (
        *(".zip", ".7z", ".rar", ".tar", ".tgz", ".lzo", ".br"),
    ),
}
_FOREIGN_BY_SUFFIX = {
    suffix: reason for reason, suffixes in _FOREIGN_SUFFIXES.items() for suffix in suffixes
}

_RENAME = "rename it if it is a dump of its own"
NO_DUMP = (
    "not a dump: the name does not end in .sql, or in .sql and .gz, .zst, .xz, .bz2, .lz4, .gpg,"
    " .age or .enc, and the content is not SQL"
)


def is_named_as_dump(relative: PurePosixPath) -> bool:
    """Tell whether the name shows that the file is a dump; for others the content decides."""
    return _DUMP.search(relative.name) is not None


def find_foreign_reason(relative: PurePosixPath) -> str | None:
    """Return why the file cannot be a dump, by its name; None if it can be one."""
    name = relative.name
    if name.startswith("."):
        return "a hidden file"
    if _UNFINISHED.search(bare := strip_extension(PurePosixPath(name))):
        return "an unfinished copy, judging by its name"
    if (copy := _COPY.search(bare) or _CONFLICT.search(bare)) is not None:
        return f"a copy of another file, judging by {copy[0].strip()!r} in its name; {_RENAME}"
    if _DUMP.search(name):
        return None
    if (reason := _FOREIGN_BY_SUFFIX.get(relative.suffix.lower())) is not None:
        return reason
    part = _PART.search(name)
    if (
        part is not None
        and not part[0].lower().endswith(".ok")
        and relative.suffix.lower() not in _COMPRESSED
    ):
        whole = name[: part.end("ending")]
        return f"one part of a split dump; join the parts: cat {whole}?* > {whole}"
    if (after := _AFTER_ENDING.search(name)) is not None:
        return f"set aside, judging by {after['after']!r} after the extension; {_RENAME}"
    return None


def strip_extension(relative: PurePosixPath) -> str:
    """Return the path without its extensions."""
    text = relative.as_posix()
    if _NUMBERED.search(text):
        return _NUMBERED.sub("", text)
    # host1.sql.txt is what browsers make of host1.sql.
    bare = _DUMP.sub("", text if _DUMP.search(text) else _ANY_ENDING.sub("", text, count=1))
    return _DATED.sub("", bare)
