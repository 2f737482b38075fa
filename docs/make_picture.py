"""Make docs/rewound.svg: a real run on the sample, as a terminal showed it.

    .venv/bin/python docs/make_picture.py

The commands run on a pseudo-terminal; what they write is replayed, with the lines that
progress draws over, and becomes the picture. Nothing is added but the prompt and a line before it.
"""

import fcntl
import os
import pty
import re
import struct
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from rewound.settings import cache_dir

ROOT = Path(__file__).parent.parent
PICTURE = Path(__file__).parent / "rewound.svg"
_COLUMNS, _LINES = 120, 60
_QUESTION = (
    "SELECT COUNT(*) AS bonuses, COUNT(DISTINCT player_id) AS players\n"
    "                    FROM score_event WHERE kind = 'season_bonus' AND season_id = 6"
)
_MOMENTS = ("--from", "2026-03-02", "--to", "2026-03-03")
_DIFFERS = 1
"""What `diff` returns where the worlds differ."""
_SHOWN = (
    ["rewound", "up", "examples/backups", "--at", "2026-03-03 22:00"],
    ["rewound", "query", _QUESTION],
    ["rewound", "diff", "examples/backups", *_MOMENTS, "--table", "player"],
    ["rewound", "down"],
)
_CONTROL = re.compile(r"\r\n|\r|\n|\x1b\[[0-9;?]*[A-Za-z]|[^\r\n\x1b]+")
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Run the commands and write the picture."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="rw-") as state, Path(os.devnull).open("w") as sink:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(Path.home()),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "REWOUND_STATE_DIR": state,
            "REWOUND_CACHE_DIR": str(cache_dir()),
        }
        if "PYTHONPATH" in os.environ:
            environment["PYTHONPATH"] = os.environ["PYTHONPATH"]
        console = Console(record=True, width=_COLUMNS, file=sink, color_system="truecolor")
        for number, argv in enumerate(_SHOWN):
            if number:
                console.print()
            console.print(Text.assemble(("$ ", "bold green"), _show(argv)), soft_wrap=True)
            for line in replay(run_on_terminal(argv, environment)):
                console.print(Text.from_ansi(line), overflow="fold")
        svg = console.export_svg(
            title="rewound", theme=MONOKAI, code_format=_SVG, unique_id="rewound"
        )
    PICTURE.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n")


def run_on_terminal(argv: list[str], environment: dict[str, str]) -> str:
    """Return all that a command writes to its terminal."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
        os.execvpe(argv[0], argv, environment)
    output = b""
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # how Linux reports that the other side has ended
            break
        if not chunk:
            break
        output += chunk
    _, status = os.waitpid(child, 0)
    text = output.decode()
    if os.waitstatus_to_exitcode(status) not in ((0, _DIFFERS) if "diff" in argv else (0,)):
        raise SystemExit(f"{argv} failed:\n{text}")
    return text


def replay(written: str) -> list[str]:
    """Return the lines that stay on the screen, colours still in them.

    Knows what progress uses: up a line, clear a line, and back to its start.
    """
    lines, row = [""], 0
    for token in _CONTROL.findall(written):
        if token == "\x1b[2K":
            lines[row] = ""
        elif token == "\x1b[1A":
            row -= 1
        elif token.endswith("\n"):
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif token == "\r" or token.startswith("\x1b[?"):
            continue
        else:
            lines[row] += token
    return lines if lines[-1] else lines[:-1]


def _show(argv: list[str]) -> str:
    return " ".join(f'"{word}"' if " " in word else word for word in argv)


if __name__ == "__main__":
    main()
