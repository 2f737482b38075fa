"""Real stores on loopback: SeaweedFS (S3), Azurite (Azure) and OpenSSH's sshd (SFTP)."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rewound import command
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
S3_KEY, S3_SECRET = "tester", "tester-secret"
STRANGER_KEY, STRANGER_SECRET = "stranger", "stranger-secret"
AZURE_ACCOUNT = "devstoreaccount1"
AZURE_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
)
"""The account that every Azurite has."""
_READY_S = 60.0


class NoStore(Exception):
    """This host lacks the program of a store."""


@dataclass(frozen=True, slots=True)
class S3Server:
    """A SeaweedFS."""

    port: int

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self, name: str) -> None:
        """Make a bucket."""
        self._client().create_bucket(Bucket=name)

    def put(self, bucket: str, key: str, content: bytes) -> None:
        """Write an object."""
        self._client().put_object(Bucket=bucket, Key=key, Body=content)

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object."""
        self._client().delete_object(Bucket=bucket, Key=key)

    def _client(self):
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=S3_KEY,
            aws_secret_access_key=S3_SECRET,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}),
        )


@contextmanager
def run_seaweedfs(folder: Path) -> Iterator[S3Server]:
    """Run a SeaweedFS with one user who may everything, and one who may nothing here."""
    program = find_program("weed", folders=[Path(sys.executable).parent])
    users = {
        "identities": [
            {
                "name": name,
                "credentials": [{"accessKey": key, "secretKey": secret}],
                "actions": actions,
            }
            for name, key, secret, actions in (
                ("tester", S3_KEY, S3_SECRET, ["Admin", "Read", "List", "Write"]),
                ("stranger", STRANGER_KEY, STRANGER_SECRET, ["Read:elsewhere"]),
            )
        ]
    }
    (folder / "users.json").write_text(json.dumps(users))
    (folder / "store").mkdir()
    ports = iter(find_free_ports(8))
    argv = [
        program,
        "server",
        f"-dir={folder / 'store'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{part}={next(ports)}" for part in ("master.port", "master.port.grpc")),
        *(f"-{part}={next(ports)}" for part in ("volume.port", "volume.port.grpc")),
        "-filer",
        *(f"-{part}={next(ports)}" for part in ("filer.port", "filer.port.grpc")),
        "-s3",
        f"-s3.port={(port := next(ports))}",
        f"-s3.port.grpc={next(ports)}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-s3.iam=false",
        f"-s3.config={folder / 'users.json'}",
        "-master.telemetry=false",
        "-master.volumeSizeLimitMB=64",
        "-master.volumePreallocate=false",
        "-volume.max=100",
    ]
    server = S3Server(port)

    def is_ready() -> bool:
        # It answers before it can store something.
        try:
            server.make_bucket("ready")
            server.put("ready", "ready", b"ready")
        except (BotoCoreError, ClientError) as error:
            return "BucketAlready" in str(error)
        return True

    with running(argv, folder=folder) as log:
        _wait(is_ready, log)
        yield server


@dataclass(frozen=True, slots=True)
class AzureServer:
    """An Azurite."""

    port: int

    @property
    def endpoint(self) -> str:
        """Its address, with the account."""
        return f"http://127.0.0.1:{self.port}/{AZURE_ACCOUNT}"

    def request(self, method: str, path: str, *, query: str = "", body: bytes = b"") -> None:
        """Send a signed request ("Authorize with Shared Key")."""
        when = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
        headers = {"x-ms-date": when, "x-ms-version": "2021-12-02"}
        if body:
            headers["x-ms-blob-type"] = "BlockBlob"
        signed = "\n".join(f"{name}:{value}" for name, value in sorted(headers.items()))
        parameters = "".join(f"\n{each.replace('=', ':')}" for each in query.split("&") if each)
        resource = f"/{AZURE_ACCOUNT}/{AZURE_ACCOUNT}/{path}{parameters}"
        length = str(len(body)) if body else ""
        kind = "application/octet-stream" if body else ""
        text = "\n".join([method, "", "", length, "", kind, "", "", "", "", "", "", signed])
        mac = hmac.new(base64.b64decode(AZURE_KEY), f"{text}\n{resource}".encode(), hashlib.sha256)
        signature = base64.b64encode(mac.digest()).decode()
        headers["Authorization"] = f"SharedKey {AZURE_ACCOUNT}:{signature}"
        if body:
            headers["Content-Type"] = kind
        url = f"{self.endpoint}/{path}{'?' if query else ''}{query}"
        request = urllib.request.Request(url, body or None, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            answer.read()


@contextmanager
def run_azurite(folder: Path) -> Iterator[AzureServer]:
    """Run an Azurite that keeps everything in memory."""
    program = find_program("azurite-blob", folders=[ROOT / "node_modules" / ".bin"])
    [port] = find_free_ports(1)
    argv = [
        program,
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
        "--disableTelemetry",
        "--silent",
        "--blobHost=127.0.0.1",
        f"--blobPort={port}",
    ]
    server = AzureServer(port)

    def is_ready() -> bool:
        try:
            server.request("PUT", "ready", query="restype=container")
        except urllib.error.HTTPError as error:
            return error.code == 409  # it was made by a request whose answer was late
        except OSError:
            return False
        return True

    with running(argv, folder=folder) as log:
        _wait(is_ready, log)
        yield server


@dataclass(frozen=True, slots=True)
class SshServer:
    """An sshd for the user who runs the tests."""

    port: int
    denying_port: int
    """Where files are listed, and none may be opened."""
    host_key: str
    """The line of a known_hosts, without the host."""
    client_key: Path
    """The one private key that is let in."""


@contextmanager
def run_sshd(folder: Path) -> Iterator[SshServer]:
    """Run an sshd that offers nothing but SFTP."""
    program = find_program("sshd", folders=[Path("/usr/sbin")])
    keygen = find_program("ssh-keygen", folders=[])
    for name in ("host", "client"):
        make_key(folder / name, keygen=keygen)
    shutil.copy(folder / "client.pub", folder / "authorized_keys")
    port, denying_port = find_free_ports(2)
    lines = [
        f"ListenAddress 127.0.0.1:{port}",
        f"ListenAddress 127.0.0.1:{denying_port}",
        f"HostKey {folder / 'host'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        "PidFile none",
        "UsePAM no",
        "StrictModes no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "Subsystem sftp internal-sftp",
        "MaxStartups 100",
        f"Match LocalPort {denying_port}",
        "ForceCommand internal-sftp -P open",
    ]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd as root requires it
    argv = [program, "-D", "-e", "-f", str(folder / "sshd_config")]
    with running(argv, folder=folder) as log:
        _wait(lambda: is_open(port), log)
        yield SshServer(
            port, denying_port, (folder / "host.pub").read_text().strip(), folder / "client"
        )


def make_key(path: Path, *, keygen: str = "ssh-keygen") -> None:
    """Make a pair of keys."""
    argv = [keygen, "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)


def find_program(name: str, *, folders: Sequence[Path]) -> str:
    """Return the path of a program."""
    for folder in folders:
        if (folder / name).exists():
            return str(folder / name)
    path = shutil.which(name)
    if path is None:
        raise NoStore(f"there is no program {name} on this host")
    return path


@contextmanager
def running(argv: Sequence[str], *, folder: Path) -> Iterator[Path]:
    """Run a program while the block runs; give its log."""
    log = folder / "log"
    # SeaweedFS leaves sockets and logs in the folder for temporary files.
    with_folder = ["env", f"TMPDIR={folder}", *argv]
    server = command.start_daemon(with_folder, log=log, cwd=folder, dies_with_us=True)
    with ExitStack() as stack:
        stack.callback(command.kill, server)
        yield log


def find_free_ports(count: int) -> list[int]:
    """Return ports of loopback that nobody uses now."""
    with ExitStack() as stack:
        listeners = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [each.getsockname()[1] for each in listeners]


def is_open(port: int) -> bool:
    """Tell whether something listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait(is_ready: Callable[[], bool], log: Path) -> None:
    try:
        wait_until(is_ready, timeout_s=_READY_S, poll_s=0.1)
    except AssertionError as error:
        words = command.last_lines(log.read_text(errors="replace"))
        raise AssertionError(f"{log.parent.name}: {error}\n{words}") from error
