"""The accounts of a world, and their privileges.

Pure: SQL as text, and the option files that carry passwords.

- `root`: ours, for granting and proving; its password never leaves the option file.
- `rewound`: runs the dump's statements and is the definer of what they create. It may
  act only on ordinary schemas, and is locked when the load is over.
- `dev`: everything on the restored schemas, and nothing else. To see how their routines were
  created, which the loader's account did, it takes SHOW_ROUTINE, which is global: it shows the
  routines of `sys` too, which are the server's own, and no rows of any table.
- `reader`: SELECT and SHOW VIEW on the same schemas.
"""

import configparser
import re
import secrets
from collections.abc import Mapping, Sequence

ROOT = "root"
LOADER = "rewound"
DEV = "dev"
READER = "reader"
ACCOUNTS = (ROOT, LOADER, DEV, READER)

_HOSTS = {ROOT: "localhost", LOADER: "localhost", DEV: "%", READER: "%"}

_LOADER_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, LOCK TABLES,"
    " EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER"
)


# No quotes or backslashes, which would alter statements; no # or ;, which begin comments in option
# files.
_PLAIN_PASSWORD = re.compile(r"[A-Za-z0-9!$%&()*+,\-./:<=>?@\[\]^_{|}~]+")
_LONGEST_PASSWORD = 128


def new_password() -> str:
    """Return a random password that needs no quoting anywhere."""
    return secrets.token_urlsafe(18)


def find_unfit(password: str) -> str | None:
    """Say why a password chosen by the user cannot be used; None if it can.

    A usable one needs no escaping in our statements, in option files and, quoted, in URLs.
    """
    if not password:
        return "it is empty"
    if len(password) > _LONGEST_PASSWORD:
        return f"it has more than {_LONGEST_PASSWORD} characters"
    if not _PLAIN_PASSWORD.fullmatch(password):
        return (
            "it contains characters other than ASCII letters, digits and !$%&()*+,-./:<=>?@[]^_{|}~"
        )
    return None


def boot_statement(root_password: str) -> str:
    """Return the statement that a server runs before it accepts its first connection."""
    return f"ALTER USER '{ROOT}'@'localhost' IDENTIFIED BY '{root_password}'"


def password_statement(passwords: Mapping[str, str]) -> str:
    """Return the statement that sets the passwords of a restored world's accounts, all or none.

    The loader's account stays locked.
    """
    users = (f"'{name}'@'{_HOSTS[name]}' IDENTIFIED BY '{passwords[name]}'" for name in passwords)
    return f"ALTER USER {', '.join(users)}"


def account_statements(passwords: Mapping[str, str]) -> list[str]:
    """Return the statements that create the other accounts, before the load.

    `dev` and `reader` may log in from any host, because a server in a container sees its own host
    as a foreign one. The listening address keeps everybody else out.
    """
    return [
        f"CREATE USER '{LOADER}'@'localhost' IDENTIFIED BY '{passwords[LOADER]}'",
        f"GRANT {_LOADER_PRIVILEGES} ON *.* TO '{LOADER}'@'localhost'",
        f"REVOKE {_LOADER_PRIVILEGES} ON mysql.* FROM '{LOADER}'@'localhost'",
        f"REVOKE {_LOADER_PRIVILEGES} ON sys.* FROM '{LOADER}'@'localhost'",
        f"CREATE USER '{DEV}'@'%' IDENTIFIED BY '{passwords[DEV]}'",
        f"CREATE USER '{READER}'@'%' IDENTIFIED BY '{passwords[READER]}'",
    ]


def begin_replay_statements() -> list[str]:
    """Return what lets the loader in again, to apply row events with its own rights to tables."""
    return [
        f"GRANT REPLICATION_APPLIER ON *.* TO '{LOADER}'@'localhost'",
        f"ALTER USER '{LOADER}'@'localhost' ACCOUNT UNLOCK",
    ]


def end_replay_statements() -> list[str]:
    """Return what takes that right away; `grant_statements` lock the account."""
    return [f"REVOKE REPLICATION_APPLIER ON *.* FROM '{LOADER}'@'localhost'"]


def reading_statements(quoted_schemas: Sequence[str]) -> list[str]:
    """Return what opens the restored schemas to those who only read."""
    return [f"GRANT SELECT, SHOW VIEW ON {schema}.* TO '{READER}'@'%'" for schema in quoted_schemas]


def grant_statements(quoted_schemas: Sequence[str]) -> list[str]:
    """Return the statements that open the restored schemas to their users and end the load."""
    grants = [f"GRANT ALL PRIVILEGES ON {schema}.* TO '{DEV}'@'%'" for schema in quoted_schemas]
    grants += reading_statements(quoted_schemas)
    grants.append(f"GRANT SHOW_ROUTINE ON *.* TO '{DEV}'@'%'")
    return [*grants, f"ALTER USER '{LOADER}'@'localhost' ACCOUNT LOCK"]


def option_file(user: str, password: str) -> str:
    """Return the text of an option file that logs any MySQL client in."""
    return f"[client]\nuser={user}\npassword={password}\n"


def read_password(text: str) -> str:
    """Return the password in an option file that `option_file` wrote."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser["client"]["password"]
