"""How a restore looks while it runs: live lines on a terminal, otherwise a line per change."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
)
from rich.spinner import Spinner
from rich.text import Text

from rewound.catalog import Dump
from rewound.cli.output import diagnostics
from rewound.cli.output.escaping import show_control_characters
from rewound.cli.output.restore_lines import RestoreProgress, shorten_reason
from rewound.dump.file.location import Location
from rewound.engine.protocol import PullStep
from rewound.fleet.restore_context import Observer
from rewound.fleet.world import WorldState

_REFRESH_S = 0.125


@contextmanager
def show_progress(worlds: Mapping[str, int]) -> Iterator[Observer]:
    """Show the progress of worlds while the block runs; `worlds` maps names to dump sizes."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainLines()
        return
    lines = LiveLines(console, worlds)
    # Nothing of it stays on the screen: the list of worlds follows.
    live = Live(get_renderable=lines.draw, console=console, auto_refresh=False, transient=True)
    with _refreshed(live, console):
        yield lines


def is_watched() -> bool:
    """Tell whether progress is shown live, on a terminal."""
    return Console(stderr=True).is_terminal


@contextmanager
def count_worlds() -> Iterator[Callable[[str, int], None]]:
    """Show how many worlds are done while the block runs; nothing without a terminal.

    Call the yielded function after each world, with the total number.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _world, _count: None
        return
    progress = Progress(
        TextColumn("comparing"),
        BarColumn(bar_width=14),
        MofNCompleteColumn(),
        console=console,
        auto_refresh=False,
        transient=True,
    )
    with _refreshed(progress, console):
        task = progress.add_task("", total=None)
        yield lambda _world, count: progress.update(task, advance=1, total=count)


@contextmanager
def count_read() -> Iterator[Callable[[], None]]:
    """Show how many dumps were read while the block runs; nothing without a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    spinner = Spinner("dots", "reading dumps")
    live = Live(spinner, console=console, auto_refresh=False, transient=True)
    with _refreshed(live, console):
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            spinner.update(text=f"reading dumps: {done:,} done")

        yield count


@contextmanager
def show_pull() -> Iterator[Callable[[PullStep], None]]:
    """Show the progress of a pull while the block runs; call the yielded function for each step."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _step: None
        return
    layers: dict[str, tuple[int, int]] = {}
    progress = Progress(
        TextColumn("{task.fields[what]:<12}", markup=False),
        BarColumn(bar_width=14),
        TaskProgressColumn(),
        DownloadColumn(binary_units=True),
        console=console,
        auto_refresh=False,
        transient=True,
    )
    with _refreshed(progress, console):
        task = progress.add_task("", total=None, what="")

        def show(step: PullStep) -> None:
            if step.layer:
                layers[step.layer] = (step.done_bytes, step.total_bytes)
                done, total = (sum(each) for each in zip(*layers.values(), strict=True))
                progress.update(
                    task, completed=done, total=total, what=show_control_characters(step.what)
                )

        yield show


@contextmanager
def _refreshed(shown: Live | Progress, console: Console) -> Iterator[None]:
    """Show something that changes while the block runs, and print messages above it.

    One thread at a time writes: if rich refreshes by itself while another thread prints, the two
    sometimes move the cursor both, and lines of what was shown stay (rich 15.0). And click writes
    past rich's redirection of stderr (click 8.5), so messages are handed over.
    """
    writing, ended = threading.RLock(), threading.Event()

    def refresh() -> None:
        while not ended.wait(_REFRESH_S):
            with writing:
                shown.refresh()

    def print_above(line: str) -> None:
        with writing:
            console.print(Text.from_ansi(line), soft_wrap=True)

    refreshing = threading.Thread(target=refresh, name="progress", daemon=True)
    with shown, diagnostics.printing_above(print_above):
        refreshing.start()
        try:
            yield
        finally:
            ended.set()
            refreshing.join()


class PlainLines:
    """Writes a line to stderr for each change."""

    def dump_tried(self, world: str, dump: Dump) -> None:
        """Print nothing: the next state names the dump."""

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Write the world's new state."""
        # A failure is reported once, with its hint, when the command ends.
        text = "" if state is WorldState.FAILED or not detail else f" ({detail})"
        diagnostics.narrate(f"{world}: {state.value}{text}")

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Print nothing: a log needs no percentages."""

    def world_note(self, world: str, text: str) -> None:
        """Write the note."""
        diagnostics.narrate(f"{world}: {text}")


class LiveLines:
    """A line for each active world and one for all of them, redrawn when they change."""

    def __init__(self, console: Console, worlds: Mapping[str, int]) -> None:
        self._console = console
        self._progress = RestoreProgress(
            {show_control_characters(world): size for world, size in worlds.items()}
        )
        self._dumps: dict[str, Location] = {}
        self._began_at = time.monotonic()
        self._lock = threading.Lock()

    def draw(self) -> RenderableType:
        """Return what the screen shows now."""
        width, height = self._console.size
        with self._lock:
            summary = self._progress.describe(time.monotonic() - self._began_at)
            # One line is for the summary, and one for the cursor.
            lines = list(self._progress.iter_lines(width=width, height=height - 2))
        return Group(*lines, Text(summary, "bold", no_wrap=True, overflow="ellipsis"))

    def dump_tried(self, world: str, dump: Dump) -> None:
        """Start the world's line again."""
        self._dumps[world] = dump.location
        with self._lock:
            self._progress.dump_tried(show_control_characters(world), dump.size_bytes)

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Show the world's new state; of one that failed, also the beginning of its reason.

        The whole reason is printed when the command ends, and only then if there is one world.
        """
        with self._lock:
            self._progress.world_changed(show_control_characters(world), state)
            is_one_of_many = len(self._progress.worlds) > 1
        if state is WorldState.FAILED and is_one_of_many:
            reason = shorten_reason(detail, self._dumps.get(world))
            line = Text(diagnostics.printable(f"{world} failed: {reason}"))
            line.truncate(self._console.width, overflow="ellipsis")
            diagnostics.narrate(line.plain)

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Show the progress of the load."""
        with self._lock:
            self._progress.world_loading(
                show_control_characters(world), bytes_read, show_control_characters(table)
            )

    def world_note(self, world: str, text: str) -> None:
        """Write the note above the live lines."""
        diagnostics.narrate(f"{world}: {text}")
