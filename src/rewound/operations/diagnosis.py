"""What this host can do, what is missing, and whether the worlds of a source would fit."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

from rewound import settings
from rewound.catalog import require_all
from rewound.engine.docker.address import find_address
from rewound.engine.host.checks import Check, CheckState, check_host, show_size
from rewound.engine.host.limits import check_clock, check_limits
from rewound.engine.host.memory import usable_bytes
from rewound.engine.server_options import memory_bytes, plan_buffer_pool_bytes
from rewound.errors import FleetError, RewoundError
from rewound.fleet.baseline_cache import BaselineCache
from rewound.fleet.plan import plan_space_bytes, require_space
from rewound.fleet.state import FleetFolder, list_fleets
from rewound.operations.dump_selection import Selection, find_dumps
from rewound.operations.host import DEFAULT_IMAGE
from rewound.operations.leftovers import Leftover

_MIB = 1 << 20


def look(selection: Selection | None, leftovers: list[Leftover]) -> list[Check]:
    """Check everything that worlds need, without changing or leaving anything.

    With a selection, also check what `up` would need for it.
    """
    from rewound.engine.docker.docker_checks import check_docker

    state, cache = settings.state_dir(), settings.cache_dir()
    docker = list(check_docker(find_address(), DEFAULT_IMAGE))
    has_image = any(each.subject == "image" and each.state is CheckState.OK for each in docker)
    return [
        *check_host(state, cache, has_image=has_image),
        *docker,
        *check_limits(),
        check_clock(datetime.now(UTC), state / "fleets", cache / "baselines", cache / "templates"),
        *_check_fleets(),
        _check_leftovers(leftovers),
        *([] if selection is None else _check_source(selection)),
    ]


def _check_fleets() -> Iterator[Check]:
    """Look at the folder of the fleets, and read every record."""
    state = settings.state_dir()
    folder = FleetFolder(state, "default").path.parent
    if folder.exists() and folder.stat().st_mode & 0o027:
        yield Check(
            "fleets",
            CheckState.LIMITED,
            f"{folder} is accessible to other users",
            f"chmod 700 {folder}",
        )
    names = list_fleets(state)
    for name in names:
        try:
            FleetFolder(state, name).read()
        except FleetError as error:
            yield Check("fleets", CheckState.LIMITED, error.message, error.hint)
    yield Check("fleets", CheckState.OK, f"{len(names)}: {', '.join(names)}" if names else "none")


def _check_leftovers(leftovers: list[Leftover]) -> Check:
    if not leftovers:
        return Check("leftovers", CheckState.OK, "none")
    told = "; ".join(leftover.what for leftover in leftovers)
    return Check("leftovers", CheckState.LIMITED, told, "rewound doctor --fix removes them")


def _check_source(selection: Selection) -> Iterator[Check]:
    """Tell what `up` would need for the dumps that are chosen, and whether it is there."""
    try:
        catalog, choice = find_dumps(selection)
        require_all(choice, selection.target)
    except RewoundError as error:
        yield Check("source", CheckState.MISSING, error.message, error.hint)
        return
    dumps = [each.dump for each in choice.chosen]
    size_bytes = sum(dump.size_bytes for dump in dumps)
    unclear = len(catalog.not_understood)
    yield Check(
        "source",
        CheckState.LIMITED if unclear else CheckState.OK,
        f"{len(dumps):,} worlds, {size_bytes / _MIB:,.1f} MiB of dumps"
        + (f"; {unclear} files are not understood" if unclear else ""),
        "rewound dumps lists them" if unclear else None,
    )
    available = usable_bytes()
    try:
        pool = plan_buffer_pool_bytes(available_bytes=available, servers=len(dumps))
    except RewoundError as error:
        yield Check("its memory", CheckState.MISSING, error.message, error.hint)
    else:
        needed = len(dumps) * memory_bytes(pool)
        detail = (
            f"{len(dumps):,} servers need {show_size(needed)}, with a buffer pool of"
            f" {show_size(pool)} each; {show_size(available)} are available"
        )
        yield Check("its memory", CheckState.OK, detail)
    place = next(p for p in (settings.state_dir() / "fleets").parents if p.exists())
    free = shutil.disk_usage(place).free
    sizes = BaselineCache(settings.cache_dir()).dump_sizes()
    try:
        require_space(dumps, free_bytes=free, folder=place, sizes_with_baseline=sizes)
    except RewoundError as error:
        yield Check("its disk", CheckState.MISSING, error.message, error.hint)
    else:
        space = plan_space_bytes(dumps, sizes_with_baseline=sizes)
        detail = f"about {show_size(space)}; {show_size(free)} are free in {place}"
        yield Check("its disk", CheckState.OK, detail)
