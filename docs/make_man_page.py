"""The man page, docs/rewound.1, made from the same commands as the reference.

`make_reference.py` writes it with the other pages. Look at it with `man docs/rewound.1`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import click

_PARAGRAPH = re.compile(r"\n\s*\n")


def make_man_page(
    contexts: Iterable[click.Context], exit_codes: Iterable[Sequence[str]], variables: Iterable[str]
) -> str:
    """Return the page in the macros of man(7).

    `contexts` are those of `rewound` and of each command, in their order; `variables` are the
    names of environment variables that set options.
    """
    root, *commands = contexts
    lines = [
        '.\\" Made by docs/make_reference.py. Change what it is made from, not this page.',
        '.TH REWOUND 1 "" "Rewound" "User Commands"',
        ".SH NAME",
        _escape("rewound - your databases as they were"),
        ".SH SYNOPSIS",
        ".B rewound",
        _escape("[OPTIONS] COMMAND [ARGUMENTS]"),
        ".SH DESCRIPTION",
        *_describe(root),
        ".SH OPTIONS",
        *_list_options(root),
        ".SH COMMANDS",
    ]
    for context in commands:
        usage = " ".join(context.command.collect_usage_pieces(context))
        lines += [
            f'.SS "{_escape(context.command_path)}"',
            f".B {_escape(context.command_path)}",
            _escape(usage),
            ".PP",
            *_describe(context),
            *_list_options(context),
        ]
    lines += [".SH EXIT STATUS"]
    for code, meaning in exit_codes:
        lines += [".TP", f".B {code}", _escape(meaning)]
    lines += [".SH ENVIRONMENT", _escape(_ENVIRONMENT)]
    lines += [_escape(", ".join(sorted(variables)) + ".")]
    lines += [".SH FILES"]
    for path, text in _FILES.items():
        lines += [".TP", f".I {_escape(path)}", _escape(text)]
    return "\n".join(lines) + "\n"


_ENVIRONMENT = (
    "NO_COLOR switches colours off. These set the option of the same name, for every command that"
    " has it; an option on the command line wins:"
)
_FILES = {
    "rewound.toml": "Settings, found from the working directory upward.",
    "~/.local/state/rewound/": "The fleets. REWOUND_STATE_DIR moves it.",
    "~/.cache/rewound/": "MySQL servers and baselines. REWOUND_CACHE_DIR moves it.",
}


def _describe(context: click.Context) -> Iterator[str]:
    """Yield the help text of a command: paragraphs, and blocks whose lines stay as they are."""
    for paragraph in _PARAGRAPH.split((context.command.help or "").strip()):
        if paragraph.lstrip().startswith("\b"):
            lines = paragraph.strip("\b\n ").splitlines()
            yield from [".nf", *(_escape(line.strip()) for line in lines), ".fi", ".PP"]
        else:
            yield from [_escape(" ".join(paragraph.split())), ".PP"]


def _list_options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            yield from [".TP", f".B {_escape(record[0])}", _escape(record[1])]


def _escape(text: str) -> str:
    """Return a text in which nothing is a command of roff."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
