from rewound.catalog.several_files import describe_grid


def test_hosts_that_hold_the_same_names_are_described():
    grid = {"auth": [("h1",), ("h2",)], "world": [("h1",), ("h2",)]}
    assert "h1, h2 contain files of the same names" in (describe_grid(grid) or "")
    assert describe_grid({"game": [("h1",), ("h2",)]}) is None
    assert describe_grid({"auth": [("h1",), ("h2",)], "world": [("h1",), ("h3",)]}) is None
