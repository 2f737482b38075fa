"""The folders of Rewound, and the contents of `rewound.toml`.

Options have one order: flag over environment over file. The command-line library does
that ordering; this module only finds and reads the file and names the folders.
"""

import os
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import cast

import platformdirs

from rewound.errors import UsageError
from rewound.similar_names import suggest

CONFIG_NAME = "rewound.toml"

ConfigValue = str | int | float | bool | list[str]
"""What a setting in the file can be."""

_FOLDERS = ("source", "binlogs")
"""Settings that are paths: relative ones begin at the folder of the file."""


def state_dir() -> Path:
    """Return the folder of the fleets: REWOUND_STATE_DIR, or the user's state folder."""
    return _folder("REWOUND_STATE_DIR", platformdirs.user_state_path("rewound"))


def history_dir() -> Path:
    """Return the folder of what is typed at prompts; this user's, whoever's the fleets are."""
    state = state_dir()
    is_writable = os.access(state, os.W_OK)
    return (state if is_writable else platformdirs.user_state_path("rewound")) / "history"


def cache_dir() -> Path:
    """Return the folder of servers and templates: REWOUND_CACHE_DIR, or the user's cache."""
    return _folder("REWOUND_CACHE_DIR", platformdirs.user_cache_path("rewound"))


def find_config(folder: Path, *, outside: Collection[Path] = ()) -> Path | None:
    """Return the nearest `rewound.toml`, from a folder upward.

    None in or below a path of `outside`, or beside it where that is a file: who can put files
    among the dumps must not decide which image is run, or what is accepted.
    """
    places = [path.resolve() for path in outside]
    places = [path.parent if path.is_file() else path for path in places]
    for candidate in (folder, *folder.parents):
        if any(candidate.resolve().is_relative_to(place) for place in places):
            continue
        if (candidate / CONFIG_NAME).is_file():
            return candidate / CONFIG_NAME
    return None


def read_config(path: Path, known: Mapping[str, type]) -> dict[str, ConfigValue]:
    """Return the settings of a file, each checked against the options that exist.

    `known` maps an option's name, with dashes, to the type of its values; one of type list may
    be a single string. Keys may be written with dashes or underscores. Folders are returned as
    they are reached from the working directory.

    Raises:
        UsageError: the file is unreadable, not TOML, or has a key or value that fits none.
    """
    try:
        content = tomllib.loads(path.read_text())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error
    settings: dict[str, ConfigValue] = {}
    for key, value in content.items():
        name = key.replace("_", "-")
        if name not in known:
            raise UsageError(
                f"{path}: unknown option {key!r}",
                hint=suggest(name, sorted(known), listed_as="valid options are"),
            )
        if known[name] is list:
            setting: ConfigValue = _read_texts(path, key, value)
        elif type(value) is known[name]:
            setting = cast(ConfigValue, value)
        else:
            raise UsageError(f"{path}: {key} must be of type {known[name].__name__}")
        settings[name] = _from_folder(path.parent, setting) if name in _FOLDERS else setting
    return settings


def _read_texts(path: Path, key: str, value: object) -> list[str]:
    """Return the strings of a setting that may have one or several."""
    values = value if isinstance(value, list) else [value]
    texts = [text for text in values if isinstance(text, str)]
    if len(texts) < len(values):
        raise UsageError(f"{path}: {key} must be a string or a list of strings")
    return texts


def _from_folder(folder: Path, value: ConfigValue) -> ConfigValue:
    """Return a path, or several, from a folder on; a URL stays as it is."""
    if isinstance(value, list):
        return [str(_from_folder(folder, text)) for text in value]
    text = str(value)
    return text if "://" in text else str(folder / Path(text).expanduser())


def _folder(variable: str, default: Path) -> Path:
    value = os.environ.get(variable)
    return Path(value).expanduser().absolute() if value else default
