import pytest

from rewound.dump.judging.judge import Judge
from rewound.dump.rules.server_profile import ServerProfile
from rewound.dump.rules.table import Effect


@pytest.fixture(scope="session")
def profile():
    """A small MySQL 9.7.4."""
    return ServerProfile(
        version_number=90704,
        engines=frozenset({"innodb", "myisam", "memory", "csv", "mrg_myisam", "blackhole"}),
        collations={
            "utf8mb4_0900_ai_ci": "utf8mb4",
            "utf8mb4_0900_bin": "utf8mb4",
            "utf8mb4_bin": "utf8mb4",
            "utf8mb4_unicode_ci": "utf8mb4",
            "utf8mb4_unicode_520_ci": "utf8mb4",
            "utf8mb4_general_ci": "utf8mb4",
            "utf8mb4_swedish_ci": "utf8mb4",
            "utf8mb3_general_ci": "utf8mb3",
            "latin1_swedish_ci": "latin1",
            "latin1_bin": "latin1",
            "latin2_general_ci": "latin2",
            "gbk_chinese_ci": "gbk",
            "big5_chinese_ci": "big5",
            "sjis_japanese_ci": "sjis",
        },
        default_collations={
            "utf8mb4": "utf8mb4_0900_ai_ci",
            "utf8mb3": "utf8mb3_general_ci",
            "latin1": "latin1_swedish_ci",
            "latin2": "latin2_general_ci",
            "gbk": "gbk_chinese_ci",
            "big5": "big5_chinese_ci",
            "sjis": "sjis_japanese_ci",
        },
    )


@pytest.fixture
def judge(profile):
    """A judge in the middle of a dump: the database `game` was created and is used."""
    judge = Judge(profile)
    judge.judge(b"CREATE DATABASE game", 1)
    judge.judge(b"USE game", 2)
    return judge


@pytest.fixture
def rewrite(judge):
    """Return the statement as it is sent, and the names of the rules that changed it."""

    def rewrite(text):
        verdict = judge.judge(text.encode(), 1)
        assert verdict.refusal is None
        return verdict.sql[-1].decode(), {
            use.rule.name for use in verdict.uses if use.rule.effect is not Effect.ADAPT
        }

    return rewrite
