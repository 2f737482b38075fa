from pathlib import Path

import pytest

from rewound.engine.server_options import (
    ServerSettings,
    plan_buffer_pool_bytes,
    plan_memory_bytes,
    serving_options,
)
from rewound.errors import HostError, UsageError

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


@pytest.mark.parametrize(
    ("limit_mib", "pool_mib"), [(400, 110), (1024, 484), (8192, 2048), (146, 16)]
)
def test_plan_buffer_pool_bytes_stays_below_the_limit(limit_mib: int, pool_mib: int):
    pool = plan_buffer_pool_bytes(available_bytes=16 * GIB, servers=1, limit_bytes=limit_mib * MIB)
    assert pool == pool_mib * MIB


def test_plan_buffer_pool_bytes_refuses_a_limit_below_any_server():
    with pytest.raises(UsageError, match="146 MiB") as caught:
        plan_buffer_pool_bytes(available_bytes=16 * GIB, servers=1, limit_bytes=100 * MIB)
    assert "--memory-limit" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("host_gib", "limit_mib"), [(None, 3584), (64, 3584), (4, 3072), (1, 1536)]
)
def test_plan_memory_bytes_leaves_a_share_to_the_host(host_gib: int | None, limit_mib: int):
    host_bytes = None if host_gib is None else host_gib * GIB
    assert plan_memory_bytes(512 * MIB, host_bytes=host_bytes) == limit_mib * MIB


def test_serving_options_keep_the_server_shut_in():
    options = serving_options(
        data=Path("/w/data"),
        socket=Path("/w/s"),
        temporary=Path("/w/tmp"),
        address="127.0.0.1",
        port=4000,
        buffer_pool_bytes=16 * MIB,
        settings=ServerSettings("Europe/Berlin", 1),
    )
    assert {
        "--default-time-zone=Europe/Berlin",
        "--lower-case-table-names=1",
        "--datadir=/w/data",
        "--bind-address=127.0.0.1",
        "--port=4000",
        "--secure-file-priv=NULL",
        "--local-infile=OFF",
        "--event-scheduler=DISABLED",
        "--loose-mysqlx=OFF",
        "--skip-log-bin",
    } <= set(options)
