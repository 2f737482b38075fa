"""The only door to Docker: containers, networks and images of one daemon of this host.

Everything created here carries the label of a folder, and is found by it: no record
is needed to end it. Nothing is ever pruned.
"""

import contextlib
import os
import socket
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import (
    APIError,
    DockerException,
    ImageNotFound,
    NotFound,
    StreamParseError,
)
from docker.types import LogConfig, Mount, Ulimit
from docker.utils import parse_repository_tag

from rewound.command import last_lines
from rewound.engine.docker.address import SCHEME
from rewound.engine.docker.container import (
    AS_ROOT,
    DROPPED_CAPABILITIES,
    FOLDER_LABEL,
    HOME,
    LOG_DRIVER,
    LOG_OPTIONS,
    NETWORK_DRIVER,
    NETWORK_OPTIONS,
    OPEN_FILES,
    PORT,
    PROGRAM,
    SECURITY_OPTIONS,
    STOP_SIGNAL,
    TASKS,
    WORKING_FOLDER,
    ContainerPlan,
)
from rewound.engine.docker.hints import explain_used_network, find_hint
from rewound.engine.protocol import PullStep
from rewound.engine.server_options import ENVIRONMENT, LOOPBACK
from rewound.errors import HostError

_ANSWER_TIMEOUT_S = 120
_PROGRAM_TIMEOUT_S = 300.0
_NOTICE_TIMEOUT_S = 10
_FOREIGN = (DockerException, StreamParseError, requests.RequestException, OSError)
"""The exceptions of the library, and those that pass through it."""
_IS_IT_THERE = "check that it runs and that you may use it: docker info"
_NO_SUCH_FOLDER = "bind source path does not exist"
"""Docker's message for a missing bind source. Podman 4.3 creates an empty folder."""
_HOST_USERS = "name=userns"
_ROOTLESS = "name=rootless"


@dataclass(frozen=True, slots=True)
class DaemonFacts:
    """What a daemon says of itself."""

    version: str
    storage_driver: str
    root: Path
    """Where it keeps its images."""
    is_rootless: bool
    remaps_users: bool


@dataclass(frozen=True, slots=True)
class ContainerState:
    """Where a container is."""

    pid: int
    """The host's id of its first process; 0 where it does not run."""
    memory_bytes: int
    """The most that it may take."""
    is_out_of_memory: bool
    """The kernel ended it because of that."""


class Daemon:
    """Guards the connection to one daemon."""

    def __init__(self, address: str, *, timeout_s: int = _ANSWER_TIMEOUT_S) -> None:
        """Connect; `timeout_s` is for each answer.

        Raises:
            HostError: it does not answer.
        """
        self.address = address
        with _door(f"the Docker daemon at {address} cannot be used"):
            # Asked first, because the library leaves a socket open that it could not connect.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(address.removeprefix(SCHEME))
            self._client = docker.DockerClient(base_url=address, version="auto", timeout=timeout_s)
            weakref.finalize(self, self._client.close)
            self.facts = _read_facts(self._client.info())

    def does_not_see(self, folder: Path) -> HostError:
        """Return the error of a daemon for which a folder of ours is not what it is here."""
        return HostError(
            f"the Docker daemon at {self.address} cannot see {folder}",
            hint="set REWOUND_STATE_DIR and REWOUND_CACHE_DIR to folders that it can see; if it"
            " sees them but not new mounts in them, use --clone copy",
        )

    def find_image_id(self, name: str) -> str | None:
        """Return the id of an image that is on this host."""
        with _door(f"image {name} cannot be looked up"):
            try:
                return str(self._client.images.get(name).id)
            except ImageNotFound:
                return None

    def pull(self, name: str, progress: Callable[[PullStep], None]) -> None:
        """Fetch an image from its registry."""
        repository, tag = parse_repository_tag(name)
        with _door(f"image {name} cannot be pulled"):
            events = self._client.api.pull(
                repository, tag=tag or "latest", stream=True, decode=True
            )
            for event in events:
                if "error" in event:
                    says = str(event["error"])
                    raise HostError(f"image {name} cannot be pulled: {says}", hint=find_hint(says))
                progress(_read_step(event))

    def ask_registry(self, name: str) -> None:
        """Ask an image's registry for it, and pull nothing.

        Raises:
            HostError: it has none of that name, or cannot be reached.
        """
        with _door(f"image {name} cannot be pulled"):
            try:
                self._client.images.get_registry_data(name)
            except NotFound as error:
                if "not supported" not in str(error.explanation):
                    raise
                # Podman 4.3.
                raise HostError("the daemon does not report whether it can be pulled") from error

    def run(self, plan: ContainerPlan) -> str:
        """Run mysqld to its end, and return what it printed.

        Raises:
            HostError: it could not be run, or ended with an error.
        """
        container = self._create(plan)
        try:
            with _door(f"{PROGRAM} cannot run in a container"):
                container.start()
                code = container.wait(timeout=_PROGRAM_TIMEOUT_S)["StatusCode"]
                output = container.logs().decode(errors="replace")
        finally:
            self.remove(container.id)
        if code != 0:
            raise HostError(
                f"{PROGRAM} in a container exited with code {code}", quoted=last_lines(output)
            )
        return str(output)

    def start(self, plan: ContainerPlan) -> str:
        """Start a container and return its id; one that does not start is removed.

        Raises:
            PortInUse: of the host.
            HostError: it could not be started.
        """
        container = self._create(plan)
        try:
            with _door(f"the container of {plan.folder} cannot be started"):
                try:
                    container.start()
                except APIError as error:
                    if _is_port_taken(error):
                        raise PortInUse from error
                    raise
        except BaseException:
            self.remove(container.id)
            raise
        return str(container.id)

    def await_end(self, container: str) -> ContainerState:
        """Return where a container is once the daemon knows as well that mysqld has ended."""
        with _door(f"container {container[:12]} cannot be waited for"):
            self._client.api.wait(container, timeout=_NOTICE_TIMEOUT_S)
        return self.look_at(container)

    def look_at(self, container: str) -> ContainerState:
        """Return where a container is."""
        with _door(f"container {container[:12]} cannot be inspected"):
            found = self._client.api.inspect_container(container)
        state = found["State"]
        return ContainerState(
            state["Pid"], found["HostConfig"]["Memory"], bool(state.get("OOMKilled"))
        )

    def read_log(self, container: str, lines: int) -> str:
        """Return the end of what a container printed; empty if it cannot be had."""
        with contextlib.suppress(HostError), _door("no log"):
            content: bytes = self._client.api.logs(container, tail=lines)
            return content.decode(errors="replace")
        return ""

    def stop(self, container: str, *, grace_s: float) -> None:
        """End a container with TERM, and with KILL where that takes too long."""
        with _door(f"container {container[:12]} cannot be stopped"):
            self._client.api.stop(container, timeout=int(grace_s))

    def remove(self, container: str) -> None:
        """Kill and remove a container with all that is its own; one that is gone is fine."""
        with _door(f"container {container[:12]} cannot be removed"):
            try:
                self._client.api.remove_container(container, force=True, v=True)
            except NotFound:
                return
            except APIError as error:
                # Another command removes it right now.
                if error.status_code != requests.codes.conflict:
                    raise

    def find_containers(self, folder: Path) -> dict[str, Path]:
        """Return the containers, running or not, whose folder is at or below one, by id."""
        with _door("the containers of this host cannot be listed"):
            found = self._client.api.containers(all=True, filters={"label": FOLDER_LABEL})
        return _only_below(folder, {each["Id"]: each["Labels"] for each in found})

    def ensure_network(self, name: str, folder: Path) -> str:
        """Return the id of the network of a folder, made now if it is missing."""
        with _door(f"the network of {folder} cannot be created"):
            for network in self._find_networks(folder):
                return network
            made = self._client.api.create_network(
                name, driver=NETWORK_DRIVER, options=dict(NETWORK_OPTIONS), labels=_label(folder)
            )
            return str(made["Id"])

    def remove_networks(self, folder: Path) -> None:
        """Remove the networks whose folder is at or below one."""
        with _door(f"the network of {folder} cannot be removed"):
            for network in self._find_networks(folder):
                try:
                    self._client.api.remove_network(network)
                except NotFound:
                    continue
                except APIError as error:
                    raise self._explain_network(network, error) from error

    def _explain_network(self, network: str, error: APIError) -> HostError | APIError:
        """Return why a network was not removed: other containers use it."""
        found = self._client.api.inspect_network(network)
        users = sorted(each["Name"] for each in (found.get("Containers") or {}).values())
        if not users:
            return error
        message, hint = explain_used_network(found["Name"], users)
        return HostError(message, hint=hint)

    def _find_networks(self, folder: Path) -> dict[str, Path]:
        found = self._client.api.networks(filters={"label": FOLDER_LABEL})
        return _only_below(folder, {each["Id"]: each["Labels"] for each in found})

    def _create(self, plan: ContainerPlan) -> Any:
        user = [AS_ROOT] if plan.user.is_root_inside else []
        ports = {} if plan.port is None else {f"{PORT}/tcp": (LOOPBACK, plan.port)}
        # A volume would be made by Docker where it does not see the folder, a mount is not.
        mount = Mount(str(HOME), str(plan.folder), type="bind")
        with _door(f"the container of {plan.folder} cannot be created"), self._seeing(plan.folder):
            return self._client.containers.create(
                plan.image,
                [*plan.arguments, *user],
                entrypoint=[PROGRAM],
                name=plan.name,
                user=plan.user.inside,
                userns_mode="host" if self.facts.remaps_users else None,
                working_dir=WORKING_FOLDER,
                mounts=[mount] if plan.sees_folder else [],
                ports=ports,
                network=plan.network,
                environment=dict(ENVIRONMENT),
                labels={**plan.labels, **_label(plan.folder)},
                read_only=True,
                cap_drop=list(DROPPED_CAPABILITIES),
                security_opt=list(SECURITY_OPTIONS),
                ulimits=[Ulimit(name="nofile", soft=OPEN_FILES, hard=OPEN_FILES)],
                pids_limit=TASKS,
                mem_limit=plan.memory_bytes,
                memswap_limit=plan.memory_bytes,
                healthcheck={"test": ["NONE"]},
                stop_signal=STOP_SIGNAL,
                log_config=LogConfig(type=LOG_DRIVER, config=dict(LOG_OPTIONS)),
            )

    @contextmanager
    def _seeing(self, folder: Path) -> Iterator[None]:
        try:
            yield
        except APIError as error:
            if _NO_SUCH_FOLDER in str(error.explanation):
                raise self.does_not_see(folder) from error
            raise


class PortInUse(Exception):
    """Another program listens on the port that a container was to have."""


@contextmanager
def _door(what: str) -> Iterator[None]:
    """Turn what the library raises into what we do."""
    try:
        yield
    except APIError as error:
        says = str(error.explanation or error)
        raise HostError(f"{what}: {says}", hint=find_hint(says)) from error
    except _FOREIGN as error:
        says = str(_innermost(error))
        raise HostError(f"{what}: {says}", hint=find_hint(says) or _IS_IT_THERE) from error


def _innermost(error: BaseException) -> BaseException:
    """Return what the library has wrapped, which says more than its wrappings."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error


def _is_port_taken(error: APIError) -> bool:
    text = str(error.explanation)
    return "port is already allocated" in text or "address already in use" in text


def _read_facts(info: Mapping[str, Any]) -> DaemonFacts:
    options = [option.split(",")[0] for option in info.get("SecurityOptions") or ()]
    return DaemonFacts(
        version=info["ServerVersion"],
        storage_driver=info["Driver"],
        root=Path(info["DockerRootDir"]),
        is_rootless=_ROOTLESS in options,
        remaps_users=_HOST_USERS in options,
    )


def _read_step(event: Mapping[str, Any]) -> PullStep:
    detail = event.get("progressDetail") or {}
    return PullStep(
        layer=event.get("id", "") if detail else "",
        what=event.get("status", ""),
        done_bytes=detail.get("current", 0),
        total_bytes=detail.get("total", 0),
    )


def _label(folder: Path) -> dict[str, str]:
    return {FOLDER_LABEL: os.path.realpath(folder)}


def _only_below(folder: Path, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Path]:
    real = os.path.realpath(folder)
    places = {each: Path(its[FOLDER_LABEL]) for each, its in labels.items()}
    return {each: place for each, place in places.items() if place.is_relative_to(real)}
