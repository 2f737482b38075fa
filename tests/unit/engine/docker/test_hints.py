"""Docker's own messages, each with what can be done about it."""

import pytest

from rewound.engine.docker.hints import MALFORMED_IMAGE, explain_used_network, find_hint


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("no such image: MySQL: invalid reference format: repository name must be lowercase",
         MALFORMED_IMAGE),
        ("invalid tag format", MALFORMED_IMAGE),
        ("pull access denied for mysq, repository does not exist or may require 'docker login':"
         " denied: requested access to the resource is denied", "docker login"),
        ("unauthorized: authentication required", "docker login"),
        ("manifest for mysql:99 not found: manifest unknown: manifest unknown", "no such tag"),
        ("toomanyrequests: You have reached your pull rate limit", "or wait"),
        ("no such image: a/b:1: No such image: a/b:1", "docker pull"),
        ('Conflict. The container name "/rewound-x-3306" is already in use by container "45ab".'
         " You have to remove (or rename) that container", "docker rm --force rewound-x-3306"),
        ("network with name rewound-a-12 already exists", "docker network rm rewound-a-12"),
        ("could not find an available, non-overlapping IPv4 address pool among the defaults",
         "docker network prune"),
        ("write /var/lib/docker/tmp/x: no space left on device", "docker system df"),
        ("Minimum memory limit allowed is 6MB", "--memory-limit"),
        ("[Errno 13] Permission denied", "the group docker"),
        ("[Errno 111] Connection refused", "systemctl start docker"),
        ("[Errno 2] No such file or directory", "systemctl start docker"),
    ],
)  # fmt: skip
def test_a_message_of_docker_has_a_hint(message: str, hint: str):
    assert hint in (find_hint(message) or "")


def test_a_message_that_is_not_known_has_none():
    assert find_hint("the moon is full") is None


def test_the_containers_that_keep_a_network_are_named():
    message, hint = explain_used_network("rewound-a-12", ["adminer", "other"])
    assert "rewound-a-12" in message and "adminer, other" in message
    assert "docker network disconnect --force rewound-a-12 adminer" in hint
