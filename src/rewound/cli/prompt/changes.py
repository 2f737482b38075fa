r"""What the prompt's commands change: whom to ask, and how to show answers.

Each function returns the new setting and a message; nothing is sent to a server.
"""

from dataclasses import replace
from pathlib import Path

from rewound.cli.output.query_results import VERTICAL, Presentation
from rewound.cli.parameters.shared_options import FORMATS
from rewound.cli.prompt.commands import Command, Verb
from rewound.cli.questions import Setting, choose_format, require_possible
from rewound.errors import UsageError
from rewound.operations.audience import Audience, describe, read_fleets
from rewound.similar_names import suggest

_FORMATS = (*FORMATS, VERTICAL)
_FORCE = "--force "


def change(setting: Setting, command: Command) -> tuple[Setting, str]:
    """Return the setting that a command changes it to, and a message.

    Raises:
        UsageError: its argument cannot be read, or conflicts with other settings.
        FleetError: there is no such fleet.
    """
    match command.verb:
        case Verb.FLEET | Verb.WORLDS:
            audience = _choose_audience(setting.audience, command)
            return replace(setting, audience=audience), describe(audience)
        case Verb.WRITE:
            return _toggle_write(setting)
        case Verb.TIMING:
            said = f"timing is {'off' if setting.is_timed else 'on'}"
            return replace(setting, is_timed=not setting.is_timed), said
    changed, said = _change_presentation(setting.presentation, command)
    require_possible(changed)
    return replace(setting, presentation=changed), said


def _change_presentation(how: Presentation, command: Command) -> tuple[Presentation, str]:
    argument = command.argument
    match command.verb:
        case Verb.FORMAT:
            return _choose_format(how, argument)
        case Verb.WIDE:
            said = (
                "values are cut to the width of the screen" if how.is_wide else "values are not cut"
            )
            return replace(how, is_wide=not how.is_wide), said
        case Verb.GROUP:
            said = "worlds with identical answers are shown once"
            said = "each world is shown" if how.is_grouped else said
            return replace(how, is_grouped=not how.is_grouped), said
        case Verb.CHART:
            said = f"a bar for {argument} in each row" if argument else "no bars"
            return replace(how, bar_of=argument or None), said
        case Verb.REDUCE:
            said = "answers are not reduced"
            if argument:
                said = "answers are reduced; \\reduce without SQL ends that"
            return replace(how, reduce_sql=argument or None), said
    raise ValueError(f"no command that changes a setting: {command}")


def choose_file(how: Presentation, argument: str) -> Presentation:
    r"""Return how an answer is written to the file in the argument of \o: FILE, or --force FILE.

    Raises:
        UsageError: the file exists, or its extension stands for no format.
    """
    replaces = argument.startswith(_FORCE)
    path = Path(argument.removeprefix(_FORCE).strip()).expanduser()
    name = how.output_format if how.output_format != "table" else None
    output_format = choose_format(None, path)
    if output_format == "table" and name is not None:
        output_format = name
    changed = replace(how, output=path, output_format=output_format, replaces=replaces, bar_of=None)
    require_possible(changed)
    return changed


def _choose_audience(audience: Audience, command: Command) -> Audience:
    names = command.argument
    if not names:
        return audience
    if command.verb is Verb.FLEET:
        return Audience(read_fleets(names))
    return replace(audience, worlds=None if names == "*" else names)


def _toggle_write(setting: Setting) -> tuple[Setting, str]:
    changed = replace(setting, may_write=not setting.may_write)
    if not changed.may_write:
        return changed, "statements are read-only"
    if not changed.audience.fleets:
        return changed, "statements may change the servers"
    return changed, "statements run as dev; worlds stay changed until rewound reset"


def _choose_format(how: Presentation, name: str) -> tuple[Presentation, str]:
    if not name:
        return how, f"format {how.output_format}"
    if name not in _FORMATS:
        raise UsageError(f"unknown format {name}", hint=suggest(name, _FORMATS))
    return replace(how, output_format=name, chooses_layout=name == "table"), f"format {name}"
