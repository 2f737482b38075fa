"""Worlds that are left asleep from the start: their data is there, no server ever ran on it.

Only on a baseline of which a server was started and counted before: what that server's world was
known by is what this one is known by (`Original`), because both are clones of the same files.
"""

from pathlib import Path

from rewound.engine.protocol import Engine, ServerSpec

_UNBOOTED = "unbooted"
"""The file in a world's folder that says that its server has yet to get its passwords."""


_BOOT = "boot"
"""The file in a world's folder with the boot of the host in which its server was last resumed."""


def note_boot(folder: Path, boot_id: str) -> None:
    """Note in which boot of the host a server is started on the data in a world's folder."""
    (folder / _BOOT).write_text(boot_id)


def find_boot(folder: Path) -> str | None:
    """Return in which boot of the host a server was last resumed there; None if none was."""
    try:
        return (folder / _BOOT).read_text()
    except FileNotFoundError:
        return None


def leave_asleep(engine: Engine, spec: ServerSpec) -> None:
    """Clone the data that a server will be started on once somebody asks for it.

    Raises:
        HostError: it could not be cloned.
    """
    engine.clone_data(spec)
    (spec.folder / _UNBOOTED).touch(mode=0o600)


def is_unbooted(folder: Path) -> bool:
    """Tell whether no server has run yet on the data in a world's folder."""
    return (folder / _UNBOOTED).exists()


def forget_unbooted(folder: Path) -> None:
    """Note that a server has run on the data in a world's folder."""
    (folder / _UNBOOTED).unlink(missing_ok=True)
