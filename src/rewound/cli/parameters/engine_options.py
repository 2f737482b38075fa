"""Combining the options of the engine, depending on where each was set. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from rewound.cli.parameters.precedence import ValueSource
from rewound.engine.choice import EngineKind
from rewound.operations.engine_request import AUTO, MATCH, EngineRequest

_UNSET = EngineRequest()


class PassedOver(NamedTuple):
    """An option that is ignored, and the one that takes precedence."""

    name: str
    winner: str


def settle_request(
    request: EngineRequest, origins: Mapping[str, ValueSource]
) -> tuple[EngineRequest, list[PassedOver]]:
    """Return the request without options of other engines that only come from settings.

    Of two conflicting options, the one that was not typed is ignored: the file gives way to the
    environment, and the choice of the engine gives way to nothing. Options typed together are kept,
    and refused later.
    """
    passed_over: list[PassedOver] = []
    while pair := next(_iter_contradictions(request, origins), None):
        loser, winner = pair
        field = "memory_limit_bytes" if loser == "memory_limit" else loser
        request = replace(request, **{field: getattr(_UNSET, field)})
        passed_over.append(PassedOver(loser, winner))
    return request, passed_over


def _iter_contradictions(
    request: EngineRequest, origins: Mapping[str, ValueSource]
) -> Iterator[tuple[str, str]]:
    """Yield pairs of options, of which the first is ignored."""
    names_server = request.server not in (AUTO, MATCH)
    is_process = request.engine == EngineKind.PROCESS.value
    pairs = (
        ("engine", "image", is_process and request.image is not None),
        ("engine", "memory_limit", is_process and request.memory_limit_bytes is not None),
        ("engine", "server", request.engine == EngineKind.DOCKER.value and names_server),
        ("server", "image", request.server != AUTO and request.image is not None),
        ("server", "memory_limit", names_server and request.memory_limit_bytes is not None),
    )
    for first, second, is_contradiction in pairs:
        if not is_contradiction:
            continue
        if origins[second] < origins[first]:
            yield second, first
        elif origins[first] < origins[second]:
            yield first, second
        elif first == "engine" and origins[first] is not ValueSource.TYPED:
            yield second, first
