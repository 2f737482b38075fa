from pathlib import Path

import pytest

from rewound.engine.options import plan_buffer_pool_bytes, serving_options
from rewound.errors import HostError

MIB = 1 << 20
GIB = 1 << 30


@pytest.mark.parametrize(
    ("available_gib", "servers", "pool_mib"),
    [
        (64, 1, 2048),  # never more than a throw-away server can use
        (64, 4, 2048),
        (16, 4, 2048),
        (16, 10, 853),
        (16, 60, 33),
        (16, 100, 16),  # a hundred small worlds fit on a laptop
        (1, 1, 484),
    ],
)
def test_plan_buffer_pool_bytes_shares_the_memory(available_gib: int, servers: int, pool_mib: int):
    pool = plan_buffer_pool_bytes(available_bytes=available_gib * GIB, servers=servers)
    assert pool == pool_mib * MIB


def test_plan_buffer_pool_bytes_refuses_what_does_not_fit():
    with pytest.raises(HostError, match="100 servers need 14,600 MiB") as caught:
        plan_buffer_pool_bytes(available_bytes=8 * GIB, servers=100)
    assert "--worlds" in str(caught.value.hint)


def test_serving_options_keep_the_server_shut_in():
    options = serving_options(
        data=Path("/w/data"),
        socket=Path("/w/s"),
        temporary=Path("/w/tmp"),
        address="127.0.0.1",
        port=4000,
        buffer_pool_bytes=16 * MIB,
    )
    assert {
        "--datadir=/w/data",
        "--bind-address=127.0.0.1",
        "--port=4000",
        "--secure-file-priv=NULL",
        "--local-infile=OFF",
        "--event-scheduler=DISABLED",
        "--loose-mysqlx=OFF",
        "--skip-log-bin",
    } <= set(options)
