"""Write the pages that are made from the program: reference.md, dumps.md, the man page.

    .venv/bin/python docs/make_reference.py

tests/docs fails where a page is not what this would write.
"""

import inspect
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

import rewound
from rewound.catalog import TIME_SHAPES
from rewound.cli.main import root
from rewound.cli.parameters.shared_options import CONFIGURABLE
from rewound.dump.rules.table import RULES, Effect
from rewound.errors import RewoundError
from rewound.replay.log_rules import LOG_RULES

DOCS = Path(__file__).parent
_WIDTH = 80
_NOTE = "<!-- Made by docs/make_reference.py. Change what it is made from, not this page. -->"
_EFFECTS = {
    Effect.REWRITE: "Rewritten, then executed",
    Effect.SKIP: "Skipped",
    Effect.RECORD: "Recorded, not executed",
    Effect.REFUSE: "Refused",
    Effect.ADAPT: "Executed with adjusted session or server settings",
    Effect.NOTE: "Executed unchanged, and noted",
    Effect.DEFER: "Executed later",
    Effect.FASTER: "Done in a faster way, unless --load plain",
    Effect.DAMAGE: "Fails the world, unless --allow names it",
}


def make_reference() -> str:
    """Return the page of all commands."""
    lines = ["# Reference", "", _NOTE, ""]
    for context in iter_commands():
        lines += [f"## {context.command_path}", "", "```text", context.get_help(), "```", ""]
    lines += _settings()
    lines += _exit_codes()
    lines += _time_shapes()
    lines += _python()
    return "\n".join(lines).rstrip() + "\n"


def make_dumps() -> str:
    """Return the page of all rules."""
    lines = [
        "# What a dump may contain",
        "",
        _NOTE,
        "",
        "Dumps in SQL from mysqldump 4.0 and newer, mariadb-dump, mysqlpump, phpMyAdmin, HeidiSQL,"
        " Navicat, SQLyog, Adminer and the like, as plain text or compressed:",
        "",
        *_table(["ends with", "format"], [[f"`{s}`", name] for s, name in _FORMATS.items()]),
        "",
        "A compressed file must be complete: the checksum of every member is verified, and data"
        " after the end is refused. The closing line (`-- Dump completed`) proves that a dump is"
        " complete; if its program writes none, `--allow-unfinished` accepts the dump.",
        "",
        "Ordinary statements are executed as they are. Everything else that may happen to a"
        " statement follows one of the rules below. `rewound up` says how many statements"
        " were rewritten and skipped; `rewound report` names the rules, counts their uses and shows"
        " the first one; its JSON lists up to 1,000 of each.",
        "",
    ]
    for effect, title in _EFFECTS.items():
        rules = [rule for rule in RULES if rule.effect is effect]
        if rules:
            lines += [f"## {title}", ""]
            done = "what you can do" if effect is Effect.REFUSE else "what happens"
            rows = [
                [f"`{rule.name}`", rule.matches, rule.remedy or rule.does, rule.why]
                for rule in rules
            ]
            lines += [*_table(["rule", "what it applies to", done, "why"], rows), ""]
    rows = [[f"`{r.name}`", r.matches, r.remedy or r.does, r.why] for r in LOG_RULES]
    lines += [
        "## Binary logs",
        "",
        "Statements in [binary logs](exact-moment.md) follow the same rules, and these.",
        "",
        *_table(["rule", "what it applies to", "what happens, or what you can do", "why"], rows),
        "",
    ]
    return "\n".join(lines).rstrip() + "\n"


_FORMATS = {
    ".sql": "plain text",
    ".sql.gz": "gzip, with one or several members",
    ".sql.zst": "zstd",
    ".sql.xz": "xz",
    ".sql.bz2": "bzip2",
}


def make_manual() -> str:
    """Return the man page."""
    from docs.make_man_page import make_man_page

    contexts = list(iter_commands())
    variables = {
        parameter.envvar
        for context in contexts
        for parameter in context.command.params
        if isinstance(parameter.envvar, str)
    }
    return make_man_page(contexts, _list_exit_codes(), variables)


PAGES = {
    "reference.md": make_reference,
    "dumps.md": make_dumps,
    "rewound.1": make_manual,
}
"""File below docs/ to the function that returns what it must hold."""


def iter_commands() -> Iterator[click.Context]:
    """Yield a context of `rewound` and of each command below it, in the order of the help."""
    context = click.Context(
        root,
        info_name="rewound",
        terminal_width=_WIDTH,
        help_option_names=root.context_settings["help_option_names"],
    )
    yield from _iter_below(context)


def _iter_below(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None:
                yield from _iter_below(click.Context(command, parent=context, info_name=name))


def _settings() -> list[str]:
    """Return where an option can be set other than on the command line."""
    commands: dict[str, list[str]] = {}
    variables: dict[str, str] = {}
    for context in iter_commands():
        for parameter in context.command.params:
            if isinstance(parameter.envvar, str):
                name = max(parameter.opts, key=len)  # of an argument, its only name
                commands.setdefault(name, []).append(context.command_path)
                variables[name] = parameter.envvar
    rows = [
        [
            f"`{name}`",
            f"`{variable}`",
            f"`{key}`, {CONFIGURABLE[key].__name__}"
            if (key := name.removeprefix("--")) in CONFIGURABLE
            else "",
            ", ".join(path.removeprefix("rewound ") for path in commands[name]),
        ]
        for name, variable in variables.items()
    ]
    headings = ["option", "environment", "`rewound.toml`", "commands"]
    return ["## Settings", "", *_table(headings, rows), ""]


def _list_exit_codes() -> list[list[str]]:
    first_of: dict[int, type[RewoundError]] = {}
    errors: list[type[RewoundError]] = [RewoundError, *RewoundError.__subclasses__()]
    for error in errors:
        first_of.setdefault(error.exit_code, error)
    rows = [["0", "Done."]]
    rows += [[str(c), (first_of[c].__doc__ or "").split("\n")[0]] for c in sorted(first_of)]
    return rows


def _exit_codes() -> list[str]:
    return [
        "## Exit codes",
        "",
        *_table(["code", "meaning"], _list_exit_codes()),
        "",
        "`rewound diff` and `rewound query --compare` follow diff(1): 0 if nothing differs, 1 if"
        " something does, 2 where other commands end with 1; all other codes are as above.",
        "",
    ]


def _time_shapes() -> list[str]:
    rows = [[f"`{shape.example}`", "yes" if shape.has_clock else ""] for shape in TIME_SHAPES]
    return [
        "## Times in names",
        "",
        "The separator between two parts may be `-`, `_` or `.` (in a time of day also `:`). A"
        " time of day may end in `Z`, `UTC` or an offset such as `+0200`.",
        "",
        *_table(["for example", "includes the time of day"], rows),
        "",
    ]


def _python() -> list[str]:
    """Return what a program can import: each name with its arguments and its docstring."""
    lines = [
        "## Python",
        "",
        "[From Python](game-developer.md#from-python) has examples. Times, worlds and folders may"
        " be given in the types of Python that are described there.",
        "",
    ]
    for name in rewound.__all__:
        value = getattr(rewound, name)
        if name.startswith("_"):
            continue
        if not inspect.isclass(value):
            lines += [f"### rewound.{name}", "", *_describe(name, value)]
            continue
        lines += [f"### {name}", "", *_describe_text(inspect.getdoc(value) or "")]
        for member in vars(value):
            if not member.startswith("_"):
                lines += _describe(f"{name}.{member}", getattr(value, member))
    return lines


def _describe(name: str, value: object) -> list[str]:
    """Return the lines of a function, a property or a field."""
    if inspect.isfunction(value):
        parameters = inspect.signature(value).parameters.values()
        bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
        arguments = str(inspect.Signature([each for each in bare if each.name != "self"]))[1:-1]
        head = f"{name}({arguments})"
        if len(head) > _WIDTH:
            head = f"{name}(\n{textwrap.indent(textwrap.fill(arguments, _WIDTH - 4), '    ')}\n)"
    elif isinstance(value, property):
        head = name
    else:
        return []
    return _describe_text(f"{head}\n\n" + textwrap.indent(inspect.getdoc(value) or "", "  "))


def _describe_text(text: str) -> list[str]:
    return ["```text", *text.splitlines(), "```", ""]


def _table(headings: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(map(_escape, row)) + " |"
        for row in [headings, ["---"] * len(headings), *rows]
    ]


def _escape(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|")


def main() -> None:
    """Write all pages."""
    sys.path.insert(0, str(DOCS.parent))  # run as a script, this finds its neighbours alone
    for name, make in PAGES.items():
        (DOCS / name).write_text(make())


if __name__ == "__main__":
    main()
