from datetime import UTC, date
from pathlib import PurePosixPath

import pytest

from rewound.catalog import ParsedName, compile_pattern
from rewound.catalog.naming.slot_patterns import propose_for_slots

HOSTS = ("eu-host1", "eu-host2")


def propose(wanted, asked=None):
    names = [PurePosixPath(f"{stem}.sql") for stem in wanted]
    return propose_for_slots(asked or list(wanted), wanted, names, UTC, date(2026, 1, 1))


def made(stem_format, slots):
    return {
        stem_format.format(world=world, slot=slot, day=f"2024-06-{day}"): world
        for world in HOSTS
        for day, slot in enumerate(slots, start=17)
    }


@pytest.mark.parametrize(
    ("stem_format", "slots", "pattern"),
    [
        ("{world}-{slot}", ("17", "18"), "{world}-{word}"),
        ("{world}-{slot}-update", ("before", "after"), "{world}-{word}-update"),
        ("{slot}-{world}", ("pre", "post"), "{word}-{world}"),
        ("{world}-{slot}", ("v1.2.3", "v1.2.4"), "{world}-{word}.{word}.{word}"),
        ("{world}-{slot}", ("v1", "v1.2.3"), "{world}-v{any}"),
        ("{world}-{slot}_{day}", ("a", "b"), "{world}-{word}_{time}"),
        ("{day}_{world}-{slot}", ("a", "b"), "{time}_{world}-{word}"),
        ("{day}/{world}-{slot}", ("a", "b"), "{time}/{world}-{word}"),
    ],
)
def test_hosts_with_separators_in_their_names_stay_apart(stem_format, slots, pattern):
    wanted = made(stem_format, slots)
    of_one_host = [stem for stem, world in wanted.items() if world == HOSTS[0]]
    proposed = propose(wanted, of_one_host)
    assert proposed[0] == pattern
    for each in proposed:
        read = {
            stem: compile_pattern(each).parse_path(PurePosixPath(f"{stem}.sql"), UTC)
            for stem in wanted
        }
        worlds = {
            (parsed.world, wanted[stem])
            for stem, parsed in read.items()
            if isinstance(parsed, ParsedName)
        }
        assert len(worlds) == len(HOSTS), each


def test_worlds_as_they_were_read_have_a_pattern_too():
    wanted = {f"{world}_2024-06-18": world for world in ("shop-a", "shop-b")}
    assert propose(wanted)[0] == "{world}_{time}"
    assert propose({"host1": "host1", "host2": "host2"})[0] == "{world}"


def test_nothing_is_proposed_that_does_not_tell_apart_what_is_meant():
    assert propose({"host1": "host1", "host1-1": "host1"}) == []
    assert propose({"1": "x", "2": "x"}) == []
