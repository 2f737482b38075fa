"""Collations: which ones a statement names, and which one replaces an unknown one.

Pure. Order and equality may differ in rare letters; the stored text never does.
"""

import re
from collections.abc import Sequence

from rewound.dump.rules import table as rules
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.verdict import Edit
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import Token, TokenKind, unquote


def plan_collation_edits(
    tokens: Sequence[Token], profile: ServerProfile, mode: LexicalMode
) -> list[Edit]:
    """Return the edits that replace unknown collations by known ones."""
    edits = []
    nearest_of: dict[str, str | None] = {}
    for index, token in enumerate(tokens):
        if token.word != "COLLATE":
            continue
        value = value_of(tokens[index + 1 : index + 3])
        if value is None or value.kind is TokenKind.MARK:
            continue
        name = unquote(value, mode).lower()
        if name not in nearest_of:
            nearest_of[name] = nearest_collation(name, profile)
        nearest = nearest_of[name]
        if nearest is not None and nearest != name:
            edits.append(Edit(value.start, value.end, nearest.encode(), rules.COLLATION_UNKNOWN))
    return edits


def nearest_collation(name: str, profile: ServerProfile) -> str | None:
    """Return the collation itself if the server has it, else the most similar one.

    None if the server does not have the character set either.
    """
    if name in profile.collations or name in ("default", "binary"):
        return name
    # MariaDB leaves the character set out: uca1400_ai_ci.
    full = f"utf8mb4_{name}" if name.startswith("uca1400") else name
    character_set = full.split("_", 1)[0]
    default = profile.default_collations.get(character_set)
    if default is None:
        return None
    candidates = [
        full,
        re.sub(r"_uca1400|_unicode_520", "_0900", full.replace("_nopad", "")),
        re.sub(r"_uca1400.*_as_cs$|_nopad_bin$", "_bin", full),
        re.sub(r"_(uca1400|0900).*", "_unicode_520_ci", full),
        re.sub(r"_(uca1400|0900).*", "_unicode_ci", full),
    ]
    return next((w for w in candidates if profile.collations.get(w) == character_set), default)


def value_of(tokens: Sequence[Token]) -> Token | None:
    """Return the value of an option: the token after an optional equals sign."""
    for token in tokens[:2]:
        if token.text != b"=":
            return token
    return None
