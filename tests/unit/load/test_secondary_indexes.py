import pytest

from rewound.load.secondary_indexes import alter_table, plan_index_deferral, without_auto_increment

TABLE = """\
CREATE TABLE `score` (
  `id` int NOT NULL AUTO_INCREMENT,
  `player_id` int NOT NULL,
  `name` varchar(20) DEFAULT NULL COMMENT 'KEY `x` (`y`)',
{keys}
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4"""
PRIMARY = "  PRIMARY KEY (`id`)"


def plan(*keys):
    return plan_index_deferral(TABLE.format(keys=",\n".join(keys)))


def test_keys_wait_in_their_order_and_in_the_servers_words():
    planned = plan(
        PRIMARY,
        "  UNIQUE KEY `u` (`name`)",
        "  KEY `a` (`player_id`,`name`(3) DESC) USING BTREE COMMENT 'a, b'",
        "  KEY `b``c` (`name`) /*!80000 INVISIBLE */",
    )
    assert planned is not None
    assert planned.drops == ("DROP KEY `u`", "DROP KEY `a`", "DROP KEY `b``c`")
    assert planned.adds == (
        "ADD UNIQUE KEY `u` (`name`)",
        "ADD KEY `a` (`player_id`,`name`(3) DESC) USING BTREE COMMENT 'a, b'",
        "ADD KEY `b``c` (`name`) /*!80000 INVISIBLE */",
    )
    assert alter_table(b"`g`.`score`", planned.drops).startswith(
        b"ALTER TABLE `g`.`score` DROP KEY"
    )


@pytest.mark.parametrize(
    "keys",
    [
        (PRIMARY,),
        ("  UNIQUE KEY `u` (`id`)",),
        ("  UNIQUE KEY `u` (`name`)", "  KEY `n` (`id`)"),
        (PRIMARY, "  FULLTEXT KEY `f` (`name`)"),
        (PRIMARY, "  SPATIAL KEY `s` (`place`)"),
        (PRIMARY, "  KEY `f` ((lower(`name`)))"),
        ("  PRIMARY KEY (`name`)", "  KEY `n` (`id`)"),
        (
            PRIMARY,
            "  KEY `p` (`player_id`)",
            "  CONSTRAINT `c` FOREIGN KEY (`player_id`) REFERENCES `player` (`id`)",
        ),
    ],
)
def test_keys_that_are_needed_or_not_understood_stay(keys):
    assert plan(*keys) is None


def test_what_stands_before_a_key_that_stays_stays_as_well():
    # A key that is made later comes behind it.
    planned = plan(
        PRIMARY,
        "  UNIQUE KEY `u` (`name`)",
        "  KEY `a` (`name`)",
        "  KEY `f` ((lower(`name`)))",
        "  KEY `b` (`name`,`player_id`)",
    )
    assert planned is not None
    assert planned.drops == ("DROP KEY `u`", "DROP KEY `b`")


def test_unique_keys_stay_where_there_is_no_primary_one():
    planned = plan("  UNIQUE KEY `u` (`name`)", "  KEY `a` (`player_id`)", "  KEY `n` (`id`)")
    assert planned is None
    planned = plan("  UNIQUE KEY `u` (`id`)", "  KEY `a` (`player_id`)")
    assert planned is not None
    assert planned.drops == ("DROP KEY `a`",)


def test_the_next_number_is_no_part_of_the_definition():
    table = TABLE.format(keys=PRIMARY)
    assert without_auto_increment(table) == table.replace(" AUTO_INCREMENT=7", "")
    assert "AUTO_INCREMENT," in without_auto_increment(table)
