"""Fragments of rows, ready in pools: names, texts, amounts, moments, documents.

A pool is the same in every process, and has 65,536 fragments: two random bytes pick one.
"""

import random
from datetime import date, timedelta
from functools import cache

POOL = 1 << 16
_DAYS = [str(date(2025, 3, 1) + timedelta(day)) for day in range(365)]
_TIMES = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]
_SECONDS = len(_DAYS) * 86_400
NAMES = [
    "Ayla",
    "Björn",
    "Chloé",
    "Dmitri",
    "Эльза",
    "Freya",
    "Günther",
    "Hikari",
    "Ægir",
    "Jun",
    "O\\'Neill",
    "Łukasz",
    "小龍",
    "Zoë",
]
_WORDS = [
    "brave",
    "silver",
    "northern",
    "last",
    "quiet",
    '\\"old\\"',
    "iron",
    "räudige",
    "crimson",
    "late",
    "hollow",
]
THINGS = [
    "wolves",
    "lanterns",
    "Häfen",
    "harbour",
    "ravens",
    "mill",
    "crown",
    "龍の牙",
    "anvil",
    "stars",
    "rook\\'s",
]
MAPS = [
    "old_harbour",
    "frost_keep",
    "sunken_mill",
    "the_maze",
    "crater",
    "red_canyon",
    "sky_bridge",
]
ITEMS = [
    "sword_iron",
    "bow_yew",
    "potion_small",
    "potion_large",
    "helmet_brass",
    "ring_ruby",
    "cloak_grey",
]


@cache
def make_pool(*choices: tuple[str, ...]) -> list[str]:
    """Return fragments, each made of one of every group of choices."""
    chooser = random.Random(repr(choices))
    return ["".join(map(chooser.choice, choices)) for _ in range(POOL)]


@cache
def make_texts(words: int, null_share: float) -> list[str]:
    """Return quoted texts of some words, with escapes and all alphabets; some are NULL."""
    chooser = random.Random(f"{words} {null_share}")
    lists = [_WORDS, THINGS]

    def make() -> str:
        if chooser.random() < null_share:
            return "NULL"
        end = chooser.choice(["", "", "", "!", "\\n", " 🐉", " 100%"])
        return f"'{' '.join(chooser.choice(lists[n % 2]) for n in range(words))}{end}'"

    return [make() for _ in range(POOL)]


@cache
def make_decimals(digits: int, null_share: float) -> list[str]:
    """Return amounts with two places."""
    chooser = random.Random(digits)
    return [
        "NULL" if chooser.random() < null_share else f"{chooser.random() * 10**digits:.2f}"
        for _ in range(POOL)
    ]


def make_moments(numbers: range, rows: int) -> list[str]:
    """Return moments that follow each other, spread over the year."""
    step = _SECONDS / (rows + 1)
    seconds = [int(n * step) for n in numbers]
    return [f"{_DAYS[s // 86_400]} {_TIMES[s % 86_400]}" for s in seconds]


@cache
def make_any_moments(null_share: float) -> list[str]:
    """Return quoted moments in any order."""
    chooser = random.Random(null_share)
    return [
        "NULL"
        if chooser.random() < null_share
        else f"'{chooser.choice(_DAYS)} {chooser.choice(_TIMES)}'"
        for _ in range(POOL)
    ]


@cache
def make_settings() -> list[str]:
    """Return JSON documents as MySQL prints and mysqldump escapes them."""
    chooser = random.Random("settings")
    return [
        "NULL"
        if chooser.random() < 0.1
        else f'\'{{\\"open\\": {chooser.choice(["true", "false"])},'
        f' \\"motto\\": \\"{chooser.choice(THINGS)} & {chooser.choice(NAMES)}\\",'
        f' \\"colour\\": \\"{chooser.choice(["red", "blue", "grün"])}\\",'
        f' \\"min_level\\": {chooser.randrange(60)}}}\''
        for _ in range(POOL)
    ]
