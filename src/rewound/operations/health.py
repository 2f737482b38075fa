"""The health check of a standalone world; runs every few seconds, so it imports little.

`ledger.json` is written only when the ledger balances, and last: its existence is the
proof. A login shows that the world can be used as well.
"""

from pathlib import Path

from rewound.errors import FleetError
from rewound.fleet.data_folder import DataFolder
from rewound.mysql.accounts import READER
from rewound.mysql.client import Connection
from rewound.mysql.endpoint import Endpoint

_TIMEOUT_S = 3.0


def check_world(data_dir: Path) -> None:
    """Return if the world in a folder of `standalone` is proven and answers to `reader`.

    Raises:
        FleetError: it is not proven.
        MysqlError: it does not answer.
    """
    folder = DataFolder(data_dir)
    password = folder.find_password(READER)
    if not folder.is_proven() or password is None:
        raise FleetError(f"the world in {folder.path} is not proven")
    endpoint = Endpoint(folder.socket, "", 0, READER, password)
    with Connection(
        endpoint, connect_timeout_s=_TIMEOUT_S, answer_timeout_s=_TIMEOUT_S
    ) as connection:
        connection.execute_sql("SELECT 1")
