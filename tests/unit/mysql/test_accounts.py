import pytest

from rewound.mysql.accounts import (
    ACCOUNTS,
    account_statements,
    boot_statement,
    find_unfit,
    grant_statements,
    new_password,
    option_file,
    password_statement,
)

PASSWORDS = {account: f"{account}-secret" for account in ACCOUNTS}
FORBIDDEN = ("FILE", "SUPER", "PROCESS", "SHUTDOWN", "CREATE USER", "GRANT OPTION", "_ADMIN")


def test_passwords_are_long_new_and_need_no_quoting():
    passwords = {new_password() for _ in range(100)}
    assert len(passwords) == 100
    assert all(len(each) >= 24 for each in passwords)
    assert not set("".join(passwords)) & set("'\"\\#;` \n=%")
    assert not any(find_unfit(each) for each in passwords)


def test_only_root_has_its_password_from_the_boot_on():
    assert boot_statement("x") == "ALTER USER 'root'@'localhost' IDENTIFIED BY 'x'"


def test_a_baselines_accounts_get_all_of_their_passwords_in_one_statement():
    assert password_statement(PASSWORDS) == (
        "ALTER USER 'root'@'localhost' IDENTIFIED BY 'root-secret',"
        " 'rewound'@'localhost' IDENTIFIED BY 'rewound-secret',"
        " 'dev'@'%' IDENTIFIED BY 'dev-secret', 'reader'@'%' IDENTIFIED BY 'reader-secret'"
    )


def test_the_accounts_before_the_load_may_do_nothing_to_the_host():
    statements = account_statements(PASSWORDS)
    assert [s for s in statements if s.startswith("CREATE USER")] == [
        "CREATE USER 'rewound'@'localhost' IDENTIFIED BY 'rewound-secret'",
        "CREATE USER 'dev'@'%' IDENTIFIED BY 'dev-secret'",
        "CREATE USER 'reader'@'%' IDENTIFIED BY 'reader-secret'",
    ]
    for grant in (s for s in statements if s.startswith("GRANT")):
        assert "TO 'rewound'@'localhost'" in grant
        assert not [word for word in FORBIDDEN if word in grant]
    revoked = [s.split(" ON ")[1].split(" FROM ")[0] for s in statements if s.startswith("REVOKE")]
    assert revoked == ["mysql.*", "sys.*"]


def test_the_grants_after_the_load_open_the_schemas_and_lock_the_loader():
    assert grant_statements(["`game`", "`a``b`"]) == [
        "GRANT ALL PRIVILEGES ON `game`.* TO 'dev'@'%'",
        "GRANT ALL PRIVILEGES ON `a``b`.* TO 'dev'@'%'",
        "GRANT SELECT, SHOW VIEW ON `game`.* TO 'reader'@'%'",
        "GRANT SELECT, SHOW VIEW ON `a``b`.* TO 'reader'@'%'",
        "GRANT SHOW_ROUTINE ON *.* TO 'dev'@'%'",
        "ALTER USER 'rewound'@'localhost' ACCOUNT LOCK",
    ]


def test_an_option_file_is_what_mysql_clients_read():
    assert option_file("dev", "secret") == "[client]\nuser=dev\npassword=secret\n"


@pytest.mark.parametrize("password", ["x", "Secret-123", "!$%&()*+,-./:<=>?@[]^_{|}~", "x" * 128])
def test_an_ordinary_password_of_the_user_can_be_taken(password: str):
    assert find_unfit(password) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "empty"),
        ("x" * 129, "128"),
        *(
            (f"a{sign}b", "it contains characters other than")
            for sign in ("'", '"', "`", "\\", "#", ";", " ", "\n", "\r", "\t", "\0", "ü", "\x7f")
        ),
    ],
)
def test_a_password_that_could_mean_something_else_is_refused(password: str, reason: str):
    assert reason in str(find_unfit(password))
