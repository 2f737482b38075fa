"""Reading the profile of a running server for the judge."""

import re

from rewound.dump.rules.server_profile import ServerProfile
from rewound.errors import LoadError
from rewound.mysql.client import Connection
from rewound.mysql.version import Version


def read_server_profile(connection: Connection) -> ServerProfile:
    """Ask a server for its version, engines and collations."""
    collations = connection.query(
        "SELECT LOWER(collation_name), LOWER(character_set_name), is_default"
        " FROM information_schema.collations"
    ).rows
    engines = connection.names(
        "SELECT LOWER(engine) FROM information_schema.engines WHERE support IN ('YES', 'DEFAULT')"
    )
    return ServerProfile(
        lower_case_table_names=int(connection.names("SELECT @@lower_case_table_names")[0]),
        version_number=_version_number(connection.names("SELECT VERSION()")[0]),
        engines=frozenset(engines),
        collations={str(name): str(owner) for name, owner, _ in collations},
        default_collations={
            str(owner): str(name) for name, owner, default in collations if default == "Yes"
        },
    )


def _version_number(version: str) -> int:
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if match is None:
        raise LoadError(f"the server reports an unknown version: {version!r}")
    major, minor, patch = map(int, match.groups())
    return Version(major, minor, patch).number
