"""Dumps without coordinates: found in logs, and taken to a moment from there."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path

from rewound.errors import ReplayError
from rewound.load.ledger import Ledger, find_imbalances
from rewound.load.options import LoadOptions
from rewound.mysql.accounts import begin_replay_statements
from rewound.replay.by_content.search import find_by_content
from rewound.replay.by_content.timeline import MOST_TOUCHES
from rewound.replay.coordinates import Coordinates
from rewound.replay.found_start import FoundStart
from rewound.replay.log_files import LogFiles
from rewound.replay.planning import plan_replay
from rewound.replay.replaying import replay
from rewound.replay.target import AtPosition
from tests.server.load_server import LoadServer
from tests.server.replaying import Moment, read_chain_facts


def find(
    world: LoadServer, ledger: Ledger, logs: Sequence[Path], *, most_touches: int = MOST_TOUCHES
) -> FoundStart:
    chain, findings = read_chain_facts(logs)
    return find_by_content(
        world.loader,
        LogFiles(chain, findings),
        ledger,
        options=LoadOptions(),
        cancelled=threading.Event(),
        most_touches=most_touches,
    )


def go_to(
    world: LoadServer, ledger: Ledger, found: FoundStart, logs: Sequence[Path], moment: Moment
) -> Ledger:
    """Replay from where a dump was found to a moment, and require the proof."""
    chain, findings = read_chain_facts(logs)
    target = AtPosition(moment.log_name, moment.position)
    plan = plan_replay(Coordinates(), chain, target, findings=findings, found=found)
    for statement in begin_replay_statements():
        world.execute(statement)
    options, cancelled = LoadOptions(), threading.Event()
    replayed = replay(world.loader, plan, ledger, options=options, cancelled=cancelled)
    assert list(find_imbalances(replayed)) == []
    return replayed


def find_or_refuse(
    world: LoadServer, ledger: Ledger, logs: Sequence[Path], begin: Moment
) -> FoundStart | None:
    """Return where a dump is, which must be `begin`; None if several places with it are named."""
    try:
        found = find(world, ledger, logs)
    except ReplayError as error:
        match = re.search(
            r"fit more than one place: (\S+):(\d+) and (\S+):(\d+); nothing", error.message
        )
        assert match is not None, error
        first, last = (match[1], int(match[2])), (match[3], int(match[4]))
        assert first <= (begin.log_name, begin.position) <= last
        return None
    assert (found.log_name, found.position) == (begin.log_name, begin.position)
    return found
