from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewound.dump.definitions.collations import nearest_collation
from rewound.dump.definitions.storage_engines import REMOTE_ENGINES
from rewound.dump.judging.judge import Judge
from rewound.dump.rules import table as rules
from rewound.dump.text.lexical import LexicalMode
from rewound.dump.text.tokens import iter_tokens

TABLE_EDITS = [
    (
        "CREATE TABLE t (a int) ENGINE=TokuDB",
        "CREATE TABLE t (a int) ENGINE=InnoDB",
        "engine-missing",
    ),
    (
        "CREATE TABLE t (a int) ENGINE Aria",
        "CREATE TABLE t (a int) ENGINE InnoDB",
        "engine-missing",
    ),
    ("ALTER TABLE t ENGINE = 'x'", "ALTER TABLE t ENGINE = InnoDB", "engine-missing"),
    (
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p ENGINE = Aria)",
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p ENGINE = InnoDB)",
        "engine-missing",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=FEDERATED CONNECTION='mysql://u:p@h/d/t' COMMENT='x'",
        "CREATE TABLE t (a int) ENGINE=InnoDB  COMMENT='x'",
        "remote-engine",
    ),
    (
        "CREATE TABLE t (a int, KEY k (a) USING HASH) ENGINE=MEMORY MAX_ROWS=9",
        "CREATE TABLE t (a int, KEY k (a) USING HASH) ENGINE=InnoDB MAX_ROWS=9",
        "volatile-engine",
    ),
    (
        "CREATE TABLE t (a int) ENGINE heap",
        "CREATE TABLE t (a int) ENGINE InnoDB",
        "volatile-engine",
    ),
    ("ALTER TABLE t ENGINE = BLACKHOLE", "ALTER TABLE t ENGINE = InnoDB", "volatile-engine"),
    ("ALTER TABLE t ENGINE HEAP", "ALTER TABLE t ENGINE InnoDB", "volatile-engine"),
    (
        "CREATE TABLE t (a int) ENGINE=PERFORMANCE_SCHEMA",
        "CREATE TABLE t (a int) ENGINE=InnoDB",
        "volatile-engine",
    ),
    (
        "CREATE TABLE t (a int) CONNECTION='x', ENGINE FederatedX",
        "CREATE TABLE t (a int)  ENGINE InnoDB",
        "remote-engine",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB, CONNECTION 'x'",
        "CREATE TABLE t (a int) ENGINE=InnoDB",
        "remote-engine",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p ENGINE `SPIDER`)",
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p ENGINE InnoDB)",
        "remote-engine",
    ),
    (
        "ALTER TABLE t ADD b int, ENGINE 'connect'",
        "ALTER TABLE t ADD b int, ENGINE InnoDB",
        "remote-engine",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=MyISAM PARTITION BY HASH (a) (PARTITION p ENGINE = MyISAM)",
        "CREATE TABLE t (a int) ENGINE=InnoDB PARTITION BY HASH (a) (PARTITION p ENGINE = InnoDB)",
        "partition-engine",
    ),
    (
        "ALTER TABLE t ADD PARTITION (PARTITION p ENGINE = MyISAM)",
        "ALTER TABLE t ADD PARTITION (PARTITION p ENGINE = InnoDB)",
        "partition-engine",
    ),
    (
        "CREATE TABLE t (type int) TYPE=MyISAM",
        "CREATE TABLE t (type int) ENGINE=MyISAM",
        "type-option",
    ),
    (
        "CREATE TABLE t (a int) ROW_FORMAT=FIXED",
        "CREATE TABLE t (a int) ROW_FORMAT=DYNAMIC",
        "row-format-unknown",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB ROW_FORMAT=PAGE",
        "CREATE TABLE t (a int) ENGINE=InnoDB ROW_FORMAT=DYNAMIC",
        "row-format-unknown",
    ),
    (
        "CREATE TABLE t (a int) /*!50100 TABLESPACE `ts1` */ ENGINE=InnoDB",
        "CREATE TABLE t (a int) /*!50100 TABLESPACE innodb_file_per_table */ ENGINE=InnoDB",
        "tablespace",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB /*!80016 ENCRYPTION='Y' */",
        "CREATE TABLE t (a int) ENGINE=InnoDB /*!80016 ENCRYPTION='N' */",
        "encryption",
    ),
    (
        "CREATE DATABASE d /*!80016 DEFAULT ENCRYPTION='Y' */",
        "CREATE DATABASE d /*!80016 DEFAULT ENCRYPTION='N' */",
        "encryption",
    ),
    (
        "CREATE TABLE t (a int) DATA DIRECTORY='/etc' COMMENT='x'",
        "CREATE TABLE t (a int)  COMMENT='x'",
        "table-directory",
    ),
    (
        "CREATE TABLE t (a int) DATA DIRECTORY='/a', INDEX DIRECTORY '/b', COMMENT='x'",
        "CREATE TABLE t (a int)   COMMENT='x'",
        "table-directory",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB, DATA DIRECTORY='/a'",
        "CREATE TABLE t (a int) ENGINE=InnoDB",
        "table-directory",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY HASH (a)"
        " (PARTITION p DATA DIRECTORY='/x', PARTITION q DATA DIRECTORY='/y' COMMENT='z')",
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p , PARTITION q  COMMENT='z')",
        "table-directory",
    ),
    (
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p DATA /**/ DIRECTORY '/x')",
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p )",
        "table-directory",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB PAGE_CHECKSUM=1 TRANSACTIONAL=1",
        "CREATE TABLE t (a int) ENGINE=InnoDB  ",
        "mariadb-table-option",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB `PAGE_COMPRESSED`='ON' `ENCRYPTED`=YES COMMENT='x'",
        "CREATE TABLE t (a int) ENGINE=InnoDB   COMMENT='x'",
        "mariadb-table-option",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=InnoDB, PAGE_COMPRESSED=1, ENCRYPTED=YES, COMMENT='x'",
        "CREATE TABLE t (a int) ENGINE=InnoDB  COMMENT='x'",
        "mariadb-table-option",
    ),
    (
        "CREATE TABLE t (a int) COMPRESSION='tokudb_zlib'",
        "CREATE TABLE t (a int) ",
        "mariadb-table-option",
    ),
    (
        "CREATE TABLE t (a int) ENGINE=CSV IETF_QUOTES=YES COMPRESSION=TOKUDB_ZLIB",
        "CREATE TABLE t (a int) ENGINE=CSV  ",
        "mariadb-table-option",
    ),
    (
        "CREATE TABLE t (a text COLLATE utf8mb4_uca1400_ai_ci) COLLATE=utf8mb4_nopad_bin",
        "CREATE TABLE t (a text COLLATE utf8mb4_0900_ai_ci) COLLATE=utf8mb4_bin",
        "collation-unknown",
    ),
    (
        "CREATE DATABASE d CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_swedish_ai_ci",
        "CREATE DATABASE d CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
        "collation-unknown",
    ),
]


@pytest.mark.parametrize(("text", "sent", "rule"), TABLE_EDITS)
def test_what_the_server_does_not_have_is_rewritten(rewrite, text, sent, rule):
    assert rewrite(text) == (sent, {rule})


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (engine int, row_format int, tablespace int, encryption int) ENGINE=InnoDB",
        "CREATE TABLE t (transactional int, `ENGINE` int, a text COMMENT 'ENGINE=Aria')",
        "ALTER TABLE t ADD COLUMN engine varchar(3)",
        "CREATE TABLE t (a int) ENGINE=MyISAM ROW_FORMAT=FIXED",
        "CREATE TABLE t (a int) ENGINE=MRG_MyISAM ROW_FORMAT=FIXED UNION=(u)",
        "CREATE TABLE t (a int) ENGINE=MERGE UNION=(u,v) INSERT_METHOD=LAST",
        "CREATE TABLE t (a int) ENGINE=InnoDB COMPRESSION='zlib'",
        "CREATE TABLE t (memory int, blackhole int, heap int) ENGINE=CSV",
        "ALTER TABLE t CHANGE engine memory int",
        "CREATE TABLE t (a int AS (engine = 'Aria'), CHECK (connection = 'x' OR `b` = 'y'))",
        "ALTER TABLE t CHANGE engine federated int",
        "CREATE TABLE t (a int) PARTITION BY HASH (a) (PARTITION p ENGINE = InnoDB)",
        "CREATE TABLE t (a int) ENGINE=`innodb` ROW_FORMAT=COMPRESSED",
        "CREATE TABLE t (a int) TABLESPACE = innodb_file_per_table ENCRYPTION='N'",
        "CREATE TABLE t (a text COLLATE utf8mb4_bin) COLLATE=UTF8MB4_0900_AI_CI",
        "CREATE TABLE t (a text COLLATE klingon_ci)",
        "ALTER TABLE t RENAME INDEX directory TO `data`, ADD INDEX directory USING BTREE (a)",
        "CREATE TABLE t LIKE u",
        "CREATE SQL SECURITY DEFINER VIEW v AS SELECT 1",
        "CREATE SQL SECURITY INVOKER VIEW v AS SELECT 1",
        "CREATE DEFINER=CURRENT_USER VIEW v AS SELECT 1",
        "CREATE DEFINER = CURRENT_USER() PROCEDURE p() SELECT 1",
        "CREATE FUNCTION f(soname int) RETURNS int RETURN soname",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
    ],
)
def test_a_definition_that_fits_is_sent_as_it_is(rewrite, text):
    assert rewrite(text) == (text, set())


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("utf8mb4_bin", "utf8mb4_bin"),
        ("default", "default"),
        ("uca1400_ai_ci", "utf8mb4_0900_ai_ci"),
        ("utf8mb4_uca1400_as_cs", "utf8mb4_bin"),
        ("utf8mb4_general_nopad_ci", "utf8mb4_general_ci"),
        ("utf8mb3_uca1400_ai_ci", "utf8mb3_general_ci"),
        ("latin1_nopad_bin", "latin1_bin"),
        ("latin1_what_ci", "latin1_swedish_ci"),
        ("klingon_ci", None),
    ],
)
def test_nearest_collation_keeps_the_character_set(profile, name, nearest):
    assert nearest_collation(name, profile) == nearest


def test_two_rules_meet_in_a_partitioned_table_of_fixed_rows(rewrite):
    assert rewrite(
        "CREATE TABLE t (a int) ENGINE=MyISAM ROW_FORMAT=FIXED PARTITION BY HASH (a)"
    ) == (
        "CREATE TABLE t (a int) ENGINE=InnoDB ROW_FORMAT=DYNAMIC PARTITION BY HASH (a)",
        {"partition-engine", "row-format-unknown"},
    )


@pytest.mark.parametrize("engine", sorted(REMOTE_ENGINES))
def test_no_engine_passes_that_reaches_out_even_if_the_server_has_it(profile, engine):
    judge = Judge(replace(profile, engines=profile.engines | {engine}), default_schema="g")
    for form in (f"ENGINE={engine}", f"ENGINE '{engine.upper()}'", f"TYPE=`{engine}`"):
        verdict = judge.judge(f"CREATE TABLE t (a int) {form}".encode(), 1)
        assert engine not in verdict.sql[-1].decode().lower()
    for text in (f"ALTER TABLE t ENGINE {engine}", f"SET default_storage_engine='{engine}'"):
        verdict = judge.judge(text.encode(), 1)
        assert b"InnoDB" in verdict.sql[-1]
        assert engine not in verdict.sql[-1].decode().lower()
    judge.judge(f"SET @e = '{engine}'".encode(), 1)
    assert judge.judge(b"SET default_storage_engine = @e", 1).sql == (
        b"SET default_storage_engine = InnoDB",
    )
    assert judge.judge(b"SET default_storage_engine = concat(@e)", 1).sql == ()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a int) ENGINE=InnoDB WITH SYSTEM VERSIONING",
        "CREATE TABLE t (a int WITH SYSTEM VERSIONING)",
        "ALTER TABLE t ADD SYSTEM VERSIONING",
        "CREATE TABLE t (a int, r timestamp(6) GENERATED ALWAYS AS ROW START)",
        "CREATE TABLE t (a int, r timestamp(6) AS ROW END INVISIBLE)",
        "CREATE TABLE t (a date, b date, PERIOD FOR `p` (a, b))",
        "CREATE TABLE t (a int, UNIQUE KEY k (a, `p` WITHOUT OVERLAPS))",
        "CREATE TABLE t (a int) PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH",
        "CREATE TABLE t (a int DEFAULT nextval(`g`.`s`))",
        "CREATE TABLE t (a int DEFAULT (NEXT VALUE FOR s))",
        "CREATE TABLE t (next_not_cached_value bigint) ENGINE=InnoDB SEQUENCE=1",
    ],
)
def test_what_mysql_cannot_hold_is_refused_and_named(judge, text):
    verdict = judge.judge(text.encode(), 1)
    assert verdict.sql == ()
    assert verdict.refusal is not None
    assert verdict.refusal.rule is rules.MARIADB_ONLY
    assert verdict.refusal.detail.startswith("t: ")


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (period int, `for` int, sequence int, row int) COMMENT='SEQUENCE=1'",
        "CREATE TABLE sequence (a int CHECK (sequence = 1), nextval int)",
        "CREATE TABLE t (a int COMMENT 'WITH SYSTEM VERSIONING')",
    ],
)
def test_words_that_only_look_like_what_mariadb_has_are_let_through(rewrite, text):
    assert rewrite(text) == (text, set())


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (
            "CREATE OR REPLACE TABLE t (a int)",
            (b"DROP TABLE IF EXISTS `t`", b"CREATE TABLE t (a int)"),
        ),
        (
            "CREATE OR REPLACE TABLE game.`a``b` (a int)",
            (b"DROP TABLE IF EXISTS `game`.`a``b`", b"CREATE TABLE game.`a``b` (a int)"),
        ),
    ],
)  # fmt: skip
def test_or_replace_becomes_two_statements(judge, text, sent):
    assert judge.judge(text.encode(), 1).sql == sent


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ("PAGE_CHECKSUM=1, TRANSACTIONAL=1, COMMENT='x'", "COMMENT='x'"),
        ("ENGINE=MyISAM,PAGE_CHECKSUM=1,TRANSACTIONAL=1", "ENGINE=MyISAM"),
        ("ENGINE=MyISAM,PAGE_CHECKSUM=1,COMMENT='x'", "ENGINE=MyISAM COMMENT='x'"),
        ("ENGINE='Aria'COMMENT='x'", "ENGINE=InnoDB COMMENT='x'"),
    ],
)
def test_options_around_one_that_is_cut_stay_apart(rewrite, options, left):
    text, _ = rewrite(f"CREATE TABLE t (a int) {options}")
    assert " ".join(text.split()) == f"CREATE TABLE t (a int) {left}"


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ("ADD b int, PAGE_CHECKSUM=1, TRANSACTIONAL=1, ADD c int", "ADD b int, ADD c int"),
        ("PAGE_CHECKSUM=1, TRANSACTIONAL=1, ADD c int", "ADD c int"),
        ("ADD b int, PAGE_CHECKSUM=1", "ADD b int"),
    ],
)
def test_changes_around_one_that_is_cut_keep_one_comma(rewrite, changes, left):
    assert " ".join(rewrite(f"ALTER TABLE t {changes}")[0].split()) == f"ALTER TABLE t {left}"


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a int) /PAGE_CHECKSUM=1*!50000 ENGINE=x */",
        "CREATE TABLE t (a int) -PAGE_CHECKSUM=1- ENGINE=x",
        "CREATE TABLE t (a int /COMPRESSED* , b int)",
        "CREATE TABLE t (a timestamp/**/(14)/**/)",
        "CREATE TABLE t (a text DEFAULT'x'COMPRESSED'y')",
    ],
)
def test_a_cut_never_makes_one_token_of_two(rewrite, text):
    def words(statement):
        return [token.text for token in iter_tokens(statement, LexicalMode(), 90704)]

    before, after = words(text.encode()), words(rewrite(text)[0].encode())
    assert set(after) - set(before) <= {b"InnoDB", b"(", b")"}


def test_two_rules_for_one_place_are_no_certain_reading(judge):
    verdict = judge.judge(b"CREATE TABLE t (a int DEFAULT `b` = 5)", 1)
    assert verdict.sql == ()
    assert verdict.refusal is not None
    assert verdict.refusal.rule is rules.UNREADABLE


PIECES = st.sampled_from(
    [
        *("a", "int", "`b`", "uuid", "timestamp", "(14)", "(", ")", ",", "=", "1", "'x'", "text"),
        *("DEFAULT", "uuid()", "COMPRESSED", "PERSISTENT", "AS", "KEY", "IGNORED", "NOT"),
        *("CLUSTERING", "VECTOR", "ENGINE", "Aria", "FEDERATED", "CONNECTION", "PAGE_CHECKSUM"),
        *("PARTITION", "BY", "DATA", "DIRECTORY", "ROW_FORMAT", "FIXED", "COLUMN_FORMAT", "WITH"),
        *("/*!50000 ", "*/", "/**/", "/*!100301 x */", "-", "/", "*", "COLLATE", "uca1400_ai_ci"),
        *("ENCRYPTION", "'Y'", "WITHOUT", "SYSTEM", "VERSIONING", "REF_SYSTEM_ID", "TYPE", "ADD"),
    ]
)


@given(
    st.sampled_from(["CREATE TABLE t (", "CREATE TABLE t (a int) ", "ALTER TABLE t "]),
    st.lists(st.tuples(PIECES, st.sampled_from(["", " "])), max_size=12),
)
def test_what_is_sent_needs_no_second_rewrite(profile, start, pieces):
    text = start + "".join(piece + gap for piece, gap in pieces)
    verdict = Judge(profile, default_schema="g").judge(text.encode(), 1)
    if verdict.sql:
        again = Judge(profile, default_schema="g").judge(verdict.sql[-1], 1)
        assert again.sql[-1:] == verdict.sql[-1:]


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a int) DATA PAGE_CHECKSUM=1 DIRECTORY='/etc'",
        "CREATE TABLE t (a int) ENGINE, PAGE_CHECKSUM=1 FEDERATED",
        "CREATE TABLE t (a int WITH COMPRESSED SYSTEM COMPRESSED VERSIONING)",
    ],
)
def test_a_cut_brings_no_words_together_that_a_rule_is_for(judge, text):
    verdict = judge.judge(text.encode(), 1)
    assert verdict.sql == ()
    assert verdict.refusal is not None
