from datetime import UTC, datetime

import pytest

from rewound.catalog.naming.borne_out import find_borne_out


def find(closings):
    times = {
        stem: datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
        for stem, text in closings.items()
    }
    found = find_borne_out(closings, times.get)
    spans = {stem: each.span for stem, each in found.items() if each.span and not each.problem}
    periods = {stem: stem[start:end] for stem, (start, end) in spans.items()}
    return periods, {stem for stem, each in found.items() if each.problem}


@pytest.mark.parametrize(
    ("text", "closing"),
    [
        ("2024Q1", "2024-03-31"),
        ("2024-Q1", "2024-04-03"),
        ("FY24Q2", "2024-06-30"),
        ("2024H1", "2024-06-30"),
        ("W25_2024", "2024-06-18"),
        ("week25-2024", "2024-06-24"),
        ("KW25-24", "2024-06-17"),
        ("24W25", "2024-06-18"),
        ("Jun24", "2024-06-18"),
        ("06-2024", "2024-06-30"),
        ("170_2024", "2024-06-18"),
        ("2024_June", "2024-07-01"),
        ("25670618", "2024-06-18"),
        ("14030329", "2024-06-18"),
        ("1403-03-29_2115", "2024-06-18"),
        ("18-06-2567", "2024-06-18"),
        ("2024-6-9_3-05", "2024-06-09"),
    ],
)
def test_a_period_counts_where_its_closing_line_fits(text, closing):
    assert find({f"host1_{text}": f"{closing} 03:00:30"}) == ({f"host1_{text}": text}, set())
    assert find({f"host1_{text}": "2023-01-20 03:00:30"})[0] == {}
    assert find({f"host1_{text}": None})[0] == {}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Q1-2024", "Q2-2024"),
        ("2403", "2406"),
        ("032024", "062024"),
        ("24091", "24170"),
        ("2024331", "2024618"),
        ("030112", "030329"),
        ("2460401", "2460480"),
        ("28530900", "28644660"),
    ],
)
def test_a_mere_number_counts_where_several_fit(one, other):
    closings = {f"host1_{one}": "2024-03-31 03:00:30", f"host1_{other}": "2024-06-18 03:00:30"}
    assert find(closings)[0] == {f"host1_{one}": one, f"host1_{other}": other}
    assert find({f"host1_{other}": "2024-06-18 03:00:30"})[0] == {}
    assert find({**closings, f"host1_{one}": "2023-09-09 03:00:30"})[0] == {}


def test_names_of_one_night_are_no_periods():
    assert find({"shop_2405": "2024-06-02 03:00:30", "shop_2406": "2024-06-02 03:01:30"}) == (
        {},
        set(),
    )


def test_instants_may_be_an_hour_apart_across_midnight():
    closings = {
        "host1-28644420": "2024-06-17 23:00:30",
        "host1-28644480": "2024-06-18 00:00:30",
    }
    assert set(find(closings)[0]) == set(closings)


def test_a_quarter_that_its_closing_line_denies_is_a_problem():
    assert find({"host1_2024Q1": "2024-06-18 03:00:30"}) == ({}, {"host1_2024Q1"})


def test_digits_directly_beside_a_date_are_a_problem():
    assert find({"host120240618": "2024-06-18 03:00:30"}) == ({}, {"host120240618"})
    assert find({"host120240618": "2023-06-18 03:00:30"}) == ({}, set())
