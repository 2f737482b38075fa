from pathlib import Path

import pytest

from rewound.engine.host.memory import find_limit_bytes

NO_LIMIT_V1 = 9223372036854771712
"""What the kernel writes where version 1 has none."""


@pytest.mark.parametrize(
    ("membership", "files", "limit"),
    [
        # Version 2, in a container and on a host.
        ("0::/\n", {"memory.max": "536870912\n"}, 536870912),
        ("0::/\n", {"memory.max": "max\n"}, None),
        ("0::/\n", {}, None),
        ("0::/a/b\n", {"a/memory.max": "300\n", "a/b/memory.max": "max\n"}, 300),
        ("0::/a/b\n", {"a/memory.max": "300\n", "a/b/memory.max": "200\n"}, 200),
        # Version 1: the host's name of the group, under which a container cannot see it.
        (
            "9:cpu,cpuacct:/docker/x\n5:memory:/docker/x\n0::/\n",
            {"memory/memory.limit_in_bytes": "400\n", "cpu/memory.limit_in_bytes": "1\n"},
            400,
        ),
        ("5:memory:/docker/x\n", {"memory/docker/x/memory.limit_in_bytes": "500\n"}, 500),
        ("5:memory:/\n", {"memory/memory.limit_in_bytes": f"{NO_LIMIT_V1}\n"}, NO_LIMIT_V1),
    ],
)
def test_find_limit_bytes(
    membership: str, files: dict[str, str], limit: int | None, tmp_path: Path
):
    (tmp_path / "cgroup").write_text(membership)
    for name, text in files.items():
        path = tmp_path / "sys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert find_limit_bytes(tmp_path / "cgroup", tmp_path / "sys") == limit


def test_find_limit_bytes_where_there_are_no_control_groups(tmp_path: Path):
    assert find_limit_bytes(tmp_path / "none", tmp_path) is None
