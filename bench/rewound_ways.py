"""The ways with Rewound: `rewound up`, cold and from baselines, and `rewound reset`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ways import Bench, Rows, count_sql
from bench.workload import Dump

_DAMAGE = "DELETE FROM game.score_event LIMIT 10000; DROP TABLE IF EXISTS game.purchase;\n"


@dataclass(slots=True)
class Up:
    """`rewound up`."""

    bench: Bench
    source: Path
    dumps: Sequence[Dump]
    options: tuple[str, ...] = ()
    is_cold: bool = True

    def prepare(self) -> None:
        """Empty the cache of baselines, or see that it has them."""
        rewound = self.bench.rewound
        if self.is_cold:
            rewound.forget_baselines()
        elif not rewound.has_baselines():
            self._up()
            rewound.run("down")
            if not rewound.has_baselines():
                raise SystemExit("rewound up left no baseline in its cache")

    def act(self) -> None:
        """Run `rewound up` to its end."""
        self._up()

    def _up(self) -> None:
        self.bench.rewound.run("up", str(self.source), *self.options)

    def count_rows(self) -> Rows:
        """Ask every world."""
        answer = self.bench.rewound.run("query", count_sql(self.dumps[0]), "--format", "csv")
        worlds: dict[str, dict[str, int]] = {}
        for line in answer.splitlines()[1:]:
            world, table, rows = line.split(",")
            worlds.setdefault(world, {})[table] = int(rows)
        return [worlds[world] for world in sorted(worlds)]

    def clear(self) -> None:
        """Run `rewound down`."""
        self.bench.rewound.run("down")


@dataclass(slots=True)
class Reset(Up):
    """`rewound reset`, after someone deleted rows of one table and dropped another."""

    def prepare(self) -> None:
        """Bring the worlds up, and damage them."""
        Up.prepare(self)
        self._up()
        for dump in self.dumps:
            world = dump.path.name.partition("_")[0]
            self.bench.rewound.run("connect", world, text=_DAMAGE)

    def act(self) -> None:
        """Run `rewound reset` to its end."""
        self.bench.rewound.run("reset")
