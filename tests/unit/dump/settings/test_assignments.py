import pytest

from rewound.dump.rules import table as rules
from rewound.dump.settings import variables
from rewound.dump.settings.assignments import CannotFollow
from rewound.dump.settings.session import INITIAL_SQL_MODE, DumpSession
from rewound.dump.settings.set_statement import _MOST_JUDGED, SetJudge, judge_set
from rewound.dump.text.statement_parser import parse_statement


@pytest.fixture
def judge(profile):
    def judge(text, session=None):
        session = session or DumpSession()
        statement = parse_statement(text, session.mode, profile.version_number)
        return judge_set(statement, session, profile)

    return judge


@pytest.fixture
def judge_all(judge):
    """Judge statements one after the other; what is sent, and the session at the end."""

    def judge_all(*texts):
        session, sent = DumpSession(), []
        for text in texts:
            outcome = judge(text, session)
            session = outcome.session
            sent.append(outcome.sql)
        return sent, session

    return judge_all


@pytest.mark.parametrize(
    "text",
    [
        b"SET NAMES utf8mb4",
        b"/*!40101 SET NAMES utf8 */",
        b"SET NAMES 'utf8mb4' COLLATE 'utf8mb4_bin'",
        b"SET CHARACTER SET latin1",
        b"/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */",
        b"/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */",
        b"SET @@session.time_zone = '+00:00'",
        b"SET SESSION sql_mode = 'ANSI_QUOTES', autocommit = 0",
        b"SET LOCAL foreign_key_checks := 0",
        b"SET `unique_checks` = 0",
        b"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        b"SET FOREIGN_KEY_CHECKS=IFNULL(@OLD_FOREIGN_KEY_CHECKS, 1)",
        b"SET character_set_results = @never_set",
        b"SET /*!40101 unique_checks=0 */, /*!40103 time_zone='+00:00' */",
    ],
)
def test_ordinary_settings_are_sent_as_they_are(judge, text):
    outcome = judge(text)
    assert (outcome.sql, outcome.uses) == (text, ())


@pytest.mark.parametrize(
    ("text", "sql", "rule"),
    [
        (b"SET GLOBAL event_scheduler = ON", None, rules.GLOBAL_SETTING),
        (b"SET a_b=1, GLOBAL b=2", CannotFollow, None),
        (b"SET unique_checks=1, GLOBAL b=2", b"SET unique_checks=1", rules.GLOBAL_SETTING),
        (b"SET GLOBAL a=1, unique_checks=2", None, rules.GLOBAL_SETTING),
        (b"SET GLOBAL a=1, @x=1, unique_checks=2", b"SET @x=1", rules.GLOBAL_SETTING),
        (
            b"SET GLOBAL a=1, SESSION unique_checks=2",
            b"SET SESSION unique_checks=2",
            rules.GLOBAL_SETTING,
        ),
        (b"SET PERSIST a=1", None, rules.GLOBAL_SETTING),
        (b"SET @@global.x=1", None, rules.GLOBAL_SETTING),
        (b"SET @@GLOBAL.sql_mode='ANSI'", None, rules.GLOBAL_SETTING),
        (b"SET @@persist_only.x=1, unique_checks=0", b"SET unique_checks=0", rules.GLOBAL_SETTING),
        (b"SET NAMES utf8mb4, GLOBAL a=1", b"SET NAMES utf8mb4", rules.GLOBAL_SETTING),
        (b"SET GLOBAL TRANSACTION READ ONLY", None, rules.GLOBAL_SETTING),
        (
            b"/*!50003 SET unique_checks=0 */ /*!50003 , GLOBAL a=1 */",
            b"SET unique_checks=0",
            "any",
        ),
        (b"SET /* x */ GLOBAL -- y\n a=1", None, rules.GLOBAL_SETTING),
        (b"SET @@global .a=1", CannotFollow, None),
        (b"SET global.a=1", CannotFollow, None),
        (b"SET @@`global`.a=1", CannotFollow, None),
        (b"SET @@SESSION.SQL_LOG_BIN= 0", None, rules.BINARY_LOG_SETTING),
        (b"SET @x=@@sql_log_bin, sql_log_bin=0", b"SET @x=@@sql_log_bin", "any"),
        (b"SET @@GLOBAL.GTID_PURGED='a:1-5'", None, rules.REPLICATION_POSITION),
        (b"SET storage_engine=MyISAM", None, rules.FOREIGN_VARIABLE),
        (
            b"SET query_cache_type=0, unique_checks=0",
            b"SET unique_checks=0",
            rules.FOREIGN_VARIABLE,
        ),
        (b"SET @OLD_QC=@@session.query_cache_type", None, rules.FOREIGN_VARIABLE),
        (b"SET SESSION sort_buffer_size=1048576", None, rules.TUNING_SETTING),
        (b"SET @@session.wait_timeout=1, profiling=@p", None, "any"),
        (b"SET innodb_strict_mode=OFF", None, rules.SETTING_DECIDED),
        (b"SET SESSION sql_require_primary_key=1", None, rules.SETTING_DECIDED),
        (b"SET character_set_database=@saved_cs", None, rules.SETTING_DECIDED),
        (b"SET sql_generate_invisible_primary_key='off'", None, rules.SETTING_DECIDED),
        (
            b"SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0",
            None,
            rules.FOREIGN_VARIABLE,
        ),
        (b"SET PASSWORD = 'secret'", None, rules.ACCOUNTS),
        (b"SET DEFAULT ROLE ALL TO x", None, rules.ACCOUNTS),
        (b"SET ROLE x", None, rules.ACCOUNTS),
        (
            b"SET sql_mode = 'NO_AUTO_CREATE_USER,ANSI'",
            b"SET sql_mode = 'ANSI'",
            rules.SQL_MODE_REMOVED,
        ),
        (b"SET sql_mode=NO_KEY_OPTIONS", b"SET sql_mode=''", rules.SQL_MODE_REMOVED),
        *(
            (b"SET sql_mode=" + mode, b"SET sql_mode='HIGH_NOT_PRECEDENCE'", rules.SQL_MODE_REMOVED)
            for mode in (b"MYSQL40", b"mysql323")
        ),
        *(
            (
                b"SET sql_mode='NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES," + mode + b",NO_KEY_OPTIONS'",
                b"SET sql_mode='NO_AUTO_VALUE_ON_ZERO,ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE'",
                rules.SQL_MODE_REMOVED,
            )
            for mode in (b"ORACLE", b"MSSQL", b"DB2", b"postgresql", b"MAXDB")
        ),
        (
            b"SET collation_connection = utf8mb4_uca1400_ai_ci",
            b"SET collation_connection = utf8mb4_0900_ai_ci",
            rules.COLLATION_UNKNOWN,
        ),
        (
            b"SET NAMES utf8mb4 COLLATE utf8mb4_uca1400_ai_ci",
            b"SET NAMES utf8mb4 COLLATE utf8mb4_0900_ai_ci",
            rules.COLLATION_UNKNOWN,
        ),
    ],
    ids=repr,
)
def test_a_setting_that_does_not_fit_is_taken_out_or_rewritten(judge, text, sql, rule):
    if sql is CannotFollow:
        with pytest.raises(CannotFollow):
            judge(text)
        return
    outcome = judge(text)
    assert outcome.sql == sql
    assert outcome.uses
    assert rule == "any" or {use.rule for use in outcome.uses} == {rule}


@pytest.mark.parametrize(
    "text",
    [
        *(b"SET", b"SET NAMES", b"SET NAMES = 'utf8'", b"SET NAMES utf8 x", b"SET NAMES @a"),
        *(b"SET NAMES utf8 COLLATE", b"SET x", b"SET =1", b"SET a=", b"SET unique_checks=1,"),
        *(b"SET SESSION sql_mode=concat(@@sql_mode, ',ANSI')", b"SET sql_mode=4"),
        *(b"SET sql_mode=0x04", b"SET sql_mode=x'04'", b"SET sql_mode='ANSI' 'x'"),
        *(b"SET sql_mode=_utf8'ANSI'", b"SET sql_mode=(SELECT '')", b"SET sql_mode=NULL"),
        *(b"SET sql_mode=@never_set", b"SET sql_mode=@@global.sql_mode", b"SET sql_mode=@@x"),
        *(b"SET sql_mode='a''b'", b"SET sql_mode=IFNULL(@@x, '')", b"SET sql_mode=IFNULL(1,2)"),
        *(b"SET character_set_client=28", b"SET character_set_client='a b'"),
        *(b"SET secure_file_priv=''", b"SET plugin_dir='x'", b"SET debug='d,x'"),
        *(b"SET time_zone=@never_set", b"SET collation_connection = @never_set"),
        *(b"SET NAMES ebcdic", b"SET sql_generate_invisible_primary_key = ON"),
        *(b"SET x.y=1", b"SET SESSION a.b=1", b"SET NEW.a=1", b"SET unique_checks=1, NAMES"),
        *(b"SET GLOBAL SESSION a=1", b"SET SESSION @@unique_checks x=1", b"SET resource group x"),
    ],
)
def test_a_setting_that_cannot_be_followed_is_refused(judge, text):
    with pytest.raises(CannotFollow):
        judge(text)


@pytest.mark.parametrize(
    ("texts", "last_sent"),
    [
        (
            [b"SET @old=@@default_storage_engine", b"SET @@default_storage_engine=@old"],
            b"SET @@default_storage_engine=InnoDB",
        ),
        (
            [
                b"SET @old=@@storage_engine",
                b"SET default_storage_engine=MyISAM",
                b"SET default_storage_engine=@old",
            ],
            b"SET default_storage_engine=InnoDB",
        ),
        (
            [
                b"SET default_storage_engine=MyISAM",
                b"SET @old=@@default_storage_engine, default_storage_engine=MEMORY",
                b"SET default_storage_engine=@old",
            ],
            b"SET default_storage_engine=MyISAM",
        ),
        ([b"SET default_storage_engine=DEFAULT"], b"SET default_storage_engine=InnoDB"),
    ],
)
def test_the_engine_of_tables_that_name_none_comes_back(judge_all, texts, last_sent):
    assert judge_all(*texts)[0][-1] == last_sent


def test_no_variable_is_in_two_classes():
    classes = [
        *(variables.EXECUTED, variables.TUNING, variables.FOREIGN, variables.BINARY_LOG),
        *(variables.DECIDED_HERE, variables.DECIDED_HERE_IF_OFF),
    ]
    assert len(frozenset().union(*classes)) == sum(map(len, classes))


@pytest.mark.parametrize(
    ("texts", "last_sent", "sql_mode"),
    [
        ([b"SET sql_mode='ANSI'"], b"SET sql_mode='ANSI'", "ANSI"),
        ([b"SET NAMES utf8mb4, sql_mode='ANSI'"], b"SET NAMES utf8mb4, sql_mode='ANSI'", "ANSI"),
        ([b"SET sql_mode=DEFAULT"], f"SET sql_mode='{INITIAL_SQL_MODE}'".encode(), None),
        ([b"SET @a='ANSI'", b"SET sql_mode=@a"], b"SET sql_mode='ANSI'", "ANSI"),
        ([b"SET @a='ANSI', @A='X'", b"SET sql_mode=@`a`"], b"SET sql_mode='X'", "X"),
        (
            [b"SET @OLD=@@SQL_MODE, SQL_MODE='ANSI'", b"SET SQL_MODE=@OLD"],
            f"SET SQL_MODE='{INITIAL_SQL_MODE}'".encode(),
            None,
        ),
        (
            [b"SET @OLD=@@sql_mode", b"SET sql_mode='X'", b"SET sql_mode=IFNULL(@OLD, '')"],
            f"SET sql_mode='{INITIAL_SQL_MODE}'".encode(),
            None,
        ),
        ([b"SET sql_mode=IFNULL(@OLD, '')"], b"SET sql_mode=''", ""),
        ([b"SET sql_mode=IFNULL(@OLD, 'ANSI')"], b"SET sql_mode='ANSI'", "ANSI"),
        ([b"SET GLOBAL sql_mode='ANSI'"], None, None),
        ([b"SET GLOBAL a=1, sql_mode='ANSI'"], None, None),
        ([b"SET @@session.sql_mode:='ANSI,'"], b"SET @@session.sql_mode:='ANSI,'", "ANSI"),
    ],
)
def test_sql_mode_is_followed_and_never_left_to_a_variable(judge_all, texts, last_sent, sql_mode):
    sent, session = judge_all(*texts)
    assert sent[-1] == last_sent
    assert session.sql_mode == (INITIAL_SQL_MODE if sql_mode is None else sql_mode)


@pytest.mark.parametrize(
    ("texts", "character_set"),
    [
        ([b"SET NAMES latin1"], "latin1"),
        ([b"SET NAMES 'GBK' COLLATE gbk_bin"], "gbk"),
        ([b"SET CHARSET sjis"], "sjis"),
        ([b"SET CHARACTER SET big5, unique_checks=0"], "big5"),
        ([b"SET NAMES latin1", b"SET NAMES DEFAULT"], "utf8mb4"),
        ([b"SET character_set_client = cp932"], "cp932"),
        ([b"SET character_set_results = cp932"], "utf8mb4"),
        (
            [
                b"SET @c = @@character_set_client",
                b"SET character_set_client = latin1",
                b"SET character_set_client = @c",
            ],
            "utf8mb4",
        ),
        ([b"SET character_set_client = latin1, character_set_client = DEFAULT"], "utf8mb4"),
    ],
)
def test_character_set_is_followed(judge_all, texts, character_set):
    _, session = judge_all(*texts)
    assert session.character_set == character_set


@pytest.mark.parametrize("name", [b"sql_mode", b"character_set_client"])
def test_a_saved_value_cannot_smuggle_sql_into_what_is_sent(judge_all, name):
    with pytest.raises(CannotFollow):
        judge_all(b"SET @a = \"utf8', GLOBAL x='1\"", b"SET " + name + b" = @a")


def test_a_position_is_recorded_whole_and_other_settings_as_excerpts(judge):
    gtids = ",\n".join(f"3e11fa47-71ca-11e1-9e33-{n:012}:1-77" for n in range(20))
    [use] = judge(f"SET @@GLOBAL.GTID_PURGED='{gtids}'".encode()).uses
    assert use.detail == f"@@GLOBAL.GTID_PURGED='{gtids}'".replace("\n", " ")
    [use] = judge(b"SET GLOBAL x='" + b"y" * 500 + b"'").uses
    assert len(use.detail) < 100


def test_a_password_does_not_reach_the_ledger(judge):
    [use] = judge(b"SET PASSWORD FOR 'x'@'y' = 'secret'").uses
    assert "secret" not in use.detail


def test_a_dump_without_sql_mode_gets_its_zero_dates_but_no_value_is_changed():
    modes = INITIAL_SQL_MODE.split(",")
    assert not {"NO_ZERO_DATE", "NO_ZERO_IN_DATE"} & {*modes}
    assert "STRICT_TRANS_TABLES" in modes


def test_text_is_read_in_the_modes_that_a_removed_combination_stands_for(judge_all):
    _, session = judge_all(b"SET sql_mode='POSTGRESQL'", b"SET @old = @@sql_mode, sql_mode = @old")
    assert session.sql_mode == "PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE"
    assert session.mode.ansi_quotes


def test_the_same_text_is_judged_anew_if_another_session_reads_it(profile):
    judge = SetJudge(profile)
    statement = parse_statement(b"SET sql_mode = @a", DumpSession().mode, profile.version_number)
    sessions = [DumpSession().save("@a", mode) for mode in ("ANSI_QUOTES", "NO_BACKSLASH_ESCAPES")]
    for session in [*sessions, *sessions]:
        assert judge.judge(statement, session) == judge_set(statement, session, profile)


def test_the_last_verdict_on_a_text_is_kept_and_not_those_on_any_number_of_texts(profile):
    judge, session = SetJudge(profile), DumpSession()
    texts = [b"SET @a = %d" % number for number in range(2 * _MOST_JUDGED)]
    read = [parse_statement(text, session.mode, profile.version_number) for text in texts]
    verdicts = [judge.judge(statement, session) for statement in read]
    assert judge.judge(read[-1], session) is verdicts[-1]
    assert judge.judge(read[0], session) is not verdicts[0]
