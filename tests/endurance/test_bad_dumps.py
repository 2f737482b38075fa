"""Damaged dumps: none becomes ready with other data than its text says.

What is compressed has a checksum, so every damage of it is found. A plain text has none: what
is still SQL, and balances, is what it says now. There, what was restored is compared with
what the `mysql` client makes of the same text.
"""

import re
from pathlib import Path
from random import Random

import pytest

from rewound.dump.file.location import one_file
from rewound.dump.file.reader import DumpReader
from rewound.engine.install.installation import Installation
from rewound.errors import DumpError, LoadError
from rewound.load.ledger import find_imbalances
from rewound.load.options import LoadOptions
from rewound.load.verification import Verification, VerifiedState, verify_dump
from tests.endurance.conftest import Effort, Figure, Figures
from tests.endurance.damage import (
    CLOSING,
    PACKED,
    WAYS,
    cut_in_three,
    flip,
    iter_structural_offsets,
    read_sample,
)
from tests.endurance.second_reading import SecondReader
from tests.server.conftest import engine, server  # noqa: F401 - fixtures
from tests.server.load_server import LoadServer

PROMISE = "A damaged dump never becomes a world with other data than it states"
NAMES = {".gz": "a .gz", ".zst": "a .zst", "": "a plain file"}
REPAIRS = {
    "1049": {"database-created"},
    "1064": {"nul-byte"},
    "1054": {"view-later", "view-broken"},
    "1146": {"view-later", "view-broken"},
    "1231": {"warnings-kept", "tuning-setting"},
    "1273": {"collation-unknown"},
    "1449": {"trigger-last"},
}
"""Errors of the client's server to the rules by which a dump is restored all the same: they are
named by `up`. Of 1449 the damage is a row behind the trigger that it would fire."""
SEED = 8
TEXT = read_sample()
PARTS = cut_in_three(TEXT)
_PLACE = re.compile(
    r"\bline \d|\d bytes|not begin as|no text|is empty|not SQL for MySQL|compressed twice"
    r"|in another format"
)
"""A line, an offset, or what the first bytes tell."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "host1_fulldump_20260302_211500.sql"


@pytest.fixture(scope="module")
def second_reader(
    server: LoadServer,  # noqa: F811
    installation: Installation,
) -> SecondReader:
    if installation.client is None:
        pytest.fail("this MySQL has no client")
    return SecondReader(installation.client, server)


@pytest.mark.parametrize("suffix", PACKED, ids=NAMES.get)
def test_the_sample_is_whole(path: Path, suffix: str):
    assert verify(path, suffix, PACKED[suffix](PARTS)).state is VerifiedState.WHOLE


@pytest.mark.parametrize("suffix", PACKED, ids=NAMES.get)
def test_a_dump_that_is_cut_off_is_never_whole(
    path: Path, figures: Figures, effort: Effort, suffix: str
):
    whole = PACKED[suffix](PARTS)
    random = Random(SEED)
    places = {random.randrange(len(whole)) for _ in range(effort.of(200, short=20))}
    structural = set(iter_structural_offsets(TEXT, PARTS, suffix))
    structural = set(sorted(structural)[:: effort.of(1, short=20)])
    for attempt, offsets in (("offsets at random", places), ("offsets of its parts", structural)):
        for offset in sorted(offsets & set(range(len(whole)))):
            with figures.trying(PROMISE, f"{NAMES[suffix]} cut off, {attempt}") as tried:
                found = verify(path, suffix, whole[:offset])
                tried.faults += 1
                if suffix or offset < TEXT.index(CLOSING) + len(CLOSING):
                    assert not found.is_restorable, offset
                    require_place(found)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_bit_that_flips_in_a_compressed_file_is_found_or_changes_nothing(
    path: Path, figures: Figures, effort: Effort, suffix: str
):
    whole = PACKED[suffix](PARTS)
    for bit in Random(SEED).sample(range(len(whole) * 8), effort.of(2000, short=150)):
        with figures.trying(PROMISE, f"a bit flipped in {NAMES[suffix]}") as tried:
            require_found_or_same(path, suffix, flip(whole, bit), tried)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
@pytest.mark.parametrize("way", WAYS)
def test_what_happens_to_a_compressed_file_is_found_or_changes_nothing(
    path: Path, figures: Figures, effort: Effort, suffix: str, way: str
):
    whole, random = PACKED[suffix](PARTS), Random(SEED)
    for _ in range(effort.of(200, short=10)):
        with figures.trying(PROMISE, f"{NAMES[suffix]}: {way}") as tried:
            require_found_or_same(path, suffix, WAYS[way](whole, random), tried)


def test_a_bit_that_flips_in_a_plain_file_is_found_or_is_what_it_says(
    path: Path,
    server: LoadServer,  # noqa: F811
    second_reader: SecondReader,
    figures: Figures,
    effort: Effort,
):
    for bit in Random(SEED).sample(range(len(TEXT) * 8), effort.of(2000, short=20)):
        try_plain(path, server, second_reader, figures, "a bit flipped", flip(TEXT, bit))


@pytest.mark.parametrize("way", WAYS)
def test_what_happens_to_a_plain_file_is_found_or_is_what_it_says(
    path: Path,
    server: LoadServer,  # noqa: F811
    second_reader: SecondReader,
    figures: Figures,
    effort: Effort,
    way: str,
):
    random = Random(SEED)
    for _ in range(effort.of(100, short=3)):
        damaged = WAYS[way](TEXT, random)
        try_plain(path, server, second_reader, figures, way, damaged)


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_whole_members_in_another_order_are_what_they_say(
    path: Path,
    server: LoadServer,  # noqa: F811
    second_reader: SecondReader,
    figures: Figures,
    suffix: str,
):
    first, second, third = PARTS
    for parts in ([first, third], [second, first, third], [first, second, second, third]):
        path.with_name(path.name + suffix).write_bytes(PACKED[suffix](parts))
        attempt = "whole members left out, swapped, repeated"
        try_plain(path, server, second_reader, figures, attempt, b"".join(parts), suffix)


def verify(path: Path, suffix: str, content: bytes) -> Verification:
    """Write a dump and verify it."""
    dump = path.with_name(path.name + suffix)
    dump.write_bytes(content)
    return verify_dump(one_file(dump), LoadOptions())


def require_place(found: Verification) -> None:
    """Fail where it is not said where in the dump the damage is."""
    assert found.problems
    assert _PLACE.search(found.problems[0].text), found.problems[0].text


def require_found_or_same(path: Path, suffix: str, damaged: bytes, tried: Figure) -> None:
    """Fail where a damage went by and the text is another one."""
    found = verify(path, suffix, damaged)
    if not found.is_restorable:
        tried.faults += 1
        require_place(found)
        return
    with DumpReader(Path(found.path)) as reader:
        assert b"".join(reader.iter_chunks()) == TEXT


def try_plain(
    path: Path,
    server: LoadServer,  # noqa: F811
    second_reader: SecondReader,
    figures: Figures,
    what: str,
    text: bytes,
    suffix: str = "",
) -> None:
    """Restore a damaged text where nothing is found in it, and compare it with another reading."""
    packed = text if not suffix else PACKED[suffix]([text])
    dump = path.with_name(path.name + suffix)
    found = verify(path, suffix, packed)
    kind = NAMES[suffix]
    if not found.is_restorable:
        with figures.trying(PROMISE, f"{kind}: {what}, found by reading") as tried:
            tried.faults += 1
            require_place(found)
        return
    try:
        ledger = server.load(dump)
        restored = second_reader.look()
    except (LoadError, DumpError) as error:
        with figures.trying(PROMISE, f"{kind}: {what}, found by the server") as tried:
            tried.faults += 1
            assert f"{dump}" in error.message
            assert _PLACE.search(error.message)
        return
    finally:
        server.clear()
    if find_imbalances(ledger):
        with figures.trying(PROMISE, f"{kind}: {what}, found by the proof") as tried:
            tried.faults += 1
        return
    rules = {use.rule for use in ledger.rules}
    try:
        said = second_reader.read(text)
        if said:
            with figures.trying(PROMISE, f"{kind}: {what}, repaired by a rule") as tried:
                tried.faults += 1
                assert not rules.isdisjoint(REPAIRS.get(said.split()[1], ())), said
            return
        with figures.trying(PROMISE, f"{kind}: {what}, restored in its damaged form"):
            assert restored == second_reader.look()
    finally:
        server.clear()
