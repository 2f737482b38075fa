"""Finding and ending servers that are processes, independently of the code that starts them.

It imports little: every query of a fleet begins with it.
"""

import os
from pathlib import Path

from rewound import command
from rewound.engine.protocol import Server
from rewound.files.mounts import unmount_below


class ProcessWatch:
    """Sees and ends the processes of servers."""

    def is_running(self, server: Server) -> bool:
        """Tell whether this very server still runs."""
        return command.is_running(server.identity)

    def find_folders(self, folder: Path) -> list[Path]:
        """Return the folders below `folder` that a server of this host lives in."""
        data = command.find_daemons(f"--datadir={folder}{os.sep}").values()
        return sorted({Path(os.path.realpath(folder / each)).parent for each in data})

    def end_all(self, folder: Path) -> int:
        """Kill every mysqld whose data directory is below `folder`; return how many.

        What was mounted for them is unmounted.
        """
        identities = command.find_daemons(f"--datadir={folder}{os.sep}")
        command.kill(*identities)
        unmount_below(folder)
        return len(identities)
