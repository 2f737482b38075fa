import pytest

from rewound.dump.script import Script

TABLE = "CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY, s text) AUTO_INCREMENT=%d;\n"
KEEPS = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'"
OWN = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES'"


def run(profile, text, mode="STRICT_TRANS_TABLES", start=1):
    """Return what is sent behind the definition of `t`, and the rules about 0 that were used."""
    script = Script(profile, schema="g")
    opening = f"SET sql_mode = '{mode}';\n" + TABLE % start
    verdicts = list(script.iter_verdicts([opening.encode() + text.encode()]))
    assert not [verdict.refusal for verdict in verdicts if verdict.refusal]
    sent = [sql.decode() for verdict in verdicts for sql in verdict.sql]
    first = next(i for i, sql in enumerate(sent) if sql.startswith("CREATE TABLE t")) + 1
    used = [use.rule.name for verdict in verdicts for use in verdict.uses]
    return sent[first:], [name for name in used if name.startswith("zero-")]


@pytest.mark.parametrize(
    "rows",
    [
        *("(0,'a')", "(0,'a'),(2,'b')", "(2,'b'),(0,'a')", "('0','a'),('5','b')", "(0.0,'a')"),
        *("(-0,'a')", "(FALSE,'a'),(1,'b')", "(0x00,'a'),(7,'b')", "( 00 , 'a,(0,' )"),
    ],
)
def test_a_single_zero_is_kept(profile, rows):
    insert = f"INSERT INTO t VALUES {rows}"
    assert run(profile, insert + ";") == ([KEEPS, insert], ["zero-kept"])


@pytest.mark.parametrize(
    "rows",
    ["(0,'a'),(0,'b')", "(NULL,'a'),(0,'b')", "(0,'a'),(5,'b'),('0','c')", "(0,'a'),('','b')"],
)
def test_several_zeros_are_the_next_numbers(profile, rows):
    insert = f"INSERT INTO t VALUES {rows}"
    assert run(profile, insert + ";") == ([insert], ["zero-numbered"])


@pytest.mark.parametrize("rows", ["(0,'x'),(0,'y')", "(NULL,'x'),(0,'y')", "(DEFAULT,'x')"])
def test_what_lets_the_server_choose_is_numbered_after_other_numbers_too(profile, rows):
    stated, insert = "INSERT INTO t VALUES (3,'a')", f"INSERT INTO t VALUES {rows}"
    kept = "INSERT INTO t VALUES (0,'k')"
    assert run(profile, f"{stated};\n{insert};")[0] == [stated, insert]
    sent, _ = run(profile, f"{stated};\n{kept};\n{insert};")
    assert sent == [stated, KEEPS, kept, OWN, insert]


@pytest.mark.parametrize(
    "rows", ["(10,'a'),(20,'0')", "(1,'(0,'),(2,',0,')", "(NULL,'a')", "(DEFAULT,'a')"]
)
def test_without_a_zero_nothing_changes(profile, rows):
    insert = f"INSERT INTO t VALUES {rows}"
    assert run(profile, insert + ";") == ([insert], [])


def test_a_zero_is_found_in_whatever_column_it_stands(profile):
    insert = "INSERT INTO t (s, id) VALUES ('0', 0)"
    assert run(profile, insert + ";") == ([KEEPS, insert], ["zero-kept"])
    insert = "INSERT INTO t (s, id) VALUES ('0', 10)"
    assert run(profile, insert + ";") == ([insert], [])


def test_a_first_zero_gets_its_number_when_a_second_one_comes(profile):
    first, second = "INSERT INTO t VALUES (0,'a')", "INSERT INTO t VALUES (0,'b')"
    number = "UPDATE `g`.`t` SET `id` = LAST_INSERT_ID(7) WHERE `id` = 0"
    sent, used = run(profile, f"{first};\n{second};\n{first};\n", start=7)
    assert sent == [KEEPS, first, OWN, number, second, first]
    assert used == ["zero-kept", "zero-numbered", "zero-numbered"]


def test_a_first_zero_gets_its_number_when_a_row_computes_something(profile):
    first, second = "INSERT INTO t VALUES (0,'a')", "INSERT INTO t VALUES (NULL,UPPER('b'))"
    number = "UPDATE `g`.`t` SET `id` = LAST_INSERT_ID(1) WHERE `id` = 0"
    sent, used = run(profile, f"{first};\n{second};\n{second};\n")
    assert sent == [KEEPS, first, OWN, number, second, second]
    assert used == ["zero-kept", "zero-numbered"]


STORED = "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.s = 'x'"


def test_what_keeps_its_mode_gets_the_default_one_where_the_dump_sets_none(profile):
    script = Script(profile, schema="g")
    insert = "INSERT INTO t VALUES (3,'a')"
    text = f"{TABLE % 1}{STORED};\n{STORED};\n{insert};\nSET sql_mode = '';\n{STORED};\n"
    sent = [sql.decode() for each in script.iter_verdicts([text.encode()]) for sql in each.sql]
    modes = [sql for sql in sent if "sql_mode" in sql]
    assert ["NO_ZERO_DATE" in mode for mode in modes] == [True, False, False]
    assert sent.index(modes[0]) < sent.index(STORED) < sent.index(modes[1]) < sent.index(insert)


@pytest.mark.parametrize(
    "asks", ["INSERT INTO u VALUES (LAST_INSERT_ID())", "SET @parent = @@identity"]
)
def test_a_first_zero_gets_its_number_when_that_is_asked_for(profile, asks):
    first = "INSERT INTO t VALUES (0,'a')"
    number = "UPDATE `g`.`t` SET `id` = LAST_INSERT_ID(1) WHERE `id` = 0"
    sent, used = run(profile, f"CREATE TABLE u (a int);\n{first};\n{asks};\n")
    assert sent == ["CREATE TABLE u (a int)", KEEPS, first, number, asks]
    assert used == ["zero-kept", "zero-numbered"]


def test_rows_one_by_one_keep_the_zero_of_the_first(profile):
    inserts = [f"INSERT INTO t VALUES ({number},'a')" for number in (0, 2, 5)]
    sent, used = run(profile, ";\n".join([*inserts, ""]))
    assert sent[:2] == [KEEPS, inserts[0]]
    assert used == ["zero-kept"]
    assert not any("UPDATE" in sql for sql in sent)


def test_stored_objects_get_the_mode_of_the_dump(profile):
    insert = "INSERT INTO t VALUES (0,'a')"
    trigger = "CREATE TRIGGER x BEFORE INSERT ON u FOR EACH ROW SET @a = 1"
    sent, _ = run(profile, f"{insert};\n{trigger};\n{insert.replace('0', '3')};\n")
    assert sent == [KEEPS, insert, OWN, trigger, insert.replace("0", "3")]


def test_a_session_that_keeps_zeros_is_left_alone(profile):
    mode = "NO_AUTO_VALUE_ON_ZERO"
    insert = "INSERT INTO t VALUES (0,'a')"
    assert run(profile, f"{insert};\n{insert};\n", mode=mode) == ([insert, insert], [])


def test_the_mode_is_added_anew_after_the_dump_has_set_its_own(profile):
    insert = "INSERT INTO t VALUES (0,'a'),(1,'b')"
    own = "SET sql_mode = 'ANSI'"
    sent, _ = run(profile, f"{insert};\n{own};\nTRUNCATE t;\n{insert};\n")
    assert sent[2:] == [
        own,
        "TRUNCATE t",
        "SET SESSION sql_mode = 'ANSI,NO_AUTO_VALUE_ON_ZERO'",
        insert,
    ]


def test_a_zero_of_a_key_that_may_repeat_is_kept_among_other_numbers(profile):
    table = "CREATE TABLE r (id int AUTO_INCREMENT, lang char(2), PRIMARY KEY (id, lang))"
    insert = "INSERT INTO r VALUES (0,'de'),(0,'en'),(1,'de')"
    assert run(profile, f"{table};\n{insert};\n") == ([table, KEEPS, insert], ["zero-kept"])


def test_a_column_that_becomes_auto_increment_keeps_its_zero(profile):
    change = "ALTER TABLE u MODIFY id int NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=3"
    table = "CREATE TABLE u (id int PRIMARY KEY)"
    assert run(profile, f"{table};\n{change};\n") == ([table, KEEPS, change], ["zero-kept"])
    assert run(profile, f"{table};\nALTER TABLE u AUTO_INCREMENT=3;\n")[1] == []
