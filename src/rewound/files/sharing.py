"""Sharing a fleet with the members of one Unix group, who may only query it.

The modes on disk say whom a folder is shared with; nothing else remembers it. A shared folder
can be listed by the group (0750) or only entered (0710); a shared file can be read (0640).
"""

import grp
import os
import pwd
import stat
from pathlib import Path

from rewound.errors import UsageError
from rewound.similar_names import suggest

_LISTED = 0o750
_ENTERED = 0o710
_READ = 0o640


def get_group(name: str) -> int:
    """Return the id of a Unix group that this user can share with.

    Raises:
        UsageError: there is no such group, or this user is not a member of it.
    """
    try:
        group = grp.getgrnam(name).gr_gid
    except KeyError as error:
        names = sorted(each.gr_name for each in grp.getgrall())
        raise UsageError(f"this host has no group {name}", hint=suggest(name, names)) from error
    if os.getuid() != 0 and group not in {os.getgid(), *os.getgroups()}:
        raise UsageError(
            f"user {name_user(os.getuid())} is not a member of group {name},"
            " so cannot share files with it",
            hint=f"add yourself and log in again: sudo usermod -aG {name} {name_user(os.getuid())}",
        )
    return group


def name_group(group: int) -> str:
    """Return the name of a group, or its number where it has none."""
    try:
        return grp.getgrgid(group).gr_name
    except KeyError:
        return str(group)


def name_user(user: int) -> str:
    """Return the name of a user, or their number where they have none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def find_owner(path: Path) -> str:
    """Return the owner of a path or, if it cannot be seen, of the nearest folder above that can."""
    for each in (path, *path.parents):
        try:
            return name_user(each.stat().st_uid)
        except OSError:
            continue
    return name_user(0)


def find_sharing(folder: Path) -> int | None:
    """Return the group that a folder is shared with; None if it is its user's alone."""
    facts = folder.stat()
    return facts.st_gid if facts.st_mode & stat.S_IXGRP else None


def share_folder(folder: Path, group: int, *, may_list: bool) -> None:
    """Let a group enter a folder, and list it."""
    os.chown(folder, -1, group)
    folder.chmod(_LISTED if may_list else _ENTERED)


def share_as_above(folder: Path) -> None:
    """Share a folder with those who may enter its parent."""
    group = find_sharing(folder.parent)
    if group is not None:
        share_folder(folder, group, may_list=False)


def share_file(descriptor: int, group: int) -> None:
    """Let a group read a file."""
    os.fchown(descriptor, -1, group)
    os.fchmod(descriptor, _READ)


def require_way(folder: Path, group: int) -> None:
    """Check that the members of a group can reach a folder.

    Raises:
        UsageError: a folder above it is closed to them.
    """
    for above in folder.resolve().parents:
        facts = above.stat()
        needed = stat.S_IXGRP if facts.st_gid == group else stat.S_IXOTH
        if not facts.st_mode & needed:
            raise UsageError(
                f"group {name_group(group)} cannot reach {folder}: {above} is closed to it",
                hint="set REWOUND_STATE_DIR to a folder that the group can enter, such as"
                " /srv/rewound",
            )
