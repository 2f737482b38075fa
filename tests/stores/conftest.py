"""Real stores, once per worker; what this host lacks is skipped, or fails by --require-stores."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.stores.servers import (
    AZURE_ACCOUNT,
    AZURE_KEY,
    S3_KEY,
    S3_SECRET,
    AzureServer,
    NoStore,
    S3Server,
    SshServer,
    run_azurite,
    run_seaweedfs,
    run_sshd,
)

_OURS = ("AWS_", "GOOGLE_", "AZURE_", "SSH_", "REWOUND_ALLOW_HTTP", "SSL_CERT_")
_Server = TypeVar("_Server")
CLOSED_PORT = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings, credentials or proxies of the user; machines' metadata does not answer."""
    for name in os.environ:
        if name.startswith(_OURS) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", CLOSED_PORT)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="session")
def seaweedfs(pytestconfig: pytest.Config) -> Iterator[S3Server]:
    """A SeaweedFS."""
    yield from _run(run_seaweedfs, pytestconfig)


@pytest.fixture(scope="session")
def azurite(pytestconfig: pytest.Config) -> Iterator[AzureServer]:
    """An Azurite."""
    yield from _run(run_azurite, pytestconfig)


@pytest.fixture(scope="session")
def sshd(pytestconfig: pytest.Config) -> Iterator[SshServer]:
    """An sshd."""
    yield from _run(run_sshd, pytestconfig)


@pytest.fixture
def s3(seaweedfs: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The SeaweedFS, with the environment that leads to it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", S3_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", S3_SECRET)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", seaweedfs.endpoint)
    return seaweedfs


@pytest.fixture
def azure(azurite: AzureServer, monkeypatch: pytest.MonkeyPatch) -> AzureServer:
    """The Azurite, with the environment that leads to it."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", AZURE_ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", AZURE_KEY)
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", azurite.endpoint)
    return azurite


def _run(
    run: Callable[[Path], AbstractContextManager[_Server]], config: pytest.Config
) -> Iterator[_Server]:
    folder = Path(tempfile.mkdtemp(prefix="rw-store-", dir="/tmp"))
    try:
        with run(folder) as server:
            yield server
    except NoStore as error:
        if config.getoption("--require-stores"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    finally:
        shutil.rmtree(folder)
