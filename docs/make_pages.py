"""Write the pages that follow from the code: reference.md and rules.md.

`python docs/make_pages.py` writes them; a test fails where they have drifted.
"""

import importlib
from pathlib import Path

import click

from rewound.cli.main import COMMANDS, root
from rewound.dump.rules import RULES, Effect

DOCS = Path(__file__).parent
WIDTH = 96


def reference_page() -> str:
    """Return the help of every command."""
    parts = ["# Reference\n", "Written by `docs/make_pages.py` from the commands' own help.\n"]
    parts.append(_section("rewound", root))
    for name in COMMANDS:
        command = importlib.import_module(COMMANDS[name][0]).command
        parts.append(_section(f"rewound {name}", command))
        if isinstance(command, click.Group):
            for child, subcommand in command.commands.items():
                parts.append(_section(f"rewound {name} {child}", subcommand))
    return "\n".join(parts)


def rules_page() -> str:
    """Return the table of rules."""
    parts = [
        "# What becomes of a dump's statements\n",
        "Written by `docs/make_pages.py` from `rewound.dump.rules`. Ordinary statements are\n"
        "executed as they stand. Whatever else happens has a name, which the ledger counts.\n",
    ]
    for effect in Effect:
        parts.append(f"## {_sentence(effect.value)}\n")
        parts += [
            f"**{rule.name}**: {rule.matches}.\n{_sentence(rule.does)}: {rule.why}.\n"
            for rule in RULES
            if rule.effect is effect
        ]
    return "\n".join(parts)


PAGES = {"reference.md": reference_page, "rules.md": rules_page}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _section(title: str, command: click.Command) -> str:
    context = click.Context(command, info_name=title, max_content_width=WIDTH)
    context.terminal_width = WIDTH
    return f"## {title}\n\n```\n{command.get_help(context)}\n```\n"


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page())


if __name__ == "__main__":
    main()
