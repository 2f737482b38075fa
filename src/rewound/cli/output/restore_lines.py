"""What a screen shows while worlds are restored: a line per active world, and one for all.

Pure: states come in, with the elapsed time; lines of a given width go out. A world has a line from
its first step until it is ready or failed, so the moving part fits the screen for any number of
worlds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rich.text import Text

from rewound.figures import show_size
from rewound.fleet.world import WorldState

_ENDED = (WorldState.READY, WorldState.FAILED)
_STYLES = {
    WorldState.LOADING: "yellow",
    WorldState.STARTING: "cyan",
    WorldState.KEYS_TO_COME: "green",
}
_BAR_CELLS = 12
_LEAST_NAME_CELLS = 12
_LEAST_TABLE_CELLS = 6
_EARLY_S = 3.0
"""Before that, and before a twentieth is done, the remaining time cannot be estimated."""
_EARLY_SHARE = 0.05
_READING_SHARE = 0.7
"""The share of reading in the work on a dump; keys, the proof and the baseline follow."""


@dataclass(slots=True)
class WorldProgress:
    """The progress of one world."""

    size_bytes: int
    """The size of its dump."""
    state: WorldState | None = None
    """None until it has begun."""
    bytes_read: int = 0
    table: str = ""
    """The table that is being loaded."""


class RestoreProgress:
    """The progress of all worlds."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.worlds = {world: WorldProgress(size) for world, size in sizes.items()}

    def dump_tried(self, world: str, size_bytes: int) -> None:
        """Start a world again, from a dump of this size."""
        self.worlds[world] = WorldProgress(size_bytes)

    def world_changed(self, world: str, state: WorldState) -> None:
        """Record a world's new state, in which nothing has been read yet."""
        known = self.worlds.get(world)  # none of a server that has stopped only just now
        self.worlds[world] = WorldProgress(known.size_bytes if known else 1, state)

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Record how much of a world's dump has been read."""
        progress = self.worlds[world]
        progress.bytes_read, progress.table = bytes_read, table

    def describe(self, elapsed_s: float) -> str:
        """Return the summary line: `7 of 13 ready, 1 failed, 41 s, about 30 s left`."""
        states = [each.state for each in self.worlds.values()]
        parts = [f"{states.count(WorldState.READY):,} of {len(states):,} ready"]
        if failed := states.count(WorldState.FAILED):
            parts.append(f"{failed:,} failed")
        parts.append(describe_seconds(elapsed_s))
        if (left_s := self._estimate_left_s(elapsed_s) or 0) >= 1:
            parts.append(f"about {describe_seconds(left_s)} left")
        return ", ".join(parts)

    def iter_lines(self, *, width: int, height: int) -> Iterator[Text]:
        """Yield at most `height` lines of at most `width` cells for the active worlds."""
        at_work = [
            (world, progress)
            for world, progress in self.worlds.items()
            if progress.state is not None and progress.state not in _ENDED
        ]
        shown = at_work if len(at_work) <= height else at_work[: max(0, height - 1)]
        names = shorten_names(list(self.worlds), max(_LEAST_NAME_CELLS, width // 3))
        name_cells = max((Text(name).cell_len for name in names.values()), default=0)
        for world, progress in shown:
            yield _write_line(names[world], progress, width=width, name_cells=name_cells)
        if len(shown) < len(at_work) and height > 0:
            yield Text(f"and {len(at_work) - len(shown):,} more at work", "dim")

    def _estimate_left_s(self, elapsed_s: float) -> float | None:
        """Estimate the remaining time by bytes and, when some worlds have ended, by worlds."""
        total = sum(each.size_bytes for each in self.worlds.values())
        ended = sum(each.state in _ENDED for each in self.worlds.values())
        done = sum(
            each.size_bytes
            if each.state in _ENDED
            else min(each.bytes_read, each.size_bytes) * _READING_SHARE
            for each in self.worlds.values()
        )
        if elapsed_s < _EARLY_S or done < total * _EARLY_SHARE or ended == len(self.worlds):
            return None
        by_bytes_s = elapsed_s * (total - done) / max(done, 1)
        if not ended:
            return by_bytes_s
        by_worlds_s = elapsed_s * (len(self.worlds) - ended) / ended
        return (by_bytes_s + by_worlds_s) / 2


def shorten_reason(reason: str, dump: object | None) -> str:
    """Return why a world failed without the dump's path, which the whole reason has.

    >>> shorten_reason("/b/eu-1.sql.gz, line 9: refused", Path("/b/eu-1.sql.gz"))
    'line 9: refused'
    """
    return reason if dump is None else reason.removeprefix(str(dump)).lstrip(",: ") or reason


def describe_seconds(seconds: float) -> str:
    """Return a duration for people: `41 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def shorten_names(names: Sequence[str], cells: int) -> dict[str, str]:
    """Return a name of at most `cells` cells for each world: their common beginning is cut first.

    >>> list(shorten_names(["world-1.eu.example", "world-2.eu.example"], 10).values())
    ['world-1…', 'world-2…']
    """
    shown = list(names)
    for shared in (_count_shared([name[::-1] for name in names]), -_count_shared(names)):
        if max((Text(name).cell_len for name in shown), default=0) > cells and abs(shared) > 1:
            cut = [name[:-shared] if shared > 0 else name[-shared:] for name in shown]
            shown = [f"{name}…" if shared > 0 else f"…{name}" for name in cut]
    return {name: shorten(text, cells) for name, text in zip(names, shown, strict=True)}


def _count_shared(names: Sequence[str]) -> int:
    """Count the characters with which all names begin, up to a separator between words."""
    alike = takewhile(lambda characters: len(set(characters)) == 1, zip(*names, strict=False))
    shared = sum(1 for _ in alike) if len(names) > 1 else 0
    while shared and (names[0][shared - 1].isalnum() or any(len(each) == shared for each in names)):
        shared -= 1
    return shared


def shorten(text: str, cells: int) -> str:
    """Return a name of at most `cells` cells; its start and end tell it from others.

    >>> shorten("world-17.eu-central.example", 12)
    'world-…ample'
    """
    if Text(text).cell_len <= cells:
        return text
    head, tail = Text(text), Text(text[::-1])
    head.truncate(cells // 2)
    tail.truncate(cells - 1 - cells // 2)
    return f"{head.plain}…{tail.plain[::-1]}"


def _write_line(name: str, progress: WorldProgress, *, width: int, name_cells: int) -> Text:
    line = Text(name)
    line.pad_right(name_cells + 1 - line.cell_len)
    if progress.state is not None:
        line.append(f"{progress.state.value:<8}", _STYLES.get(progress.state, ""))
    if progress.state is WorldState.LOADING and progress.size_bytes:
        share = min(1.0, progress.bytes_read / progress.size_bytes)
        filled = int(share * _BAR_CELLS)
        line.append(" ")
        line.append("━" * filled, "green")
        line.append("━" * (_BAR_CELLS - filled), "bright_black")
        line.append(f" {share:>4.0%} {show_size(progress.size_bytes):>10}")
    is_shown = progress.state in (WorldState.LOADING, WorldState.KEYS_TO_COME)
    if is_shown and progress.table and width - line.cell_len > _LEAST_TABLE_CELLS:
        line.append(f"  {shorten(progress.table, width - line.cell_len - 2)}")
    line.truncate(width)
    return line
