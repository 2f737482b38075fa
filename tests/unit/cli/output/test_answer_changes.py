from rich.cells import cell_len

from rewound.cli.output.answer_changes import Texts, fits, iter_changes

COLUMNS = ["world", "name", "change", "column", "before", "after", "delta"]
LONG = "Champion of the Northern Isles, Keeper of the Seven Seals and Friend of All Dragons"
ROWS: list[list[str | None]] = [
    ["w1", "Ravi", "changed", "score", "3256", "3265", "+9"],
    ["w1", "Ravi", "changed", "title", None, LONG, ""],
    ["w1", "Zoë", "removed", None, "score=3441, title=NULL", None, ""],
    ["w2", "Mia", "added", None, None, "score=1, title=\x1b[1m", ""],
]


def test_a_table_that_would_cut_a_value_does_not_fit():
    assert fits(COLUMNS, ROWS[:1], width=80, gap=3)
    assert not fits(COLUMNS, ROWS, width=140, gap=3)
    assert fits(COLUMNS, ROWS, width=180, gap=3)


def test_each_row_has_a_heading_and_each_value_its_line():
    assert list(iter_changes(COLUMNS, ROWS, width=60)) == [
        "w1: name=Ravi",
        "  score  3256 → 3265  +9",
        "  title",
        "    before  NULL",
        "    after   Champion of the Northern Isles, Keeper of the",
        "            Seven Seals and Friend of All Dragons",
        "w1: name=Zoë, removed",
        "  score=3441, title=NULL",
        "w2: name=Mia, added",
        "  score=1, title=\\x1b[1m",
    ]


def test_what_needs_no_name_stands_without_it():
    columns = ["world", "table", "key", "title", *COLUMNS[-5:]]
    rows: list[Texts] = [
        ["w1", "player", "17", "Champion", "changed", "score", "1", "2", "+1"],
        ["w1", "player", "18", None, "changed", "score", "1", "3", "+2"],
    ]
    assert list(iter_changes(columns, rows, width=60, unnamed=2)) == [
        "w1: player 17, title=Champion",
        "  score  1 → 2  +1",
        "w1: player 18, title=NULL",
        "  score  1 → 3  +2",
    ]


def test_a_value_without_blanks_is_cut_anywhere_and_a_huge_one_is_counted():
    row: Texts = ["w1", "x", "changed", "blob", "0x" + "AB" * 40, "0x" + "CD" * 500_000, ""]
    lines = list(iter_changes(COLUMNS, [row], width=60))
    assert max(map(cell_len, lines)) <= 60
    assert lines[2:4] == ["    before  0x" + "AB" * 23, "            " + "AB" * 17]
    assert lines[-1] == "            … 999,714 more characters (--format csv has all)"


def test_wide_characters_are_measured_by_their_cells():
    row: Texts = ["w1", "x", "changed", "name", "龙" * 40, "小", ""]
    assert max(map(cell_len, iter_changes(COLUMNS, [row], width=40))) <= 40


def test_an_answer_of_one_row_has_no_key():
    columns = [name for name in COLUMNS if name != "name"]
    lines = iter_changes(columns, [["w1", "changed", "players", "154", "155", "+1"]], width=40)
    assert list(lines) == ["w1:", "  players  154 → 155  +1"]
