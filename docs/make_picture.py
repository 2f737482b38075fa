"""Draw docs/picture.svg: Rewound at work, from a real run on the sample.

`python docs/make_picture.py` restores examples/backups into a fleet of its own, asks one
question, takes the fleet down, and draws what the commands printed.
"""

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PROJECT = Path(__file__).parents[1]
WIDTH = 88
COMMANDS = (
    ("up", "examples/backups", "--at", "2026-03-03 22:00"),
    (
        "query",
        "SELECT COUNT(*) AS players, SUM(player_score) AS score,"
        " (SELECT COUNT(*) FROM score_event WHERE kind = 'season_bonus') AS bonuses,"
        " (SELECT COUNT(*) FROM guild_member) AS members FROM player",
    ),
    ("down",),
)


def main() -> None:
    """Run the commands and draw their output."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    with tempfile.TemporaryDirectory(prefix="rw-") as state:
        environment = {**os.environ, "REWOUND_STATE_DIR": state}
        for arguments in COMMANDS:
            shown = " ".join(f"'{word}'" if " " in word else word for word in arguments)
            console.print(Text(f"$ rewound {shown}", style="bold"))
            done = subprocess.run(
                [sys.executable, "-m", "rewound", *arguments],
                env=environment,
                cwd=PROJECT,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=True,
            )
            console.print(Text("\n".join(line.rstrip() for line in done.stdout.splitlines())))
            console.print()
    (PROJECT / "docs" / "picture.svg").write_text(console.export_svg(title="rewound"))


if __name__ == "__main__":
    main()
