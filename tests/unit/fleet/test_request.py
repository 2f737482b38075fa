from dataclasses import replace

from rewound.dump.judging.dump_filter import DumpFilter
from rewound.fleet.request import RestoreRequest, complete_request
from rewound.load.options import LoadMethod, LoadOptions

KEPT = RestoreRequest(
    LoadOptions(schema="game", allowed=frozenset({"a"}), dump_filter=DumpFilter(("x",))),
    at="2026-03-02",
    pattern="{world}.sql",
    fallback=True,
    keep_baselines=False,
)
WANTED = RestoreRequest(
    LoadOptions(allowed=frozenset({"b"}), method=LoadMethod.PLAIN), before="2026-03-03", deep=True
)


def test_what_is_not_given_stays_as_the_fleet_was_restored():
    assert complete_request(KEPT, WANTED, set()) == KEPT
    assert complete_request(KEPT, WANTED, {"worlds", "fleet", "source"}) == KEPT


def test_what_is_given_is_taken():
    found = complete_request(KEPT, WANTED, {"before", "deep", "fallback", "method", "no_baseline"})
    assert found == replace(
        KEPT,
        at=None,
        before="2026-03-03",
        deep=True,
        fallback=False,
        keep_baselines=True,
        load=replace(KEPT.load, method=LoadMethod.PLAIN),
    )
    without = complete_request(KEPT, WANTED, {"only_table", "schema", "pattern"})
    assert (without.load.dump_filter, without.load.schema) == (DumpFilter(), None)
    assert without.pattern is None


def test_what_was_allowed_stays_allowed():
    assert complete_request(KEPT, WANTED, {"allow"}).load.allowed == {"a", "b"}
