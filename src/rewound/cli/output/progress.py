"""How a restore looks while it runs: a live line per world on a terminal, else plain lines."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from rewound.cli.output import diagnostics
from rewound.cli.output.escaping import show_control_characters
from rewound.engine.protocol import PullStep
from rewound.fleet.restore_context import Observer
from rewound.fleet.world import WorldState

_COLOURS = {WorldState.READY: "green", WorldState.FAILED: "red"}
_LAST_STATES = (WorldState.READY, WorldState.FAILED)


@contextmanager
def show_progress(worlds: Mapping[str, int]) -> Iterator[Observer]:
    """Show the progress of worlds while the block runs; `worlds` maps names to dump sizes."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainLines()
        return
    widest = max((len(show_control_characters(world)) for world in worlds), default=5)
    progress = Progress(
        TextColumn("{task.fields[world]:<" + str(widest) + "}", markup=False),
        TextColumn("{task.fields[state]}"),
        BarColumn(bar_width=14),
        TaskProgressColumn(),
        DownloadColumn(),
        RateColumn(),
        TextColumn("{task.fields[table]}", markup=False),
        console=console,
    )
    with progress:
        yield LiveLines(progress, worlds)


@contextmanager
def count_worlds() -> Iterator[Callable[[str, int], None]]:
    """Show how many worlds are done while the block runs; nothing if nobody looks.

    What is yielded is told of each world, and of how many there are.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _world, _count: None
        return
    with Progress(
        TextColumn("comparing"),
        BarColumn(bar_width=14),
        MofNCompleteColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda _world, count: progress.update(task, advance=1, total=count)


@contextmanager
def show_pull() -> Iterator[Callable[[PullStep], None]]:
    """Show how an image comes while the block runs; what is yielded is told of each step."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _step: None
        return
    layers: dict[str, tuple[int, int]] = {}
    with Progress(
        TextColumn("{task.fields[what]:<12}", markup=False),
        BarColumn(bar_width=14),
        TaskProgressColumn(),
        DownloadColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("", total=None, what="")

        def show(step: PullStep) -> None:
            if step.layer:
                layers[step.layer] = (step.done_bytes, step.total_bytes)
                done, total = (sum(each) for each in zip(*layers.values(), strict=True))
                progress.update(
                    task, completed=done, total=total, what=show_control_characters(step.what)
                )

        yield show


class RateColumn(TransferSpeedColumn):
    """How fast a dump is read; nothing if it is too short to tell."""

    def render(self, task: Task) -> Text:
        """Return the rate, right of the bytes read."""
        return super().render(task) if task.speed else Text("")


class PlainLines:
    """A line on stderr for each change."""

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
    """A line per world, redrawn as it changes."""

    def __init__(self, progress: Progress, worlds: Mapping[str, int]) -> None:
        self._progress = progress
        self._sizes = worlds
        self._tasks: dict[str, TaskID] = {
            world: progress.add_task(
                "", total=size, world=show_control_characters(world), state="waiting ", table=""
            )
            for world, size in worlds.items()
        }

    def world_changed(self, world: str, state: WorldState, detail: str = "") -> None:
        """Show the world's new state."""
        colour = _COLOURS.get(state, "yellow")
        text = show_control_characters(detail) if state is WorldState.READY else ""
        task = self._tasks[world]
        self._progress.update(task, state=f"[{colour}]{state.value:<8}[/]", table=text)
        if state is WorldState.STARTING:
            self._progress.reset(task)
        if state is WorldState.READY:
            self._progress.update(task, completed=self._sizes[world])
        if state in _LAST_STATES:
            self._progress.stop_task(task)

    def world_loading(self, world: str, bytes_read: int, table: str) -> None:
        """Show how far the load is."""
        self._progress.update(
            self._tasks[world], completed=bytes_read, table=show_control_characters(table)
        )

    def world_note(self, world: str, text: str) -> None:
        """Write the note above the live lines."""
        note = diagnostics.printable(f"{world}: {text}")
        self._progress.console.print(note, markup=False, highlight=False)
